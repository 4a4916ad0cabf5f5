// Making certificates by the profiles of SGP.22 v2.5 4.5.2.1. A draft is the certificate without its signature, ready
// to be signed; tests spoil one field of it first, so that every rule of verify.h meets a certificate that breaks just
// it.
#pragma once
#include "mcim/x509/certificate.h"

namespace mcim::x509 {

struct CiProfile {
    std::string organization;
    std::string organizational_unit;
    std::string common_name;
    std::string country;  ///< two letters
    der::Oid oid;         ///< registeredID
    std::vector<std::string> crl_uris;
    Validity validity;
};
struct EumProfile {
    std::string organization;  ///< also of every eUICC
    std::string common_name;
    std::string country;
    der::Oid oid;
    std::vector<std::string> eins;  ///< EID prefixes that it may issue for
    std::vector<std::string> crl_uris;
    Validity validity;
};
struct EuiccProfile {
    Eid eid;
    std::string common_name;
    Validity validity;
};
/// An SM-DP+ has three certificates of one OID: dp_auth, dp_pb, dp_tls. An SM-DS has two.
struct ServerProfile {
    Role role;
    std::string organization;
    std::string common_name;
    der::Oid oid;
    std::string host;  ///< dNSName; TLS roles only
    std::vector<std::string> crl_uris;
    Validity validity;
};

[[nodiscard]] TbsCertificate draft_ci(const CiProfile&, const crypto::PublicKey&, Random&);
[[nodiscard]] TbsCertificate draft_eum(const EumProfile&, const crypto::PublicKey&, const Certificate& ci, Random&);
/// Country and organisation are those of the EUM.
[[nodiscard]] TbsCertificate draft_euicc(const EuiccProfile&, const crypto::PublicKey&, const Certificate& eum,
                                         Random&);
[[nodiscard]] TbsCertificate draft_server(const ServerProfile&, const crypto::PublicKey&, const Certificate& ci,
                                          Random&);

/// The certificate, DER.
[[nodiscard]] Bytes sign(const TbsCertificate&, const crypto::PrivateKey& issuer);

/// What a factory does for one card: draft_euicc and sign, but refuses an EID that the EUM may not name, and a key that
/// is not that of its certificate.
[[nodiscard]] Result<Bytes> issue_euicc(const EuiccProfile&, const crypto::PublicKey&, const Certificate& eum,
                                        const crypto::PrivateKey& eum_key, Random&);

/// The same certificate for another time, under a new serial number: subject, key and extensions stay.
[[nodiscard]] Result<Bytes> renew(const Certificate&, const Validity&, const crypto::PrivateKey& issuer, Random&);

/// The `number`th EID of an EIN, its check digits included: EIN, zeros, number (SGP.02 2.2.2 leaves these to the EUM).
[[nodiscard]] Result<Eid> make_eid(std::string_view ein, std::uint64_t number);

/// SHA-1 of the public point (RFC 5280 4.2.1.2, method 1).
[[nodiscard]] Bytes key_identifier(const crypto::PublicKey&);

/// Extensions as the drafts carry them.
namespace extension {
enum class Critical : bool { no, yes };
[[nodiscard]] Extension of(std::string_view id, Critical, Bytes value);
[[nodiscard]] Extension key_usage(std::initializer_list<KeyUse>);
[[nodiscard]] Extension policies(Critical, const std::vector<std::string>& oids);
[[nodiscard]] Extension basic_constraints(std::optional<bool> ca, std::optional<std::uint16_t> path_length);
[[nodiscard]] Extension alt_name(const std::vector<std::string>& dns_names, const std::vector<der::Oid>& oids);
/// Permitted subtrees of directoryName.
[[nodiscard]] Extension name_constraints(const std::vector<Name>& permitted);
[[nodiscard]] Extension ext_key_usage(const std::vector<std::string_view>& purposes);
[[nodiscard]] Extension subject_key_id(View);
[[nodiscard]] Extension authority_key_id(View);
[[nodiscard]] Extension crl_distribution_points(const std::vector<std::string>& uris);
}  // namespace extension

}  // namespace mcim::x509
