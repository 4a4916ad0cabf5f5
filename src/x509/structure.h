// The ASN.1 of certificates (RFC 5280 section 4, Appendix A), declared once: certificate.h reads with these tables and
// issue.h writes with them. Only what SGP.22 4.5.2 uses is spelled out; the rest of a CHOICE is carried as it is.
#pragma once
#include "mcim/der/leaf.h"

namespace mcim::x509 {

struct AlgorithmIdentifier {
    der::Oid algorithm;
    std::optional<der::Any> parameters;
    static constexpr auto asn1 =
        der::sequence("AlgorithmIdentifier", der::field<&AlgorithmIdentifier::algorithm>("algorithm"),
                      der::field<&AlgorithmIdentifier::parameters>("parameters"));
    friend bool operator==(const AlgorithmIdentifier&, const AlgorithmIdentifier&) = default;
};

struct AttributeTypeAndValue {
    der::Oid type;
    der::Any value;
    static constexpr auto asn1 =
        der::sequence("AttributeTypeAndValue", der::field<&AttributeTypeAndValue::type>("type"),
                      der::field<&AttributeTypeAndValue::value>("value"));
    friend bool operator==(const AttributeTypeAndValue&, const AttributeTypeAndValue&) = default;
};
using RelativeDistinguishedName = der::Tagged<0x31, std::vector<AttributeTypeAndValue>>;
using RdnSequence = std::vector<RelativeDistinguishedName>;

/// Time ::= CHOICE { utcTime UTCTime, generalTime GeneralizedTime }, still as text.
struct TimeChoice {
    std::variant<der::Tagged<0x17, der::OctetString<>>, der::Tagged<0x18, der::OctetString<>>> value;
    static constexpr auto asn1 = der::choice("Time", der::alternative<&TimeChoice::value, 0>("utcTime"),
                                             der::alternative<&TimeChoice::value, 1>("generalTime"));
    friend bool operator==(const TimeChoice&, const TimeChoice&) = default;
};
struct ValiditySequence {
    TimeChoice not_before;
    TimeChoice not_after;
    static constexpr auto asn1 = der::sequence("Validity", der::field<&ValiditySequence::not_before>("notBefore"),
                                               der::field<&ValiditySequence::not_after>("notAfter"));
    friend bool operator==(const ValiditySequence&, const ValiditySequence&) = default;
};

struct SubjectPublicKeyInfo {
    AlgorithmIdentifier algorithm;
    der::BitString subject_public_key;
    static constexpr auto asn1 =
        der::sequence("SubjectPublicKeyInfo", der::field<&SubjectPublicKeyInfo::algorithm>("algorithm"),
                      der::field<&SubjectPublicKeyInfo::subject_public_key>("subjectPublicKey"));
    friend bool operator==(const SubjectPublicKeyInfo&, const SubjectPublicKeyInfo&) = default;
};

struct Extension {
    der::Oid id;
    std::optional<bool> critical;  ///< DEFAULT FALSE
    der::OctetString<> value;
    static constexpr auto asn1 =
        der::sequence("Extension", der::field<&Extension::id>("extnID"), der::field<&Extension::critical>("critical"),
                      der::field<&Extension::value>("extnValue"));
    friend bool operator==(const Extension&, const Extension&) = default;
};
struct VersionField {
    std::int32_t version = 2;  ///< v3
    static constexpr auto asn1 =
        der::sequence("version", der::Tag{0xA0}, der::field<&VersionField::version>("version"));
    friend bool operator==(const VersionField&, const VersionField&) = default;
};
struct ExtensionsField {
    std::vector<Extension> list;
    static constexpr auto asn1 =
        der::sequence("extensions", der::Tag{0xA3}, der::field<&ExtensionsField::list>("extensions"));
    friend bool operator==(const ExtensionsField&, const ExtensionsField&) = default;
};

/// Without issuerUniqueID and subjectUniqueID, which RFC 5280 forbids and nothing here would check.
struct TbsCertificate {
    std::optional<VersionField> version;
    der::OctetString<1, 20> serial_number;  ///< content of the INTEGER
    AlgorithmIdentifier signature;
    RdnSequence issuer;
    ValiditySequence validity;
    RdnSequence subject;
    SubjectPublicKeyInfo subject_public_key_info;
    std::optional<ExtensionsField> extensions;
    static constexpr auto asn1 = der::sequence(
        "TBSCertificate", der::field<&TbsCertificate::version>("version"),
        der::field<&TbsCertificate::serial_number>("serialNumber", der::Tag{0x02}),
        der::field<&TbsCertificate::signature>("signature"), der::field<&TbsCertificate::issuer>("issuer"),
        der::field<&TbsCertificate::validity>("validity"), der::field<&TbsCertificate::subject>("subject"),
        der::field<&TbsCertificate::subject_public_key_info>("subjectPublicKeyInfo"),
        der::field<&TbsCertificate::extensions>("extensions"));
    friend bool operator==(const TbsCertificate&, const TbsCertificate&) = default;
};

struct SignedCertificate {
    TbsCertificate tbs;
    AlgorithmIdentifier signature_algorithm;
    der::BitString signature;  ///< holds SEQUENCE { r, s }
    static constexpr auto asn1 =
        der::sequence("Certificate", der::field<&SignedCertificate::tbs>("tbsCertificate"),
                      der::field<&SignedCertificate::signature_algorithm>("signatureAlgorithm"),
                      der::field<&SignedCertificate::signature>("signature"));
    friend bool operator==(const SignedCertificate&, const SignedCertificate&) = default;
};

// ---------------------------------------------------------------- extensions (RFC 5280 section 4.2.1)

/// directoryName [4] Name: explicit, because Name is a CHOICE.
struct DirectoryName {
    RdnSequence name;
    static constexpr auto asn1 =
        der::sequence("directoryName", der::Tag{0xA4}, der::field<&DirectoryName::name>("rdnSequence"));
    friend bool operator==(const DirectoryName&, const DirectoryName&) = default;
};
struct GeneralName {
    enum Kind : std::uint8_t { other, rfc822, dns, x400, directory, edi, uri, ip, registered_id };
    std::variant<der::Tagged<0xA0, der::AnySequence>, der::Tagged<0x81, der::OctetString<>>,
                 der::Tagged<0x82, der::OctetString<>>, der::Tagged<0xA3, der::AnySequence>, DirectoryName,
                 der::Tagged<0xA5, der::AnySequence>, der::Tagged<0x86, der::OctetString<>>,
                 der::Tagged<0x87, der::OctetString<>>, der::Oid>
        value;
    static constexpr auto asn1 =
        der::choice("GeneralName", der::alternative<&GeneralName::value, other>("otherName"),
                    der::alternative<&GeneralName::value, rfc822>("rfc822Name"),
                    der::alternative<&GeneralName::value, dns>("dNSName"),
                    der::alternative<&GeneralName::value, x400>("x400Address"),
                    der::alternative<&GeneralName::value, directory>("directoryName"),
                    der::alternative<&GeneralName::value, edi>("ediPartyName"),
                    der::alternative<&GeneralName::value, uri>("uniformResourceIdentifier"),
                    der::alternative<&GeneralName::value, ip>("iPAddress"),
                    der::alternative<&GeneralName::value, registered_id>("registeredID", der::Tag{0x88}));
    friend bool operator==(const GeneralName&, const GeneralName&) = default;
};

struct AuthorityKeyIdentifier {
    std::optional<der::OctetString<1, 64>> key_identifier;
    std::optional<std::vector<GeneralName>> issuer;
    std::optional<der::OctetString<1, 20>> serial_number;
    static constexpr auto asn1 = der::sequence(
        "AuthorityKeyIdentifier", der::field<&AuthorityKeyIdentifier::key_identifier>("keyIdentifier", der::Tag{0x80}),
        der::field<&AuthorityKeyIdentifier::issuer>("authorityCertIssuer", der::Tag{0xA1}),
        der::field<&AuthorityKeyIdentifier::serial_number>("authorityCertSerialNumber", der::Tag{0x82}));
};
struct BasicConstraintsValue {
    std::optional<bool> ca;  ///< DEFAULT FALSE
    std::optional<std::uint16_t> path_length;
    static constexpr auto asn1 = der::sequence("BasicConstraints", der::field<&BasicConstraintsValue::ca>("cA"),
                                               der::field<&BasicConstraintsValue::path_length>("pathLenConstraint"));
};
struct PolicyInformation {
    der::Oid policy;
    std::optional<der::AnySequence> qualifiers;
    static constexpr auto asn1 =
        der::sequence("PolicyInformation", der::field<&PolicyInformation::policy>("policyIdentifier"),
                      der::field<&PolicyInformation::qualifiers>("policyQualifiers"));
};
struct GeneralSubtree {
    GeneralName base;
    std::optional<std::uint16_t> minimum;  ///< DEFAULT 0
    std::optional<std::uint16_t> maximum;
    static constexpr auto asn1 = der::sequence("GeneralSubtree", der::field<&GeneralSubtree::base>("base"),
                                               der::field<&GeneralSubtree::minimum>("minimum", der::Tag{0x80}),
                                               der::field<&GeneralSubtree::maximum>("maximum", der::Tag{0x81}));
};
struct NameConstraintsValue {
    std::optional<std::vector<GeneralSubtree>> permitted;
    std::optional<std::vector<GeneralSubtree>> excluded;
    static constexpr auto asn1 = der::sequence(
        "NameConstraints", der::field<&NameConstraintsValue::permitted>("permittedSubtrees", der::Tag{0xA0}),
        der::field<&NameConstraintsValue::excluded>("excludedSubtrees", der::Tag{0xA1}));
};
struct DistributionPointName {
    std::variant<std::vector<GeneralName>, der::Tagged<0xA1, der::AnySequence>> value;
    static constexpr auto asn1 = der::choice(
        "DistributionPointName", der::alternative<&DistributionPointName::value, 0>("fullName", der::Tag{0xA0}),
        der::alternative<&DistributionPointName::value, 1>("nameRelativeToCRLIssuer"));
};
struct DistributionPoint {
    std::optional<DistributionPointName> name;
    std::optional<der::BitString> reasons;
    std::optional<std::vector<GeneralName>> crl_issuer;
    static constexpr auto asn1 =
        der::sequence("DistributionPoint", der::field<&DistributionPoint::name>("distributionPoint", der::Tag{0xA0}),
                      der::field<&DistributionPoint::reasons>("reasons", der::Tag{0x81}),
                      der::field<&DistributionPoint::crl_issuer>("cRLIssuer", der::Tag{0xA2}));
};

/// The content of a serial number's INTEGER: positive, minimal (RFC 5280 4.1.2.2).
[[nodiscard]] Status check_serial(View content);

}  // namespace mcim::x509
