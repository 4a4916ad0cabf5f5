#include "mcim/x509/issue.h"

#include <algorithm>

#include "mcim/crypto/hash.h"
#include "mcim/x509/time.h"

namespace mcim::x509 {

namespace extension {

Extension of(std::string_view id, Critical critical, Bytes value) {
    Extension out;
    out.id = *der::Oid::parse(id);
    if (critical == Critical::yes) out.critical = true;
    out.value.bytes = std::move(value);
    return out;
}

Extension key_usage(std::initializer_list<KeyUse> uses) {
    der::BitString bits;
    for (const auto use : uses) bits.set(static_cast<std::size_t>(use));
    return of(oid::key_usage, Critical::yes, der::encode(bits));
}

Extension policies(Critical critical, const std::vector<std::string>& oids) {
    std::vector<PolicyInformation> list;
    list.reserve(oids.size());
    for (const auto& id : oids) list.push_back({*der::Oid::parse(id), {}});
    return of(oid::certificate_policies, critical, der::encode(list));
}

Extension basic_constraints(std::optional<bool> ca, std::optional<std::uint16_t> path_length) {
    return of(oid::basic_constraints, Critical::yes, der::encode(BasicConstraintsValue{ca, path_length}));
}

Extension alt_name(const std::vector<std::string>& dns_names, const std::vector<der::Oid>& oids) {
    std::vector<GeneralName> names;
    for (const auto& name : dns_names)
        names.emplace_back().value.emplace<GeneralName::dns>().value.bytes = to_bytes(as_view(name));
    for (const auto& id : oids) names.emplace_back().value.emplace<GeneralName::registered_id>(id);
    return of(oid::subject_alt_name, Critical::no, der::encode(names));
}

Extension name_constraints(const std::vector<Name>& permitted) {
    NameConstraintsValue out;
    auto& subtrees = out.permitted.emplace();
    for (const Name& name : permitted)
        subtrees.emplace_back().base.value.emplace<GeneralName::directory>().name = to_rdn_sequence(name);
    return of(oid::name_constraints, Critical::yes, der::encode(out));
}

Extension ext_key_usage(const std::vector<std::string_view>& purposes) {
    std::vector<der::Oid> list;
    list.reserve(purposes.size());
    for (const auto id : purposes) list.push_back(*der::Oid::parse(id));
    return of(oid::ext_key_usage, Critical::yes, der::encode(list));
}

Extension subject_key_id(View id) {
    return of(oid::subject_key_identifier, Critical::no, der::wrap(der::Tag{0x04}, id));
}

Extension authority_key_id(View id) {
    AuthorityKeyIdentifier out;
    out.key_identifier.emplace().bytes = to_bytes(id);
    return of(oid::authority_key_identifier, Critical::no, der::encode(out));
}

Extension crl_distribution_points(const std::vector<std::string>& uris) {
    std::vector<DistributionPoint> points;
    for (const auto& uri : uris) {
        auto& names = points.emplace_back().name.emplace().value.emplace<0>();
        names.emplace_back().value.emplace<GeneralName::uri>().value.bytes = to_bytes(as_view(uri));
    }
    return of(oid::crl_distribution_points, Critical::no, der::encode(points));
}

}  // namespace extension

namespace {

using extension::Critical;

AlgorithmIdentifier ecdsa_with_sha256() { return {*der::Oid::parse(oid::ecdsa_with_sha256), {}}; }

SubjectPublicKeyInfo key_info(const crypto::PublicKey& key) {
    SubjectPublicKeyInfo out;
    out.algorithm.algorithm = *der::Oid::parse(oid::ec_public_key);
    const auto curve = key.curve() == crypto::Curve::p256 ? oid::p256 : oid::brainpool_p256r1;
    out.algorithm.parameters = der::Any{der::encode(*der::Oid::parse(curve))};
    out.subject_public_key = *der::BitString::from_content(concat({Bytes{0}, key.point()}));
    return out;
}

/// 127 random bits: unique without a register of those given, positive, and never of leading zeros.
Bytes random_serial(Random& random) {
    Bytes out = random.bytes(16);
    out[0] = static_cast<std::uint8_t>((out[0] & 0x7FU) | 0x40U);
    return out;
}

TbsCertificate draft(const Name& subject, const Name& issuer, const Validity& validity, const crypto::PublicKey& key,
                     Random& random) {
    TbsCertificate out;
    out.version.emplace();
    out.serial_number.bytes = random_serial(random);
    out.signature = ecdsa_with_sha256();
    out.issuer = to_rdn_sequence(issuer);
    out.validity = {to_time_choice(validity.not_before), to_time_choice(validity.not_after)};
    out.subject = to_rdn_sequence(subject);
    out.subject_public_key_info = key_info(key);
    out.extensions.emplace().list.push_back(extension::subject_key_id(key_identifier(key)));
    return out;
}

/// Under a certificate: its subject becomes the issuer, octet for octet, and its key identifier the authority's.
TbsCertificate draft_under(const Certificate& issuer, const Name& subject, const Validity& validity,
                           const crypto::PublicKey& key, Random& random) {
    TbsCertificate out = draft(subject, issuer.subject, validity, key, random);
    if (auto exact = der::decode<RdnSequence>(issuer.subject_der)) out.issuer = *std::move(exact);
    auto& list = out.extensions->list;
    list.insert(list.begin(), extension::authority_key_id(issuer.subject_key_id.value_or(Bytes{})));
    return out;
}

void add_crl_uris(TbsCertificate& to, const std::vector<std::string>& uris) {
    if (!uris.empty()) to.extensions->list.push_back(extension::crl_distribution_points(uris));
}

}  // namespace

Bytes key_identifier(const crypto::PublicKey& key) { return to_bytes(crypto::sha1(key.point())); }

TbsCertificate draft_ci(const CiProfile& p, const crypto::PublicKey& key, Random& random) {
    const Name name{{{std::string(oid::common_name), p.common_name},
                     {std::string(oid::organizational_unit), p.organizational_unit},
                     {std::string(oid::organization), p.organization},
                     {std::string(oid::country), p.country}}};
    TbsCertificate out = draft(name, name, p.validity, key, random);
    auto& list = out.extensions->list;
    list.push_back(extension::basic_constraints(true, {}));
    list.push_back(extension::policies(Critical::yes, {oid_of(Role::ci)}));
    list.push_back(extension::key_usage({KeyUse::key_cert_sign, KeyUse::crl_sign}));
    list.push_back(extension::alt_name({}, {p.oid}));
    add_crl_uris(out, p.crl_uris);
    return out;
}

TbsCertificate draft_eum(const EumProfile& p, const crypto::PublicKey& key, const Certificate& ci, Random& random) {
    const Name name{{{std::string(oid::country), p.country},
                     {std::string(oid::organization), p.organization},
                     {std::string(oid::common_name), p.common_name}}};
    std::vector<Name> permitted;
    permitted.reserve(p.eins.size());
    for (const auto& ein : p.eins)
        permitted.push_back(
            {{{std::string(oid::organization), p.organization}, {std::string(oid::serial_number), ein}}});
    TbsCertificate out = draft_under(ci, name, p.validity, key, random);
    auto& list = out.extensions->list;
    list.push_back(extension::key_usage({KeyUse::key_cert_sign}));
    list.push_back(extension::policies(Critical::yes, {oid_of(Role::eum)}));
    list.push_back(extension::alt_name({}, {p.oid}));
    list.push_back(extension::basic_constraints(true, 0));
    add_crl_uris(out, p.crl_uris);
    list.push_back(extension::name_constraints(permitted));
    return out;
}

TbsCertificate draft_euicc(const EuiccProfile& p, const crypto::PublicKey& key, const Certificate& eum,
                           Random& random) {
    Name name;
    for (const auto type : {oid::country, oid::organization})
        if (const auto text = eum.subject.find_sole(type))
            name.attributes.push_back({std::string(type), std::string(*text)});
    name.attributes.push_back({std::string(oid::serial_number), p.eid.text()});
    name.attributes.push_back({std::string(oid::common_name), p.common_name});
    TbsCertificate out = draft_under(eum, name, p.validity, key, random);
    auto& list = out.extensions->list;
    list.push_back(extension::key_usage({KeyUse::digital_signature}));
    list.push_back(extension::policies(Critical::yes, {oid_of(Role::euicc)}));
    return out;
}

TbsCertificate draft_server(const ServerProfile& p, const crypto::PublicKey& key, const Certificate& ci,
                            Random& random) {
    const bool tls = p.role == Role::dp_tls || p.role == Role::ds_tls;
    const Name name{{{std::string(oid::organization), p.organization}, {std::string(oid::common_name), p.common_name}}};
    TbsCertificate out = draft_under(ci, name, p.validity, key, random);
    auto& list = out.extensions->list;
    list.push_back(extension::key_usage({KeyUse::digital_signature}));
    // 4.5.2.1: not critical for TLS, so that TLS stacks that do not know the role take the certificate
    list.push_back(extension::policies(tls ? Critical::no : Critical::yes, {oid_of(p.role)}));
    if (tls) list.push_back(extension::ext_key_usage({oid::server_auth, oid::client_auth}));
    list.push_back(extension::alt_name(tls ? std::vector{p.host} : std::vector<std::string>{}, {p.oid}));
    add_crl_uris(out, p.crl_uris);
    return out;
}

Bytes sign(const TbsCertificate& tbs, const crypto::PrivateKey& issuer) {
    SignedCertificate out;
    out.tbs = tbs;
    out.signature_algorithm = tbs.signature;
    out.signature = *der::BitString::from_content(concat({Bytes{0}, issuer.sign_der(der::encode(tbs))}));
    return der::encode(out);
}

Result<Bytes> issue_euicc(const EuiccProfile& p, const crypto::PublicKey& key, const Certificate& eum,
                          const crypto::PrivateKey& eum_key, Random& random) {
    TRY(const auto certified, eum.public_key());
    if (!(certified == eum_key.public_key()))
        return fail(Errc::conflict, "EUM", "the private key is not that of the EUM's certificate");
    if (key.curve() != certified.curve())
        return fail(Errc::bad_value, "eUICC",
                    "the card's key must be on the EUM's curve, " + std::string(to_string(certified.curve())));
    const auto in_range = [&](const Name& subtree) {
        const auto ein = subtree.find_sole(oid::serial_number);
        return ein && p.eid.text().starts_with(*ein);
    };
    if (!eum.name_constraints || std::ranges::none_of(eum.name_constraints->permitted, in_range))
        return fail(Errc::refused, "eUICC", "EID " + p.eid.text() + " does not begin with an EIN of this EUM");
    return sign(draft_euicc(p, key, eum, random), eum_key);
}

Result<Bytes> renew(const Certificate& old, const Validity& validity, const crypto::PrivateKey& issuer,
                    Random& random) {
    TRY(auto structure, der::decode<SignedCertificate>(old.der));
    structure.tbs.serial_number.bytes = random_serial(random);
    structure.tbs.validity = {to_time_choice(validity.not_before), to_time_choice(validity.not_after)};
    return sign(structure.tbs, issuer);
}

Result<Eid> make_eid(std::string_view ein, std::uint64_t number) {
    const std::string digits = std::to_string(number);
    if (ein.size() + digits.size() > 30)
        return fail(Errc::bad_value, "",
                    "EIN " + std::string(ein.substr(0, 40)) + " leaves no room for number " + digits);
    return Eid::with_check_digits(std::string(ein) + std::string(30 - ein.size() - digits.size(), '0') + digits);
}

}  // namespace mcim::x509
