// The ASN.1 of certificate revocation lists (RFC 5280 section 5), as structure.h has that of certificates.
#pragma once
#include "mcim/x509/structure.h"

namespace mcim::x509 {

struct RevokedCertificate {
    der::OctetString<1, 20> user_certificate;  ///< content of the INTEGER
    TimeChoice revocation_date;
    std::optional<std::vector<Extension>> extensions;
    static constexpr auto asn1 = der::sequence(
        "revokedCertificate", der::field<&RevokedCertificate::user_certificate>("userCertificate", der::Tag{0x02}),
        der::field<&RevokedCertificate::revocation_date>("revocationDate"),
        der::field<&RevokedCertificate::extensions>("crlEntryExtensions"));
    friend bool operator==(const RevokedCertificate&, const RevokedCertificate&) = default;
};
struct CrlExtensionsField {
    std::vector<Extension> list;
    static constexpr auto asn1 =
        der::sequence("crlExtensions", der::Tag{0xA0}, der::field<&CrlExtensionsField::list>("extensions"));
    friend bool operator==(const CrlExtensionsField&, const CrlExtensionsField&) = default;
};
struct TbsCertList {
    std::optional<std::int32_t> version;  ///< 1: v2
    AlgorithmIdentifier signature;
    RdnSequence issuer;
    TimeChoice this_update;
    std::optional<TimeChoice> next_update;
    std::optional<std::vector<RevokedCertificate>> revoked_certificates;
    std::optional<CrlExtensionsField> extensions;
    static constexpr auto asn1 = der::sequence(
        "TBSCertList", der::field<&TbsCertList::version>("version"), der::field<&TbsCertList::signature>("signature"),
        der::field<&TbsCertList::issuer>("issuer"), der::field<&TbsCertList::this_update>("thisUpdate"),
        der::field<&TbsCertList::next_update>("nextUpdate"),
        der::field<&TbsCertList::revoked_certificates>("revokedCertificates"),
        der::field<&TbsCertList::extensions>("crlExtensions"));
    friend bool operator==(const TbsCertList&, const TbsCertList&) = default;
};
struct CertificateList {
    TbsCertList tbs;
    AlgorithmIdentifier signature_algorithm;
    der::BitString signature;  ///< holds SEQUENCE { r, s }
    static constexpr auto asn1 = der::sequence("CertificateList", der::field<&CertificateList::tbs>("tbsCertList"),
                                               der::field<&CertificateList::signature_algorithm>("signatureAlgorithm"),
                                               der::field<&CertificateList::signature>("signatureValue"));
    friend bool operator==(const CertificateList&, const CertificateList&) = default;
};

/// The scope of a list that is one of several of its issuer (5.2.5).
struct IssuingDistributionPoint {
    std::optional<DistributionPointName> name;
    std::optional<bool> only_user_certificates;
    std::optional<bool> only_ca_certificates;
    std::optional<der::BitString> only_some_reasons;
    std::optional<bool> indirect;
    std::optional<bool> only_attribute_certificates;
    static constexpr auto asn1 = der::sequence(
        "IssuingDistributionPoint", der::field<&IssuingDistributionPoint::name>("distributionPoint", der::Tag{0xA0}),
        der::field<&IssuingDistributionPoint::only_user_certificates>("onlyContainsUserCerts", der::Tag{0x81}),
        der::field<&IssuingDistributionPoint::only_ca_certificates>("onlyContainsCACerts", der::Tag{0x82}),
        der::field<&IssuingDistributionPoint::only_some_reasons>("onlySomeReasons", der::Tag{0x83}),
        der::field<&IssuingDistributionPoint::indirect>("indirectCRL", der::Tag{0x84}),
        der::field<&IssuingDistributionPoint::only_attribute_certificates>("onlyContainsAttributeCerts",
                                                                           der::Tag{0x85}));
};

}  // namespace mcim::x509
