#include "mcim/agent/delivery.h"

#include "mcim/agent/pending.h"

namespace mcim::agent::delivery {
namespace {

Step finish(Report report) { return {Finished{}, Finish{std::move(report)}}; }

Step stop(std::string why) { return finish({.entries = {}, .unknown = {}, .stopped = std::move(why)}); }

Step send_front(std::vector<msg::PendingNotification> pending, Report report) {
    if (pending.empty()) return finish(std::move(report));
    const std::string address = pending.front().metadata().notification_address.text;
    std::string body = msg::to_json(msg::HandleNotification{pending.front(), {}});
    return {Sending{std::move(pending), std::move(report)}, PostEs9{address, "handleNotification", std::move(body)}};
}

Step next(std::vector<msg::PendingNotification> pending, Report report, std::string failure) {
    const auto& metadata = pending.front().metadata();
    report.entries.push_back({metadata.seq_number, metadata.notification_address.text, std::move(failure)});
    pending.erase(pending.begin());
    return send_front(std::move(pending), std::move(report));
}

Step on(Listing, CardAnswered e) {
    auto list = read_pending(e.response);
    if (!list) return stop("the card's list cannot be read: " + to_string(list.error()));
    return send_front(std::move(list->known), {.entries = {}, .unknown = std::move(list->unknown), .stopped = {}});
}
Step on(Listing, CardFailed e) { return stop("the card does not answer: " + to_string(e.error)); }

Step on(Sending s, ServerAnswered e) {
    if (auto why = not_taken(e)) return next(std::move(s.pending), std::move(s.report), *std::move(why));
    const msg::NotificationSentRequest request{s.pending.front().metadata().seq_number, {}};
    return {Removing{std::move(s.pending), std::move(s.report)}, CallCard{der::encode(request)}};
}
Step on(Sending s, ServerUnreachable e) { return next(std::move(s.pending), std::move(s.report), to_string(e.error)); }

Step on(Removing s, CardAnswered) { return next(std::move(s.pending), std::move(s.report), ""); }
Step on(Removing s, CardFailed e) {
    return next(std::move(s.pending), std::move(s.report),
                "delivered, but still on the card's list: " + to_string(e.error));
}

/// A JSON object that cannot be read, because its end is missing, say: it may have said anything.
bool is_spoilt(const std::string& body) {
    const auto begin = body.find_first_not_of(" \t\r\n");
    if (begin == std::string::npos || body[begin] != '{') return false;
    const auto status = msg::read_status(body);
    return !status && status.error().code == Errc::bad_value;
}

}  // namespace

std::optional<std::string> not_taken(const ServerAnswered& answer) {
    if (answer.http_status < 200 || answer.http_status > 299) return "HTTP " + std::to_string(answer.http_status);
    if (is_spoilt(answer.body)) return "its reply cannot be read";
    if (!msg::says_failed(answer.body)) return std::nullopt;  // 5.6.4: there is no body
    const auto status = msg::read_status(answer.body);
    if (!status || !*status || (*status)->subject_code.empty()) return "the server failed";
    return "the server failed with " + (*status)->subject_code + "/" + (*status)->reason_code;
}

Step start(std::optional<msg::NotificationEvent> only) {
    msg::RetrieveNotificationsListRequest request;
    if (only) request.search_criteria = msg::NotificationSearchCriteria{*only};
    return {Listing{std::move(only)}, CallCard{der::encode(request)}};
}

Result<Step> step(State& state, Event event) {
    return std::visit(
        [&]<class S, class E>(S& s, E& e) -> Result<Step> {
            if constexpr (requires { on(std::move(s), std::move(e)); })
                return on(std::move(s), std::move(e));
            else
                return fail(Errc::unexpected_event, "delivery", std::string(name_of(event)) + " does not belong here");
        },
        state, event);
}

}  // namespace mcim::agent::delivery
