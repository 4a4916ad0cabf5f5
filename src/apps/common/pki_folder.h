// A PKI in a folder, as `mcim pki init` makes it and as the other programs find it.
//
//   ci/   certificate.der .pem, key.pem         the root. Its key signs EUMs and servers; it belongs offline
//   eum/  certificate.der, key.pem              signs cards, in the factory
//   dp/   auth.der pb.der, tls.der .pem, tls.key.pem
//   dp/keys/                                    signing keys "dpauth" and "dppb", wrapping key: custody/key_folder.h
//
// A PKI that was imported may have more than one CI (pki_import.h), and lacks what its maker kept: keys of CI and EUM.
//
// Folders are of mode 0700, private keys of mode 0600 (PKCS#8).
#pragma once
#include <filesystem>

#include "mcim/x509/issue.h"
#include "mcim/x509/verify.h"

namespace mcim::apps {

/// Names of signing keys in dp/keys.
inline constexpr std::string_view dp_auth_key_name = "dpauth";
inline constexpr std::string_view dp_pb_key_name = "dppb";

struct PkiPaths {
    std::filesystem::path root;
    [[nodiscard]] std::filesystem::path ci_certificate() const { return root / "ci" / "certificate.der"; }
    [[nodiscard]] std::filesystem::path ci_certificate_pem() const { return root / "ci" / "certificate.pem"; }
    [[nodiscard]] std::filesystem::path ci_key() const { return root / "ci" / "key.pem"; }
    [[nodiscard]] std::filesystem::path eum_certificate() const { return root / "eum" / "certificate.der"; }
    [[nodiscard]] std::filesystem::path eum_key() const { return root / "eum" / "key.pem"; }
    [[nodiscard]] std::filesystem::path dp_auth() const { return root / "dp" / "auth.der"; }
    [[nodiscard]] std::filesystem::path dp_pb() const { return root / "dp" / "pb.der"; }
    [[nodiscard]] std::filesystem::path dp_tls() const { return root / "dp" / "tls.der"; }
    [[nodiscard]] std::filesystem::path dp_tls_pem() const { return root / "dp" / "tls.pem"; }
    [[nodiscard]] std::filesystem::path dp_tls_key() const { return root / "dp" / "tls.key.pem"; }
    [[nodiscard]] std::filesystem::path dp_keys() const { return root / "dp" / "keys"; }
};

struct PkiPlan {
    crypto::Curve curve = crypto::Curve::p256;
    std::string organization = "mcim";
    std::string country = "XX";  ///< two letters
    std::string dp_host = "localhost";
    der::Oid dp_oid = *der::Oid::parse("2.999.10");  ///< 2.999 is the arc for examples (X.660)
    std::vector<std::string> eins{"89049032"};       ///< EID prefixes of the EUM
    std::string crl_uri;                             ///< empty: http://DP_HOST/crl/ci.crl
};

struct PkiCertificates {
    x509::Certificate ci;
    x509::Certificate eum;
    x509::Certificate dp_auth;
    x509::Certificate dp_pb;
    x509::Certificate dp_tls;
};

/// All of it or nothing. Errc::conflict where one of the three folders exists. What was made has been verified as cards
/// and servers will verify it.
[[nodiscard]] Result<PkiCertificates> make_pki(const PkiPaths&, const PkiPlan&, Time now, Random&);
[[nodiscard]] Result<PkiCertificates> load_pki(const PkiPaths&);
/// The digits with which EIDs of its EUM begin; the first, where there are several.
[[nodiscard]] Result<std::string> first_ein(const PkiPaths&);

struct CardIdentity {
    Eid eid;
    crypto::PrivateKey key;
    Bytes certificate;
    Bytes eum_certificate;
    Bytes ci_certificate;
};
/// The factory: a new key, and its certificate for this EID by the EUM of the folder, without end.
[[nodiscard]] Result<CardIdentity> make_card_identity(const PkiPaths&, const Eid&, Time now, Random&);

}  // namespace mcim::apps
