#include "mcim/apps/mcimd/auc_service.h"

#include <spdlog/spdlog.h>

#include "mcim/apps/mcimd/consequences.h"
#include "mcim/auc/datagram.h"

namespace mcim::apps::mcimd {
namespace {

constexpr int attempts_max = 4;

void log_record(const auc::Record& r) {
    const bool alarm =
        r.occurrence == auc::Occurrence::card_ahead || r.occurrence == auc::Occurrence::auts_not_authentic;
    spdlog::log(alarm ? spdlog::level::warn : spdlog::level::info, "auc: {} for {} {}", to_string(r.occurrence),
                masked(r.imsi.text()), r.detail);
}

/// The core's steps until there is a reply; a number is on the disk before the vector with it leaves.
Result<std::optional<auc::Reply>> drive(Platform& p, auc::Event event) {
    auc::State state = auc::Idle{};
    for (;;) {
        TRY(auc::Step step, auc::step(state, std::move(event), {p.now(), p.random}));
        if (step.record) log_record(*step.record);
        if (step.update) CHECKED(p.store.commit_one({*std::move(step.update)}));
        if (!step.ask) return std::move(step.reply);
        state = std::move(step.next);
        event = auc::SignerAnswered{p.signer.execute_one(*step.ask)};
    }
}

/// Somebody else moved the number meanwhile: with the row as it is now.
template <class MakeEvent>
Result<std::optional<auc::Reply>> drive_again(Platform& p, const Imsi& imsi, MakeEvent make) {
    for (int attempt = 1;; ++attempt) {
        TRY(auto found, p.store.find_auc(imsi));
        auto reply = drive(p, make(std::move(found)));
        if (reply || reply.error().code != Errc::conflict || attempt == attempts_max) return reply;
    }
}

std::string answer(Platform& p, const auc::VectorWanted& wanted) {
    auto reply = drive_again(p, wanted.imsi, [&](std::optional<auc::Subscription> found) {
        return auc::Event(auc::AkaRequest{wanted.imsi, std::move(found)});
    });
    if (!reply) {
        spdlog::error("auc: {}", to_string(reply.error()));
        return auc::render_failure(wanted);
    }
    if (!*reply) return auc::render_failure(wanted);
    const auto* vector = std::get_if<signer::Vector>(&**reply);
    if (vector == nullptr) return auc::render_failure(wanted);
    if (const auto done = take_over(p, wanted.imsi); !done) {
        spdlog::error("auc: {}", to_string(done.error()));
        return auc::render_failure(wanted);
    }
    const auto rendered = auc::render_vector(wanted.imsi, *vector);
    return rendered ? as_text(expose(*rendered)) : auc::render_failure(wanted);
}
std::string answer(Platform& p, const auc::CardOutOfStep& report) {
    const auto reply = drive_again(p, report.imsi, [&](std::optional<auc::Subscription> found) {
        return auc::Event(auc::Resynchronise{report.imsi, report.rand, report.auts, std::move(found)});
    });
    if (!reply) spdlog::error("auc: {}", to_string(reply.error()));
    return {};
}
std::string answer(Platform&, const auc::TripletsWanted& wanted) { return auc::render_failure(wanted); }

}  // namespace

std::string answer_auc(Platform& p, std::string_view datagram) {
    const auto parsed = auc::parse_datagram(as_view(datagram));
    if (!parsed) {
        spdlog::info("auc: a datagram that is none of hostapd's: {}", to_string(parsed.error()));
        return {};
    }
    return std::visit([&](const auto& d) { return answer(p, d); }, *parsed);
}

}  // namespace mcim::apps::mcimd
