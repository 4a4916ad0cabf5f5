#include "mcim/smdp/session.h"

#include "mcim/smdp/transitions.h"

namespace mcim::smdp {
namespace {

template <class S, class E>
concept Legal = requires(S s, E e, const Env& env) { on(std::move(s), std::move(e), env); };

template <class E>
concept IsFunction = requires(E e) { e.request; };

/// A function that arrives out of turn. The client knows a transaction that has no such step left.
template <class S>
Result<Step> out_of_turn(S&& state, std::string_view function) {
    return refuse(std::forward<S>(state), Refusal::transaction_unknown,
                  "This session does not take " + std::string(function) + " now: start a new one.");
}

template <class... S, class... E>
std::string matrix(std::variant<S...>*, std::variant<E...>*) {
    std::string out;
    const auto row = [&]<class St>(std::type_identity<St>) {
        out += St::name;
        out.append(St::name.size() < 22 ? 22 - St::name.size() : 0, ' ');
        ((out += Legal<St, E> ? " x" : " ."), ...);
        out += '\n';
    };
    (row(std::type_identity<S>{}), ...);
    return out;
}

constexpr std::int32_t state_format = 1;

struct StoredState {
    std::int32_t format = state_format;
    struct Kind {
        std::variant<Offered, Bound, Ended> value;
        static constexpr auto asn1 = der::choice("state", der::alternative<&Kind::value, 0>("offered", der::Tag{0xA0}),
                                                 der::alternative<&Kind::value, 1>("bound", der::Tag{0xA1}),
                                                 der::alternative<&Kind::value, 2>("ended", der::Tag{0xA2}));
    };
    Kind kind;
    static constexpr auto asn1 = der::sequence("StoredState", der::field<&StoredState::format>("format"),
                                               der::field<&StoredState::kind>("state"));
};

}  // namespace

Result<Step> step(State&& state, Event&& event, const Env& env) {
    return std::visit(
        [&](auto&& s, auto&& e) -> Result<Step> {
            using S = std::remove_cvref_t<decltype(s)>;
            using E = std::remove_cvref_t<decltype(e)>;
            if constexpr (Legal<S, E>)
                return on(std::forward<decltype(s)>(s), std::forward<decltype(e)>(e), env);
            else if constexpr (IsFunction<E>)
                return out_of_turn(std::forward<decltype(s)>(s), E::name);
            else
                return fail(Errc::unexpected_event, std::string(S::name), std::string(E::name) + " was not asked for");
        },
        std::move(state), std::move(event));
}

std::string transition_matrix() { return matrix(static_cast<State*>(nullptr), static_cast<Event*>(nullptr)); }

Bytes encode_state(const std::variant<Offered, Bound, Ended>& state) {
    return der::encode(StoredState{state_format, {state}});
}

Result<State> decode_state(View octets) {
    TRY(StoredState stored, der::decode<StoredState>(octets));
    if (stored.format != state_format)
        return fail(Errc::bad_value, "format",
                    "a session of format " + std::to_string(stored.format) + " was written by another version");
    return std::visit([](auto&& s) { return State(std::forward<decltype(s)>(s)); }, std::move(stored.kind.value));
}

std::optional<std::int64_t> over_at(const std::variant<Offered, Bound, Ended>& state) {
    if (const auto* offered = std::get_if<Offered>(&state)) return offered->expires_at;
    if (const auto* ended = std::get_if<Ended>(&state)) return ended->expires_at;
    return std::nullopt;
}

View transaction_id_of(const Function& function) {
    return std::visit(
        [](const auto& f) -> View {
            if constexpr (requires { f.request.transaction_id; })
                return f.request.transaction_id.bytes;
            else
                return {};
        },
        function);
}

Result<crypto::PublicKey> Card::key() const {
    return crypto::PublicKey::from_point(static_cast<crypto::Curve>(curve), point.bytes);
}

bool Card::is_revoked(const x509::TrustAnchors& anchors) const {
    return anchors.is_revoked(eum_key_id.bytes, serial.bytes) || anchors.is_revoked(ci_key_id.bytes, eum_serial.bytes);
}

Result<msg::AuthenticateClientOk> Offered::decoded_reply() const {
    return der::decode<msg::AuthenticateClientOk>(reply.tlv);
}

const Offered& Binding::offered() const {
    if (const auto* bound = std::get_if<Bound>(&back)) return bound->offer;
    return std::get<Offered>(back);
}

std::string_view to_string(ProfileEvent e) {
    switch (e) {
        case ProfileEvent::installed: return "installed";
        case ProfileEvent::enabled: return "enabled";
        case ProfileEvent::disabled: return "disabled";
        case ProfileEvent::deleted: return "deleted";
    }
    return "?";
}

// ---------------------------------------------------------------- what the transitions share

Step refuse(State back, Refused refused) { return {std::move(back), Reply(std::move(refused)), {}}; }
Step refuse(State back, Refusal refusal, std::string detail) {
    return refuse(std::move(back), Refused{refusal, std::move(detail)});
}

Result<Step> refuse(State back, Refused refused, const Refusing& refusing, const Env& env) {
    TRY(const Eid eid, eid_of(refusing.card));
    NoteRefusal note{refusing.order_id, env.now, to_bytes(refusing.transaction_id), code_of(refused.refusal),
                     std::string(refusing.what) + " refused to EID " + eid.text() + ": " +
                         std::string(status_code(refused.refusal).sentence)};
    if (!refused.detail.empty()) note.sentence += " " + refused.detail;
    Step step = refuse(std::move(back), std::move(refused));
    step.effects.emplace_back(std::move(note));
    return step;
}

const Credential* find_credential(const Server& server, View ci_key_id) {
    for (const Credential& c : server.credentials)
        if (equal(c.ci_key_id, ci_key_id)) return &c;
    return nullptr;
}

std::variant<ChosenCi, Refused> choose_ci(const Env& env,
                                          const std::vector<msg::SubjectKeyIdentifier>& for_verification,
                                          const std::vector<msg::SubjectKeyIdentifier>& for_signing) {
    // both lists begin with what the card prefers (5.7.8); how it signs decides the curve of the session (2.6.7.2)
    bool known = false;
    for (const auto& signing : for_signing) {
        const auto* anchor = env.server.anchors.find(signing.bytes);
        if (anchor == nullptr) continue;
        known = true;
        for (const auto& id : for_verification)
            if (const auto* credential = find_credential(env.server, id.bytes))
                if (in_force(*credential, env.now) && credential->curve == anchor->key.curve())
                    return ChosenCi{credential, anchor->key_id()};
    }
    return Refused{known ? Refusal::no_certificate_for_ci : Refusal::ci_not_supported};
}

std::optional<Refused> check_order(const Order& order, const Eid& eid, Time now) {
    const bool waits = awaits_operator(order.state);
    // what is over is nobody's, whoever asks: as an ID that is unknown
    if (!waits && !downloadable(order.state))
        return Refused{Refusal::matching_id_refused,
                       order.state == OrderState::installed
                           ? "The profile of this order is installed: an order is good for one installation."
                           : "The order was cancelled."};
    if (order.refused)
        return Refused{Refusal::matching_id_refused,
                       "The download was refused on the device: the operator has to release it again."};
    if (order.eid && *order.eid != eid) return Refused{Refusal::eid_refused};
    if (waits) return Refused{Refusal::profile_not_released};
    if (order.expires_at && now >= *order.expires_at) return Refused{Refusal::order_expired};
    if (locked_by_wrong_codes(order)) return Refused{Refusal::confirmation_code_retries_exceeded};
    return std::nullopt;
}

std::optional<Refused> check_attempts(const Order& order) {
    if (order.attempts >= order.attempts_max) return Refused{Refusal::attempts_exceeded};
    return std::nullopt;
}

Digest digest_of(View octets) {
    const auto digest = crypto::sha256(octets);
    return {to_bytes(digest)};
}

Result<Eid> eid_of(const Card& card) { return Eid::from_octets(card.eid.bytes); }

std::int64_t seconds(Time t) { return std::chrono::floor<std::chrono::seconds>(t).time_since_epoch().count(); }

}  // namespace mcim::smdp
