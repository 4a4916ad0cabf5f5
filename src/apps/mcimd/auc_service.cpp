#include "mcim/apps/mcimd/auc_service.h"

#include <spdlog/spdlog.h>

#include "mcim/apps/mcimd/consequences.h"
#include "mcim/apps/mcimd/smds_events.h"
#include "mcim/auc/datagram.h"

namespace mcim::apps::mcimd {
namespace {

void log_record(const auc::Record& r) {
    const bool alarm =
        r.occurrence == auc::Occurrence::card_ahead || r.occurrence == auc::Occurrence::auts_not_authentic;
    spdlog::log(alarm ? spdlog::level::warn : spdlog::level::info, "auc: {} for {} {}", to_string(r.occurrence),
                masked(r.imsi.text()), r.detail);
}

struct Outcome {
    std::optional<auc::Reply> reply;
    store::Batch changes;  ///< on the disk before the reply leaves
    std::optional<auc::Record> record{};
};

using Finish = std::function<void(const Result<Outcome>&)>;
using MakeEvent = std::function<auc::Event(std::optional<auc::Subscription>)>;

/// A datagram on its way through the core.
struct Journey {
    Imsi imsi;
    MakeEvent make;
    Finish finish;
    int attempt = 1;
    auc::State state = auc::Idle{};
    Outcome out{};
};

/// The end of it, told and counted: not what was looked at and then again, because a row had changed meanwhile.
void conclude(Platform& p, const Result<Outcome>& outcome, const Finish& finish) {
    if (outcome && outcome->record) {
        log_record(*outcome->record);
        p.metrics.auc.add(outcome->record->occurrence);
    } else {
        ++p.metrics.auc_failed;
    }
    finish(outcome);
}

void begin(Platform& p, const std::shared_ptr<Journey>&);

/// Where somebody else moved the number meanwhile: with the row as it is now. Whoever asks for one subscriber's vectors
/// faster than the disk takes them is refused some.
void commit(Platform& p, const std::shared_ptr<Journey>& journey) {
    if (journey->out.changes.empty()) return conclude(p, std::move(journey->out), journey->finish);
    const bool asks_smds = queues_events(journey->out.changes);
    p.committer.commit(std::exchange(journey->out.changes, {}), [=, &p](const Status& done) {
        if (done && asks_smds) p.look_for_events();
        if (done) return conclude(p, std::move(journey->out), journey->finish);
        if (done.error().code == Errc::conflict && journey->attempt < attempts_max) {
            ++journey->attempt;
            return begin(p, journey);
        }
        if (journey->out.record) log_record(*journey->out.record);  // seen all the same, and perhaps an alarm
        conclude(p, done.error(), journey->finish);
    });
}

/// A device that logs in has taken over its line: that belongs to the vector (consequences.h).
Status add_consequences(Platform& p, Journey& journey) {
    const auto& reply = journey.out.reply;
    if (!reply || !std::holds_alternative<signer::Vector>(*reply)) return ok();
    TRY(auto more, take_over(p, journey.imsi));
    for (auto& change : more) journey.out.changes.push_back(std::move(change));
    return ok();
}

/// One step, and the next one when the signer has answered.
Status go_on(Platform& p, const std::shared_ptr<Journey>& journey, auc::Event event) {
    TRY(auc::Step step, auc::step(journey->state, std::move(event), {p.now(), p.random}));
    if (step.record) journey->out.record = std::move(step.record);
    if (step.update) journey->out.changes.emplace_back(*std::move(step.update));
    if (step.ask) {
        journey->state = std::move(step.next);
        p.desk.ask(*std::move(step.ask), [&p, journey](Result<signer::Response> response) {
            const auto done = go_on(p, journey, auc::SignerAnswered{std::move(response)});
            if (!done) conclude(p, done.error(), journey->finish);
        });
        return ok();
    }
    journey->out.reply = std::move(step.reply);
    CHECKED(add_consequences(p, *journey));
    commit(p, journey);
    return ok();
}

void begin(Platform& p, const std::shared_ptr<Journey>& journey) {
    journey->state = auc::Idle{};
    journey->out = {};
    auto found = p.store.find_auc(journey->imsi);
    if (!found) return conclude(p, found.error(), journey->finish);
    const auto done = go_on(p, journey, journey->make(*std::move(found)));
    if (!done) conclude(p, done.error(), journey->finish);
}

void reply_to(const auc::VectorWanted& wanted, const Result<Outcome>& outcome,
              const http::DatagramServer::Reply& reply) {
    if (!outcome) spdlog::error("auc: {}", to_string(outcome.error()));
    const auto* vector = outcome && outcome->reply ? std::get_if<signer::Vector>(&*outcome->reply) : nullptr;
    if (vector == nullptr) return reply(auc::render_failure(wanted));
    const auto rendered = auc::render_vector(wanted.imsi, *vector);
    if (!rendered) return reply(auc::render_failure(wanted));
    // CK and IK are in it: from here to the socket, without a copy
    const View text = expose(*rendered);
    reply({reinterpret_cast<const char*>(text.data()), text.size()});
}

void answer(Platform& p, const auc::VectorWanted& wanted, http::DatagramServer::Reply reply) {
    const auto make = [imsi = wanted.imsi](std::optional<auc::Subscription> found) {
        return auc::Event(auc::AkaRequest{imsi, std::move(found)});
    };
    const auto finish = [wanted, reply = std::move(reply)](const Result<Outcome>& outcome) {
        reply_to(wanted, outcome, reply);
    };
    begin(p, std::make_shared<Journey>(wanted.imsi, make, finish));
}
/// Has no answer: the serving network asks for a vector next.
void answer(Platform& p, const auc::CardOutOfStep& report, const http::DatagramServer::Reply&) {
    const auto make = [report](std::optional<auc::Subscription> found) {
        return auc::Event(auc::Resynchronise{report.imsi, report.rand, report.auts, std::move(found)});
    };
    const auto finish = [](const Result<Outcome>& outcome) {
        if (!outcome) spdlog::error("auc: {}", to_string(outcome.error()));
    };
    begin(p, std::make_shared<Journey>(report.imsi, make, finish));
}
void answer(Platform&, const auc::TripletsWanted& wanted, const http::DatagramServer::Reply& reply) {
    reply(auc::render_failure(wanted));
}

}  // namespace

void answer_auc(Platform& p, std::string_view datagram, http::DatagramServer::Reply reply) {
    const auto parsed = auc::parse_datagram(as_view(datagram));
    if (!parsed) return spdlog::info("auc: a datagram that is none of hostapd's: {}", to_string(parsed.error()));
    std::visit([&](const auto& d) { answer(p, d, std::move(reply)); }, *parsed);
}

}  // namespace mcim::apps::mcimd
