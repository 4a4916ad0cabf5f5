#include "mcim/apps/mcimd/metadata.h"

#include <algorithm>
#include <array>

#include "mcim/msg/icon.h"

namespace mcim::apps::mcimd {
namespace {

using jose::Object;
using Json = jose::ObjectWriter;
using Bit = msg::NotificationEventBit;

constexpr std::string_view line_kind = "metadata-of-line";          ///< rows of the store, by ICCID
constexpr std::string_view operator_kind = "metadata-of-operator";  ///< by operator, a space and a profile type
constexpr std::string_view of_the_imsi = "imsi";
constexpr std::size_t group_octets_max = 32;
constexpr std::size_t template_group_octets_max = 8;
constexpr std::size_t icon_base64_max = 16 * 1024;
/// With the platform's own four. Cards keep a bounded list (ours 32).
constexpr std::size_t notifications_max = 32;
constexpr std::array all_events{Bit::install, Bit::enable, Bit::disable, Bit::delete_};

struct NamedRule {
    std::string_view name;
    msg::PprBit bit;
};
constexpr std::array<NamedRule, 2> rules{{{"ppr1", msg::PprBit::ppr1}, {"ppr2", msg::PprBit::ppr2}}};

std::string_view name_of(Bit event) {
    switch (event) {
        case Bit::install: return "install";
        case Bit::enable: return "enable";
        case Bit::disable: return "disable";
        case Bit::delete_: return "delete";
    }
    return "?";
}

std::string_view name_of(msg::IconType type) { return type == msg::IconType::png ? "png" : "jpg"; }

// ---------------------------------------------------------------- documents, read and written

bool digits_only(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// "262-01", "310-410"
struct Network {
    std::string_view mcc;
    std::string_view mnc;
};
std::optional<Network> network_in(std::string_view text) {
    if (text.size() < 6 || text.size() > 7 || text[3] != '-') return std::nullopt;
    const Network out{text.substr(0, 3), text.substr(4)};
    if (!digits_only(out.mcc) || !digits_only(out.mnc)) return std::nullopt;
    return out;
}

Result<Bytes> read_group(const Object& in, std::string_view name) {
    TRY(auto octets, in.optional_member(&Object::hex_octets, name));
    if (octets && (octets->empty() || octets->size() > group_octets_max))
        return fail(Errc::bad_length, std::string(name),
                    "1 to 32 octets in hex are wanted, as the file of the profile has them");
    return std::move(octets).value_or(Bytes{});
}

Result<std::optional<OwnerSetting>> read_owner(const Object& in) {
    TRY(auto network, in.optional_member(&Object::text, "owner"));
    if (!network) {
        for (const char* group : {"gid1", "gid2"})
            if (in.has(group))
                return fail(Errc::missing_field, "owner", std::string(group) + " is the owner's: name his network too");
        return std::optional<OwnerSetting>{};
    }
    if (*network != of_the_imsi && !network_in(*network))
        return fail(Errc::bad_value, "owner",
                    "MCC-MNC is wanted, as 262-01 or 310-410, or imsi for the network of each line's IMSI, not \"" +
                        *network + '"');
    OwnerSetting out{*std::move(network)};
    TRY(out.gid1, read_group(in, "gid1"));
    TRY(out.gid2, read_group(in, "gid2"));
    return std::optional(std::move(out));
}

Result<std::vector<msg::PprBit>> read_rules(const Object& in) {
    std::vector<msg::PprBit> out;
    TRY(const auto names, in.optional_member(&Object::texts, "policy_rules"));
    if (!names) return out;
    for (const auto& name : *names) {
        const auto known = std::ranges::find(rules, name, &NamedRule::name);
        if (known == rules.end())
            return fail(Errc::bad_value, "policy_rules",
                        "ppr1 (disabling is not allowed) and ppr2 (deletion is not allowed) are known, \"" + name +
                            "\" is not");
        if (std::ranges::find(out, known->bit) == out.end()) out.push_back(known->bit);
    }
    std::ranges::sort(out);
    return out;
}

Result<Bit> read_event(const std::string& name) {
    for (const auto event : all_events)
        if (name_of(event) == name) return event;
    return fail(Errc::bad_value, "events", "install, enable, disable and delete are known, \"" + name + "\" is not");
}

Result<NotifySetting> read_notification(const Object& in) {
    CHECKED(in.only({"events", "address"}));
    NotifySetting out;
    TRY(out.address, in.text("address"));
    if (auto host = http::parse_host_port(out.address); !host) return std::move(host).error().within("address");
    TRY(const auto names, in.texts("events"));
    for (const auto& name : names) {
        TRY(const Bit event, read_event(name));
        if (std::ranges::find(out.events, event) == out.events.end()) out.events.push_back(event);
    }
    if (out.events.empty()) return fail(Errc::missing_field, "events", "of which events is " + out.address + " told?");
    std::ranges::sort(out.events);
    return out;
}

Result<std::vector<NotifySetting>> read_notifications(const Object& in) {
    std::vector<NotifySetting> out;
    TRY(const auto list, in.optional_member(&Object::objects, "notifications"));
    if (!list) return out;
    std::size_t entries = all_events.size();
    for (const auto& one : *list) {
        auto read = read_notification(one);
        if (!read) return std::move(read).error().within("notifications");
        entries += read->events.size();
        out.push_back(*std::move(read));
    }
    if (entries > notifications_max)
        return fail(Errc::too_large, "notifications",
                    "at most 28 pairs of event and address are wanted beside the platform's own four, which cards may "
                    "keep; here are " +
                        std::to_string(entries - all_events.size()));
    return out;
}

Result<Bytes> read_icon(const Object& in) {
    TRY(auto icon, in.optional_member(&Object::octets, "icon"));
    if (!icon) return Bytes{};
    TRY(const auto type, msg::icon_type_of(*icon));
    TRY(const auto said, in.optional_member(&Object::text, "icon_type"));
    if (said && *said != name_of(type))
        return fail(Errc::conflict, "icon_type", "the icon is a " + std::string(name_of(type)) + ", not a " + *said);
    return *std::move(icon);
}

Bytes encode(const MetadataSettings& settings) { return to_bytes(as_view(json_of(settings).finish())); }

Result<MetadataSettings> decode(View body) {
    TRY(const auto in, Object::parse(as_text(body), {icon_base64_max, 4}));
    return read_metadata_settings(in);
}

// ---------------------------------------------------------------- what the card is told

/// Of its IMSI, where its length is known: the template is filled with it, a package has its own.
Result<Network> network_of(const OwnerSetting& owner, const store::Subscription& line) {
    const std::string_view imsi = line.imsi.text();
    if (owner.network == of_the_imsi) {
        if (line.package_octets != 0)
            return fail(Errc::bad_value, "owner",
                        "the line " + line.iccid.text() +
                            " is of a package, and nothing says how long the MNC in its IMSI is: name the network, "
                            "as 262-01");
        return Network{imsi.substr(0, 3), imsi.substr(3, line.mnc_digits)};
    }
    const auto named = network_in(owner.network);
    if (!named) return fail(Errc::bad_value, "owner", "MCC-MNC is wanted");
    if (!imsi.starts_with(std::string(named->mcc) + std::string(named->mnc)))
        return fail(Errc::conflict, "owner",
                    "the IMSI of the line " + line.iccid.text() + " is not of the network " + owner.network +
                        ", and a card refuses a profile that is not its owner's: give the line metadata of its own");
    return *named;
}

std::optional<msg::OctetString> group(const Bytes& octets) {
    if (octets.empty()) return std::nullopt;
    return msg::OctetString{octets};
}

Result<msg::OperatorId> owner_of(const OwnerSetting& owner, const store::Subscription& line) {
    TRY(const auto network, network_of(owner, line));
    msg::OperatorId out;
    TRY(out.mcc_mnc, msg::plmn_octets(network.mcc, network.mnc));
    out.gid1 = group(owner.gid1);
    out.gid2 = group(owner.gid2);
    return out;
}

/// Every change of the profile is reported to the platform, so that it knows where it stands (SGP.22 2.4.5.3).
std::vector<msg::NotificationConfigurationInformation> notifications_of(const std::string& address,
                                                                        const MetadataSettings& settings) {
    std::vector<msg::NotificationConfigurationInformation> out;
    for (const auto event : all_events) out.push_back({msg::event(event), {address}, {}});
    for (const auto& also : settings.notifications)
        for (const auto event : also.events) out.push_back({msg::event(event), {also.address}, {}});
    return out;
}

Status fill(const MetadataSettings& settings, const store::Subscription& line, msg::StoreMetadataRequest& out) {
    if (!settings.icon.empty()) {
        TRY(out.icon_type, msg::icon_type_of(settings.icon));
        out.icon = der::OctetString<0, msg::icon_octets_max>{settings.icon};
    }
    if (settings.owner) {
        TRY(out.profile_owner, owner_of(*settings.owner, line));
    }
    if (settings.policy_rules.empty()) return ok();
    out.profile_policy_rules.emplace();
    for (const auto rule : settings.policy_rules) out.profile_policy_rules->set(static_cast<std::size_t>(rule));
    return ok();
}

/// "262-01", from the coding of TS 24.008 10.5.1.3.
std::string network_text(const msg::OperatorId& owner) {
    const std::string digits =
        hex(owner.mcc_mnc.bytes);  // 62F210: the nibbles swapped, the third digit of the MNC apart
    std::string out{digits[1], digits[0], digits[3], '-', digits[5], digits[4]};
    if (digits[2] != 'F') out += digits[2];
    return out;
}

// ---------------------------------------------------------------- rows

std::string key_of(std::string_view operator_id, const std::optional<std::string>& profile_type) {
    std::string out(operator_id);  // it has no spaces
    return profile_type ? out + " " + *profile_type : out;
}

Result<std::optional<MetadataSettings>> find_document(store::Store& store, std::string_view kind,
                                                      std::string_view key) {
    TRY(const auto row, store.find_row(kind, key));
    if (!row) return std::optional<MetadataSettings>{};
    TRY(auto settings, decode(row->body));
    return std::optional(std::move(settings));
}

Status set_document(store::Store& store, std::string_view kind, std::string key,
                    const std::optional<MetadataSettings>& settings, store::Batch& out) {
    TRY(const auto row, store.find_row(kind, key));
    if (settings)
        out.emplace_back(store::PutRow{{std::string(kind), std::move(key), encode(*settings), row ? row->version : 0}});
    else if (row)
        out.emplace_back(store::DropRow{std::string(kind), std::move(key)});
    return ok();
}

}  // namespace

Result<MetadataSettings> read_metadata_settings(const Object& in) {
    CHECKED(in.only({"icon", "icon_type", "policy_rules", "owner", "gid1", "gid2", "notifications"}));
    MetadataSettings out;
    TRY(out.icon, read_icon(in));
    TRY(out.policy_rules, read_rules(in));
    TRY(out.owner, read_owner(in));
    TRY(out.notifications, read_notifications(in));
    if (!out.policy_rules.empty() && !out.owner)
        return fail(Errc::missing_field, "owner",
                    "a profile with policy rules has an owner (SGP.22 5.5.3), who is held against the card's Rules "
                    "Authorisation Table: name his network, as 262-01, or imsi for that of each line's IMSI");
    return out;
}

namespace {

void write(const MetadataSettings& settings, Json& out) {
    if (const auto type = msg::icon_type_of(settings.icon))
        out.text("icon_type", name_of(*type)).octets("icon", settings.icon);
    std::vector<std::string> names;
    for (const auto& rule : rules)
        if (std::ranges::find(settings.policy_rules, rule.bit) != settings.policy_rules.end())
            names.emplace_back(rule.name);
    if (!names.empty()) out.texts("policy_rules", names);
    if (const auto& owner = settings.owner) {
        out.text("owner", owner->network);
        if (!owner->gid1.empty()) out.hex_octets("gid1", owner->gid1);
        if (!owner->gid2.empty()) out.hex_octets("gid2", owner->gid2);
    }
    std::vector<Json> told;
    for (const auto& also : settings.notifications) {
        std::vector<std::string> events;
        for (const auto event : also.events) events.emplace_back(name_of(event));
        told.push_back(Json().texts("events", events).text("address", also.address));
    }
    if (!told.empty()) out.objects("notifications", told);
}

}  // namespace

Json json_of(const MetadataSettings& settings) {
    Json out;
    write(settings, out);
    return out;
}

Status check_fits(const MetadataSettings& settings, const store::Subscription& line) {
    if (!settings.owner) return ok();
    TRY([[maybe_unused]] const auto owner, owner_of(*settings.owner, line));
    if (line.package_octets != 0) return ok();
    if (!settings.owner->gid2.empty())
        return fail(Errc::bad_value, "gid2", "the template has no EF_GID2: a profile of it has gid1 alone");
    if (settings.owner->gid1.size() > template_group_octets_max)
        return fail(Errc::bad_length, "gid1", "EF_GID1 of the template has 8 octets at most");
    return ok();
}

Status check_names(const store::Subscription& line) {
    struct Named {
        const char* member;
        const std::string& text;
        std::size_t characters_max;
    };
    for (const auto& [member, text, characters_max] : {Named{"service_provider_name", line.service_provider_name, 32},
                                                       Named{"profile_name", line.profile_name, 64}}) {
        const auto characters = der::utf8_length(text);
        if (!characters || *characters == 0 || *characters > characters_max)
            return fail(Errc::bad_length, member,
                        "1 to " + std::to_string(characters_max) +
                            " characters of UTF-8 are wanted (SGP.22 5.5.3); where none is given, the operator's name "
                            "stands for it");
    }
    return ok();
}

std::string_view to_string(MetadataFrom from) {
    switch (from) {
        case MetadataFrom::platform: return "platform";
        case MetadataFrom::operator_: return "operator";
        case MetadataFrom::profile_type: return "profile_type";
        case MetadataFrom::line: return "line";
    }
    return "?";
}

Result<std::optional<MetadataSettings>> own_metadata(store::Store& store, const Iccid& iccid) {
    return find_document(store, line_kind, iccid.text());
}

Result<AppliedMetadata> inherited_metadata(store::Store& store, const store::Subscription& line) {
    if (line.profile_type) {
        TRY(auto of_type, find_document(store, operator_kind, key_of(line.operator_id, line.profile_type)));
        if (of_type) return AppliedMetadata{MetadataFrom::profile_type, *std::move(of_type)};
    }
    TRY(auto of_operator, find_document(store, operator_kind, line.operator_id));
    if (of_operator) return AppliedMetadata{MetadataFrom::operator_, *std::move(of_operator)};
    return AppliedMetadata{};
}

Result<AppliedMetadata> metadata_for(store::Store& store, const store::Subscription& line) {
    TRY(auto own, own_metadata(store, line.iccid));
    if (own) return AppliedMetadata{MetadataFrom::line, *std::move(own)};
    return inherited_metadata(store, line);
}

Status set_line_metadata(store::Store& store, const Iccid& iccid, const std::optional<MetadataSettings>& settings,
                         store::Batch& out) {
    return set_document(store, line_kind, iccid.text(), settings, out);
}

Status set_operator_metadata(store::Store& store, const std::string& operator_id,
                             const std::optional<std::string>& profile_type,
                             const std::optional<MetadataSettings>& settings, store::Batch& out) {
    return set_document(store, operator_kind, key_of(operator_id, profile_type), settings, out);
}

Result<std::vector<OperatorMetadata>> metadata_of_operator(store::Store& store, std::string_view operator_id) {
    TRY(const auto rows, store.list_rows(operator_kind));
    std::vector<OperatorMetadata> out;
    for (const auto& row : rows) {
        const auto end = row.key.find(' ');
        if (row.key.substr(0, end) != operator_id) continue;
        TRY(auto settings, decode(row.body));
        out.push_back(
            {end == std::string::npos ? std::nullopt : std::optional(row.key.substr(end + 1)), std::move(settings)});
    }
    return out;
}

Result<Bytes> metadata_of(Platform& p, const store::Subscription& line, msg::ProfileClass profile_class) {
    TRY(const auto applied, metadata_for(p.store, line));
    auto fits = check_fits(applied.settings, line);
    msg::StoreMetadataRequest out;
    if (fits) fits = fill(applied.settings, line, out);
    if (!fits) return std::move(fits).error().within("metadata");
    out.iccid = msg::to_octets(line.iccid);
    out.service_provider_name.text = line.service_provider_name;
    out.profile_name.text = line.profile_name;
    if (profile_class != msg::ProfileClass::operational) out.profile_class = profile_class;
    out.notification_configuration_info = notifications_of(p.dp->address, applied.settings);
    return der::encode(out);
}

Result<Json> json_of_metadata(View store_metadata_request) {
    TRY(const auto m, der::decode<msg::StoreMetadataRequest>(store_metadata_request));
    Json out;
    out.text("service_provider_name", m.service_provider_name.text).text("profile_name", m.profile_name.text);
    out.text("class", to_string(m.class_or_default()));
    MetadataSettings same;
    if (m.icon) same.icon = m.icon->bytes;
    for (const auto& rule : rules)
        if (m.profile_policy_rules && m.profile_policy_rules->test(static_cast<std::size_t>(rule.bit)))
            same.policy_rules.push_back(rule.bit);
    if (const auto& owner = m.profile_owner)
        same.owner = OwnerSetting{network_text(*owner), owner->gid1 ? owner->gid1->bytes : Bytes{},
                                  owner->gid2 ? owner->gid2->bytes : Bytes{}};
    if (m.notification_configuration_info)
        for (const auto& told : *m.notification_configuration_info) {
            NotifySetting& one = same.notifications.emplace_back();
            one.address = told.notification_address.text;
            for (const auto event : all_events)
                if (told.profile_management_operation.test(static_cast<std::size_t>(event)))
                    one.events.push_back(event);
        }
    write(same, out);
    return out;
}

Result<Bytes> gid1_in(View store_metadata_request) {
    TRY(const auto m, der::decode<msg::StoreMetadataRequest>(store_metadata_request));
    if (!m.profile_owner || !m.profile_owner->gid1) return Bytes{};
    return m.profile_owner->gid1->bytes;
}

}  // namespace mcim::apps::mcimd
