#include "mcim/apps/mcimd/program.h"

#include <spdlog/spdlog.h>

#include "mcim/apps/common/files.h"
#include "mcim/apps/mcimd/admin.h"
#include "mcim/apps/mcimd/auc_service.h"
#include "mcim/apps/mcimd/es9_service.h"
#include "mcim/apps/mcimd/verifier.h"
#include "mcim/base/version.h"
#include "mcim/custody/custody.h"
#include "mcim/http/datagram.h"

namespace mcim::apps::mcimd {
namespace {

constexpr std::chrono::minutes purge_period{1};
constexpr std::size_t unverified_kept = 10'000;
constexpr std::size_t certificate_file_octets_max = 64 * 1024;

Result<x509::Certificate> read_certificate(const std::filesystem::path& file) {
    TRY(const auto content, read_file(file, certificate_file_octets_max));
    auto der = certificate_of_file(content);
    if (!der) return std::move(der).error().within(file.string());
    auto certificate = x509::parse_certificate(*der);
    if (!certificate) return std::move(certificate).error().within(file.string());
    return certificate;
}

/// A secret of the platform that it makes for itself at its first start: it is shared by its nodes, and lost without
/// harm beyond the sessions under way.
Result<SecretBytes> own_key(const std::filesystem::path& file, Random& random) {
    if (!std::filesystem::exists(file)) CHECKED(custody::write_private_file(file, random.bytes(32)));
    TRY(auto key, custody::read_private_file(file));
    if (key.size() != 32) return fail(Errc::bad_length, file, "32 octets are wanted");
    return key;
}

Result<http::TlsIdentity> tls_identity(const Config& config) {
    http::TlsIdentity out;
    for (const auto& file : config.tls_certificate) {
        TRY(auto certificate, read_certificate(file));
        out.chain.push_back(std::move(certificate.der));
    }
    TRY(const auto content, custody::read_private_file(config.tls_key));
    const std::string_view text(reinterpret_cast<const char*>(expose(content).data()), content.size());
    auto key = text.find("-----BEGIN") == std::string_view::npos ? crypto::PrivateKey::from_der(expose(content))
                                                                 : crypto::PrivateKey::from_pem(text);
    if (!key) return std::move(key).error().within(config.tls_key.string());
    out.key_pkcs8 = key->to_pkcs8();
    return out;
}

Result<smdp::Server> dp_server(const DpConfig& config, SecretBytes challenge_key, const custody::Custody& keys,
                               Time now) {
    smdp::Server out;
    out.address = config.address;
    out.challenge_key = std::move(challenge_key);
    for (const auto& file : config.ci) {
        TRY(auto ci, read_certificate(file));
        if (const auto added = out.anchors.add(std::move(ci)); !added)
            return fail(Errc::refused, file, x509::to_string(added.refused()));
    }
    TRY(const auto auth, read_certificate(config.auth_certificate));
    TRY(const auto pb, read_certificate(config.pb_certificate));
    TRY(auto credential, smdp::make_credential(auth.der, pb.der, {config.auth_key}, {config.pb_key}, out.anchors, now));
    for (const auto& [certificate, name] : {std::pair(&auth, &config.auth_key), std::pair(&pb, &config.pb_key)}) {
        TRY(const auto certified, certificate->public_key());
        TRY(const auto held, keys.public_key({*name}));
        if (!(certified == held))
            return fail(Errc::conflict, "keys/signing/" + *name, "it is not the key of its certificate");
    }
    TRY(out.oid, der::Oid::parse(auth.registered_ids.front()));
    out.credentials.push_back(std::move(credential));
    return out;
}

}  // namespace

struct Program::Impl {
    Impl(http::Loop& loop, std::unique_ptr<store::Store> opened, std::unique_ptr<custody::Custody> keys)
        : store(std::move(opened)),
          custody(std::move(keys)),
          platform{loop, *store, *custody, random, {loop, *store}, {}} {}

    void serve(const http::Request& request, const http::Reply& reply) {
        const auto path = request.path();
        if (platform.dp && path.starts_with("/gsma/rsp2/")) return serve_es9(platform, request, reply);
        if (platform.verifier && path.starts_with(pva_path)) return serve_pva(platform, request, reply);
        reply(http::problem(404, "Nothing is served under this path."));
    }
    Status listen(const Config& config, http::Loop& loop);
    void purge_now_and_then();

    SystemRandom random{};
    std::unique_ptr<store::Store> store;
    std::unique_ptr<custody::Custody> custody;
    Platform platform;
    std::unique_ptr<http::Server> tls{};
    std::unique_ptr<http::Server> admin{};
    std::unique_ptr<http::DatagramServer> auc{};
    std::unique_ptr<http::Timer> purging{};
};

void Program::Impl::purge_now_and_then() {
    purging = http::Timer::every(platform.loop, purge_period, [this] {
        platform.unverified_left = unverified_per_minute;
        platform.committer.commit({store::PurgeSessions{platform.now()}, store::PurgeNotifications{unverified_kept}},
                                  [](const Status& done) {
                                      if (!done) spdlog::error("purging: {}", to_string(done.error()));
                                  });
    });
}

Status Program::Impl::listen(const Config& config, http::Loop& loop) {
    TRY(const auto identity, tls_identity(config));
    TRY(tls, http::Server::listen_tls(loop, config.listen, identity, config.limits,
                                      [this](const http::Request& q, const http::Reply& r) { serve(q, r); }));
    http::Limits for_admin = config.limits;
    for_admin.body_octets_max = std::max<std::size_t>(for_admin.body_octets_max, 1024 * 1024);
    TRY(admin, http::Server::listen_unix(
                   loop, config.admin_socket, for_admin,
                   [this](const http::Request& q, const http::Reply& r) { serve_admin(platform, q, r); }));
    if (config.auc) {
        TRY(auc, http::DatagramServer::listen(loop, config.auc->socket,
                                              [this](std::string_view d) { return answer_auc(platform, d); }));
    }
    return ok();
}

Program::Program(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Program::~Program() = default;
std::uint16_t Program::port() const { return impl_->tls->port(); }

bool Program::idle() const { return impl_->tls->connections() + impl_->admin->connections() == 0; }

void Program::stop() {
    impl_->tls->close();
    impl_->admin->close();
    impl_->auc.reset();
    impl_->purging.reset();
}

Result<std::unique_ptr<Program>> Program::start(const Config& config, http::Loop& loop) {
    TRY(const auto folder, custody::KeyFolder::open(config.keys));
    static SystemRandom random;  // as the custody wants it, it outlives every Program
    const bool laboratory = config.auc && config.auc->laboratory;
    TRY(auto keys,
        custody::Custody::load(folder, laboratory ? custody::Policy::laboratory() : custody::Policy{}, random));
    TRY(auto database, store::open_sqlite_store(config.database));
    auto impl = std::make_unique<Impl>(loop, std::move(database), std::move(keys));
    Platform& platform = impl->platform;
    if (config.dp) {
        TRY(auto challenge_key, own_key(config.keys / "challenge.key", random));
        TRY(platform.dp, dp_server(*config.dp, std::move(challenge_key), *impl->custody, platform.now()));
        platform.demand = config.dp->attestation;
    }
    if (config.pva) {
        TRY(const auto key, impl->custody->public_key({config.pva->key}));
        if (key.curve() != crypto::Curve::p256) return fail(Errc::bad_value, "pva.key", "ES256 wants a key on P-256");
        TRY(const auto octets, own_key(config.keys / "nonce.key", random));
        TRY(auto nonce_key, pva::NonceKey::copy_of(expose(octets)));
        platform.verifier =
            Verifier{{config.pva->id, named_version("mcimd"), config.pva->nonce_time, config.pva->verdict_time},
                     std::move(nonce_key),
                     {config.pva->key},
                     {}};
        TRY(platform.verifier->references, load_reference_values(platform));
    }
    CHECKED(impl->listen(config, loop));
    impl->purge_now_and_then();
    return std::make_unique<Program>(std::move(impl));
}

}  // namespace mcim::apps::mcimd
