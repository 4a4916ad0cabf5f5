#include "mcim/apps/mcimd/program.h"

#include <spdlog/spdlog.h>

#include "mcim/apps/mcimd/admin.h"
#include "mcim/apps/mcimd/auc_service.h"
#include "mcim/apps/mcimd/es2_service.h"
#include "mcim/apps/mcimd/es9_service.h"
#include "mcim/apps/mcimd/identity.h"
#include "mcim/apps/mcimd/key_holder.h"
#include "mcim/apps/mcimd/open_files.h"
#include "mcim/apps/mcimd/operation.h"
#include "mcim/apps/mcimd/progress.h"
#include "mcim/apps/mcimd/smds_events.h"
#include "mcim/apps/mcimd/verifier.h"
#include "mcim/base/version.h"
#include "mcim/http/datagram.h"

namespace mcim::apps::mcimd {
namespace {

constexpr std::chrono::minutes purge_period{1};
constexpr std::size_t unverified_kept = 10'000;
constexpr std::size_t observers_max = 32;  ///< at once
constexpr std::size_t own_key_octets = 32;
constexpr std::size_t operators_max = 64;  ///< connections of ES2+ at once: it is systems that call, and few
constexpr std::size_t operators_per_address_max = 16;   ///< of these: nobody has all of them
constexpr std::chrono::milliseconds next_expired{200};  ///< where a turn has not ended all of them
constexpr unsigned refused_told_max = 10;               ///< lines of the log within purge_period

Error not_listening(const std::string& key, const Error& error) {
    return fail(Errc::io, key + " " + error.path,
                error.detail + "; where another program has the port, stop it or name another one");
}

/// A secret of the platform that it makes for itself at its first start: it is shared by its nodes, and lost without
/// harm beyond the sessions under way.
Result<SecretBytes> own_key(const std::filesystem::path& file, Random& random) {
    if (!std::filesystem::exists(file)) {
        SecretBytes fresh(own_key_octets);
        random.fill(expose_mutable(fresh));
        CHECKED(custody::write_private_file(file, expose(fresh)));
    }
    TRY(auto key, custody::read_private_file(file));
    if (key.size() != own_key_octets)
        return fail(Errc::bad_length, file, "32 octets are wanted; remove it, and it is made anew");
    return key;
}

Result<std::unique_ptr<store::Store>> open_store(const Config& config) {
    return config.postgres.empty() ? store::open_sqlite_store(config.database)
                                   : store::open_postgres_store(config.postgres);
}

}  // namespace

struct Program::Impl {
    Impl(Config of, http::Loop& loop, std::unique_ptr<store::Store> opened, KeyHolder holder)
        : config(std::move(of)),
          store(std::move(opened)),
          signer(std::move(holder.signer)),
          public_keys(std::move(holder.public_keys)),
          expect(std::move(holder.expect)),
          platform{loop, *store, *signer, random, {loop, *store}, {loop, *signer, holder.way}, {}} {}

    void serve(const http::Request& request, const http::Reply& reply) {
        const LogScope about(platform.next_request());
        if (const auto held = address_held_back(request)) return reply(too_often(*held, "this address"));
        const auto path = request.path();
        if (platform.dp && path.starts_with("/gsma/rsp2/")) return serve_es9(platform, request, reply);
        if (platform.verifier && path.starts_with(pva_path)) return serve_pva(platform, request, reply);
        reply(http::problem(404, "Nothing is served under this path."));
    }
    std::optional<HeldBack> address_held_back(const http::Request& request) {
        if (!request.from) return std::nullopt;
        auto held = platform.throttles.addresses.take(*request.from, Throttle::Clock::now());
        if (held) platform.metrics.throttled.add(RateLimit::address);
        return held;
    }
    Status identify();
    Status listen(http::Loop& loop);
    Status listen_tls(http::Loop& loop);
    Status begin_to_tell();
    Status listen_es2(http::Loop& loop);
    Status listen_operation(const http::Address& at, http::Limits limits, http::Loop& loop);
    void purge_now_and_then();
    void look_after_events();
    void say_whether_it_was_crowded();
    void on_operator_refused(const http::RefusedHandshake&);
    void say_how_many_more_were_refused();

    const Config config;
    SystemRandom random{};
    std::unique_ptr<store::Store> store;
    std::unique_ptr<signer::Signer> signer;
    std::function<Result<signer::PublicKeys>()> public_keys;  ///< of `signer`, whoever stands before it
    std::function<void(signer::PublicKeys)> expect;           ///< of it, from now on
    SecretBytes challenge_key{};                              ///< of the download server
    Platform platform;
    std::unique_ptr<http::Server> tls{};  ///< where a role is served over it
    std::unique_ptr<http::Server> es2{};  ///< where it is configured
    std::unique_ptr<http::Server> admin{};
    std::unique_ptr<http::Server> operation{};  ///< where it is configured
    std::unique_ptr<http::DatagramServer> auc{};
    std::unique_ptr<http::Timer> purging{};
    std::shared_ptr<Outbox> progress{};  ///< to operators, of the role dp
    std::shared_ptr<Outbox> events{};    ///< to SM-DSs, of the same
    std::uint64_t turned_away = 0;       ///< that the log knows of
    std::uint64_t shed = 0;
    unsigned refused_operators = 0;  ///< within purge_period
};

void Program::Impl::purge_now_and_then() {
    purging = http::Timer::every(platform.loop, purge_period, [this] {
        platform.unverified_left = unverified_per_minute;
        if (tls) say_whether_it_was_crowded();
        say_how_many_more_were_refused();
        if (platform.shares_database) platform.look_for_progress();  // of a node that has stopped
        if (!platform.smds.empty()) look_after_events();
        platform.committer.commit({store::PurgeSessions{platform.now()}, store::PurgeNotifications{unverified_kept}},
                                  [](const Status& done) {
                                      if (!done) spdlog::error("purging: {}", to_string(done.error()));
                                  });
    });
}

/// Those of orders that have expired meanwhile too, and what another node has left when it stopped.
void Program::Impl::look_after_events() {
    const auto ended = end_expired_events(platform);
    if (!ended) spdlog::error("orders that have expired: {}", to_string(ended.error()));
    platform.look_for_events();
    if (!ended || *ended < expired_per_turn) return;
    platform.loop.after(next_expired, [this, alive = std::weak_ptr(events)] {
        if (!alive.expired() && purging) look_after_events();
    });
}

void Program::Impl::say_whether_it_was_crowded() {
    const auto away = tls->turned_away() - std::exchange(turned_away, tls->turned_away());
    const auto closed = tls->shed() - std::exchange(shed, tls->shed());
    if (away != 0) spdlog::warn("{} connections turned away: server.connections_per_address_max", away);
    if (closed != 0)
        spdlog::warn("{} connections that kept the server waiting closed for newcomers: server.connections_max",
                     closed);
}

void Program::Impl::on_operator_refused(const http::RefusedHandshake& client) {
    ++platform.metrics.es2_handshakes_refused;
    if (++refused_operators <= refused_told_max)
        spdlog::warn("ES2+: a client from {} is not let in: {}", masked(client.from), client.why);
}

void Program::Impl::say_how_many_more_were_refused() {
    const unsigned refused = std::exchange(refused_operators, 0);
    if (refused > refused_told_max) spdlog::warn("ES2+: {} more clients were not let in", refused - refused_told_max);
}

/// Who the platform is, by what its files say now: all of it, or as before.
Status Program::Impl::identify() {
    std::optional<smdp::Server> dp;
    std::optional<signer::PublicKeys> keys;
    if (config.dp) {
        TRY(keys, public_keys());
        TRY(dp, dp_server(*config.dp, SecretBytes::copy_of(expose(challenge_key)), *keys, platform.now()));
        if (platform.dp)
            CHECKED(check_not_older(dp->anchors.revocation_lists(), platform.dp->anchors.revocation_lists()));
    }
    TRY(auto certificates, certificates_in_use(config, dp ? &*dp : nullptr));
    std::shared_ptr<const http::TlsIdentity> as_client;
    std::vector<Smds> smds;
    if (config.dp) {
        TRY(as_client, identity_as_client(config));
        TRY(smds, smds_servers(*config.dp, as_client));
    }
    std::vector<std::function<void()>> show;
    for (const auto& [server, of] : {std::pair(tls.get(), &config.tls), {es2.get(), &config.es2}}) {
        if (server == nullptr) continue;
        TRY(const auto identities, tls_identities(**of));
        TRY(auto prepared, server->prepare_tls(std::span(identities)));
        show.push_back(std::move(prepared));
    }
    // from here on nothing fails
    for (const auto& shown : show) shown();
    if (keys) expect(*std::move(keys));
    platform.dp = std::move(dp);
    platform.shown_to_servers = std::move(as_client);
    platform.smds = std::move(smds);
    platform.certificates = std::move(certificates);
    for (const auto& certificate : platform.certificates)
        if (const auto why = invalid_because(certificate, platform.now())) spdlog::warn("{}", *why);
    return ok();
}

Status Program::Impl::listen_tls(http::Loop& loop) {
    TRY(const auto identities, tls_identities(*config.tls));
    auto listening = http::Server::listen_tls(loop, config.tls->listen, std::span(identities), config.limits,
                                              [this](const http::Request& q, const http::Reply& r) { serve(q, r); });
    if (!listening) return not_listening("server.listen", listening.error());
    tls = *std::move(listening);
    return ok();
}

/// What was not taken before the last stop is told now.
Status Program::Impl::begin_to_tell() {
    TRY(const auto told, store->list_rows(progress_address_kind));
    for (const auto& row : told) platform.told_operators.insert(row.key);
    progress = std::make_shared<Outbox>(platform, progress_mail(platform));
    events = std::make_shared<Outbox>(platform, event_mail(platform));
    platform.look_for_progress = [this] { progress->look(); };
    platform.look_for_events = [this] { events->look(); };
    if (!told.empty()) platform.loop.post([sender = progress] { sender->look(); });
    if (!platform.smds.empty()) look_after_events();
    return ok();
}

Status Program::Impl::listen_es2(http::Loop& loop) {
    http::Limits limits = config.limits;
    limits.connections_max = std::min(limits.connections_max, operators_max);
    limits.connections_per_address_max = std::min(limits.connections_per_address_max, operators_per_address_max);
    TRY(const auto identities, tls_identities(*config.es2));
    http::ClientRules clients{[this](View certificate) { return knows_es2_client(platform, certificate); },
                              [this] { return platform.now(); },
                              [this](const http::RefusedHandshake& client) { on_operator_refused(client); }};
    auto listening = http::Server::listen_mutual_tls(loop, config.es2->listen, std::span(identities), limits,
                                                     std::move(clients), [this](http::Request q, const http::Reply& r) {
                                                         const LogScope about(platform.next_request());
                                                         serve_es2(platform, q, r);
                                                         explicit_bzero(q.body.data(), q.body.size());  // codes
                                                     });
    if (!listening) return not_listening("es2.listen", listening.error());
    es2 = *std::move(listening);
    return ok();
}

Status Program::Impl::listen_operation(const http::Address& at, http::Limits limits, http::Loop& loop) {
    limits.connections_max = std::min(limits.connections_max, observers_max);
    auto listening = http::Server::listen_plain(loop, at, limits, [this](const http::Request& q, const http::Reply& r) {
        serve_operation(platform, {tls.get(), admin.get(), es2.get()}, q, r);
    });
    if (!listening) return not_listening("operation.listen", listening.error());
    operation = *std::move(listening);
    return ok();
}

Status Program::Impl::listen(http::Loop& loop) {
    if (config.tls) CHECKED(listen_tls(loop));
    http::Limits for_admin = config.limits;
    for_admin.connections_max = std::min(for_admin.connections_max, admin_connections_max);
    for_admin.body_octets_max = std::max<std::size_t>(for_admin.body_octets_max, 1024 * 1024);
    TRY(admin,
        http::Server::listen_unix(loop, config.admin_socket, for_admin, [this](http::Request q, const http::Reply& r) {
            const LogScope about(platform.next_request());
            serve_admin(platform, q, r);
            explicit_bzero(q.body.data(), q.body.size());  // an import brings keys
        }));
    if (config.dp) CHECKED(begin_to_tell());
    if (config.es2) CHECKED(listen_es2(loop));
    if (config.operation) CHECKED(listen_operation(*config.operation, config.limits, loop));
    if (config.auc) {
        TRY(auc, http::DatagramServer::listen(loop, config.auc->socket,
                                              [this](std::string_view d, http::DatagramServer::Reply r) {
                                                  const LogScope about(platform.next_request());
                                                  answer_auc(platform, d, std::move(r));
                                              }));
    }
    return ok();
}

Program::Program(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Program::~Program() = default;
std::optional<std::uint16_t> Program::port() const {
    if (!impl_->tls) return std::nullopt;
    return impl_->tls->port();
}

std::optional<std::uint16_t> Program::es2_port() const {
    if (!impl_->es2) return std::nullopt;
    return impl_->es2->port();
}

std::optional<std::uint16_t> Program::operation_port() const {
    if (!impl_->operation) return std::nullopt;
    return impl_->operation->port();
}

Status Program::renew() {
    auto done = impl_->identify();
    for (const auto& outbox : {impl_->progress, impl_->events})
        if (outbox) outbox->look_without_waiting();
    return done;
}

bool Program::idle() const {
    const auto nobody_at = [](const auto& server) { return !server || server->connections() == 0; };
    return nobody_at(impl_->tls) && nobody_at(impl_->es2) && nobody_at(impl_->admin);
}

void Program::stop() {
    if (impl_->tls) impl_->tls->close();
    if (impl_->es2) impl_->es2->close();
    impl_->admin->close();
    if (impl_->operation) impl_->operation->close();
    impl_->auc.reset();
    impl_->purging.reset();
    for (const auto& outbox : {impl_->progress, impl_->events})
        if (outbox) outbox->stop();
}

Result<std::unique_ptr<Program>> Program::start(const Config& config, http::Loop& loop, const Surroundings& around) {
    static SystemRandom random;  // as the custody wants it, it outlives every Program
    TRY(auto holder, open_key_holder(config, random));
    TRY(auto database, open_store(config));
    if (around.before_signer) holder.signer = around.before_signer(std::move(holder.signer));
    if (around.before_store) database = around.before_store(std::move(database));
    auto signer_answers = holder.answers;
    auto impl = std::make_unique<Impl>(config, loop, std::move(database), std::move(holder));
    Platform& platform = impl->platform;
    platform.shares_database = !config.postgres.empty();
    platform.signer_answers = std::move(signer_answers);
    platform.clock = around.clock;
    platform.started_at = platform.now();
    platform.throttles = Throttles(config.rates, random);
    if (config.dp) {
        TRY(impl->challenge_key, own_key(config.own_keys() / "challenge.key", random));
    }
    CHECKED(impl->identify());
    if (config.dp) platform.demand = config.dp->attestation;
    platform.serves_auc = config.auc.has_value();
    platform.laboratory = config.laboratory;
    if (config.pva) {
        TRY(const auto keys, impl->public_keys());
        TRY(const auto key, keys.find({config.pva->key}));
        if (key.curve() != crypto::Curve::p256) return fail(Errc::bad_value, "pva.key", "ES256 wants a key on P-256");
        TRY(const auto octets, own_key(config.own_keys() / "nonce.key", random));
        TRY(auto nonce_key, pva::NonceKey::copy_of(expose(octets)));
        platform.verifier =
            Verifier{{config.pva->id, named_version("mcimd"), config.pva->nonce_time, config.pva->verdict_time},
                     std::move(nonce_key),
                     {config.pva->key},
                     {}};
        TRY(platform.verifier->references, load_reference_values(platform));
    }
    CHECKED(impl->listen(loop));
    impl->purge_now_and_then();
    return std::make_unique<Program>(std::move(impl));
}

}  // namespace mcim::apps::mcimd
