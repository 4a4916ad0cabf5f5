// Which server certificates a client takes: CERT.DPtls of SGP.22 4.5.2 issued by the CI itself, for the very host.
#include <gtest/gtest.h>

#include <array>
#include <thread>

#include "mcim/http/client.h"
#include "mcim/http/server.h"
#include "mcim/http/tls.h"
#include "support/pki.h"

namespace mcim::http {
namespace {

using namespace std::chrono_literals;

constexpr const char* host = "smdpp.example.com";

void replace(x509::TbsCertificate& t, const x509::Extension& with) {
    std::erase_if(t.extensions->list, [&](const x509::Extension& e) { return e.id.text() == with.id.text(); });
    t.extensions->list.push_back(with);
}
void remove(x509::TbsCertificate& t, std::string_view id) {
    std::erase_if(t.extensions->list, [&](const x509::Extension& e) { return e.id.text() == id; });
}

class TlsPeer : public testing::Test {
protected:
    /// Valid now, and not only in the PKI's own time.
    x509::TbsCertificate draft(x509::Role role, const x509::Certificate& issuer) {
        auto profile = pki.dp_profile(role);
        profile.validity = {system_now() - 24h, system_now() + 24h};
        return draft_server(profile, key.public_key(), issuer, pki.random);
    }
    /// What a client that trusts the CI says of a server with this chain.
    Result<Response> ask(std::vector<Bytes> chain) { return ask(std::move(chain), {{pki.ci.der()}, {}}); }
    Result<Response> ask(std::vector<Bytes> chain, ClientConfig config) {
        Loop loop;
        TRY(const auto server, Server::listen_tls(loop, {}, {std::move(chain), key.to_pkcs8()}, {},
                                                  [](const Request&, const Reply& reply) {
                                                      reply({200, {}, "hello"});
                                                  }));
        std::thread running([&] { loop.run(); });
        config.resolve = {{{host, 443}, {"127.0.0.1", server->port()}}};
        config.time_max = 5s;
        auto answer = Client(config).send({host}, {});
        loop.stop();
        running.join();
        return answer;
    }
    /// Where the server is asked as an SM-DS.
    ClientConfig smds(std::vector<Bytes> roots, std::vector<Bytes> revoked = {}) {
        ClientConfig config{std::move(roots), {}};
        config.server = ServerIs::an_smds;
        config.is_revoked = [revoked = std::move(revoked)](const x509::Certificate& c) {
            return std::ranges::find(revoked, c.serial) != revoked.end();
        };
        return config;
    }
    x509::Certificate sub_ca() {
        auto profile = pki.ci_profile();
        profile.common_name = "sub-CA";
        profile.validity = {system_now() - 24h, system_now() + 24h};
        auto leaf = draft_ci(profile, pki.eum.key.public_key(), pki.random);
        leaf.issuer = to_rdn_sequence(pki.ci.certificate.subject);
        leaf.extensions->list.push_back(x509::extension::authority_key_id(*pki.ci.certificate.subject_key_id));
        return *x509::parse_certificate(sign(leaf, pki.ci.key));
    }
    /// Of an EUM, and with its certificate: within its name constraints, which say nothing of a dNSName.
    std::vector<Bytes> issued_by_an_eum(x509::Role role) {
        auto profile = pki.eum_profile();
        profile.validity = {system_now() - 24h, system_now() + 24h};
        const auto eum = sign(draft_eum(profile, pki.eum.key.public_key(), pki.ci.certificate, pki.random), pki.ci.key);
        auto leaf = draft(role, *x509::parse_certificate(eum));
        leaf.subject = to_rdn_sequence(x509::Name{{{std::string(x509::oid::organization), profile.organization},
                                                   {std::string(x509::oid::serial_number), profile.eins.front()}}});
        return {sign(leaf, pki.eum.key), eum};
    }
    void expect_refused(const std::vector<Bytes>& chain, std::string_view words) { expect_refused(ask(chain), words); }
    static void expect_refused(const Result<Response>& answer, std::string_view words) {
        ASSERT_FALSE(answer) << "the client talks to it";
        EXPECT_EQ(answer.error().code, Errc::refused);
        EXPECT_NE(answer.error().detail.find(words), std::string::npos) << answer.error().detail;
    }
    test::Pki pki;
    crypto::PrivateKey key = crypto::PrivateKey::generate(crypto::Curve::p256, pki.random);
};

TEST_F(TlsPeer, TakesADpTlsCertificateOfTheCi) {
    const auto answer = ask({sign(draft(x509::Role::dp_tls, pki.ci.certificate), pki.ci.key)});
    ASSERT_TRUE(answer) << to_string(answer.error());
    EXPECT_EQ(answer->body, "hello");
}

/// Every EUM is a CA under the same root.
TEST_F(TlsPeer, RefusesAServerCertificateThatAnEumIssued) {
    expect_refused(issued_by_an_eum(x509::Role::dp_tls), "unknown CI");
}

/// Neither below the CI nor where somebody has named the EUM as who vouches for it.
TEST_F(TlsPeer, RefusesACertificateOfAnSmdsThatAnEumIssued) {
    const auto chain = issued_by_an_eum(x509::Role::ds_tls);
    expect_refused(ask(chain, smds({pki.ci.der()})), "an EUM issued it");
    expect_refused(ask({chain.front()}, smds({chain.back()})), "an EUM issued it");
    ClientConfig without_lists = smds({pki.ci.der()});
    without_lists.is_revoked = {};
    expect_refused(ask(chain, without_lists), "an EUM issued it");
}

TEST_F(TlsPeer, RefusesACertificateOfAnotherRole) {
    auto leaf = draft(x509::Role::dp_auth, pki.ci.certificate);
    replace(leaf, x509::extension::alt_name({host}, {*der::Oid::parse("2.999.10")}));
    expect_refused({sign(leaf, pki.ci.key)}, "role");
}

TEST_F(TlsPeer, RefusesACertificateWithoutARole) {
    auto leaf = draft(x509::Role::dp_tls, pki.ci.certificate);
    remove(leaf, x509::oid::certificate_policies);
    expect_refused({sign(leaf, pki.ci.key)}, "missing extension");
}

TEST_F(TlsPeer, RefusesAWildcard) {
    auto leaf = draft(x509::Role::dp_tls, pki.ci.certificate);
    replace(leaf, x509::extension::alt_name({"*.example.com"}, {*der::Oid::parse("2.999.10")}));
    expect_refused({sign(leaf, pki.ci.key)}, "another host");
}

TEST_F(TlsPeer, RefusesAHostThatOnlyTheCommonNameNames) {
    auto leaf = draft(x509::Role::dp_tls, pki.ci.certificate);
    leaf.subject = to_rdn_sequence(x509::Name{{{std::string(x509::oid::common_name), host}}});
    replace(leaf, x509::extension::alt_name({}, {*der::Oid::parse("2.999.10")}));
    expect_refused({sign(leaf, pki.ci.key)}, "another host");
}

TEST_F(TlsPeer, TakesADsTlsCertificateForAnSmdsAndNoOther) {
    const auto of = [&](x509::Role role) {
        return std::vector<Bytes>{sign(draft(role, pki.ci.certificate), pki.ci.key)};
    };
    const auto answer = ask(of(x509::Role::ds_tls), smds({pki.ci.der()}));
    EXPECT_TRUE(answer) << to_string(answer.error());
    expect_refused(ask(of(x509::Role::dp_tls), smds({pki.ci.der()})), "role 2.23.146.1.2.1.6");
    expect_refused(of(x509::Role::ds_tls), "role");
    auto elsewhere = draft(x509::Role::ds_tls, pki.ci.certificate);
    replace(elsewhere, x509::extension::alt_name({"*.example.com"}, {*der::Oid::parse("2.999.10")}));
    expect_refused(ask({sign(elsewhere, pki.ci.key)}, smds({pki.ci.der()})), "another host");
}

TEST_F(TlsPeer, NoCertificateOfAnSmdssChainIsRevoked) {
    const auto ca = sub_ca();
    const auto leaf = *x509::parse_certificate(sign(draft(x509::Role::ds_tls, ca), pki.eum.key));
    const auto answer = [&](std::vector<Bytes> chain, const x509::Certificate& root, std::vector<Bytes> revoked) {
        return ask(std::move(chain), smds({root.der}, std::move(revoked)));
    };
    const auto& ci = pki.ci.certificate;
    EXPECT_TRUE(answer({leaf.der, ca.der}, ci, {}));
    EXPECT_TRUE(answer({leaf.der}, ca, {})) << "a sub-CA alone";
    EXPECT_FALSE(answer({leaf.der}, ci, {}));
    expect_refused(answer({leaf.der, ca.der}, ci, {leaf.serial}), "revoked it, by serial number " + hex(leaf.serial));
    expect_refused(answer({leaf.der, ca.der}, ci, {ca.serial}), "revoked it, by serial number " + hex(ca.serial));
    expect_refused(answer({leaf.der}, ca, {ca.serial}), "revoked it");
}

/// Suites of TLS 1.2 and 1.3 that either end would agree to.
TEST_F(TlsPeer, AgreesToForwardSecretSuitesOnly) {
    for (const auto& context :
         {*client_context({pki.ci.der()}), *server_context({{pki.dp_tls.der()}, pki.dp_tls.key.to_pkcs8()})}) {
        const STACK_OF(SSL_CIPHER)* offered = SSL_CTX_get_ciphers(context->native_handle());
        int with_cbc = 0;
        for (int i = 0; i < sk_SSL_CIPHER_num(offered); ++i) {
            const SSL_CIPHER* suite = sk_SSL_CIPHER_value(offered, i);
            const int exchange = SSL_CIPHER_get_kx_nid(suite);
            EXPECT_TRUE(exchange == NID_kx_ecdhe || exchange == NID_kx_any) << SSL_CIPHER_get_name(suite);
            if (SSL_CIPHER_is_aead(suite) == 0) {
                ++with_cbc;
                EXPECT_STREQ(SSL_CIPHER_get_name(suite), "ECDHE-ECDSA-AES128-SHA256");
            }
        }
        EXPECT_LE(with_cbc, 1);
    }
}

/// "TLSv1.2, brainpoolP256r1": the version, and the curve of the certificate, that a handshake in memory agrees on;
/// else "nothing".
std::string agreed(SSL_CTX* server, SSL_CTX* client) {
    const std::unique_ptr<SSL, decltype(&SSL_free)> s(SSL_new(server), SSL_free);
    const std::unique_ptr<SSL, decltype(&SSL_free)> c(SSL_new(client), SSL_free);
    BIO* to_server = nullptr;
    BIO* to_client = nullptr;
    if (BIO_new_bio_pair(&to_server, 0, &to_client, 0) != 1) return "no memory";
    SSL_set_bio(s.get(), to_server, to_server);
    SSL_set_bio(c.get(), to_client, to_client);
    SSL_set_accept_state(s.get());
    SSL_set_connect_state(c.get());
    for (int i = 0; i < 10; ++i) {
        SSL_do_handshake(c.get());
        SSL_do_handshake(s.get());
    }
    ERR_clear_error();
    if (SSL_is_init_finished(s.get()) == 0 || SSL_is_init_finished(c.get()) == 0) return "nothing";
    const auto certificate = std::string_view(SSL_get_version(c.get()));
    std::array<char, 64> curve{};
    std::size_t size = 0;
    EVP_PKEY_get_group_name(X509_get0_pubkey(SSL_get0_peer_certificate(c.get())), curve.data(), curve.size(), &size);
    return std::string(certificate) + ", " + std::string(curve.data(), size);
}

/// Servers and clients of one curve or both.
class TlsOfBothCurves : public testing::Test {
protected:
    static TlsIdentity identity_of(const test::Pki& of) { return {{of.dp_tls.der()}, of.dp_tls.key.to_pkcs8()}; }
    [[nodiscard]] std::vector<TlsIdentity> both() const {
        std::vector<TlsIdentity> out;
        out.push_back(identity_of(nist));
        out.push_back(identity_of(brainpool));
        return out;
    }
    static std::string met(std::span<const TlsIdentity> server, const std::vector<Bytes>& roots,
                           const char* groups = nullptr, std::optional<int> only_version = {}) {
        const auto listening = server_context(server);
        const auto dialling = client_context(roots);
        if (!listening || !dialling) return "no context";
        SSL_CTX* client = (*dialling)->native_handle();
        if (groups != nullptr && SSL_CTX_set1_groups_list(client, groups) != 1) return "no groups";
        if (only_version) {
            SSL_CTX_set_min_proto_version(client, *only_version);
            SSL_CTX_set_max_proto_version(client, *only_version);
        }
        return agreed((*listening)->native_handle(), client);
    }
    const test::Pki nist;
    const test::Pki brainpool{crypto::Curve::brainpool_p256r1, 2};
    const std::vector<Bytes> nist_root{nist.ci.der()};
    const std::vector<Bytes> brainpool_root{brainpool.ci.der()};
    const std::vector<Bytes> both_roots{nist.ci.der(), brainpool.ci.der()};
};

TEST_F(TlsOfBothCurves, ClientIsShownTheCertificateOfTheCurveOfItsRoots) {
    const auto server = both();
    EXPECT_EQ(met(server, nist_root), "TLSv1.3, prime256v1");
    EXPECT_EQ(met(server, brainpool_root), "TLSv1.2, brainpoolP256r1");
    EXPECT_EQ(met(server, both_roots), "TLSv1.3, prime256v1") << "what it lists first";
}

TEST_F(TlsOfBothCurves, OrderOfTheClientsGroupsDecides) {
    const auto server = both();
    EXPECT_EQ(met(server, both_roots, "brainpoolP256r1:P-256"), "TLSv1.2, brainpoolP256r1");
    EXPECT_EQ(met(server, both_roots, "X25519:P-256:brainpoolP256r1"), "TLSv1.3, prime256v1");
    // without version 1.3, for which OpenSSL's clients find no group in this list and send nothing
    EXPECT_EQ(met(server, both_roots, "brainpoolP256r1", TLS1_2_VERSION), "TLSv1.2, brainpoolP256r1")
        << "for the key exchange too";
}

TEST_F(TlsOfBothCurves, ClientOfVersion13AloneIsServedOnP256) {
    EXPECT_EQ(met(both(), both_roots, "X25519:brainpoolP256r1:P-256", TLS1_3_VERSION), "TLSv1.3, prime256v1");
}

TEST_F(TlsOfBothCurves, ServerOfOneCurveServesItsClientsOnly) {
    const TlsIdentity on_nist = identity_of(nist), on_brainpool = identity_of(brainpool);
    EXPECT_EQ(met({&on_brainpool, 1}, brainpool_root), "TLSv1.2, brainpoolP256r1");
    EXPECT_EQ(met({&on_brainpool, 1}, both_roots), "TLSv1.2, brainpoolP256r1");
    EXPECT_EQ(met({&on_brainpool, 1}, nist_root), "nothing");
    EXPECT_EQ(met({&on_nist, 1}, both_roots), "TLSv1.3, prime256v1");
    EXPECT_EQ(met({&on_nist, 1}, brainpool_root), "nothing");
}

TEST_F(TlsPeer, RefusesARootThatIsNoCi) {
    ClientConfig config{{pki.eum.der()}, {}};
    const auto answer = Client(config).send({host}, {});
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().path, "CI root") << to_string(answer.error());
}

}  // namespace
}  // namespace mcim::http
