#include "mcim/smdp/es12.h"

#include <array>

#include "mcim/base/text.h"
#include "mcim/jose/json.h"
#include "mcim/msg/json.h"

namespace mcim::smdp {
namespace {

constexpr std::array<std::string_view, es12_function_count> es12_names{"registerEvent", "deleteEvent"};
constexpr std::size_t sentence_characters_max = 200;

jose::ObjectWriter es12_request(const Es12Header& header, const EventRecord& event) {
    jose::ObjectWriter out;
    out.object("header", jose::ObjectWriter()
                             .text("functionRequesterIdentifier", header.requester)
                             .text("functionCallIdentifier", header.call));
    out.text("eid", event.eid.text());
    return out;
}

std::string said(const msg::StatusCodeData& status) {
    std::string out = printable(status.subject_code + "/" + status.reason_code);
    if (!status.message.empty()) out += " " + printable(status.message, sentence_characters_max);
    return out;
}

/// 8.9.5 is the Event Record: 3.3 already in use, 3.9 unknown.
bool is_so_already(Es12Function function, const msg::StatusCodeData& status) {
    return status.subject_code == "8.9.5" &&
           status.reason_code == (function == Es12Function::register_event ? "3.3" : "3.9");
}

/// 4.x: processing; 5.x: transport. Of an SM-DS to the root above it, for one.
bool may_pass(const msg::StatusCodeData& status) {
    return status.reason_code.starts_with("4.") || status.reason_code.starts_with("5.");
}

}  // namespace

std::string_view to_string(Es12Function f) { return es12_names.at(static_cast<std::size_t>(f)); }

std::optional<Es12Function> find_es12_function(std::string_view name) {
    for (std::size_t i = 0; i < es12_names.size(); ++i)
        if (es12_names.at(i) == name) return static_cast<Es12Function>(i);
    return std::nullopt;
}

std::optional<Es12Function> event_call(const Order& order, Time now) {
    using enum EventStanding;
    if (order.smds_address.empty() || !order.eid) return std::nullopt;
    const bool there = order.event == queued || order.event == registered;
    if (!downloadable(order, now)) return there ? std::optional(Es12Function::delete_event) : std::nullopt;
    return there || order.event == refused ? std::nullopt : std::optional(Es12Function::register_event);
}

EventStanding standing_once_queued(Es12Function f) {
    return f == Es12Function::register_event ? EventStanding::queued : EventStanding::leaving;
}

std::string register_event_json(const Es12Header& header, const EventRecord& event, const EventServer& server) {
    return es12_request(header, event)
        .text("rspServerAddress", server.address)
        .text("eventId", event.event_id)
        .flag("forwardingIndicator", server.forwarding)
        .finish();
}

std::string delete_event_json(const Es12Header& header, const EventRecord& event) {
    return es12_request(header, event).text("eventId", event.event_id).finish();
}

Es12Answer read_es12(Es12Function function, Es12Attempt attempt, std::string_view body) {
    using enum Es12Answer::Meaning;
    const auto read = msg::read_status(body);
    if (!read) return {later, "it answers with no header of 5.2.6: " + to_string(read.error())};
    const auto& status = *read;
    if (!status) return {done};
    if (status->reason_code.empty()) return {later, "it says that it failed, and not why"};
    if (is_so_already(function, *status)) {
        const bool by_another = function == Es12Function::register_event && attempt == Es12Attempt::first;
        return {by_another ? in_use : was_so, said(*status)};
    }
    return {may_pass(*status) ? later : Es12Answer::Meaning::refused, said(*status)};
}

}  // namespace mcim::smdp
