// A listener for clients that it knows by their certificates, with real handshakes on loopback.
#include "mcim/http/client_certificate.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>

#include "mcim/http/client.h"
#include "mcim/http/server.h"
#include "support/pki.h"

namespace mcim::http {
namespace {

using namespace std::chrono_literals;

class MutualTls : public testing::Test {
protected:
    MutualTls() {
        const auto own = of_role(x509::Role::dp_tls, system_now() + 24h);
        const TlsIdentity identity{{own.der()}, own.key.to_pkcs8()};
        ClientRules rules{[this](View shown) { return known.contains(to_bytes(shown)); }};
        rules.refused = [this](const RefusedHandshake& r) {
            const std::scoped_lock lock(mutex);
            refused.push_back(r);
            come.notify_all();
        };
        auto listening = Server::listen_mutual_tls(loop, {}, std::span(&identity, 1), {}, std::move(rules),
                                                   [this](const Request& request, const Reply& reply) {
                                                       ++served;
                                                       reply({200, {}, hex(request.client_certificate)});
                                                   });
        EXPECT_TRUE(listening);
        server = *std::move(listening);
        thread = std::thread([this] { loop.run(); });
    }
    ~MutualTls() override {
        loop.stop();
        thread.join();
    }
    test::Identity of_role(x509::Role role, Time not_after, crypto::Curve curve = crypto::Curve::p256) {
        auto profile = pki.dp_profile(role);
        profile.validity = {system_now() - 48h, not_after};
        auto key = crypto::PrivateKey::generate(curve);
        const auto draft = draft_server(profile, key.public_key(), pki.ci.certificate, pki.random);
        return test::Pki::certify(draft, key, pki.ci.key);
    }
    Result<Response> ask_as(const test::Identity* who) {
        ClientConfig config{{pki.ci.der()}, {}};
        config.resolve[{"smdpp.example.com", 443}] = {"127.0.0.1", server->port()};
        config.time_max = 5s;
        if (who != nullptr)
            config.identity = std::make_shared<const TlsIdentity>(TlsIdentity{{who->der()}, who->key.to_pkcs8()});
        return Client(config).send({"smdpp.example.com"}, {});
    }
    /// Of the next handshake that failed.
    std::string why() {
        std::unique_lock lock(mutex);
        if (!come.wait_for(lock, 20s, [&] { return told < refused.size(); })) return "nothing was told";
        const RefusedHandshake& last = refused.at(told++);
        EXPECT_EQ(hex(last.from), "00000000000000000000FFFF7F000001");
        return last.why;
    }
    test::Pki pki;
    std::set<Bytes> known;  ///< changed while nobody asks
    std::mutex mutex;
    std::condition_variable come;
    std::vector<RefusedHandshake> refused;
    std::size_t told = 0;
    std::atomic<int> served = 0;
    Loop loop;
    std::unique_ptr<Server> server;
    std::thread thread;
};

TEST_F(MutualTls, KnownClientIsServedAndNamed) {
    const auto client = of_role(x509::Role::dp_tls, system_now() + 24h);
    known.insert(client.der());
    const auto answer = ask_as(&client);
    ASSERT_TRUE(answer) << to_string(answer.error());
    EXPECT_EQ(answer->body, hex(client.der()));
}

TEST_F(MutualTls, WhoShowsNoCertificateGetsNothing) {
    EXPECT_FALSE(ask_as(nullptr));
    EXPECT_EQ(served, 0);
}

TEST_F(MutualTls, WhoIsNotKnownGetsNothingThoughTheSameCaIssuedHim) {
    const auto client = of_role(x509::Role::dp_tls, system_now() + 24h);
    const auto stranger = of_role(x509::Role::dp_tls, system_now() + 24h);
    known.insert(client.der());
    EXPECT_FALSE(ask_as(&stranger));
    EXPECT_EQ(served, 0);
    known.clear();
    EXPECT_FALSE(ask_as(&client)) << "taken out of the list";
    EXPECT_EQ(served, 0);
}

TEST_F(MutualTls, KnownCertificateThatHasExpiredGetsNothing) {
    const auto client = of_role(x509::Role::dp_tls, system_now() - 1h);
    known.insert(client.der());
    EXPECT_FALSE(ask_as(&client));
    EXPECT_EQ(served, 0);
}

TEST_F(MutualTls, CertificateThatIsForSomethingElseGetsNothing) {
    const auto ca = pki.ci;  // keyUsage: certificates and revocation lists
    known.insert(ca.der());
    EXPECT_FALSE(ask_as(&ca));
    EXPECT_EQ(served, 0);
}

TEST_F(MutualTls, WhoIsNotLetInIsToldWithTheReason) {
    const auto good = of_role(x509::Role::dp_tls, system_now() + 24h);
    const auto expired = of_role(x509::Role::dp_tls, system_now() - 1h);
    known = {good.der(), expired.der()};
    EXPECT_TRUE(ask_as(&good));
    EXPECT_FALSE(ask_as(nullptr));
    EXPECT_TRUE(why().starts_with("peer did not return a certificate"));
    const auto stranger = of_role(x509::Role::dp_tls, system_now() + 24h);
    EXPECT_FALSE(ask_as(&stranger));
    EXPECT_EQ(why(), "certificate not trusted");
    EXPECT_FALSE(ask_as(&expired));
    EXPECT_EQ(why(), "certificate has expired");
    EXPECT_EQ(refused.size(), 3U) << "who was let in is not told";
}

TEST(ClientCertificate, IsCheckedBeforeItIsKept) {
    test::Pki pki;
    const auto complaint = [&](View der, Time at) {
        const auto done = check_client_certificate(der, at);
        return done ? std::string() : done.error().detail;
    };
    const Bytes& good = pki.dp_tls.der();
    EXPECT_EQ(complaint(good, pki.now), "");
    EXPECT_NE(complaint(good, pki.validity.not_after + 24h).find("expired"), std::string::npos);
    EXPECT_NE(complaint(good, pki.validity.not_before - 24h).find("not yet valid"), std::string::npos);
    EXPECT_NE(complaint(pki.ci.der(), pki.now).find("purpose"), std::string::npos);
    Bytes longer = good;
    longer.push_back(0);
    EXPECT_NE(complaint(longer, pki.now).find("none, in DER"), std::string::npos);
    EXPECT_NE(complaint(View(good).first(40), pki.now).find("none, in DER"), std::string::npos);
}

}  // namespace
}  // namespace mcim::http
