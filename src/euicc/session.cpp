#include "mcim/euicc/session.h"

#include "mcim/euicc/interruption.h"

#include <iomanip>
#include <sstream>

namespace mcim::euicc {
namespace {

using msg::CancelSessionResponseError;

template <class Message>
apdu::Response answer(const Message& message) {
    return {der::encode(message)};
}

/// `one_time_point`: of the key of this session; empty where it has none yet.
Step cancel(Session&& same, const CancelSession& event, const SessionFacts& facts, View one_time_point, Call& call) {
    if (!(event.request.transaction_id == facts.transaction_id)) return {std::move(same), refuse(event)};
    msg::CancelSessionResponseOk out;
    out.euicc_cancel_session_signed = {
        facts.transaction_id, *der::Oid::parse(facts.server_oid), event.request.reason, {}};
    out.euicc_cancel_session_signature.bytes = call.sign(facts.identity, der::encode(out.euicc_cancel_session_signed));
    forget_one_time_key(one_time_point, call);
    note_end(call);
    return {Idle{}, answer(msg::CancelSessionResponse{std::move(out)})};
}

template <class... S, class... E>
std::string matrix_of(std::variant<S...>*, std::variant<E...>*) {
    std::ostringstream out;
    const auto cell = [&](std::string_view text, std::size_t width) {
        out << ' ' << std::left << std::setw(static_cast<int>(width)) << text << " |";
    };
    constexpr std::size_t first = 15;
    out << '|';
    cell("", first);
    (cell(E::name, E::name.size()), ...);
    out << "\n|" << std::string(first + 2, '-') << '|';
    ((out << std::string(E::name.size() + 2, '-') << '|'), ...);
    out << '\n';
    const auto row = [&]<class State>(std::type_identity<State>) {
        out << '|';
        cell(State::name, first);
        (cell(Legal<State, E> ? "x" : "", E::name.size()), ...);
        out << '\n';
    };
    (row(std::type_identity<S>{}), ...);
    return std::move(out).str();
}

}  // namespace

Step begin_session(Call& call) {
    report_interruption(call);
    ChallengeIssued next{call.env.random.array<16>()};
    msg::GetEuiccChallengeResponse response;
    response.euicc_challenge.bytes = to_bytes(next.challenge);
    return {next, answer(response)};
}

Step on(Authenticated&& s, CancelSession&& e, Call& call) {
    const SessionFacts facts{s.transaction_id, s.server_address, s.server.oid, s.identity};
    return cancel(std::move(s), e, facts, {}, call);
}
Step on(Prepared&& s, CancelSession&& e, Call& call) {
    const SessionFacts facts{s.session.transaction_id, s.session.server_address, s.session.server.oid,
                             s.session.identity};
    const Bytes point = to_bytes(s.one_time_key.public_key().point());
    return cancel(std::move(s), e, facts, point, call);
}
Step on(Loading&& s, CancelSession&& e, Call& call) {
    const SessionFacts facts = s.installation.facts();
    const Bytes point = to_bytes(s.installation.one_time_point());
    return cancel(std::move(s), e, facts, point, call);
}

Step on(Prepared&& s, OpenPackage&& e, Call& call) {
    const SessionFacts facts{s.session.transaction_id, s.session.server_address, s.session.server.oid,
                             s.session.identity};
    const Eid eid = call.state.eid();
    auto opened = Installation::open(facts, e.piece, {facts.transaction_id, eid, s.one_time_key, s.package_signer.key});
    if (auto* refusal = std::get_if<InstallationRefusal>(&opened)) {
        forget_one_time_key(s.one_time_key.public_key().point(), call);
        return {Idle{}, answer(refused_installation(facts, *refusal, {}, call))};
    }
    note_start(call, facts);
    return {Loading{std::get<Installation>(std::move(opened))}, apdu::sw::ok};
}

Step on(Loading&& s, TakePiece&& e, Call& call) {
    auto outcome = s.installation.take(e.piece, call);
    if (auto* result = std::get_if<msg::ProfileInstallationResult>(&outcome)) return {Idle{}, answer(*result)};
    return {std::move(s), apdu::sw::ok};
}

apdu::Response refuse(const AuthenticateServer& e) {
    return answer(msg::AuthenticateServerResponse{msg::AuthenticateResponseError{
        e.request.server_signed1.transaction_id, msg::AuthenticateErrorCode::no_session_context, {}}});
}
apdu::Response refuse(const PrepareDownload& e) {
    return answer(msg::PrepareDownloadResponse{msg::PrepareDownloadResponseError{
        e.request.smdp_signed2.transaction_id, msg::DownloadErrorCode::no_session_context, {}}});
}
apdu::Response refuse(const OpenPackage&) { return apdu::sw::conditions_not_satisfied; }
apdu::Response refuse(const TakePiece&) { return apdu::sw::conditions_not_satisfied; }
apdu::Response refuse(const CancelSession&) {
    return answer(msg::CancelSessionResponse{CancelSessionResponseError::invalid_transaction_id});
}

Step step(Session session, SessionEvent event, Call& call) {
    return std::visit(
        [&]<class S, class E>(S&& s, E&& e) -> Step {
            if constexpr (Legal<std::remove_cvref_t<S>, std::remove_cvref_t<E>>)
                return on(std::forward<S>(s), std::forward<E>(e), call);
            else {
                apdu::Response refusal = refuse(e);
                return {std::forward<S>(s), std::move(refusal)};
            }
        },
        std::move(session), std::move(event));
}

std::string session_matrix() { return matrix_of(static_cast<Session*>(nullptr), static_cast<SessionEvent*>(nullptr)); }

}  // namespace mcim::euicc
