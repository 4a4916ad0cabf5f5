#include "mcim/auc/auc.h"

#include <cstdlib>

namespace mcim::auc {
namespace {

/// Done, with a record.
Step finished(const Imsi& imsi, Occurrence occurrence, std::string detail, const Env& env) {
    Step out;
    out.next = Done{};
    out.record = Record{env.now, imsi, occurrence, std::move(detail)};
    return out;
}

Step refused(const Imsi& imsi, Occurrence occurrence, std::string detail, const Env& env) {
    Step out = finished(imsi, occurrence, std::move(detail), env);
    out.reply = Failure{};
    return out;
}

/// Why nothing is done for this subscription; nullopt where something is.
std::optional<Occurrence> obstacle(const std::optional<Subscription>& found) {
    if (!found) return Occurrence::unknown_subscription;
    switch (found->status) {
        case Status::active: return std::nullopt;
        case Status::barred: return Occurrence::barred;
        case Status::closed: return Occurrence::closed;
    }
    std::abort();
}

Result<Step> on(const Idle&, AkaRequest event, const Env& env) {
    if (const auto why = obstacle(event.found)) return refused(event.imsi, *why, {}, env);
    Subscription& subscription = *event.found;
    const auto sqn = aka::next_sqn(subscription.sqn);
    if (!sqn) return refused(event.imsi, Occurrence::numbers_used_up, sqn.error().detail, env);

    const auto rand = env.random.array<16>();
    Step out;
    out.ask = signer::GenerateVectors{event.imsi, subscription.keys, subscription.amf, {{sqn->number(), rand}}};
    out.next = AwaitsVector{std::move(subscription), *sqn, rand};
    return out;
}

Result<Step> on(const AwaitsVector& state, SignerAnswered event, const Env& env) {
    const Imsi& imsi = state.subscription.imsi;
    if (!event.response) return refused(imsi, Occurrence::signer_failed, to_string(event.response.error()), env);
    auto vectors = signer::answer_to<signer::GenerateVectors>(*std::move(event.response));
    if (!vectors) return refused(imsi, Occurrence::signer_failed, to_string(vectors.error()), env);
    if (vectors->size() != 1 || vectors->front().rand != state.rand)
        return refused(imsi, Occurrence::signer_failed, "the vector is not one for the challenge that was asked for",
                       env);

    Step out = finished(imsi, Occurrence::vector_issued, {}, env);
    out.update = Update{state.subscription.sqn, state.subscription};
    out.update->subscription.sqn = state.sqn;
    out.reply = std::move(vectors->front());
    return out;
}

Result<Step> on(const Idle&, Resynchronise event, const Env& env) {
    if (const auto why = obstacle(event.found)) return finished(event.imsi, *why, "its AUTS was not looked at", env);
    Step out;
    out.ask = signer::Resynchronise{event.imsi, event.found->keys, event.rand, event.auts};
    out.next = AwaitsSqn{std::move(*event.found)};
    return out;
}

Result<Step> on(const AwaitsSqn& state, SignerAnswered event, const Env& env) {
    const Subscription& before = state.subscription;
    if (!event.response)
        return finished(before.imsi, Occurrence::signer_failed, to_string(event.response.error()), env);
    const auto opened = signer::answer_to<signer::Resynchronise>(*std::move(event.response));
    if (!opened) return finished(before.imsi, Occurrence::signer_failed, to_string(opened.error()), env);
    // not counted: whoever can send datagrams could else make any subscription look cloned
    if (!opened->sqn_ms) return finished(before.imsi, Occurrence::auts_not_authentic, {}, env);
    const auto card = aka::Sqn::from_number(*opened->sqn_ms);
    if (!card) return finished(before.imsi, Occurrence::signer_failed, to_string(card.error()), env);

    const auto occurrence = card->seq() > before.sqn.seq() ? Occurrence::card_ahead : Occurrence::resynchronised;
    Step out = finished(before.imsi, occurrence,
                        "SQN here " + hex(before.sqn.octets()) + ", on the card " + hex(card->octets()), env);
    out.update = Update{before.sqn, before};
    out.update->subscription.sqn = aka::resynchronised(before.sqn, *card, before.card_limits);
    ++out.update->subscription.sync_failures;
    return out;
}

template <class S, class E>
concept Legal = requires(const S& state, E event, const Env& env) { on(state, std::move(event), env); };

}  // namespace

std::string_view to_string(Status status) {
    switch (status) {
        case Status::active: return "active";
        case Status::barred: return "barred";
        case Status::closed: return "closed";
    }
    std::abort();
}

std::string_view to_string(Occurrence occurrence) {
    switch (occurrence) {
        using enum Occurrence;
        case vector_issued: return "vector issued";
        case resynchronised: return "resynchronised";
        case card_ahead: return "resynchronised to a number that was never given out here";
        case auts_not_authentic: return "AUTS is not this card's answer";
        case unknown_subscription: return "unknown subscription";
        case barred: return "subscription barred";
        case closed: return "subscription closed";
        case numbers_used_up: return "sequence numbers used up";
        case signer_failed: return "signer failed";
    }
    std::abort();
}

Result<Step> step(const State& state, Event event, const Env& env) {
    return std::visit(
        [&](const auto& s, auto e) -> Result<Step> {
            if constexpr (Legal<std::decay_t<decltype(s)>, decltype(e)>)
                return on(s, std::move(e), env);
            else
                return fail(Errc::unexpected_event, "",
                            std::string(decltype(e)::name) + " in " + std::string(std::decay_t<decltype(s)>::name));
        },
        state, std::move(event));
}

}  // namespace mcim::auc
