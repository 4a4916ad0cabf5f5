#include "mcim/apps/mcimd/es2_service.h"

#include <spdlog/spdlog.h>

#include "mcim/apps/mcimd/consequences.h"
#include "mcim/apps/mcimd/es2_clients.h"
#include "mcim/apps/mcimd/es9_service.h"
#include "mcim/apps/mcimd/orders.h"
#include "mcim/apps/mcimd/smds_events.h"
#include "mcim/crypto/hash.h"

namespace mcim::apps::mcimd {
namespace {

using smdp::Es2Refused;

/// What is answered, and what goes to the disk before.
struct Es2Answer {
    std::variant<std::string, Es2Refused> reply;
    store::Batch changes{};
};

/// One call and whose it is.
struct Es2Caller {
    Platform& platform;
    const Es2Client& client;
    bool lost_a_line = false;  ///< to a node that was faster

    Result<Es2Answer> operator()(const smdp::DownloadOrder& asked) const {
        return asked.iccid ? order_of_iccid(asked) : order_of_type(asked);
    }
    Result<Es2Answer> operator()(const smdp::ConfirmOrder& asked) const;
    Result<Es2Answer> operator()(const smdp::CancelOrder& asked) const;
    Result<Es2Answer> operator()(const smdp::ReleaseProfile& asked) const;

private:
    Result<Es2Answer> order_of_iccid(const smdp::DownloadOrder&) const;
    Result<Es2Answer> order_of_type(const smdp::DownloadOrder&) const;
    Result<std::optional<store::Subscription>> line_of_type(const std::string& profile_type) const;
    Result<Es2Answer> make_order(const smdp::DownloadOrder&, const store::Subscription& line) const;
    Result<smdp::ConfirmFacts> facts_of(const smdp::ConfirmOrder&, const smdp::Order&) const;
    /// For timelines: an operator has several systems.
    std::string over_es2() const {
        return "over ES2+ (client " + fingerprint_of(client.certificate).substr(0, 8) + ")";
    }
};

Result<Es2Answer> Es2Caller::order_of_iccid(const smdp::DownloadOrder& asked) const {
    TRY(const auto profile, find_profile(platform, *asked.iccid));
    const auto decided = decide(asked, profile.known(), client.operator_id);
    if (const auto* refused = std::get_if<Es2Refused>(&decided)) return Es2Answer{*refused};
    if (std::get<smdp::Es2Ordering>(decided) == smdp::Es2Ordering::same)
        return Es2Answer{smdp::ordered_json(*asked.iccid, asked.padded)};
    return make_order(asked, *profile.line);
}

/// The oldest in stock. Nodes that ask at once all see the same one: who has lost it takes one of the others,
/// whichever, and meets nobody there.
Result<std::optional<store::Subscription>> Es2Caller::line_of_type(const std::string& profile_type) const {
    static constexpr std::size_t others = 63;
    TRY(auto lines, platform.store.find_in_stock(profile_type, client.operator_id, lost_a_line ? 1 + others : 1));
    if (lines.empty()) return std::optional<store::Subscription>{};
    if (lines.size() == 1) return std::optional(std::move(lines.front()));
    const std::size_t any = platform.random.bytes(1).front();
    return std::optional(std::move(lines.at(1 + any % (lines.size() - 1))));
}

Result<Es2Answer> Es2Caller::order_of_type(const smdp::DownloadOrder& asked) const {
    TRY(const auto owners, platform.store.operators_of_type(*asked.profile_type));
    TRY(const auto line, line_of_type(*asked.profile_type));
    const auto stock = line ? smdp::Es2Stock::left : smdp::Es2Stock::none_left;
    if (auto refused = cannot_be_picked(owners, stock, client.operator_id)) return Es2Answer{*std::move(refused)};
    return make_order(asked, *line);
}

/// An EID with a typing error is the caller's fault.
Result<std::optional<Es2Refused>> refused_eid(Platform& p, smdp::GatePolicy policy, const std::optional<Eid>& eid) {
    std::optional<Es2Refused> none;
    if (!eid) return none;
    const auto checked = check_device(p, policy, *eid);
    if (checked) return none;
    if (checked.error().path != "eid") return checked.error();
    return std::optional(Es2Refused{smdp::Es2Refusal::eid_invalid, checked.error().detail});
}

Result<Es2Answer> Es2Caller::make_order(const smdp::DownloadOrder& asked, const store::Subscription& line) const {
    TRY(auto order, draft_order(platform, line, msg::ProfileClass::operational));
    order.matching_id = smdp::untold_matching_id(platform.random);
    order.policy = client.policy;
    order.eid = asked.eid;
    TRY(auto refused, refused_eid(platform, order.policy, asked.eid));
    if (refused) return Es2Answer{*std::move(refused)};
    auto made = after(std::move(order), asked.eid ? smdp::OrderEvent::link : smdp::OrderEvent::allocate);
    if (!made) return fail(Errc::unexpected_event, "order", "a new order cannot be allocated");
    store::Batch changes{store::AddOrder{*made}, store::PutSubscription{line},
                         smdp::Note{made->id, platform.now(), "ordered by its operator " + over_es2()}};
    return Es2Answer{smdp::ordered_json(line.iccid, asked.padded), std::move(changes)};
}

/// Whether the order's confirmation code is this one. The signer knows the code by the hash that a card would send
/// (SGP.22 5.6.2): of SHA-256 of the code, and of a transaction, which none has begun here.
Result<bool> code_agrees(Platform& p, const smdp::Order& order, const std::optional<SecretBytes>& code) {
    if (order.confirmation_code.empty() || !code) return order.confirmation_code.empty() == !code;
    const Bytes transaction = p.random.bytes(16);
    const SecretBytes hashed(concat({crypto::sha256(expose(*code)), transaction}));
    TRY(const auto checked,
        p.signer.ask(signer::CheckConfirmationCode{
            order.id, {order.confirmation_code}, transaction, to_bytes(crypto::sha256(expose(hashed)))}));
    return checked.holds;
}

Result<smdp::ConfirmFacts> Es2Caller::facts_of(const smdp::ConfirmOrder& asked, const smdp::Order& order) const {
    smdp::ConfirmFacts out{smdp::fresh_matching_id(platform.random), smdp::untold_matching_id(platform.random)};
    if (!awaits_confirmation(order)) {
        TRY(out.code_agrees, code_agrees(platform, order, asked.confirmation_code));
        return out;
    }
    if (asked.matching_id && !asked.matching_id->empty()) {
        TRY(const auto other, platform.store.find_order_by_matching_id(*asked.matching_id));
        out.matching_id_taken = other && other->id != order.id;
    }
    return out;
}

Result<Es2Answer> Es2Caller::operator()(const smdp::ConfirmOrder& asked) const {
    TRY(const auto profile, find_profile(platform, asked.iccid));
    const auto known = profile.known();
    if (auto refused = cannot_be_confirmed(asked, known, client.operator_id)) return Es2Answer{*std::move(refused)};
    if (awaits_confirmation(*known.order)) {
        TRY(auto refused, refused_eid(platform, known.order->policy, asked.eid));
        if (refused) return Es2Answer{*std::move(refused)};
    }
    TRY(const auto facts, facts_of(asked, *known.order));
    const auto decided = decide(asked, known, client.operator_id, facts);
    if (const auto* refused = std::get_if<Es2Refused>(&decided)) return Es2Answer{*refused};
    auto [order, changed] = std::get<smdp::Es2Changed>(decided);
    if (!changed) return Es2Answer{smdp::confirmed_json(order, platform.dp->address)};
    if (asked.confirmation_code) {
        TRY(order.confirmation_code,
            wrapped_confirmation_code(platform, order.id, SecretBytes::copy_of(expose(*asked.confirmation_code))));
    }
    TRY(const auto missing, missing_consent(platform, order));
    const std::string what = asked.release ? "confirmed and released " : "confirmed ";
    auto changes = notes_of(platform, order, what + over_es2(), missing);
    changes.emplace_back(store::NameOrder{order.id, order.matching_id, order.confirmation_code, order.smds_address});
    changes.emplace_back(smdp::PutOrder{order});
    return Es2Answer{smdp::confirmed_json(order, platform.dp->address), std::move(changes)};
}

Result<Es2Answer> Es2Caller::operator()(const smdp::CancelOrder& asked) const {
    TRY(auto profile, find_profile(platform, asked.iccid));
    const auto decided = decide(asked, profile.known(), client.operator_id);
    if (const auto* refused = std::get_if<Es2Refused>(&decided)) return Es2Answer{*refused};
    const auto& [order, changed] = std::get<smdp::Es2Changed>(decided);
    Es2Answer out{smdp::done_json()};
    if (!changed) return out;
    const std::string by = "by its operator " + over_es2();
    if (asked.leaves == smdp::CancelOrder::Leaves::available) {
        out.changes = cancellation(platform, order, by);
        return out;
    }
    out.changes.emplace_back(smdp::Note{order.id, platform.now(), "its subscription is closed " + by});
    CHECKED(
        close_by_operator(platform, *std::move(profile.line), "by its operator, who cancelled its order", out.changes));
    return out;
}

Result<Es2Answer> Es2Caller::operator()(const smdp::ReleaseProfile& asked) const {
    TRY(const auto profile, find_profile(platform, asked.iccid));
    const auto decided = decide(asked, profile.known(), client.operator_id);
    if (const auto* refused = std::get_if<Es2Refused>(&decided)) return Es2Answer{*refused};
    const auto& [order, changed] = std::get<smdp::Es2Changed>(decided);
    Es2Answer out{smdp::done_json()};
    if (!changed) return out;
    TRY(const auto missing, missing_consent(platform, order));
    out.changes = notes_of(platform, order, "released by its operator " + over_es2(), missing);
    out.changes.emplace_back(smdp::PutOrder{order});
    return out;
}

/// Read, decided and on the disk.
Result<std::variant<std::string, Es2Refused>> carry_out(Es2Caller caller, const smdp::Es2Request& request) {
    for (int attempt = 1;; ++attempt) {
        TRY(auto answer, std::visit(caller, request));
        if (answer.changes.empty()) return std::move(answer.reply);
        const auto done = commit_with_events(caller.platform, std::move(answer.changes));
        if (done) return std::move(answer.reply);
        if (done.error().code != Errc::conflict || attempt == attempts_max) return done.error();
        caller.lost_a_line = true;
    }
}

std::string iccid_named(const smdp::Es2Request& request) {
    return std::visit(
        [](const auto& asked) -> std::string {
            if constexpr (std::same_as<std::remove_cvref_t<decltype(asked)>, smdp::DownloadOrder>)
                return asked.iccid ? asked.iccid->text() : std::string();
            else
                return asked.iccid.text();
        },
        request);
}

/// releaseFlag is ReleaseProfile within the call.
bool may_release(const Es2Client& client, const smdp::Es2Request& request) {
    const auto* confirm = std::get_if<smdp::ConfirmOrder>(&request);
    return confirm == nullptr || !confirm->release || client.may(smdp::Es2Function::release_profile);
}

struct Es2Call {
    Es2Metrics& metrics;
    smdp::Es2Function function;
    std::string protocol;
    const http::Reply& reply;

    void answer(http::Response response) const {
        response.headers.push_back({"X-Admin-Protocol", protocol});
        reply(std::move(response));
    }
    void refuse(const Es2Client& client, const Es2Refused& refused, std::string_view iccid) const {
        ++metrics.refused.at(static_cast<std::size_t>(refused.refusal));
        spdlog::info("{} of {} refused: {}", to_string(function), client.operator_id, smdp::code_of(refused.refusal));
        answer(http::json_response(200, smdp::refused_json(refused, iccid)));
    }
};

void serve_function(Platform& p, const Es2Client& client, const Es2Call& call, std::string_view body) {
    if (const auto held = p.throttles.operators.take(key_of(client.operator_id), Throttle::Clock::now())) {
        p.metrics.throttled.add(RateLimit::operator_);
        return call.answer(too_often(*held, "this operator"));
    }
    const auto read = read_es2(call.function, body);
    if (!read) return call.answer(http::problem(400, to_string(read.error())));
    if (!client.may(call.function)) return call.refuse(client, {smdp::Es2Refusal::function_not_allowed}, "");
    if (const auto* refused = std::get_if<Es2Refused>(&*read)) return call.refuse(client, *refused, "");
    const auto& request = std::get<smdp::Es2Request>(*read);
    if (!may_release(client, request))
        return call.refuse(client, {smdp::Es2Refusal::function_not_allowed, "This client has no right to release."},
                           "");
    const auto reply = carry_out({p, client}, request);
    if (!reply) {
        spdlog::error("{} of {} failed: {}", to_string(call.function), client.operator_id, to_string(reply.error()));
        return call.refuse(client, {smdp::Es2Refusal::server_unavailable}, "");
    }
    if (const auto* refused = std::get_if<Es2Refused>(&*reply))
        return call.refuse(client, *refused, iccid_named(request));
    ++call.metrics.done;
    spdlog::info("{} of {} done", to_string(call.function), client.operator_id);
    call.answer(http::json_response(200, std::get<std::string>(*reply)));
}

}  // namespace

bool knows_es2_client(Platform& p, View certificate) {
    const auto found = find_es2_client(p.store, certificate);
    return !found || *found;
}

void serve_es2(Platform& p, const http::Request& request, const http::Reply& reply) {
    const auto client = find_es2_client(p.store, request.client_certificate);
    if (!client) {
        spdlog::error("a client of ES2+ cannot be looked up: {}", to_string(client.error()));
        return reply(http::problem(503, "The server cannot do this now: try again later."));
    }
    if (!*client) return;  // taken out since the handshake: the connection ends
    if (const auto holds = http::check_client_certificate(request.client_certificate, p.now()); !holds)
        return spdlog::info("a client of ES2+ is let in no longer: {}", holds.error().detail);  // as above
    const auto path = request.path();
    const auto function =
        path.starts_with(smdp::es2_path) ? smdp::find_es2_function(path.substr(smdp::es2_path.size())) : std::nullopt;
    if (!function) return reply(http::problem(404, "No function of ES2+ has this path."));
    if (request.method != "POST") return reply(http::problem(405, "The functions of ES2+ are called by POST."));
    if (http::media_type(request.find_header("Content-Type").value_or("")) != "application/json")
        return reply(http::problem(415, "Content-Type: application/json is wanted (SGP.22 6.5)."));
    auto protocol = negotiate_protocol(request.find_header("X-Admin-Protocol").value_or(""));
    if (!protocol)
        return reply(http::problem(
            400, "X-Admin-Protocol: gsma/rsp/v2.x.y or later is wanted (SGP.22 6.2); this server speaks version 2."));
    serve_function(p, **client,
                   {p.metrics.es2.at(static_cast<std::size_t>(*function)), *function, *std::move(protocol), reply},
                   request.body);
}

}  // namespace mcim::apps::mcimd
