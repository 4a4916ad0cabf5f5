#include "mcim/apps/mcimd/es9_service.h"

#include <spdlog/spdlog.h>

#include <charconv>

#include "mcim/apps/mcimd/consequences.h"
#include "mcim/apps/mcimd/ports.h"
#include "mcim/apps/mcimd/smds_events.h"
#include "mcim/smdp/es9.h"

namespace mcim::apps::mcimd {
namespace {

/// A request that may have to be looked at again.
struct Call {
    const smdp::Es9Binding& binding;
    smdp::Es9Function function;
    std::string path;
    std::string body;
    std::string protocol;
    http::Reply reply;
    std::chrono::steady_clock::time_point began;
};

/// A refusal that the function's own reply cannot say is a failure of ours, and HTTP says it: the client may come
/// again. The reply of HandleNotification has no body, and an LPA that hears 2xx takes the notification off its card's
/// list; InitiateAuthentication has no value for it in ASN.1.
http::Response response_of(const Call& call, const smdp::Reply& reply) {
    http::Response response{204, {}, ""};
    auto body = call.binding.write(call.function, reply);
    if (!body)
        response = http::problem(503, std::get<smdp::Refused>(reply).sentence());
    else if (!body->empty())
        response = {200, {{"Content-Type", std::string(call.binding.media_type)}}, *std::move(body)};
    response.headers.push_back({"X-Admin-Protocol", call.protocol});
    return response;
}

/// What log and metrics hear of a reply.
struct Verdict {
    Es9Outcome outcome{};
    std::string refused{};  ///< "8.2.6/3.8 ..."
};
Verdict verdict_of(const smdp::Reply& reply) {
    const auto* refused = std::get_if<smdp::Refused>(&reply);
    if (refused == nullptr) return {};
    return {refused->refusal, to_string(*refused)};
}

/// The answer leaves, and is told: not one that is made again, because a row had changed meanwhile.
void conclude(Platform& p, const Call& call, http::Response response, const Verdict& verdict) {
    if (verdict.outcome)
        spdlog::info("{} refused: {}", to_string(call.function), verdict.refused);
    else
        spdlog::debug("{} done", to_string(call.function));
    p.metrics.answered(call.function, verdict.outcome, std::chrono::steady_clock::now() - call.began);
    call.reply(std::move(response));
}

struct Answer {
    smdp::Reply reply;
    store::Batch changes;
};

Result<smdp::State> load_state(Platform& p, View transaction_id) {
    if (transaction_id.empty()) return smdp::State(smdp::Nothing{});
    TRY(const auto stored, p.store.find_session(transaction_id));
    if (!stored) return smdp::State(smdp::Nothing{});
    return smdp::decode_state(stored->state);
}

/// Of a session that begins.
std::optional<std::string> offered_order(const store::Batch& changes) {
    for (const auto& change : changes)
        if (const auto* put = std::get_if<smdp::PutSession>(&change))
            if (std::holds_alternative<smdp::Offered>(put->state)) return put->order_id;
    return std::nullopt;
}

/// Of a card that has just proved itself and comes too often. What a stranger says of himself counts for nobody: else
/// whoever knows an EID could keep its card out.
std::optional<HeldBack> card_held_back(Platform& p, const smdp::State& state) {
    const auto* proved = std::get_if<smdp::FindingOrder>(&state);
    if (proved == nullptr) return std::nullopt;
    auto held = p.throttles.eids.take(key_of(proved->offer.card.eid.bytes), Throttle::Clock::now());
    if (held) p.metrics.throttled.add(RateLimit::eid);
    return held;
}

/// Of an order whose downloads are begun over and over: nothing of this one is stored.
std::optional<HeldBack> order_held_back(Platform& p, std::string_view order_id) {
    auto held = p.throttles.orders.take(key_of(order_id), Throttle::Clock::now());
    if (!held) return std::nullopt;
    p.metrics.throttled.add(RateLimit::order);
    spdlog::warn("order {}: downloads are begun too often (limits.order_downloads_per_hour)", order_id);
    return held;
}

/// A call on its way through the core.
struct Journey {
    std::shared_ptr<const Call> call;
    int attempt = 1;
    Ports ports;
    smdp::State state{};
};

/// A failure of ours; nothing was changed.
void fail_call(Platform& p, const Call& call, const Error& error) {
    spdlog::error("{} failed: {}", to_string(call.function), to_string(error));
    const smdp::Reply unavailable = smdp::Refused{smdp::Refusal::server_unavailable};
    conclude(p, call, response_of(call, unavailable), verdict_of(unavailable));
}

void hold_back(const Call& call, const HeldBack& held, std::string_view who) {
    auto response = too_often(held, who);
    response.headers.push_back({"X-Admin-Protocol", call.protocol});
    call.reply(std::move(response));
}

void begin(Platform& p, std::shared_ptr<const Call>, smdp::Function&&, int attempt);
void go_on(Platform& p, const std::shared_ptr<Journey>&, smdp::Event);

/// The rows were as they are now when the request came, as far as its client knows.
void begin_again(Platform& p, const std::shared_ptr<const Call>& call, int attempt) {
    auto function = call->binding.read(call->path, call->body);
    if (function) begin(p, call, *std::move(function), attempt);
}

/// The answer leaves when its changes are on the disk.
void settle(Platform& p, const Journey& journey, Answer&& outcome) {
    const auto& call = journey.call;
    const auto offered = offered_order(outcome.changes);
    if (offered && journey.attempt == 1)
        if (const auto held = order_held_back(p, *offered)) return hold_back(*call, *held, "this order");
    if (const auto* begun = std::get_if<msg::InitiateAuthenticationOkEs9>(&outcome.reply))
        log_subject().set_session(begun->transaction_id.bytes);
    auto response = response_of(*call, outcome.reply);
    auto verdict = verdict_of(outcome.reply);
    if (outcome.changes.empty()) return conclude(p, *call, std::move(response), verdict);
    const bool asks_smds = queues_events(outcome.changes);
    p.committer.commit(std::move(outcome.changes),
                       [&p, call, attempt = journey.attempt, asks_smds, verdict = std::move(verdict),
                        begun = offered ? 1U : 0U, response = std::move(response)](const Status& done) mutable {
                           if (done) p.metrics.sessions_begun += begun;
                           if (done && !p.told_operators.empty()) p.look_for_progress();
                           if (done && asks_smds) p.look_for_events();
                           if (done) return conclude(p, *call, std::move(response), verdict);
                           if (done.error().code == Errc::conflict && attempt < attempts_max)
                               return begin_again(p, call, attempt + 1);
                           fail_call(p, *call, done.error());
                       });
}

/// The rest of the way, when the signer has answered.
void ask_signer(Platform& p, const std::shared_ptr<Journey>& journey, signer::Request&& request) {
    p.desk.ask(std::move(request), [&p, journey](Result<signer::Response> response) {
        if (!response) return fail_call(p, *journey->call, response.error());
        auto event = event_of(*std::move(response));
        if (!event) return fail_call(p, *journey->call, event.error());
        go_on(p, journey, *std::move(event));
    });
}

/// What came of the steps that need no waiting.
using Stop = std::variant<Answer, HeldBack, signer::Request>;

Result<Stop> steps(Platform& p, Journey& journey, smdp::Event event) {
    for (;;) {
        const smdp::Env env{p.now(), p.random, *p.dp, p.eum_cache};
        TRY(smdp::Step step, smdp::step(std::move(journey.state), std::move(event), env));
        if (auto* reply = std::get_if<smdp::Reply>(&step.then)) {
            TRY(store::Batch changes, changes_of(p, std::move(step.effects)));
            // a port's changes belong to what happened; a refusal leaves its line in the timeline and nothing else
            if (!std::holds_alternative<smdp::Refused>(*reply))
                for (auto& change : journey.ports.take_changes()) changes.push_back(std::move(change));
            return Stop(Answer{std::move(*reply), std::move(changes)});
        }
        journey.state = std::move(step.next);
        if (const auto held = journey.attempt == 1 ? card_held_back(p, journey.state) : std::nullopt)
            return Stop(*held);
        TRY(auto acted, journey.ports.act(std::move(std::get<smdp::Action>(step.then))));
        if (auto* request = std::get_if<signer::Request>(&acted)) return Stop(std::move(*request));
        event = std::move(std::get<smdp::Event>(acted));
    }
}

void go_on(Platform& p, const std::shared_ptr<Journey>& journey, smdp::Event event) {
    auto stop = steps(p, *journey, std::move(event));
    if (!stop) return fail_call(p, *journey->call, stop.error());
    if (auto* request = std::get_if<signer::Request>(&*stop)) return ask_signer(p, journey, std::move(*request));
    if (const auto* held = std::get_if<HeldBack>(&*stop)) return hold_back(*journey->call, *held, "this eUICC");
    settle(p, *journey, std::move(std::get<Answer>(*stop)));
}

void begin(Platform& p, std::shared_ptr<const Call> call, smdp::Function&& function, int attempt) {
    auto state = load_state(p, smdp::transaction_id_of(function));
    if (!state) return fail_call(p, *call, state.error());
    auto journey = std::make_shared<Journey>(std::move(call), attempt, Ports(p), *std::move(state));
    go_on(p, journey, std::visit([]<class F>(F&& f) { return smdp::Event(std::forward<F>(f)); }, std::move(function)));
}

}  // namespace

std::optional<std::string> negotiate_protocol(std::string_view client) {
    static constexpr std::string_view prefix = "gsma/rsp/v";
    static constexpr unsigned minor_max = 5;
    if (!client.starts_with(prefix)) return std::nullopt;
    const char* const last = client.data() + client.size();
    unsigned major = 0;
    unsigned minor = 0;
    const auto [dot, no_major] = std::from_chars(client.data() + prefix.size(), last, major);
    if (no_major != std::errc() || dot == last || *dot != '.' || major < 2) return std::nullopt;
    const auto [end, no_minor] = std::from_chars(dot + 1, last, minor);
    if (no_minor != std::errc()) return std::nullopt;
    if (major > 2) minor = minor_max;
    return std::string(prefix) + "2." + std::to_string(std::min(minor, minor_max)) + ".0";
}

void serve_es9(Platform& p, const http::Request& request, const http::Reply& reply) {
    const auto began = std::chrono::steady_clock::now();
    const auto reject = [&](unsigned status, std::string_view sentence) {
        ++p.metrics.es9_unreadable;
        reply(http::problem(status, sentence));
    };
    const std::string path(request.path());
    const smdp::Es9Binding* binding = smdp::find_es9_binding(path);
    if (binding == nullptr) return reject(404, "No binding of ES9+ has this path.");
    if (request.method != "POST") return reject(405, "The functions of ES9+ are called by POST.");
    if (http::media_type(request.find_header("Content-Type").value_or("")) != binding->media_type)
        return reject(
            415, "Content-Type: " + std::string(binding->media_type) + " is wanted under this path (SGP.22 6.5, 6.6).");
    const auto protocol = negotiate_protocol(request.find_header("X-Admin-Protocol").value_or(""));
    if (!protocol)
        return reject(
            400, "X-Admin-Protocol: gsma/rsp/v2.x.y or later is wanted (SGP.22 6.2); this server speaks version 2.");
    auto function = binding->read(path, request.body);
    if (!function) {
        const bool unknown = function.error().code == Errc::not_found;
        spdlog::info("{} unreadable: {}", path, to_string(function.error()));
        return reject(unknown ? 404 : 400, to_string(function.error()));
    }
    log_subject().set_session(smdp::transaction_id_of(*function));
    const auto which = es9_function(*function);
    begin(p, std::make_shared<const Call>(Call{*binding, which, path, request.body, *protocol, reply, began}),
          *std::move(function), 1);
}

}  // namespace mcim::apps::mcimd
