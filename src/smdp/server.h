// What the core knows of itself, and what comes in with every step.
#pragma once
#include "mcim/base/ports.h"
#include "mcim/der/leaf.h"
#include "mcim/signer/signer.h"
#include "mcim/x509/verify.h"

namespace mcim::smdp {

/// The certificates of the server under one CI, and the names under which the signer knows their keys.
struct Credential {
    Bytes ci_key_id;
    crypto::Curve curve{};
    Bytes auth_certificate;  ///< CERT.DPauth.ECDSA, DER
    Bytes pb_certificate;    ///< CERT.DPpb.ECDSA, DER
    signer::KeyName auth_key;
    signer::KeyName pb_key;
    x509::Validity validity;  ///< of both and their CI's at once
    bool revoked = false;     ///< one of them is named in a list of the CI
};
/// Reads the certificates against `anchors`: role, chain, one OID, one curve. One that is out of its dates or was
/// revoked is a credential, and not in force.
[[nodiscard]] Result<Credential> make_credential(View auth_certificate, View pb_certificate, signer::KeyName auth_key,
                                                 signer::KeyName pb_key, const x509::TrustAnchors& anchors);
[[nodiscard]] bool in_force(const Credential&, Time now);

struct Server {
    std::string address;  ///< as activation codes carry it
    der::Oid oid;         ///< of its certificates
    std::vector<Credential> credentials;
    x509::TrustAnchors anchors;
    SecretBytes challenge_key;                      ///< 32 octets that all nodes of a platform share; see challenge.h
    std::chrono::seconds authentication_time{300};  ///< from InitiateAuthentication to AuthenticateClient
    std::chrono::seconds session_time{1800};        ///< from there to GetBoundProfilePackage
};

struct Env {
    Time now;
    Random& random;
    const Server& server;
    x509::EumCache& eum_cache;
};

}  // namespace mcim::smdp
