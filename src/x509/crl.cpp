#include "mcim/x509/crl.h"

#include <algorithm>

#include "mcim/x509/crl_structure.h"
#include "mcim/x509/issue.h"
#include "mcim/x509/time.h"

namespace mcim::x509 {
namespace {

Error unusable(std::string_view where, std::string detail) {
    return fail(Errc::bad_value, std::string(where), std::move(detail));
}

/// What its issuer said of one certificate, as far as it changes whose that is.
Status check_entry(const RevokedCertificate& entry) {
    if (auto s = check_serial(entry.user_certificate.bytes); !s) return std::move(s).error().within("userCertificate");
    for (const auto& e : entry.extensions.value_or(std::vector<Extension>{}))
        if (e.critical.value_or(false))
            return unusable("crlEntryExtensions", "critical extension " + e.id.text() + " is not known");
    return ok();
}

Status check_scope(View value) {
    TRY(const auto scope, der::decode<IssuingDistributionPoint>(value));
    if (scope.indirect.value_or(false)) return unusable("indirectCRL", "it speaks of other issuers' certificates");
    if (scope.only_attribute_certificates.value_or(false))
        return unusable("onlyContainsAttributeCerts", "it speaks of other things than certificates");
    return ok();
}

Status read_list_extensions(RevocationList& to, const std::vector<Extension>& list) {
    for (const auto& e : list) {
        const auto& id = e.id.text();
        if (id == oid::authority_key_identifier) {
            TRY(const auto authority, der::decode<AuthorityKeyIdentifier>(e.value));
            if (authority.key_identifier) to.issuer_key_id = authority.key_identifier->bytes;
        } else if (id == oid::issuing_distribution_point) {
            CHECKED(check_scope(e.value));
        } else if (id == oid::delta_crl_indicator) {
            return unusable("deltaCRLIndicator", "a complete list is wanted, not what changed since another");
        } else if (e.critical.value_or(false)) {
            return unusable("crlExtensions", "critical extension " + id + " is not known");
        }
    }
    if (to.issuer_key_id.empty()) return unusable("authorityKeyIdentifier", "a list names the key that signed it");
    return ok();
}

Result<RevocationList> list_from(CertificateList& in) {
    RevocationList out;
    if (in.tbs.version != 1 || !in.tbs.extensions) return unusable("version", "version 2 is wanted, with extensions");
    if (in.tbs.signature != in.signature_algorithm || in.signature_algorithm.parameters ||
        in.signature_algorithm.algorithm.text() != oid::ecdsa_with_sha256)
        return unusable("signatureAlgorithm", "ecdsa-with-SHA256 is wanted, the same in both places");
    const View signature = in.signature.content();
    if (signature.size() < 2 || signature[0] != 0) return unusable("signatureValue", "is not of whole octets");
    out.signature = to_bytes(signature.subspan(1));
    out.tbs = der::encode(in.tbs);
    TRY(out.issuer, parse_name(in.tbs.issuer));
    TRY(out.this_update, parse_time(in.tbs.this_update));
    if (in.tbs.next_update) {
        TRY(out.next_update, parse_time(*in.tbs.next_update));
    }
    CHECKED(read_list_extensions(out, in.tbs.extensions->list));
    if (in.tbs.revoked_certificates)
        for (auto& entry : *in.tbs.revoked_certificates) {
            CHECKED(check_entry(entry));
            out.serials.push_back(std::move(entry.user_certificate.bytes));
        }
    std::ranges::sort(out.serials);
    return out;
}

/// SGP.22 4.5.2.1 gives the EUM keyCertSign and no more, and its cards no other way to be taken back.
bool may_sign_lists(const Certificate& issuer) {
    return issuer.allows(KeyUse::crl_sign) || (issuer.role() == Role::eum && issuer.allows(KeyUse::key_cert_sign));
}

}  // namespace

bool RevocationList::names(View serial) const { return std::ranges::binary_search(serials, to_bytes(serial)); }

Result<RevocationList> parse_revocation_list(View der) {
    if (der.size() > revocation_list_octets_max)
        return fail(Errc::too_large, "CertificateList",
                    std::to_string(der.size()) + " octets; at most " + std::to_string(revocation_list_octets_max));
    TRY(auto structure, der::decode<CertificateList>(der));
    auto out = list_from(structure);
    if (!out) return std::move(out).error().within("CertificateList");
    return out;
}

Status verify_revocation_list(const RevocationList& list, const Certificate& issuer) {
    if (!issuer.subject_key_id || *issuer.subject_key_id != list.issuer_key_id)
        return fail(Errc::conflict, "authorityKeyIdentifier", "it was signed by key " + hex(list.issuer_key_id));
    if (issuer.subject != list.issuer)
        return fail(Errc::conflict, "issuer",
                    "it names " + to_string(list.issuer) + ", not " + to_string(issuer.subject));
    if (!may_sign_lists(issuer)) return fail(Errc::refused, "issuer", "its keyUsage lacks cRLSign");
    TRY(const auto key, issuer.public_key());
    return key.verify_der(list.tbs, list.signature);
}

Bytes issue_revocation_list(const RevocationListProfile& p, const Certificate& issuer,
                            const crypto::PrivateKey& issuer_key) {
    CertificateList out;
    out.tbs.version = 1;
    out.tbs.signature.algorithm = *der::Oid::parse(oid::ecdsa_with_sha256);
    if (auto exact = der::decode<RdnSequence>(issuer.subject_der)) out.tbs.issuer = *std::move(exact);
    out.tbs.this_update = to_time_choice(p.validity.not_before);
    out.tbs.next_update = to_time_choice(p.validity.not_after);
    for (const auto& entry : p.entries) {
        if (!out.tbs.revoked_certificates) out.tbs.revoked_certificates.emplace();  // absent, not empty (5.1.2.6)
        out.tbs.revoked_certificates->push_back({{entry.serial}, to_time_choice(entry.revoked_at), {}});
    }
    auto& extensions = out.tbs.extensions.emplace().list;
    extensions.push_back(extension::authority_key_id(issuer.subject_key_id.value_or(Bytes{})));
    extensions.push_back(extension::of(oid::crl_number, extension::Critical::no, der::encode(p.number)));
    out.signature_algorithm = out.tbs.signature;
    out.signature = *der::BitString::from_content(concat({Bytes{0}, issuer_key.sign_der(der::encode(out.tbs))}));
    return der::encode(out);
}

}  // namespace mcim::x509
