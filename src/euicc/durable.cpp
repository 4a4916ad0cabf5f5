#include "mcim/euicc/durable.h"

#include <algorithm>
#include <charconv>

namespace mcim::euicc {
namespace {

constexpr std::string_view card_key = "euicc/card";
constexpr std::string_view settings_key = "euicc/settings";
constexpr std::string_view counters_key = "euicc/counters";
constexpr std::string_view identity_prefix = "euicc/identity/";
constexpr std::string_view profile_prefix = "euicc/profile/";
constexpr std::string_view notification_prefix = "euicc/notification/";
constexpr std::string_view one_time_key_prefix = "euicc/otpk/";
constexpr std::string_view installation_key = "euicc/installation";

std::string numbered(std::string_view prefix, std::int64_t n) { return std::string(prefix) + std::to_string(n); }

Result<View> entry(const uicc::Entries& entries, std::string_view key) {
    const auto found = entries.find(key);
    if (found == entries.end()) return fail(Errc::not_found, std::string(key), "the storage holds no such entry");
    return expose(found->second);
}

template <class T>
Result<T> decode_entry(std::string_view key, View value) {
    auto decoded = der::decode<T>(value);
    if (!decoded) return std::move(decoded).error().within(key);
    if constexpr (requires { decoded->version; })
        if (decoded->version != stored_version)
            return fail(Errc::bad_value, std::string(key),
                        "format " + std::to_string(decoded->version) + "; this program knows " +
                            std::to_string(stored_version));
    return decoded;
}
template <class T>
Result<T> load_entry(const uicc::Entries& entries, std::string_view key) {
    TRY(const View value, entry(entries, key));
    return decode_entry<T>(key, value);
}

Result<std::int64_t> number_of(std::string_view key, std::string_view prefix) {
    const std::string_view digits = key.substr(prefix.size());
    std::int64_t n = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), n);
    if (error != std::errc{} || end != digits.data() + digits.size())
        return fail(Errc::bad_value, std::string(key), "no number after " + std::string(prefix));
    return n;
}

/// Calls use(number, key, value) for "<prefix><number>", skipping what lies deeper.
template <class Use>
Status for_each_numbered(const uicc::Entries& entries, std::string_view prefix, Use use) {
    for (auto e = entries.lower_bound(prefix); e != entries.end() && e->first.starts_with(prefix); ++e) {
        if (e->first.find('/', prefix.size()) != std::string::npos) continue;
        TRY(const std::int64_t n, number_of(e->first, prefix));
        CHECKED(use(n, e->first, expose(e->second)));
    }
    return ok();
}

Result<SigningIdentity> load_identity(const uicc::Entries& entries, const std::string& name,
                                      const x509::TrustAnchors& anchors) {
    TRY(StoredChain chain, load_entry<StoredChain>(entries, name));
    // Without dates: an eUICC whose certificate ran out still says who it is; servers refuse it (SGP.22 5.6.3).
    const auto verified = x509::verify_euicc(chain.euicc_certificate, chain.eum_certificate, anchors, std::nullopt);
    if (!verified) return fail(Errc::refused, name, to_string(verified.refused()));
    return SigningIdentity{std::move(chain), verified->ci_key_id};
}

Status load_lists(const uicc::Entries& entries, DurableState& state) {
    CHECKED(for_each_numbered(entries, profile_prefix, [&](std::int64_t, std::string_view key, View value) -> Status {
        TRY(InstalledProfile profile, decode_entry<InstalledProfile>(key, value));
        state.profiles.emplace(profile.slot, std::move(profile));
        return ok();
    }));
    CHECKED(for_each_numbered(entries, notification_prefix,
                              [&](std::int64_t n, std::string_view key, View value) -> Status {
                                  TRY(auto pending, decode_entry<msg::PendingNotification>(key, value));
                                  state.notifications.emplace(n, std::move(pending));
                                  return ok();
                              }));
    return for_each_numbered(entries, one_time_key_prefix,
                             [&](std::int64_t n, std::string_view key, View value) -> Status {
                                 TRY(const auto stored, decode_entry<StoredOneTimeKey>(key, value));
                                 TRY(crypto::PrivateKey secret, load_key(entries, std::string(key)));
                                 state.one_time_keys.emplace(static_cast<std::uint32_t>(n),
                                                             OneTimeKey{stored.smdp_oid.text(), std::move(secret)});
                                 return ok();
                             });
}

}  // namespace

std::string_view to_string(CardClass c) { return c == CardClass::lab ? "lab" : "production"; }

bool InstalledProfile::has_rule(msg::PprBit rule) const {
    return metadata.profile_policy_rules && metadata.profile_policy_rules->test(static_cast<std::size_t>(rule));
}
Bytes InstalledProfile::isdp_aid() const { return euicc::isdp_aid(slot); }
std::string InstalledProfile::uicc_prefix() const { return euicc::uicc_prefix(slot); }

/// RID and PIX of SGP.02 Annex H; ISD-Ps are numbered from 1000 in the last two octets.
Bytes isdp_aid(std::uint32_t slot) {
    const std::uint32_t number = 0x1000 + slot;
    return {0xA0,
            0x00,
            0x00,
            0x05,
            0x59,
            0x10,
            0x10,
            0xFF,
            0xFF,
            0xFF,
            0xFF,
            0x89,
            0x00,
            0x00,
            static_cast<std::uint8_t>(number >> 8U),
            static_cast<std::uint8_t>(number)};
}
std::string uicc_prefix(std::uint32_t slot) { return "profile/" + std::to_string(slot) + "/"; }

Result<DurableState> DurableState::load(const uicc::Entries& entries) {
    DurableState state;
    TRY(state.birth, load_entry<BirthRecord>(entries, card_key));
    CHECKED(Eid::from_octets(state.birth.eid) ? ok() : fail(Errc::bad_value, std::string(card_key), "the EID"));
    for (const auto& ci : state.birth.ci_certificates)
        if (const auto added = state.anchors.add(ci); !added)
            return fail(Errc::refused, std::string(card_key), to_string(added.refused()));
    for (std::size_t i = 0; i < state.birth.identities; ++i) {
        TRY(SigningIdentity identity, load_identity(entries, identity_entry(i), state.anchors));
        state.identities.push_back(std::move(identity));
    }
    if (state.identities.empty()) return fail(Errc::missing_field, std::string(identity_prefix), "no signing key");
    TRY(state.settings, load_entry<Settings>(entries, settings_key));
    TRY(state.counters, load_entry<Counters>(entries, counters_key));
    CHECKED(load_lists(entries, state));
    if (entries.contains(installation_key)) {
        TRY(state.open_installation, load_entry<OpenInstallation>(entries, installation_key));
    }
    return state;
}

Eid DurableState::eid() const { return *Eid::from_octets(birth.eid); }

std::size_t DurableState::free_memory() const {
    std::size_t used = 0;
    for (const auto& [slot, profile] : profiles) used += profile.footprint;
    return used > birth.memory_octets ? 0 : birth.memory_octets - used;
}

InstalledProfile* DurableState::find_profile(const msg::IccidOctets& iccid) {
    const auto found = std::ranges::find_if(profiles, [&](const auto& p) { return p.second.iccid() == iccid; });
    return found == profiles.end() ? nullptr : &found->second;
}
InstalledProfile* DurableState::find_profile_by_aid(View aid) {
    const auto found = std::ranges::find_if(profiles, [&](const auto& p) { return equal(p.second.isdp_aid(), aid); });
    return found == profiles.end() ? nullptr : &found->second;
}
InstalledProfile* DurableState::find_enabled() {
    const auto found = std::ranges::find_if(profiles, [](const auto& p) { return p.second.enabled(); });
    return found == profiles.end() ? nullptr : &found->second;
}
const InstalledProfile* DurableState::find_enabled() const { return const_cast<DurableState*>(this)->find_enabled(); }

const SigningIdentity* DurableState::find_identity(View ci_key_id) const {
    const auto found = std::ranges::find_if(identities, [&](const auto& i) { return equal(i.ci_key_id, ci_key_id); });
    return found == identities.end() ? nullptr : &*found;
}

std::string identity_entry(std::size_t i) { return numbered(identity_prefix, static_cast<std::int64_t>(i)); }

Result<crypto::PrivateKey> load_key(const uicc::Entries& entries, const std::string& owner) {
    TRY(const View pkcs8, entry(entries, owner + "/key"));
    auto key = crypto::PrivateKey::from_der(pkcs8);
    if (!key) return std::move(key).error().within(owner + "/key");
    return key;
}

void put_settings(uicc::Changes& changes, const Settings& settings) {
    changes.put(std::string(settings_key), der::encode(settings));
}
void put_counters(uicc::Changes& changes, const Counters& counters) {
    changes.put(std::string(counters_key), der::encode(counters));
}
void put_profile(uicc::Changes& changes, const InstalledProfile& profile) {
    changes.put(numbered(profile_prefix, profile.slot), der::encode(profile));
}
void erase_profile(uicc::Changes& changes, const InstalledProfile& profile) {
    changes.erase(numbered(profile_prefix, profile.slot));
    changes.erase_below(profile.uicc_prefix());
}
void put_notification(uicc::Changes& changes, const msg::PendingNotification& pending) {
    changes.put(numbered(notification_prefix, pending.metadata().seq_number), der::encode(pending));
}
void erase_notification(uicc::Changes& changes, std::int64_t sequence_number) {
    changes.erase(numbered(notification_prefix, sequence_number));
}
void put_one_time_key(uicc::Changes& changes, std::uint32_t number, const OneTimeKey& one) {
    const std::string name = numbered(one_time_key_prefix, number);
    const auto oid = der::Oid::parse(one.smdp_oid);  // it came out of a certificate
    changes.put(name, der::encode(StoredOneTimeKey{stored_version, *oid}));
    changes.put(name + "/key", one.key.to_pkcs8());
}
void erase_one_time_key(uicc::Changes& changes, std::uint32_t number) {
    const std::string name = numbered(one_time_key_prefix, number);
    changes.erase(name);
    changes.erase(name + "/key");
}

void put_open_installation(uicc::Changes& changes, const OpenInstallation& open) {
    changes.put(std::string(installation_key), der::encode(open));
}
void erase_open_installation(uicc::Changes& changes) { changes.erase(std::string(installation_key)); }

}  // namespace mcim::euicc
