// Who the platform is, from the files that the configuration names: certificates, and the keys that fit them.
#pragma once
#include "mcim/apps/common/certificates.h"
#include "mcim/apps/mcimd/config.h"
#include "mcim/http/client.h"
#include "mcim/http/server.h"
#include "mcim/signer/public_keys.h"
#include "mcim/smdp/server.h"

namespace mcim::apps::mcimd {

[[nodiscard]] Result<http::TlsIdentity> tls_identity(const TlsFiles&);
/// Errc::conflict where two are on one curve: nothing would tell which of them a client is shown.
[[nodiscard]] Result<std::vector<http::TlsIdentity>> tls_identities(const TlsConfig&);
/// Of what is shown to the servers of others: operators', SM-DSs.
[[nodiscard]] Result<std::shared_ptr<const http::TlsIdentity>> identity_as_client(const Config&);
/// An SM-DS as it is reached.
struct Smds {
    std::string address;  ///< as it is configured
    http::HostPort server;
    std::vector<Bytes> roots;  ///< DER
    std::shared_ptr<const http::TlsIdentity> identity;
    bool forwarding = false;
};
/// `shown`: to those that have no certificate of their own for it.
[[nodiscard]] Result<std::vector<Smds>> smds_servers(const DpConfig&,
                                                     const std::shared_ptr<const http::TlsIdentity>& shown);
[[nodiscard]] Result<x509::TrustAnchors> trust_anchors(const std::vector<std::filesystem::path>& ci);
/// The lists of these CIs and their EUMs, each verified; Errc::conflict where one is of nobody here.
[[nodiscard]] Result<std::vector<x509::RevocationList>> revocation_lists(const DpConfig&, const x509::TrustAnchors&);
/// Errc::conflict where the newest of an issuer is older than the newest that is in use, or gone: lists come over
/// networks on which somebody may keep an old one.
[[nodiscard]] Status check_not_older(const std::vector<x509::RevocationList>& lists,
                                     const std::vector<x509::RevocationList>& in_use);
/// Certificates that chain to one of `anchors` and belong to keys that the signer has.
[[nodiscard]] Result<smdp::Credential> dp_credential(const CredentialConfig&, const x509::TrustAnchors&,
                                                     const signer::PublicKeys&);
/// With all of its credentials. Errc::conflict where two are of one CI, or they are not of one SM-DP+; Errc::refused
/// where none is valid now.
[[nodiscard]] Result<smdp::Server> dp_server(const DpConfig&, SecretBytes challenge_key, const signer::PublicKeys&,
                                             Time now);
/// A certificate that the platform shows, or trusts; or a revocation list.
struct CertificateInUse {
    std::string key;           ///< that names its file, "server.tls_certificate", "dp.credential[1].pb_certificate"
    std::size_t position = 0;  ///< where the key names several
    x509::Validity validity;
    /// Who is served with it: those of one TLS identity, or of one credential and its CI, are of use only together.
    struct Part {
        enum class Of : std::uint8_t { tls, es2, smds, dp } of{};
        std::size_t number{};
    };
    std::optional<Part> part{};  ///< nullopt: a CI that none of our own is under, or a list
    bool revoked = false;        ///< named in a list of its CI
};
/// All of them; `dp` where that role is played.
[[nodiscard]] Result<std::vector<CertificateInUse>> certificates_in_use(const Config&, const smdp::Server* dp);
}  // namespace mcim::apps::mcimd
