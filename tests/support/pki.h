// A whole PKI for tests, the same in every run but for its signatures: CI, EUM, one eUICC, one SM-DP+. For modules that
// depend on x509.
#pragma once
#include "mcim/x509/issue.h"
#include "mcim/x509/time.h"
#include "mcim/x509/verify.h"
#include "support/random.h"

namespace mcim::test {

struct Identity {
    crypto::PrivateKey key;
    x509::Certificate certificate;
    [[nodiscard]] const Bytes& der() const { return certificate.der; }
};

class Pki {
public:
    explicit Pki(crypto::Curve curve = crypto::Curve::p256, std::uint64_t seed = 1)
        : random(seed),
          now(*from_rfc3339("2026-06-01T12:00:00Z")),
          validity{now - std::chrono::days(365), now + std::chrono::days(3650)},
          eid(*x509::make_eid("89049032", 1)),
          ci(make_ci(crypto::PrivateKey::generate(curve, random))),
          eum(make_eum(crypto::PrivateKey::generate(curve, random))),
          euicc(make_euicc(eid)),
          dp_auth(make_dp(x509::Role::dp_auth)),
          dp_pb(make_dp(x509::Role::dp_pb)),
          dp_tls(make_dp(x509::Role::dp_tls)) {
        static_cast<void>(anchors.add(ci.certificate));
    }

    [[nodiscard]] Identity make_euicc(const Eid& of) {
        return issue(x509::EuiccProfile{of, "Test eUICC", {validity.not_before, x509::no_expiry()}},
                     crypto::PrivateKey::generate(ci.key.curve(), random));
    }
    [[nodiscard]] Identity issue(const x509::EuiccProfile& p, crypto::PrivateKey key) {
        const auto draft = draft_euicc(p, key.public_key(), eum.certificate, random);
        return certify(draft, std::move(key), eum.key);
    }
    [[nodiscard]] Identity make_dp(x509::Role role, std::string_view oid = "2.999.10") {
        auto key = crypto::PrivateKey::generate(ci.key.curve(), random);
        const auto draft = draft_server(dp_profile(role, oid), key.public_key(), ci.certificate, random);
        return certify(draft, std::move(key), ci.key);
    }
    [[nodiscard]] x509::ServerProfile dp_profile(x509::Role role, std::string_view oid = "2.999.10") const {
        return {role, "ACME", "TEST SM-DP+", *der::Oid::parse(oid), "smdpp.example.com", {crl_uri}, validity};
    }
    [[nodiscard]] x509::EumProfile eum_profile() const {
        return {"RSP Test EUM", "EUM Test", "ES", *der::Oid::parse("2.999.5"), {"89049032"}, {crl_uri}, validity};
    }
    [[nodiscard]] x509::CiProfile ci_profile() const {
        return {"RSPTEST", "TESTCERT", "Test CI", "IT", *der::Oid::parse("2.999.1"), {crl_uri}, validity};
    }
    [[nodiscard]] static Identity certify(const x509::TbsCertificate& draft, crypto::PrivateKey key,
                                          const crypto::PrivateKey& issuer) {
        return {std::move(key), *x509::parse_certificate(x509::sign(draft, issuer))};
    }

    SeededRandom random;
    Time now;
    x509::Validity validity;
    Eid eid;
    Identity ci;
    Identity eum;
    Identity euicc;
    Identity dp_auth;
    Identity dp_pb;
    Identity dp_tls;
    x509::TrustAnchors anchors;

private:
    [[nodiscard]] Identity make_ci(const crypto::PrivateKey& key) {
        const auto draft = draft_ci(ci_profile(), key.public_key(), random);
        return certify(draft, key, key);
    }
    [[nodiscard]] Identity make_eum(crypto::PrivateKey key) {
        const auto draft = draft_eum(eum_profile(), key.public_key(), ci.certificate, random);
        return certify(draft, std::move(key), ci.key);
    }
    static constexpr const char* crl_uri = "http://ci.example.com/crl-a.crl";
};

}  // namespace mcim::test
