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

/// The core's steps until there is a reply.
Result<Outcome> drive(Platform& p, auc::Event event) {
    auc::State state = auc::Idle{};
    Outcome out;
    for (;;) {
        TRY(auc::Step step, auc::step(state, std::move(event), {p.now(), p.random}));
        if (step.record) out.record = std::move(step.record);
        if (step.update) out.changes.emplace_back(*std::move(step.update));
        if (!step.ask) {
            out.reply = std::move(step.reply);
            return out;
        }
        state = std::move(step.next);
        event = auc::SignerAnswered{p.signer.execute_one(*step.ask)};
    }
}

using Finish = std::function<void(const Result<Outcome>&)>;
using MakeEvent = std::function<auc::Event(std::optional<auc::Subscription>)>;

Result<Outcome> attempt_once(Platform& p, const Imsi& imsi, const MakeEvent& make) {
    TRY(auto found, p.store.find_auc(imsi));
    TRY(Outcome out, drive(p, make(std::move(found))));
    if (out.reply && std::holds_alternative<signer::Vector>(*out.reply)) {
        TRY(auto more, take_over(p, imsi));
        for (auto& change : more) out.changes.push_back(std::move(change));
    }
    return out;
}

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

/// Where somebody else moved the number meanwhile: with the row as it is now. Whoever asks for one subscriber's vectors
/// faster than the disk takes them is refused some.
void drive_and_commit(Platform& p, Imsi imsi, MakeEvent make, Finish finish, int attempt = 1) {
    auto outcome = std::make_shared<Result<Outcome>>(attempt_once(p, imsi, make));
    if (!*outcome || (*outcome)->changes.empty()) return conclude(p, *outcome, finish);
    const bool asks_smds = queues_events((*outcome)->changes);
    p.committer.commit(std::exchange((*outcome)->changes, {}), [=, &p](const Status& done) {
        if (done && asks_smds) p.look_for_events();
        if (done) return conclude(p, *outcome, finish);
        if (done.error().code == Errc::conflict && attempt < attempts_max)
            return drive_and_commit(p, imsi, make, finish, attempt + 1);
        if ((*outcome)->record) log_record(*(*outcome)->record);  // seen all the same, and perhaps an alarm
        conclude(p, done.error(), finish);
    });
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
    drive_and_commit(
        p, wanted.imsi,
        [imsi = wanted.imsi](std::optional<auc::Subscription> found) {
            return auc::Event(auc::AkaRequest{imsi, std::move(found)});
        },
        [wanted, reply = std::move(reply)](const Result<Outcome>& outcome) { reply_to(wanted, outcome, reply); });
}
/// Has no answer: the serving network asks for a vector next.
void answer(Platform& p, const auc::CardOutOfStep& report, const http::DatagramServer::Reply&) {
    drive_and_commit(
        p, report.imsi,
        [report](std::optional<auc::Subscription> found) {
            return auc::Event(auc::Resynchronise{report.imsi, report.rand, report.auts, std::move(found)});
        },
        [](const Result<Outcome>& outcome) {
            if (!outcome) spdlog::error("auc: {}", to_string(outcome.error()));
        });
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
