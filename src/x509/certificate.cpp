#include "mcim/x509/certificate.h"

#include <algorithm>

#include "mcim/x509/time.h"

namespace mcim::x509 {
namespace {

Error malformed(std::string detail) { return fail(Errc::bad_value, "", std::move(detail)); }

Result<std::string> ia5_text(View octets) {
    if (octets.empty() || octets.size() > 256) return malformed("a name of 1 to 256 octets wanted");
    if (std::ranges::any_of(octets, [](std::uint8_t c) { return c <= 0x20 || c >= 0x7F; }))
        return malformed("space, control or foreign character in a name");
    return as_text(octets);
}

// ---------------------------------------------------------------- one reader per extension

Status read_subject_key_id(Certificate& to, View value) {
    TRY(auto id, (der::decode<der::OctetString<1, 64>>(value)));
    to.subject_key_id = std::move(id.bytes);
    return ok();
}

Status read_authority_key_id(Certificate& to, View value) {
    TRY(auto id, der::decode<AuthorityKeyIdentifier>(value));
    if (id.key_identifier) to.authority_key_id = std::move(id.key_identifier->bytes);
    return ok();
}

Status read_key_usage(Certificate& to, View value) {
    TRY(auto bits, der::decode<der::BitString>(value));
    if (bits.none()) return malformed("keyUsage without a bit set (RFC 5280 4.2.1.3)");
    to.key_usage = std::move(bits);
    return ok();
}

Status read_basic_constraints(Certificate& to, View value) {
    TRY(const auto bc, der::decode<BasicConstraintsValue>(value));
    const bool ca = bc.ca.value_or(false);
    if (bc.path_length && !ca) return malformed("pathLenConstraint without cA (RFC 5280 4.2.1.9)");
    to.basic_constraints = BasicConstraints{ca, bc.path_length};
    return ok();
}

Status read_policies(Certificate& to, View value) {
    TRY(const auto list, der::decode<std::vector<PolicyInformation>>(value));
    if (list.empty()) return malformed("no policy");
    for (const auto& p : list) {
        if (std::ranges::find(to.policies, p.policy.text()) != to.policies.end())
            return malformed("the same policy twice");
        to.policies.push_back(p.policy.text());
    }
    return ok();
}

Status read_extended_key_usage(Certificate& to, View value) {
    TRY(const auto list, der::decode<std::vector<der::Oid>>(value));
    if (list.empty()) return malformed("no purpose");
    for (const auto& purpose : list) to.extended_key_usage.push_back(purpose.text());
    return ok();
}

Status read_subject_alt_name(Certificate& to, View value) {
    TRY(const auto names, der::decode<std::vector<GeneralName>>(value));
    if (names.empty()) return malformed("no name");
    for (const auto& name : names) {
        if (const auto* dns = std::get_if<GeneralName::dns>(&name.value)) {
            TRY(std::string text, ia5_text(dns->value));
            to.dns_names.push_back(std::move(text));
        } else if (const auto* id = std::get_if<GeneralName::registered_id>(&name.value)) {
            to.registered_ids.push_back(id->text());
        }
    }
    return ok();
}

Status read_name_constraints(Certificate& to, View value) {
    TRY(const auto nc, der::decode<NameConstraintsValue>(value));
    NameConstraints out;
    if (!nc.permitted && !nc.excluded) return malformed("empty (RFC 5280 4.2.1.10)");
    out.directory_names_only = !nc.excluded;
    for (const auto& subtree : nc.permitted.value_or(std::vector<GeneralSubtree>{})) {
        const auto* directory = std::get_if<GeneralName::directory>(&subtree.base.value);
        if (directory == nullptr || subtree.minimum.value_or(0) != 0 || subtree.maximum) {
            out.directory_names_only = false;
            continue;
        }
        TRY(Name name, parse_name(directory->name));
        out.permitted.push_back(std::move(name));
    }
    to.name_constraints = std::move(out);
    return ok();
}

Status read_crl_distribution_points(Certificate& to, View value) {
    TRY(const auto points, der::decode<std::vector<DistributionPoint>>(value));
    for (const auto& point : points) {
        if (!point.name || point.name->value.index() != 0) continue;
        for (const auto& name : std::get<0>(point.name->value)) {
            const auto* uri = std::get_if<GeneralName::uri>(&name.value);
            if (uri == nullptr) continue;
            TRY(std::string text, ia5_text(uri->value));
            to.crl_uris.push_back(std::move(text));
        }
    }
    return ok();
}

struct ExtensionReader {
    std::string_view id;
    std::string_view name;
    Status (*read)(Certificate&, View);
};
constexpr std::array extension_readers{
    ExtensionReader{oid::subject_key_identifier, "subjectKeyIdentifier", read_subject_key_id},
    ExtensionReader{oid::authority_key_identifier, "authorityKeyIdentifier", read_authority_key_id},
    ExtensionReader{oid::key_usage, "keyUsage", read_key_usage},
    ExtensionReader{oid::basic_constraints, "basicConstraints", read_basic_constraints},
    ExtensionReader{oid::certificate_policies, "certificatePolicies", read_policies},
    ExtensionReader{oid::ext_key_usage, "extKeyUsage", read_extended_key_usage},
    ExtensionReader{oid::subject_alt_name, "subjectAltName", read_subject_alt_name},
    ExtensionReader{oid::name_constraints, "nameConstraints", read_name_constraints},
    ExtensionReader{oid::crl_distribution_points, "cRLDistributionPoints", read_crl_distribution_points},
};

Status read_extensions(Certificate& to, const std::vector<Extension>& list) {
    if (list.empty() || list.size() > extensions_max)
        return malformed("1 to " + std::to_string(extensions_max) + " extensions wanted");
    for (auto e = list.begin(); e != list.end(); ++e) {
        if (std::any_of(list.begin(), e, [&](const Extension& before) { return before.id == e->id; }))
            return malformed("extension " + e->id.text() + " stands twice");
        const auto reader = std::ranges::find(extension_readers, e->id.text(), &ExtensionReader::id);
        if (reader == extension_readers.end()) {
            to.other_extensions.push_back(*e);
        } else if (auto s = reader->read(to, e->value); !s) {
            return std::move(s).error().within(reader->name);
        }
    }
    return ok();
}

// ---------------------------------------------------------------- the fields before them

std::optional<EcKey> find_ec_key(const SubjectPublicKeyInfo& spki) {
    if (spki.algorithm.algorithm.text() != oid::ec_public_key || !spki.algorithm.parameters) return std::nullopt;
    const auto curve = der::decode<der::Oid>(spki.algorithm.parameters->tlv);
    const View bits = spki.subject_public_key.content();
    if (!curve || bits.size() != 66 || bits[0] != 0 || bits[1] != 0x04) return std::nullopt;
    const Bytes point = to_bytes(bits.subspan(1));
    if (curve->text() == oid::p256) return EcKey{crypto::Curve::p256, point};
    if (curve->text() == oid::brainpool_p256r1) return EcKey{crypto::Curve::brainpool_p256r1, point};
    return std::nullopt;
}

Result<Certificate> from_structure(SignedCertificate& in, View der) {
    Certificate out;
    out.der = to_bytes(der);
    if (!in.tbs.version || in.tbs.version->version != 2) return malformed("certificates are of version 3");
    CHECKED(check_serial(in.tbs.serial_number));
    out.serial = std::move(in.tbs.serial_number.bytes);
    if (in.tbs.signature != in.signature_algorithm) return malformed("the two signature algorithms differ");
    out.signature_algorithm = in.signature_algorithm.algorithm.text();
    if (out.signature_algorithm == oid::ecdsa_with_sha256 && in.signature_algorithm.parameters)
        return malformed("ecdsa-with-SHA256 has no parameters (RFC 5758 3.2)");
    const View signature = in.signature.content();
    if (signature.size() < 2 || signature[0] != 0) return malformed("signature is not of whole octets");
    out.signature = to_bytes(signature.subspan(1));
    TRY(out.issuer, parse_name(in.tbs.issuer));
    TRY(out.subject, parse_name(in.tbs.subject));
    out.subject_der = der::encode(in.tbs.subject);
    TRY(out.validity.not_before, parse_time(in.tbs.validity.not_before));
    TRY(out.validity.not_after, parse_time(in.tbs.validity.not_after));
    if (out.validity.not_after < out.validity.not_before) return malformed("notAfter lies before notBefore");
    out.key = find_ec_key(in.tbs.subject_public_key_info);
    if (!in.tbs.extensions) return malformed("no extensions");
    CHECKED(read_extensions(out, in.tbs.extensions->list));
    return out;
}

}  // namespace

Status check_serial(View content) {
    if (content[0] >= 0x80) return malformed("negative serial number");
    if (content.size() > 1 && content[0] == 0 && content[1] < 0x80) return malformed("serial number is not minimal");
    return ok();
}

Result<Certificate> parse_certificate(View der) {
    if (der.size() > certificate_octets_max)
        return fail(Errc::too_large, "Certificate",
                    std::to_string(der.size()) + " octets; at most " + std::to_string(certificate_octets_max));
    TRY(auto structure, der::decode<SignedCertificate>(der));
    auto out = from_structure(structure, der);
    if (!out) return std::move(out).error().within("Certificate");
    return out;
}

View Certificate::tbs() const {
    der::Reader in(der);
    auto outer = in.read();
    if (!outer) return {};  // not made by parse_certificate; no signature is over nothing
    const auto tbs = outer->content.read();
    return tbs ? tbs->whole : View{};
}

Result<crypto::PublicKey> Certificate::public_key() const {
    if (!key) return fail(Errc::bad_crypto, "", "no key on NIST P-256 or brainpoolP256r1");
    return crypto::PublicKey::from_point(key->curve, key->point);
}

bool Certificate::allows(KeyUse use) const { return key_usage && key_usage->test(static_cast<std::size_t>(use)); }

std::vector<KeyUse> Certificate::key_uses() const {
    std::vector<KeyUse> out;
    for (std::uint8_t bit = 0; bit <= static_cast<std::uint8_t>(KeyUse::decipher_only); ++bit)
        if (allows(static_cast<KeyUse>(bit))) out.push_back(static_cast<KeyUse>(bit));
    return out;
}

std::optional<Role> Certificate::role() const {
    std::optional<Role> out;
    for (const auto& policy : policies) {
        if (!policy.starts_with(oid::rsp_roles)) continue;
        const std::string_view arc = std::string_view(policy).substr(oid::rsp_roles.size());
        if (out || arc.size() != 1 || arc[0] < '0' || arc[0] > '7') return std::nullopt;
        out = static_cast<Role>(arc[0] - '0');
    }
    return out;
}

Result<Eid> Certificate::eid() const {
    const auto text = subject.find_sole(oid::serial_number);
    if (!text) return fail(Errc::missing_field, "subject.serialNumber", "the EID stands there, once");
    return Eid::parse_unchecked(*text);
}

}  // namespace mcim::x509
