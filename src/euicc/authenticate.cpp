// ES10b.AuthenticateServer (SGP.22 5.7.13).
#include "mcim/euicc/info.h"
#include "mcim/euicc/notifications.h"
#include "mcim/euicc/session.h"
#include "mcim/euicc/time_floor.h"

namespace mcim::euicc {
namespace {

using msg::AuthenticateErrorCode;
template <class T>
using OrAuthenticateError = std::variant<T, AuthenticateErrorCode>;

AuthenticateErrorCode code_of(x509::Refusal refusal) {
    switch (refusal) {
        using enum x509::Refusal;
        case unknown_ci: return AuthenticateErrorCode::ci_pk_unknown;
        case unsupported_algorithm:
        case curve_mismatch: return AuthenticateErrorCode::unsupported_curve;
        case wrong_role:
        case bad_oid: return AuthenticateErrorCode::invalid_oid;
        default: return AuthenticateErrorCode::invalid_certificate;
    }
}

/// An SM-DP+ or, for events, an SM-DS: the certificate says which it wants to be, the rules for that role decide.
x509::Role role_claimed(View certificate) {
    const auto parsed = x509::parse_certificate(certificate);
    return parsed && parsed->role() == x509::Role::ds_auth ? x509::Role::ds_auth : x509::Role::dp_auth;
}

OrAuthenticateError<x509::VerifiedServer> verify_server(const msg::AuthenticateServerRequest& request, Call& call) {
    auto verdict = x509::verify_server(role_claimed(request.server_certificate), request.server_certificate,
                                       call.state.anchors, usable_time(call));
    if (!verdict) return code_of(verdict.refused().reason);
    if (ended_before_floor(call.state, verdict->certificate)) return AuthenticateErrorCode::invalid_certificate;
    return *std::move(verdict);
}

/// All checks, in the order of the clause; the first that fails names the error.
OrAuthenticateError<Authenticated> authenticate(const ChallengeIssued& state,
                                                const msg::AuthenticateServerRequest& request, Call& call) {
    const SigningIdentity* identity = call.state.find_identity(request.euicc_ci_pk_id_to_be_used);
    if (identity == nullptr) return AuthenticateErrorCode::ci_pk_unknown;
    auto server = verify_server(request, call);
    if (const auto* code = std::get_if<AuthenticateErrorCode>(&server)) return *code;
    const auto& verified = std::get<x509::VerifiedServer>(server);
    if (!verified.key.verify(der::encode(request.server_signed1), request.server_signature1))
        return AuthenticateErrorCode::invalid_signature;
    if (!equal(request.server_signed1.euicc_challenge, state.challenge))
        return AuthenticateErrorCode::euicc_challenge_mismatch;
    // An SM-DS makes no results.
    if (verified.role == x509::Role::dp_auth && !is_room_for_results(call.state))
        return AuthenticateErrorCode::undefined_error;
    raise_time_floor(call, verified.certificate);
    return Authenticated{request.server_signed1.transaction_id,
                         request.server_signed1.server_address.text,
                         verified,
                         static_cast<std::size_t>(identity - call.state.identities.data()),
                         {}};
}

msg::AuthenticateResponseOk sign_answer(const msg::AuthenticateServerRequest& request, std::size_t identity,
                                        Call& call) {
    msg::AuthenticateResponseOk out;
    out.euicc_signed1 = {request.server_signed1.transaction_id,
                         request.server_signed1.server_address,
                         request.server_signed1.server_challenge,
                         euicc_info2(call.state),
                         request.ctx_params1,
                         {}};
    out.euicc_signature1.bytes = call.sign(identity, der::encode(out.euicc_signed1));
    const StoredChain& chain = call.state.identities[identity].chain;
    out.euicc_certificate = chain.euicc_certificate;
    out.eum_certificate = chain.eum_certificate;
    return out;
}

}  // namespace

/// A refusal ends the session: the challenge is spent.
Step on(ChallengeIssued&& state, AuthenticateServer&& event, Call& call) {
    auto outcome = authenticate(state, event.request, call);
    if (const auto* code = std::get_if<AuthenticateErrorCode>(&outcome)) {
        const msg::AuthenticateResponseError error{event.request.server_signed1.transaction_id, *code, {}};
        return {Idle{}, {der::encode(msg::AuthenticateServerResponse{error})}};
    }
    auto& next = std::get<Authenticated>(outcome);
    auto ok = sign_answer(event.request, next.identity, call);
    next.euicc_signature1 = ok.euicc_signature1.bytes;
    return {std::move(next), {der::encode(msg::AuthenticateServerResponse{std::move(ok)})}};
}

}  // namespace mcim::euicc
