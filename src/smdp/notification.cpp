// ES9+.HandleNotification, SGP.22 5.6.4, 3.5. A readable notification is always taken: the card removes it from its
// list then, and nobody could repair it there. What cannot be verified is recorded and changes nothing.
//
// A notification that was verified is known again by who signed it and what was signed: another signature of the same
// content, which anybody can make of the first (r, -s), is the same notification. One that was not verified goes by all
// of its octets, so that a forgery sent first does not keep the genuine one out.
#include <algorithm>

#include "mcim/smdp/transitions.h"

namespace mcim::smdp {
namespace {

struct Judged {
    std::optional<Eid> eid;  ///< the card that signed it; nullopt: `sentence` says why nobody knows
    std::string sentence{};
};

/// Installation results: the card is the one of the session (5.7.6 signs with the same key).
Judged judge(const msg::ProfileInstallationResult& result, const NotificationContext& context, const Server& server) {
    if (!context.session || !context.order) return {{}, "its transaction is unknown here"};
    const Card* card = nullptr;
    if (const auto* bound = std::get_if<Bound>(&*context.session)) card = &bound->offer.card;
    if (const auto* ended = std::get_if<Ended>(&*context.session)) card = &ended->card;
    if (card == nullptr) return {{}, "nothing was bound in its transaction"};
    const auto key = card->key();
    if (!key || !key->verify(der::encode(result.data), result.euicc_sign_pir.bytes))
        return {{}, "its signature is not that of the eUICC of its transaction"};
    if (result.data.smdp_oid != server.oid) return {{}, "it names another SM-DP+"};
    // Each package that left has one end. A card that tells several says nothing that can be believed, and what was
    // recorded on its way may be sent again by anybody, long after its row here has gone.
    if (!is_out(*context.order, result.data.transaction_id.bytes))
        return {{}, "the end of its transaction is known already"};
    const auto eid = eid_of(*card);
    if (!eid) return {{}, "the eUICC of its transaction has no EID"};
    return {*eid};
}

ProfileEvent event_of(msg::NotificationEventBit bit) {
    switch (bit) {
        case msg::NotificationEventBit::install: return ProfileEvent::installed;
        case msg::NotificationEventBit::enable: return ProfileEvent::enabled;
        case msg::NotificationEventBit::disable: return ProfileEvent::disabled;
        case msg::NotificationEventBit::delete_: return ProfileEvent::deleted;
    }
    return ProfileEvent::disabled;
}

class Consequences {
public:
    Consequences(const Env& env, std::optional<Order> order) : env_(env), order_(std::move(order)) {}

    void of(const msg::ProfileInstallationResult& result, const Eid& eid) {
        settle(*order_, result.data.transaction_id.bytes);
        const auto& outcome = result.data.final_result.value;
        if (const auto* error = std::get_if<msg::ErrorResult>(&outcome)) {
            note("not installed: " + std::string(to_string(error->error_reason)) + " in " +
                 std::string(to_string(error->bpp_command_id)));
            move_order(OrderEvent::install_failed);
            return;
        }
        note("installed on EID " + eid.text());
        seen(result.data.notification_metadata.seq_number);
        if (move_order(OrderEvent::install_succeeded)) changed(eid, ProfileEvent::installed);
    }
    void of(const msg::OtherSignedNotification& other, const Eid& eid) {
        const auto& told = other.tbs_other_notification;
        const auto bit = msg::single_event(told.profile_management_operation);
        if (!bit || *bit == msg::NotificationEventBit::install) return;  // an installation is told by its result
        const ProfileEvent event = event_of(*bit);
        // told late: what happened since is known. A card's numbers rise always (3.5)
        const bool late = order_->last_sequence && told.seq_number <= *order_->last_sequence;
        const bool ends_it = !late && event == ProfileEvent::deleted && after(*order_, OrderEvent::remove);
        note(std::string(to_string(event)) + " on EID " + eid.text(),
             ends_it ? NoteKind::milestone : NoteKind::routine);
        if (late) return;
        seen(told.seq_number);
        changed(eid, event);
        if (event == ProfileEvent::deleted)
            move_order(OrderEvent::remove);
        else
            effects_.emplace_back(PutOrder{*order_});
    }
    std::vector<Effect> take() && { return std::move(effects_); }

private:
    void note(std::string sentence, NoteKind kind = NoteKind::milestone) {
        effects_.emplace_back(Note{order_->id, env_.now, std::move(sentence), kind});
    }
    /// No card counts below zero (3.5): one that signs such a number has told something all the same.
    void seen(std::int64_t number) { order_->last_sequence = std::max(number, order_->last_sequence.value_or(0)); }
    void changed(const Eid& eid, ProfileEvent event) {
        effects_.emplace_back(ProfileChanged{order_->iccid, eid, event, order_->id});
    }
    /// False: taken back by its operator, or otherwise past this event. What is known of its packages is stored all the
    /// same.
    bool move_order(OrderEvent event) {
        const auto next = after(*order_, event);
        effects_.emplace_back(PutOrder{next.value_or(*order_)});
        return next.has_value();
    }
    const Env& env_;
    std::optional<Order> order_;
    std::vector<Effect> effects_;
};

Bytes beginning_of(View octets) { return to_bytes(octets.first(std::min(octets.size(), unverified_kept))); }

}  // namespace

Result<Step> on(Nothing&&, HandleNotification&& e, const Env& env) {
    auto& pending = e.request.pending_notification;
    CheckingNotification next{pending, {}, {}, {}};
    if (const auto* result = std::get_if<msg::ProfileInstallationResult>(&pending.value)) {
        next.digest = crypto::sha256(der::encode(result->data));
        Action look = LookUpNotification{next.digest, result->data.transaction_id.bytes};
        return Step{std::move(next), std::move(look), {}};
    }
    const auto& other = std::get<msg::OtherSignedNotification>(pending.value);
    const Bytes content = der::encode(other.tbs_other_notification);
    next.digest = crypto::sha256(der::encode(pending));
    if (!other.tbs_other_notification.iccid) {
        next.problem = "it names no profile";
    } else if (const auto card = x509::verify_euicc(other.euicc_certificate.tlv, other.eum_certificate.tlv,
                                                    env.server.anchors, env.now, env.eum_cache);
               !card) {
        next.problem = x509::to_string(card.refused());
    } else if (!card->key.verify(content, other.euicc_notification_signature.bytes)) {
        next.problem = "its signature does not hold";
    } else {
        next.verified_as = card->eid;
        next.digest = crypto::sha256(concat({card->eid.octets(), content}));
    }
    const auto iccid = Iccid::from_octets(other.tbs_other_notification.iccid.value_or(msg::IccidOctets{}).bytes);
    if (!iccid) {
        const Bytes octets = der::encode(pending);
        RecordNotification record{next.digest, env.now, Trust::unverified, "it names no profile", beginning_of(octets)};
        return Step{Nothing{}, Reply(NoContent{}), {std::move(record)}};
    }
    Action look = LookUpNotification{next.digest, *iccid};
    return Step{std::move(next), std::move(look), {}};
}

Result<Step> on(CheckingNotification&& s, NotificationContext&& e, const Env& env) {
    if (e.seen) return Step{Nothing{}, Reply(NoContent{}), {}};
    Judged judged{s.verified_as, s.problem};
    if (const auto* result = std::get_if<msg::ProfileInstallationResult>(&s.notification.value))
        judged = judge(*result, e, env.server);
    if (judged.eid && !e.order) judged = {{}, "no order delivered its profile"};
    if (judged.eid && e.order->eid != judged.eid) judged = {{}, "its eUICC is not the one that has the profile"};
    // what no package has brought is nothing that a card enables or deletes, though its order be meant for it
    const bool result = std::holds_alternative<msg::ProfileInstallationResult>(s.notification.value);
    if (judged.eid && !result && !may_be_on_card(*e.order)) judged = {{}, "no package of its order is on the card"};

    std::vector<Effect> effects;
    std::string order_id;
    if (judged.eid) {
        order_id = e.order->id;
        Consequences consequences(env, std::move(e.order));
        std::visit([&](const auto& n) { consequences.of(n, *judged.eid); }, s.notification.value);
        effects = std::move(consequences).take();
    }
    Bytes octets = der::encode(s.notification);
    const auto trust = judged.eid ? Trust::verified : Trust::unverified;
    const auto digest = judged.eid ? s.digest : crypto::sha256(octets);
    if (!judged.eid) octets = beginning_of(octets);
    effects.emplace_back(
        RecordNotification{digest, env.now, trust, judged.sentence, std::move(octets), std::move(order_id)});
    return Step{Nothing{}, Reply(NoContent{}), std::move(effects)};
}

}  // namespace mcim::smdp
