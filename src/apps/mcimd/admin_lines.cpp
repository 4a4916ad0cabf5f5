// Operators, subscriptions and what the authentication centre has of them.
#include <algorithm>

#include "mcim/apps/common/typing_errors.h"
#include "mcim/apps/mcimd/admin_calls.h"
#include "mcim/apps/mcimd/consequences.h"
#include "mcim/apps/mcimd/metadata.h"
#include "mcim/apps/mcimd/smds_events.h"
#include "mcim/saip/known_keys.h"
#include "mcim/saip/lint.h"
#include "mcim/saip/template.h"

namespace mcim::apps::mcimd {
namespace {

Json json_of(const store::Subscription& s) {
    Json out;
    out.text("iccid", s.iccid.text()).text("imsi", s.imsi.text());
    if (s.msisdn) out.text("msisdn", s.msisdn->text());
    out.text("operator", s.operator_id).text("algorithm", to_string(s.algorithm));
    out.text("service_provider_name", s.service_provider_name).text("profile_name", s.profile_name);
    out.text("source", s.package_octets != 0 ? "package" : "template");
    if (s.package_octets == 0) out.integer("mnc_digits", s.mnc_digits);
    if (s.profile_type) out.text("profile_type", *s.profile_type);
    out.integer("package_version", s.package_version);
    if (s.needs_javacard) out.flag("needs_javacard", true);
    if (s.eid) out.text("eid", s.eid->text());
    return out.text("standing", to_string(s.standing)).time("created_at", s.created_at);
}

Json json_of(const store::KeyExport& e) {
    Json out;
    out.time("at", e.at).text("operator", e.operator_id).integer("transport_key", e.transport_key);
    if (e.user) out.integer("user", *e.user);
    return out;
}

Result<signer::Algorithm> algorithm_of(const jose::Object& in) {
    TRY(const auto name, in.optional_member(&jose::Object::text, "algorithm"));
    if (!name) return signer::Algorithm::milenage;
    for (const auto a : {signer::Algorithm::milenage, signer::Algorithm::test})
        if (to_string(a) == *name) return a;
    return fail(Errc::bad_value, "algorithm",
                "\"" + *name + "\" is not served; MILENAGE is, and in a laboratory the test algorithm");
}

/// Only a laboratory takes a key that everybody has. The signer looks into what it unwraps itself.
Status check_own(const Platform& p, std::string_view name, const SecretBytes& key) {
    return p.laboratory ? ok() : saip::check_own_key(name, expose(key));
}

/// The index of a transport key (ADR 0053), where keys travel under one. 0: as such files say that they are in clear.
Result<std::optional<std::uint8_t>> transport_key_of(const jose::Object& in) {
    TRY(const auto index, in.optional_member(&jose::Object::integer, "transport_key"));
    if (!index) return std::optional<std::uint8_t>{};
    if (*index < 0 || *index > 255) return fail(Errc::bad_value, "transport_key", "0 to 255 is wanted");
    return std::optional(static_cast<std::uint8_t>(*index));
}

/// K and OPc that the signer alone can open.
Result<signer::Subscription> wrapped_keys_for(Platform& p, const store::Operator& whose, const jose::Object& in,
                                              const Imsi& imsi, signer::Algorithm algorithm,
                                              std::uint8_t transport_key) {
    if (algorithm != signer::Algorithm::milenage || in.has("op"))
        return fail(Errc::bad_value, "transport_key", "K and OPc of MILENAGE come under one, and nothing else");
    TRY(auto k, in.hex_octets("k"));
    TRY(auto opc, in.hex_octets("opc"));
    return p.signer.ask(signer::ImportSubscription{whose.id, transport_key, imsi, std::move(k), std::move(opc),
                                                   refuses(p, whose, saip::Finding::test_key),
                                                   refuses(p, whose, saip::Finding::default_key)});
}

/// What goes with a K is not passed over where there is none: somebody meant keys of his own.
Status check_nothing_without_k(const jose::Object& in) {
    for (const std::string_view beside_k : {"transport_key", "opc", "op"})
        if (in.has(beside_k))
            return fail(Errc::bad_value, std::string(beside_k),
                        "it goes with \"k\", which is not here: give both, or neither for keys that the " +
                            std::string(in.has("package") ? "package has" : "signer makes"));
    return ok();
}

/// Fresh keys, which nobody sees; or those that the operator has already.
Result<signer::Subscription> keys_for(Platform& p, const store::Operator& whose, const jose::Object& in,
                                      const Imsi& imsi, signer::Algorithm algorithm) {
    TRY(const auto transport_key, transport_key_of(in));
    if (!in.has("k")) {
        CHECKED(check_nothing_without_k(in));
        return p.signer.new_subscription_keys(imsi, algorithm, whose.id);
    }
    if (transport_key == 0 && !p.laboratory)
        return fail(Errc::refused, "transport_key",
                    "index 0 says that the keys are in clear: only a laboratory takes them so");
    if (transport_key && *transport_key != 0) return wrapped_keys_for(p, whose, in, imsi, algorithm, *transport_key);
    using Constant = signer::WrapSubscription::Constant;
    const bool is_op = in.has("op");
    if (is_op && in.has("opc")) return fail(Errc::conflict, "op", "OP or OPc is wanted, not both of them");
    TRY(SecretBytes k, in.secret_hex_octets("k"));
    TRY(auto given, in.optional_member(&jose::Object::secret_hex_octets, is_op ? "op" : "opc"));
    SecretBytes constant = std::move(given).value_or(SecretBytes());
    CHECKED(check_own(p, "k", k));
    CHECKED(check_own(p, is_op ? "op" : "opc", constant));
    CHECKED(check_key(p, whose, "k", k));
    CHECKED(check_key(p, whose, is_op ? "op" : "opc", constant));
    return p.signer.ask(signer::WrapSubscription{imsi, algorithm, std::move(k), std::move(constant),
                                                 is_op ? Constant::op : Constant::opc, whose.id});
}

struct NewLine {
    Imsi imsi;
    signer::Subscription keys;
    std::optional<signer::WrappedPackage> package{};
    bool needs_javacard = false;
    std::uint8_t package_version = saip::template_version;
};
Result<NewLine> with_given_numbers(Platform& p, const store::Operator& whose, const jose::Object& in) {
    TRY(const auto digits, in.text("imsi"));
    auto imsi = Imsi::parse(digits);
    if (!imsi) return std::move(imsi).error().within("imsi");
    TRY(const auto algorithm, algorithm_of(in));
    TRY(auto keys, keys_for(p, whose, in, *imsi, algorithm));
    return NewLine{*std::move(imsi), std::move(keys)};
}
/// Somebody's own package. Its numbers and keys are taken out inside the signer, unless they are given beside it.
Result<NewLine> from_package(Platform& p, const store::Operator& whose, const jose::Object& in, const Iccid& iccid) {
    for (const std::string_view of_the_template : {"mnc_digits", "package_octets_min"})
        if (in.has(of_the_template))
            return fail(Errc::bad_value, std::string(of_the_template),
                        "the template is filled with it; a package has its own");
    if (!in.has("k")) CHECKED(check_nothing_without_k(in));
    TRY(SecretBytes der, in.secret_octets("package"));
    const auto package = saip::parse(expose(der));
    TRY(auto wrapped, p.signer.ask(signer::WrapPackage{iccid, std::move(der), whose.id}));
    if (!package) return package.error();
    CHECKED(check_package(p, whose, *package));
    const saip::ProfileHeader* header = saip::profile_header_of(*package);
    if (header == nullptr) return fail(Errc::missing_field, "package", "a package begins with its header");
    const auto with_package = [&](NewLine line) {
        line.needs_javacard = saip::needs_javacard(*package);
        line.package_version = header->major_version;
        line.package = std::move(wrapped);
        return line;
    };
    if (!in.has("k")) {
        TRY(auto line, p.signer.ask(signer::ExtractSubscription{iccid, wrapped}));
        return with_package({std::move(line.imsi), std::move(line.subscription)});
    }
    TRY(auto line, with_given_numbers(p, whose, in));
    return with_package(std::move(line));
}
/// What the template cannot carry is refused now and not at the first download.
Status read_template_options(const jose::Object& in, store::Subscription& s) {
    const auto& spn = s.service_provider_name;
    const bool ascii = std::ranges::all_of(spn, [](char c) { return c >= ' ' && c <= '~'; });
    if (spn.empty() || spn.size() > 16 || !ascii)
        return fail(Errc::bad_value, "service_provider_name",
                    "1 to 16 ASCII characters are wanted (EF_SPN), not \"" + spn + '"');
    TRY(const auto mnc, in.optional_member(&jose::Object::integer, "mnc_digits"));
    if (mnc && *mnc != 2 && *mnc != 3) return fail(Errc::bad_value, "mnc_digits", "2 or 3 is wanted");
    if (mnc) s.mnc_digits = static_cast<std::uint8_t>(*mnc);
    TRY(const auto octets, in.optional_member(&jose::Object::integer, "package_octets_min"));
    if (octets && (*octets < 0 || *octets > 150 * 1024))
        return fail(Errc::bad_value, "package_octets_min", "0 to 153600 is wanted");
    if (octets) s.package_octets_min = static_cast<std::uint32_t>(*octets);
    return ok();
}

/// A number or a key that another line has: which one it is.
Error explained(Platform& p, Error conflict, const store::Subscription& wanted) {
    const auto lines = p.store.list_subscriptions();
    if (conflict.code != Errc::conflict || !lines) return conflict;
    for (const auto& line : *lines) {
        const std::string whose = "the subscription with ICCID " + line.iccid.text() + " of " + line.operator_id;
        if (line.iccid == wanted.iccid)
            return fail(Errc::conflict, "iccid", whose + " is here already, with IMSI " + line.imsi.text());
        if (line.imsi == wanted.imsi)
            return fail(Errc::conflict, "imsi", whose + " has IMSI " + line.imsi.text() + " already: take another");
        if (line.fingerprint == wanted.fingerprint)
            return fail(Errc::conflict, "k", whose + " has this K already: two cards with one K are clones");
    }
    return conflict;
}

/// A platform without a download server never hears of the card that its lines are on: there their operator says when
/// they are served.
bool may_be_served(const Platform& p, store::Standing standing) {
    if (standing == store::Standing::reserved) return !p.dp;
    return standing == store::Standing::installed || standing == store::Standing::enabled;
}

/// The line whose place a new one takes: its card is lost or broken. What its card has of it never serves again, so
/// that the customer has one line and not two; a second card with the same K would be a clone.
Result<std::optional<store::Subscription>> line_to_replace(Platform& p, const jose::Object& in,
                                                           const std::string& operator_id) {
    TRY(const auto iccid, in.optional_member(&jose::Object::text, "replaces"));
    if (!iccid) return std::optional<store::Subscription>{};
    auto line = subscription_named(p, *iccid);
    if (!line) return std::move(line).error().within("replaces");
    if (line->operator_id != operator_id)
        return fail(Errc::refused, "replaces",
                    "it is a subscription of " + line->operator_id + ", not of " + operator_id);
    if (line->standing == store::Standing::closed)
        return fail(Errc::conflict, "replaces", "the subscription is closed: add another without this");
    return std::optional(*std::move(line));
}

/// What the customer keeps. Another network's code may have another length: mobile country code, and the two digits
/// that every network code has, are the same.
void inherit(const store::Subscription& replaced, store::Subscription& s) {
    const auto network = [](const Imsi& imsi) { return std::string_view(imsi.text()).substr(0, 5); };
    s.msisdn = replaced.msisdn;
    if (network(replaced.imsi) == network(s.imsi)) s.mnc_digits = replaced.mnc_digits;
}

/// Its own, or that of the line whose place it takes; nullopt where its profile type's or its operator's counts. What
/// no card would take is refused now.
Result<std::optional<MetadataSettings>> metadata_of_new_line(Platform& p, const jose::Object& in,
                                                             const std::optional<store::Subscription>& replaced,
                                                             const store::Subscription& s) {
    std::optional<MetadataSettings> own;
    if (in.has("metadata")) {
        TRY(own, metadata_in(in));
    } else if (replaced) {
        TRY(own, own_metadata(p.store, replaced->iccid));
    }
    TRY(const auto applied, inherited_metadata(p.store, s));
    if (auto fits = check_fits(own ? *own : applied.settings, s); !fits)
        return std::move(fits).error().within("metadata");
    return own;
}

/// What the authentication centre makes of a line.
Result<Json> access_of(Platform& p, const store::Subscription& s) {
    TRY(auto out, show_auc(p, s.imsi.text()));
    TRY(const bool barred, is_barred(p, s.iccid));
    return out.text("iccid", s.iccid.text()).flag("barred_by_operator", barred);
}

/// What stands in releases and configurations, and what stands on terminals.
Status check_naming(const store::Operator& o) {
    const auto of_ascii = [](char c) { return c > ' ' && c <= '~'; };
    if (o.id.empty() || o.id.size() > 64 || !std::ranges::all_of(o.id, of_ascii))
        return fail(Errc::bad_value, "id", "1 to 64 printable characters of ASCII without spaces are wanted");
    const auto of_control = [](unsigned char c) { return c < ' ' || c == 0x7F; };
    if (o.name.empty() || o.name.size() > 200 || std::ranges::any_of(o.name, of_control))
        return fail(Errc::bad_value, "name", "1 to 200 octets of text without control characters are wanted");
    return ok();
}

}  // namespace

Result<store::Subscription> subscription_named(Platform& p, std::string_view iccid) {
    TRY(const Iccid id, Iccid::parse_unchecked(iccid));
    TRY(auto found, p.store.find_subscription(id));
    if (!found)
        return fail(Errc::not_found, "iccid",
                    "no subscription has " + id.text() + "; \"mcim subscription list\" shows those that are here");
    return *std::move(found);
}

Result<Json> add_operator(Platform& p, const jose::Object& in) {
    store::Operator row;
    TRY(row.id, in.text("id"));
    TRY(row.name, in.text("name"));
    CHECKED(check_naming(row));
    TRY(row.key_spki, in.octets("key"));
    TRY(const auto key, crypto::PublicKey::from_spki(row.key_spki));
    if (key.curve() != crypto::Curve::p256) return fail(Errc::bad_value, "key", "ES256 wants a key on P-256");
    TRY(const auto known, p.store.find_operator(row.id));
    if (known)
        return fail(Errc::conflict, "id",
                    "operator \"" + row.id + "\" is known here already, as \"" + known->name +
                        "\"; its name and key stay as they are. Another one needs another id");
    TRY(const auto others, p.store.list_operators());
    for (const auto& other : others)
        if (other.key_spki == row.key_spki)
            return fail(Errc::conflict, "key",
                        "operator \"" + other.id + "\" has this key: its owner would sign for both of them");
    row.created_at = p.now();
    CHECKED(p.store.commit_one({store::AddOperator{row}}));
    return json_of(row);
}

Result<Json> list_operators(Platform& p) {
    TRY(const auto rows, p.store.list_operators());
    std::vector<Json> out;
    for (const auto& row : rows) out.push_back(json_of(row));
    return Json().objects("operators", out);
}

Result<Json> add_subscription(Platform& p, const jose::Object& in) {
    TRY(const auto operator_id, in.text("operator"));
    TRY(const auto known, p.store.find_operator(operator_id));
    if (!known) return unknown_operator(operator_id);
    TRY(const auto digits, in.text("iccid"));
    TRY(Iccid iccid, parse_typed_iccid("iccid", digits));
    TRY(auto replaced, line_to_replace(p, in, operator_id));
    TRY(auto line, in.has("package") ? from_package(p, *known, in, iccid) : with_given_numbers(p, *known, in));
    TRY(const auto msisdn_digits, in.optional_member(&jose::Object::text, "msisdn"));
    TRY(auto provider, in.optional_member(&jose::Object::text, "service_provider_name"));
    TRY(auto name, in.optional_member(&jose::Object::text, "profile_name"));
    store::Subscription s{std::move(iccid),
                          line.imsi,
                          {},
                          operator_id,
                          line.keys.algorithm,
                          line.keys.keys,
                          line.keys.fingerprint,
                          std::move(provider).value_or(replaced ? replaced->service_provider_name : known->name),
                          std::move(name).value_or(replaced ? replaced->profile_name : known->name)};
    if (replaced) inherit(*replaced, s);
    if (line.package)
        s.package_octets = static_cast<std::uint32_t>(line.package->octets.size());
    else
        CHECKED(read_template_options(in, s));
    if (msisdn_digits) {
        TRY(Msisdn msisdn, Msisdn::parse(*msisdn_digits));
        s.msisdn = std::move(msisdn);
    }
    CHECKED(check_names(s));
    if (!line.package) CHECKED(check_template(p, *known, s));
    TRY(s.profile_type, in.optional_member(&jose::Object::text, "profile_type"));
    TRY(const auto metadata, metadata_of_new_line(p, in, replaced, s));
    s.needs_javacard = line.needs_javacard;
    s.package_version = line.package_version;
    s.created_at = p.now();
    auc::Subscription row{line.imsi, line.keys.keys};
    if (line.keys.algorithm == signer::Algorithm::test) row.card_limits = {};
    store::Batch batch{store::AddSubscription{s, std::move(line.package)}, store::AddAuc{std::move(row)}};
    if (metadata) CHECKED(set_line_metadata(p.store, s.iccid, metadata, batch));
    Json out = json_of(s);
    TRY(const auto only_tried, in.optional_member(&jose::Object::flag, "dry_run"));
    if (only_tried.value_or(false)) return out;
    if (replaced) {
        out.text("replaces", replaced->iccid.text());
        CHECKED(close_by_operator(p, *std::move(replaced), "another takes its place", batch));
    }
    auto added = commit_with_events(p, std::move(batch));
    if (!added) return explained(p, std::move(added).error(), s);
    return out;
}

Result<Json> list_subscriptions(Platform& p) {
    TRY(const auto rows, p.store.list_subscriptions());
    std::vector<Json> out;
    for (const auto& row : rows) out.push_back(json_of(row));
    return Json().objects("subscriptions", out);
}
Result<Json> show_subscription(Platform& p, std::string_view iccid) {
    TRY(const auto s, subscription_named(p, iccid));
    TRY(const auto access, access_of(p, s));
    TRY(const auto metadata, metadata_for(p.store, s));
    TRY(const auto exports, p.store.exports_of(s.iccid));
    std::vector<Json> left;
    for (const auto& e : exports) left.push_back(json_of(e));
    return json_of(s)
        .object("metadata", json_of(metadata.settings))
        .text("metadata_from", to_string(metadata.from))
        .object("network_access", access)
        .objects("exports", left);
}

Result<Json> export_subscription(Platform& p, std::string_view iccid, const jose::Object& in,
                                 std::optional<std::uint32_t> user) {
    TRY(const auto s, subscription_named(p, iccid));
    TRY(const auto operator_id, in.text("operator"));
    if (s.operator_id != operator_id)
        return fail(Errc::refused, "operator", "it is a subscription of " + s.operator_id + ", not of " + operator_id);
    if (s.standing == store::Standing::closed)
        return fail(Errc::refused, "standing", "the subscription is closed: its keys serve nobody any more");
    TRY(const auto transport_key, transport_key_of(in));
    if (!transport_key || *transport_key == 0)
        return fail(Errc::refused, "transport_key", "keys leave under a transport key only: 1 to 255 names it");
    TRY(const auto keys, p.signer.ask(signer::ExportSubscription{operator_id, *transport_key, s.imsi, s.keys}));
    CHECKED(p.store.commit_one({store::RecordExport{{s.iccid, p.now(), operator_id, *transport_key, user}}}));
    Json out;
    out.text("iccid", s.iccid.text()).text("imsi", s.imsi.text());
    if (s.msisdn) out.text("msisdn", s.msisdn->text());
    out.text("operator", operator_id).integer("transport_key", *transport_key);
    return out.hex_octets("k", keys.k).hex_octets("opc", keys.opc);
}

Result<Json> set_bar(Platform& p, std::string_view iccid, auc::Status status) {
    TRY(const auto s, subscription_named(p, iccid));
    if (s.standing == store::Standing::closed)
        return fail(Errc::refused, "standing", "the subscription is closed: it is never served again");
    TRY(const bool was_barred, is_barred(p, s.iccid));
    const bool served = may_be_served(p, s.standing);
    if (status == auc::Status::active && !served && !was_barred)
        return fail(Errc::refused, "standing",
                    "the subscription is " + std::string(to_string(s.standing)) +
                        ": no card has it, and its installation on one lets it in");
    // with its version: another node may be closing it, and what is closed stays so
    store::Batch batch{store::PutSubscription{s}};
    CHECKED(status == auc::Status::barred ? put_bar(p, s.iccid, batch) : lift_bar(p, s.iccid, batch));
    // without its bar, one that no card has is let in by its installation
    if (status == auc::Status::barred || served) batch.emplace_back(store::SetAucStatus{s.imsi, status});
    CHECKED(p.store.commit_one(std::move(batch)));
    return access_of(p, s);
}

Result<Json> close_subscription(Platform& p, std::string_view iccid) {
    TRY(const auto s, subscription_named(p, iccid));
    if (s.standing == store::Standing::closed) return fail(Errc::conflict, "standing", "the subscription is closed");
    store::Batch batch;
    CHECKED(close_by_operator(p, s, "by its operator", batch));
    CHECKED(commit_with_events(p, std::move(batch)));
    return access_of(p, s);
}

Result<Json> show_auc(Platform& p, std::string_view digits) {
    TRY(const Imsi imsi, Imsi::parse(digits));
    TRY(const auto row, p.store.find_auc(imsi));
    if (!row) return fail(Errc::not_found, "imsi", "the authentication centre does not know it");
    return Json()
        .text("imsi", imsi.text())
        .text("status", to_string(row->status))
        .hex_octets("sqn", row->sqn.octets())
        .integer("sync_failures", row->sync_failures);
}

}  // namespace mcim::apps::mcimd
