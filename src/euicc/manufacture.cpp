#include "mcim/euicc/manufacture.h"

#include <algorithm>

namespace mcim::euicc {
namespace {

using std::chrono::milliseconds;

struct CheckedIdentities {
    x509::TrustAnchors anchors;
    Time latest_not_before{};
};

Result<CheckedIdentities> check(const Birth& birth) {
    CheckedIdentities out;
    for (const Bytes& ci : birth.ci_certificates)
        if (const auto added = out.anchors.add(ci); !added)
            return fail(Errc::refused, "ciCertificate", to_string(added.refused()));
    if (birth.credentials.empty()) return fail(Errc::missing_field, "credentials", "a card needs a signing key");
    for (const Credentials& c : birth.credentials) {
        const auto euicc = x509::verify_euicc(c.euicc_certificate, c.eum_certificate, out.anchors, std::nullopt);
        if (!euicc) return fail(Errc::refused, "euiccCertificate", to_string(euicc.refused()));
        if (!(euicc->key == c.key.public_key()))
            return fail(Errc::bad_crypto, "key", "it is not the key of the eUICC certificate");
        if (!(euicc->eid == birth.eid))
            return fail(Errc::conflict, "eid",
                        "the certificate is for " + euicc->eid.text() + ", the card for " + birth.eid.text());
        out.latest_not_before = std::max(out.latest_not_before, euicc->certificate.validity.not_before);
    }
    return out;
}

msg::Certificate certificate(View der) { return {to_bytes(der)}; }

}  // namespace

std::vector<msg::ProfilePolicyAuthorisationRule> rules_for_every_operator() {
    msg::ProfilePolicyAuthorisationRule rule;
    rule.ppr_ids =
        der::BitString::of({static_cast<std::size_t>(msg::PprBit::ppr1), static_cast<std::size_t>(msg::PprBit::ppr2)});
    rule.allowed_operators = {{{{0xEE, 0xEE, 0xEE}}, {}, {}, {}}};
    rule.ppr_flags = der::BitString::of({0});
    return {std::move(rule)};
}

Result<uicc::Changes> manufacture(const Birth& birth) {
    TRY(const CheckedIdentities checked, check(birth));
    uicc::Changes changes;

    BirthRecord record;
    record.eid.bytes = birth.eid.octets();
    record.card_class = birth.card_class;
    record.info_fields = birth.info_fields;
    record.memory_octets = birth.memory_octets;
    record.root_ds_address.text = birth.root_ds_address;
    for (const Bytes& ci : birth.ci_certificates) record.ci_certificates.push_back(certificate(ci));
    record.rules = birth.rules;
    record.identities = static_cast<std::uint8_t>(birth.credentials.size());
    changes.put("euicc/card", der::encode(record));

    for (std::size_t i = 0; i < birth.credentials.size(); ++i) {
        const Credentials& c = birth.credentials[i];
        const std::string name = identity_entry(i);
        changes.put(name, der::encode(StoredChain{stored_version, certificate(c.euicc_certificate),
                                                  certificate(c.eum_certificate)}));
        changes.put(name + "/key", c.key.to_pkcs8());
    }
    Settings settings;
    settings.default_dp_address.text = birth.default_dp_address;
    settings.time_floor_ms = checked.latest_not_before.time_since_epoch().count();
    put_settings(changes, settings);
    put_counters(changes, {});
    return changes;
}

}  // namespace mcim::euicc
