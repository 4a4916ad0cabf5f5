// ES9+.CancelSession, SGP.22 5.6.5 (3.0.2).
#include "mcim/smdp/transitions.h"

namespace mcim::smdp {
namespace {

/// Postponed and timeout say "not now": the order stays available and may be tried again. Every other reason ends it:
/// no device gets it until its operator releases it again (3.0.2, 3.1.6).
bool keeps_order(msg::CancelSessionReason reason) {
    return reason == msg::CancelSessionReason::postponed || reason == msg::CancelSessionReason::timeout;
}

/// The order after it. A card that cancels its session installs nothing of it any more. What another session has bound
/// may be on the card all the same: then the order stays where it is until the result is known. If nothing is out, and
/// packages alone had made the order this card's, a postponed one is any card's again.
Order cancelled(Order order, const Cancelling& s) {
    const bool was_out = settle(order, s.transaction_id);
    if (keeps_order(s.reason) && !was_out) return order;
    const bool ends = order.refused || !keeps_order(s.reason);
    if (!order.outstanding.empty()) {
        order.refused = ends;
        if (ends) forget_binding(order);
        return order;
    }
    auto next = after(order, ends ? OrderEvent::refuse : OrderEvent::postpone);
    if (!next) return order;
    if (!ends && next->eid_from_package) {
        next->eid.reset();
        next->eid_from_package = false;
        forget_binding(*next);
    }
    return *std::move(next);
}

Result<Step> cancel(State&& back, const Offered& offered, const msg::CancelSessionRequestEs9& request, const Env& env) {
    const auto* answer = std::get_if<msg::CancelSessionResponseOk>(&request.cancel_session_response.value);
    TRY(const auto offer, offered.decoded_reply());
    const auto no = [&](Refusal refusal, std::string detail = {}) {
        return refuse(std::move(back), {refusal, std::move(detail)},
                      {offered.order_id.text, offered.card, offer.transaction_id.bytes, "cancellation"}, env);
    };
    if (answer == nullptr) return no(Refusal::euicc_signature_invalid, "The eUICC did not cancel the session.");
    const auto& content = answer->euicc_cancel_session_signed;
    const auto key = offered.card.key();
    if (!key || !key->verify(der::encode(content), answer->euicc_cancel_session_signature.bytes))
        return no(Refusal::euicc_signature_invalid);
    if (content.transaction_id != offer.transaction_id)
        return no(Refusal::transaction_unknown, "The transaction that the eUICC signed is not the one of the request.");
    if (content.smdp_oid != env.server.oid)
        return no(Refusal::smdp_oid_wrong, "The eUICC signed OID " + content.smdp_oid.text() + ", this server is " +
                                               env.server.oid.text() + ".");
    Cancelling next{{offered.card,
                     offered.order_id,
                     digest_of(der::encode(request)),
                     seconds(env.now + env.server.session_time),
                     {}},
                    offer.transaction_id.bytes,
                    content.reason};
    Action load = LoadOrder{offered.order_id.text};
    return Step{std::move(next), std::move(load), {}};
}

}  // namespace

Result<Step> on(Offered&& s, CancelSession&& e, const Env& env) {
    const Offered offered = s;
    return cancel(std::move(s), offered, e.request, env);
}
Result<Step> on(Bound&& s, CancelSession&& e, const Env& env) {
    const Offered offered = s.offer;
    return cancel(std::move(s), offered, e.request, env);
}
Result<Step> on(Ended&& s, CancelSession&& e, const Env&) {
    if (digest_of(der::encode(e.request)) != s.request)
        return refuse(std::move(s), Refusal::transaction_unknown, "This session was cancelled before.");
    return Step{std::move(s), Reply(msg::CancelSessionOk{}), {}};
}

Result<Step> on(Cancelling&& s, OrderFound&& e, const Env& env) {
    std::vector<Effect> effects;
    effects.emplace_back(PutSession{s.transaction_id, s.ended.order_id.text, s.ended});
    if (e.order) {
        const bool changes = is_out(*e.order, s.transaction_id) || (!keeps_order(s.reason) && !e.order->refused);
        const bool had_card = e.order->eid.has_value();
        // put also where it stays as it was: a binding of this session at the same moment is noticed by its version
        Order order = cancelled(*std::move(e.order), s);
        std::string sentence = "cancelled by the eUICC: " + std::string(to_string(s.reason));
        if (had_card && !order.eid) sentence += "; it is any card's again";
        effects.emplace_back(
            Note{order.id, env.now, std::move(sentence), changes ? NoteKind::milestone : NoteKind::routine});
        effects.emplace_back(PutOrder{std::move(order)});
    }
    return Step{std::move(s.ended), Reply(msg::CancelSessionOk{}), std::move(effects)};
}

}  // namespace mcim::smdp
