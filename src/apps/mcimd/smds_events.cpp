#include "mcim/apps/mcimd/smds_events.h"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "mcim/base/ascii.h"
#include "mcim/jose/json.h"
#include "mcim/smdp/es12.h"

namespace mcim::apps::mcimd {
namespace {

using smdp::Es12Function;
using smdp::EventStanding;

constexpr std::string_view event_kind = "es12-event";
constexpr std::chrono::milliseconds event_time{10'000};

/// The version that the change gives the order, in digits that sort: its calls are in one line, whatever clocks say.
std::string call_of(const smdp::Order& order) {
    std::string version = std::to_string(order.version + 1);
    version.insert(0, 20 - std::min<std::size_t>(version.size(), 20), '0');
    return order.id + "-" + version;
}
std::string event_key(const smdp::Order& order) { return order.smds_address + "/" + call_of(order); }

/// What a row says. Where the event is to lead, and how this server is named, is looked up when it is sent.
struct EventCall {
    Es12Function function;
    std::string order_id;
    smdp::EventRecord event;
    bool tried = false;   ///< it may have reached the SM-DS
    bool in_use = false;  ///< the order's timeline says that its ID is in use there
};
Bytes encode(const EventCall& call) {
    const std::string text = jose::ObjectWriter()
                                 .text("function", to_string(call.function))
                                 .text("order", call.order_id)
                                 .text("eid", call.event.eid.text())
                                 .text("event", call.event.event_id)
                                 .flag("tried", call.tried)
                                 .flag("in_use", call.in_use)
                                 .finish();
    return to_bytes(as_view(text));
}
Result<EventCall> decode_event_call(const store::Row& row) {
    TRY(const auto in, jose::Object::parse(as_text(row.body)));
    TRY(const auto name, in.text("function"));
    const auto function = smdp::find_es12_function(name);
    if (!function) return fail(Errc::bad_value, "function", "\"" + name + "\" is none of ES12");
    TRY(auto order_id, in.text("order"));
    TRY(const auto digits, in.text("eid"));
    TRY(Eid eid, Eid::parse_unchecked(digits));
    TRY(auto event_id, in.text("event"));
    TRY(const auto tried, in.optional_member(&jose::Object::flag, "tried"));
    TRY(const auto in_use, in.optional_member(&jose::Object::flag, "in_use"));
    // of a row from before this was kept nobody knows it
    const bool may_have_come = tried.value_or(true);
    return EventCall{
        *function, std::move(order_id), {std::move(eid), std::move(event_id)}, may_have_come, in_use.value_or(false)};
}

void queue(const smdp::Order& order, Es12Function function, store::Batch& out) {
    const EventCall call{function, order.id, {*order.eid, order.matching_id}};
    out.emplace_back(store::PutRow{{std::string(event_kind), event_key(order), encode(call)}});
    out.emplace_back(store::MoveEvent{order.id, {}, standing_once_queued(function)});
}

const smdp::Order* order_in(const store::Change& change) {
    if (const auto* added = std::get_if<store::AddOrder>(&change)) return &added->order;
    if (const auto* put = std::get_if<smdp::PutOrder>(&change)) return &put->order;
    return nullptr;
}

std::string request_body(const Platform& p, const Smds& smds, const EventCall& call, const store::Row& row) {
    const smdp::Es12Header header{p.dp->oid.text(), row.key.substr(row.key.rfind('/') + 1)};
    if (call.function == Es12Function::delete_event) return delete_event_json(header, call.event);
    return register_event_json(header, call.event, {p.dp->address, smds.forwarding});
}

/// The order's own words for what came of it.
std::string outcome_of(Es12Function function, const std::string& smds, const smdp::Es12Answer& answer) {
    const bool registers = function == Es12Function::register_event;
    if (answer.meaning == smdp::Es12Answer::Meaning::refused)
        return "event refused by SM-DS " + smds + ": " + answer.why;
    const std::string done = (registers ? "event registered at SM-DS " : "event deleted at SM-DS ") + smds;
    if (answer.meaning == smdp::Es12Answer::Meaning::done) return done;
    return done + (registers ? ", which had it already: " : ", which had it no more: ") + answer.why;
}

LetterTaken taken(const Platform& p, const EventCall& call, const std::string& smds, const smdp::Es12Answer& answer) {
    const bool refused = answer.meaning == smdp::Es12Answer::Meaning::refused;
    const bool registers = call.function == Es12Function::register_event;
    const auto reached = refused     ? EventStanding::refused
                         : registers ? EventStanding::registered
                                     : EventStanding::deleted;
    std::string what = outcome_of(call.function, smds, answer);
    if (refused)
        spdlog::warn("order {}: {}", call.order_id, what);
    else
        spdlog::info("order {}: {}", call.order_id, what);
    return {{store::MoveEvent{call.order_id, standing_once_queued(call.function), reached},
             smdp::Note{call.order_id, p.now(), std::move(what)}}};
}

/// Its row says that it was sent before it is: what is lost on its way may have come. Where there was no connection
/// none has.
Letter letter_of(const Platform& p, const Smds& smds, EventCall call, const store::Row& row) {
    http::ClientConfig config{smds.roots, {}};
    config.time_max = event_time;
    config.server = http::ServerIs::an_smds;
    config.is_revoked = [&p](const x509::Certificate& c) { return p.dp->anchors.is_revoked(c); };
    config.identity = smds.identity;
    std::string path(smdp::es12_path);
    path += to_string(call.function);
    Letter out{std::move(config), smds.server, json_call(std::move(path), request_body(p, smds, call, row))};
    if (call.function != Es12Function::register_event || std::exchange(call.tried, true)) return out;
    out.row_once_sent = encode(call);
    return out;
}

/// Somebody else's event, or one of ours that is not in this database any more. It is tried again as for the first
/// time while the order waits for it.
LetterVerdict held_by_another(Platform& p, EventCall call, const std::string& smds, const std::string& why) {
    const std::string what = "event not registered at SM-DS " + smds + ", which has another under its ID: " + why;
    const auto order = p.store.find_order(call.order_id);
    if (!order) return LetterNotTaken{to_string(order.error())};
    store::Batch note{smdp::Note{call.order_id, p.now(), what}};
    if (!*order || (*order)->event != EventStanding::queued) return LetterTaken{std::move(note)};
    call.tried = false;
    if (std::exchange(call.in_use, true)) return LetterHeld{encode(call)};
    spdlog::warn("order {}: {}", call.order_id, what);
    return LetterHeld{encode(call), std::move(note)};
}

}  // namespace

const Smds* find_smds(const Platform& p, std::string_view address) {
    const auto found =
        std::ranges::find_if(p.smds, [&](const Smds& one) { return ascii::equal_but_for_case(one.address, address); });
    return found == p.smds.end() ? nullptr : &*found;
}

void keep_events(const Platform& p, store::Batch& batch) {
    store::Batch more;
    for (const auto& change : batch) {
        const auto* order = order_in(change);
        if (order == nullptr) continue;
        if (const auto function = smdp::event_call(*order, p.now())) queue(*order, *function, more);
    }
    for (auto& change : more) batch.push_back(std::move(change));
}

bool queues_events(const store::Batch& batch) {
    return std::ranges::any_of(batch, [](const store::Change& change) {
        const auto* put = std::get_if<store::PutRow>(&change);
        return put != nullptr && put->row.kind == event_kind;
    });
}

Status commit_with_events(Platform& p, store::Batch batch) {
    keep_events(p, batch);
    const bool queued = queues_events(batch);
    CHECKED(p.store.commit_one(std::move(batch)));
    if (queued) p.look_for_events();
    return ok();
}

smdp::Order with_its_event(const Platform& p, smdp::Order order) {
    if (const auto function = smdp::event_call(order, p.now())) order.event = standing_once_queued(*function);
    return order;
}

Result<std::size_t> end_expired_events(Platform& p) {
    TRY(auto expired, p.store.expired_with_events(p.now(), expired_per_turn));
    std::vector<store::Batch> batches;
    for (auto& order : expired) keep_events(p, batches.emplace_back(store::Batch{smdp::PutOrder{std::move(order)}}));
    if (batches.empty()) return std::size_t{0};
    const auto results = p.store.commit(batches);
    for (const auto& done : results)
        if (!done && done.error().code != Errc::conflict) return done.error();  // else it is looked at again
    return batches.size();
}

Mail event_mail(Platform& p) {
    return {event_kind, "SM-DS",
            [&p](const std::string& address, const store::Row& row) -> Result<std::optional<Letter>> {
                const Smds* smds = find_smds(p, address);
                if (smds == nullptr) return std::optional<Letter>{};  // not configured any more
                TRY(const auto call, decode_event_call(row));
                return std::optional(letter_of(p, *smds, call, row));
            },
            [&p](const store::Row& row, const http::Response& answer) -> LetterVerdict {
                if (answer.status != 200) return LetterNotTaken{"HTTP " + std::to_string(answer.status)};
                const auto call = decode_event_call(row);
                if (!call) return LetterNotTaken{to_string(call.error())};
                const auto attempt = call->tried ? smdp::Es12Attempt::repeated : smdp::Es12Attempt::first;
                auto read = smdp::read_es12(call->function, attempt, answer.body);
                const std::string smds = row.key.substr(0, row.key.rfind('/'));
                if (read.meaning == smdp::Es12Answer::Meaning::in_use) return held_by_another(p, *call, smds, read.why);
                const bool refused = read.meaning == smdp::Es12Answer::Meaning::refused;
                // what a wrong setting keeps there today is asked for again: no event outlives its order
                const bool again = refused && call->function == Es12Function::delete_event;
                if (again || read.meaning == smdp::Es12Answer::Meaning::later)
                    return LetterNotTaken{"order " + call->order_id + ": " + read.why};
                return taken(p, *call, smds, read);
            },
            [](const store::Row& row) { return row.key.substr(0, row.key.rfind('-')); }};
}

}  // namespace mcim::apps::mcimd
