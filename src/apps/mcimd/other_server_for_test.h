// A server of somebody else, with which mcimd speaks over TLS with a certificate on both sides.
#pragma once
#include <condition_variable>
#include <mutex>

#include "mcim/apps/mcimd/mcimd_for_test.h"

namespace mcim::apps::mcimd {

/// Of an operator, or an SM-DS, on loopback; it takes what it is told or says that it cannot.
class OtherServer {
public:
    using Answer = std::function<http::Response(const http::Request&)>;
    OtherServer(
        const test::Identity& own, std::uint16_t port, Bytes client,
        Answer answer =
            [](const http::Request&) {
                return http::Response{204, {}, ""};
            })
        : answer_(std::move(answer)) {
        const http::TlsIdentity identity{{own.der()}, own.key.to_pkcs8()};
        auto listening = http::Server::listen_mutual_tls(loop_, {"127.0.0.1", port}, std::span(&identity, 1), {},
                                                         rules_for(std::move(client)),
                                                         [this](http::Request request, const http::Reply& reply) {
                                                             const std::scoped_lock lock(mutex_);
                                                             come_.notify_all();
                                                             if (refusals_ > 0)
                                                                 return --refusals_, reply({500, {}, ""});
                                                             told_.push_back(request);
                                                             reply(answer_(request));
                                                         });
        EXPECT_TRUE(listening);
        server_ = *std::move(listening);
        thread_ = std::thread([this] { loop_.run(); });
    }
    ~OtherServer() {
        loop_.stop();
        thread_.join();
    }
    OtherServer(const OtherServer&) = delete;
    OtherServer& operator=(const OtherServer&) = delete;
    [[nodiscard]] std::uint16_t port() const { return server_->port(); }
    void refuse(int times) {
        const std::scoped_lock lock(mutex_);
        refusals_ = times;
    }
    /// As soon as all was refused that is to be.
    void await_refusals() {
        std::unique_lock lock(mutex_);
        EXPECT_TRUE(come_.wait_for(lock, 20s, [&] { return refusals_ == 0; }));
    }
    /// As soon as somebody has turned away from the certificate that is shown.
    void await_turned_away() {
        std::unique_lock lock(mutex_);
        EXPECT_TRUE(come_.wait_for(lock, 20s, [&] { return turned_away_ != 0; }));
    }
    /// As soon as there are so many.
    std::vector<http::Request> told(std::size_t count) {
        std::unique_lock lock(mutex_);
        come_.wait_for(lock, 20s, [&] { return told_.size() >= count; });
        return told_;
    }
    /// From now on.
    void answer(Answer with) {
        const std::scoped_lock lock(mutex_);
        answer_ = std::move(with);
    }

private:
    http::ClientRules rules_for(Bytes client) {
        http::ClientRules out{[client = std::move(client)](View shown) { return equal(shown, client); }};
        out.refused = [this](const http::RefusedHandshake&) {
            const std::scoped_lock lock(mutex_);
            ++turned_away_;
            come_.notify_all();
        };
        return out;
    }
    http::Loop loop_;
    Answer answer_;
    std::unique_ptr<http::Server> server_;
    std::thread thread_;
    std::mutex mutex_;
    std::condition_variable come_;
    std::vector<http::Request> told_;
    int refusals_ = 0;
    int turned_away_ = 0;
};

/// The certificate of a server that has this name, under a PKI that nobody here knows.
inline test::Identity of_host(test::Pki& pki, const test::Identity& issuer, std::string_view host, x509::Role role) {
    auto profile = pki.dp_profile(role);
    profile.host = std::string(host);
    profile.validity = {system_now() - 24h, system_now() + 24h};
    const auto key = crypto::PrivateKey::generate(crypto::Curve::p256);
    const auto draft = draft_server(profile, key.public_key(), issuer.certificate, pki.random);
    return test::Pki::certify(draft, key, issuer.key);
}
inline test::Identity of_host(test::Pki& pki, std::string_view host, x509::Role role = x509::Role::dp_tls) {
    return of_host(pki, pki.ci, host, role);
}

/// A CA under that of the PKI.
inline test::Identity sub_ca(test::Pki& pki) {
    auto profile = pki.ci_profile();
    profile.common_name = "Test sub-CA";
    profile.validity = {system_now() - 24h, system_now() + 24h};
    const auto key = crypto::PrivateKey::generate(crypto::Curve::p256);
    auto draft = draft_ci(profile, key.public_key(), pki.random);
    draft.issuer = to_rdn_sequence(pki.ci.certificate.subject);
    draft.extensions->list.push_back(x509::extension::authority_key_id(*pki.ci.certificate.subject_key_id));
    return test::Pki::certify(draft, key, pki.ci.key);
}

/// What a file of the installation holds.
inline Bytes content_of(const Installation& at, std::string_view file) {
    std::ifstream in(at.temp / file, std::ios::binary);
    const std::string octets((std::istreambuf_iterator<char>(in)), {});
    return to_bytes(as_view(octets));
}

}  // namespace mcim::apps::mcimd
