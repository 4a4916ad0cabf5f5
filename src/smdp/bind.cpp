// ES9+.GetBoundProfilePackage, SGP.22 5.6.2 (3.1.3): the profile is bound to the card's one-time key.
#include "mcim/smdp/transitions.h"

namespace mcim::smdp {
namespace {

State back_of(Binding&& binding) {
    return std::visit([](auto&& s) { return State(std::forward<decltype(s)>(s)); }, std::move(binding.back));
}

/// A refusal of a package whose order is known; the session stays as it was.
Result<Step> refuse_package(Binding&& binding, const Order& order, Refused refused, const Env& env) {
    const Card card = binding.offered().card;
    const Bytes id = binding.transaction_id;
    return refuse(back_of(std::move(binding)), std::move(refused), {order.id, card, id, "package"}, env);
}

/// The request's own checks; nullopt: it holds.
std::optional<Refused> check_request(const Offered& offered, const msg::AuthenticateClientOk& offer,
                                     const msg::GetBoundProfilePackageRequest& request, const Env& env) {
    if (seconds(env.now) >= offered.expires_at) return Refused{Refusal::transaction_unknown};
    if (offered.card.is_revoked(env.server.anchors))
        return Refused{Refusal::euicc_signature_invalid,
                       "The card's certificate, or its EUM's, was revoked after this session had begun."};
    const auto& response = request.prepare_download_response.value;
    if (const auto* error = std::get_if<msg::PrepareDownloadResponseError>(&response))
        return Refused{Refusal::euicc_signature_invalid, "The eUICC did not prepare the download: " +
                                                             std::string(to_string(error->download_error_code)) + "."};
    const auto& answer = std::get<msg::PrepareDownloadResponseOk>(response);
    const auto key = offered.card.key();
    if (!key) return Refused{Refusal::euicc_signature_invalid};
    // 5.7.5: euiccSignature2 is over euiccSigned2 and smdpSignature2, both as TLVs
    Bytes octets = der::encode(answer.euicc_signed2);
    append(octets, der::wrap(msg::tag_signature, offer.smdp_signature2.bytes));
    if (!key->verify(octets, answer.euicc_signature2.bytes)) return Refused{Refusal::euicc_signature_invalid};
    if (answer.euicc_signed2.transaction_id != offer.transaction_id || request.transaction_id != offer.transaction_id)
        return Refused{Refusal::transaction_unknown,
                       "The transaction that the eUICC signed is not the one of the request."};
    if (!crypto::PublicKey::from_point(key->curve(), answer.euicc_signed2.euicc_otpk.bytes))
        return Refused{Refusal::euicc_signature_invalid, "The one-time key of the eUICC is no point of its curve."};
    return std::nullopt;
}

/// What AuthenticateClient says with a code of its own and has changed since: the table of 5.6.2 has one code for it
/// all, but for the order's end of time and its code. The sentence says which it was.
Refused at_binding(Refused refused) {
    if (refused.refusal == Refusal::order_expired || refused.refusal == Refusal::confirmation_code_retries_exceeded)
        return refused;
    return {Refusal::package_unavailable, refused.sentence()};
}

const Offered& offered_in(const Offered& s) { return s; }
const Offered& offered_in(const Bound& s) { return s.offer; }

template <class From>
Result<Step> start(From&& from, const msg::GetBoundProfilePackageRequest& request, const Env& env) {
    TRY(auto offer, offered_in(from).decoded_reply());
    if (auto refused = check_request(offered_in(from), offer, request, env)) {
        const Offered of = offered_in(from);
        return refuse(State(std::forward<From>(from)), std::move(*refused),
                      {of.order_id.text, of.card, offer.transaction_id.bytes, "package"}, env);
    }
    const auto& answer = std::get<msg::PrepareDownloadResponseOk>(request.prepare_download_response.value);
    Action load = LoadBinding{offered_in(from).order_id.text};
    Binding binding{std::forward<From>(from), std::move(offer.transaction_id.bytes), answer.euicc_signed2.euicc_otpk,
                    answer.euicc_signed2.hash_cc};
    return Step{LoadingBinding{std::move(binding)}, std::move(load), {}};
}

Result<Step> ask_gate(Binding&& binding, Order&& order, ProfileSource&& source) {
    TRY(Eid eid, eid_of(binding.offered().card));
    Action ask = AskGate{std::move(eid), binding.transaction_id, order.policy, order.id, order.operator_id};
    return Step{GatingBinding{std::move(binding), std::move(order), std::move(source)}, std::move(ask), {}};
}

/// Counted before the card hears of it: who tries all codes is locked out, in whatever sessions.
Result<Step> refuse_code(Binding&& binding, Order&& order, const Env& env) {
    const std::uint32_t left = wrong_codes_max - std::min(wrong_codes_max, ++order.wrong_codes);
    Refused refused{Refusal::confirmation_code_retries_exceeded};
    if (left != 0)
        refused = {Refusal::confirmation_code_refused,
                   "The confirmation code is wrong; it may be tried " +
                       (left == 1 ? std::string("once more.") : std::to_string(left) + " times more.")};
    TRY(Step step, refuse_package(std::move(binding), order, std::move(refused), env));
    step.effects.emplace_back(PutOrder{std::move(order)});
    return step;
}

/// A card that gives its one-time key again can take the segments again that it may have in part (3.1.3).
std::optional<signer::WrappedBinding> earlier_binding(const Order& order, const Binding& binding) {
    if (order.binding.empty() || order.euicc_otpk != binding.euicc_otpk.bytes) return std::nullopt;
    return signer::WrappedBinding{order.binding};
}

/// The package of this transaction is wanted once more: its answer was lost on the way. It is no further attempt.
bool is_sent_again(const Order& order, const Binding& binding) {
    return is_out(order, binding.transaction_id) && order.attempts != 0 && earlier_binding(order, binding);
}

/// SGP.22 2.6.7.1, control reference template: who the host is; the first octets of our OID.
Bytes host_id(const der::Oid& oid) {
    Bytes out = oid.content();
    out.resize(std::min<std::size_t>(out.size(), 16));
    return out;
}

signer::SealProfile seal_request(const Binding& binding, const Order& order, ProfileSource&& source, Eid&& eid,
                                 const Credential& credential, const Env& env) {
    return {std::move(source),
            credential.curve,
            binding.euicc_otpk.bytes,
            binding.transaction_id,
            host_id(env.server.oid),
            std::move(eid),
            der::encode(msg::ConfigureISDPRequest{}),
            order.metadata,
            order.protection_keys ? signer::Protection::profile_protection_keys : signer::Protection::session_keys,
            credential.pb_key,
            earlier_binding(order, binding)};
}

}  // namespace

Result<Step> on(Offered&& s, GetBoundProfilePackage&& e, const Env& env) { return start(std::move(s), e.request, env); }
Result<Step> on(Bound&& s, GetBoundProfilePackage&& e, const Env& env) { return start(std::move(s), e.request, env); }

Result<Step> on(LoadingBinding&& s, BindingLoaded&& e, const Env& env) {
    if (!e.content) return refuse(back_of(std::move(s.binding)), Refusal::package_unavailable);
    auto& [order, source] = *e.content;
    TRY(const Eid eid, eid_of(s.binding.offered().card));
    auto refused = check_order(order, eid, env.now);
    if (!refused && !is_sent_again(order, s.binding)) refused = check_attempts(order);
    if (refused) return refuse_package(std::move(s.binding), order, at_binding(*std::move(refused)), env);
    if (order.confirmation_code.empty()) return ask_gate(std::move(s.binding), std::move(order), std::move(source));
    if (!s.binding.hash_cc)
        return refuse_package(std::move(s.binding), order, {Refusal::confirmation_code_missing}, env);
    Action check = signer::CheckConfirmationCode{
        order.id, {order.confirmation_code}, s.binding.transaction_id, s.binding.hash_cc->bytes};
    return Step{CheckingCode{std::move(s.binding), std::move(order), std::move(source)}, std::move(check), {}};
}

Result<Step> on(CheckingCode&& s, CodeChecked&& e, const Env& env) {
    if (!e.holds) return refuse_code(std::move(s.binding), std::move(s.order), env);
    return ask_gate(std::move(s.binding), std::move(s.order), std::move(s.source));
}

Result<Step> on(GatingBinding&& s, GateAnswered&& e, const Env& env) {
    if (e.refused_because)
        return refuse_package(std::move(s.binding), s.order, {Refusal::not_eligible, *std::move(e.refused_because)},
                              env);
    TRY(Eid eid, eid_of(s.binding.offered().card));
    Action ask = AskConsent{s.order.id, s.order.operator_id, std::move(eid), s.order.release, true};
    return Step{ConsentingBinding{std::move(s.binding), std::move(s.order), std::move(s.source)}, std::move(ask), {}};
}

Result<Step> on(ConsentingBinding&& s, ConsentAnswered&& e, const Env& env) {
    if (e.refused_because)
        return refuse_package(std::move(s.binding), s.order, {Refusal::not_eligible, *std::move(e.refused_because)},
                              env);
    const Credential* credential = find_credential(env.server, s.binding.offered().credential.bytes);
    if (credential == nullptr)
        return refuse(back_of(std::move(s.binding)), at_binding({Refusal::no_certificate_for_ci}));
    TRY(Eid eid, eid_of(s.binding.offered().card));
    Action seal = seal_request(s.binding, s.order, std::move(s.source), std::move(eid), *credential, env);
    return Step{Sealing{std::move(s.binding), std::move(s.order)}, std::move(seal), {}};
}

Result<Step> on(Sealing&& s, Sealed&& e, const Env& env) {
    TRY(const Eid eid, eid_of(s.binding.offered().card));
    const auto attempts = s.order.attempts + (is_sent_again(s.order, s.binding) ? 0U : 1U);
    auto order = after(std::move(s.order), OrderEvent::bind);
    if (!order) return fail(Errc::unexpected_event, "order", "it could be downloaded a moment ago and cannot now");
    order->attempts = attempts;
    Bound bound{s.binding.offered(), {}};
    if (!order->eid) order->eid_from_package = true;
    order->eid = eid;
    const Bytes& id = s.binding.transaction_id;
    set_out(*order, id);
    order->euicc_otpk = s.binding.euicc_otpk.bytes;
    order->binding = std::move(e.package.binding.octets);
    BoundPackage reply{id, std::move(e.package.bound_profile_package)};
    std::vector<Effect> effects;
    effects.emplace_back(PutSession{id, order->id, bound});
    effects.emplace_back(Note{order->id, env.now,
                              "bound to EID " + eid.text() + ", attempt " + std::to_string(order->attempts) + ", " +
                                  std::to_string(reply.package.size()) + " octets" +
                                  (e.package.again ? ", the segments of the package before" : "")});
    effects.emplace_back(PutOrder{*std::move(order)});
    return Step{std::move(bound), Reply(std::move(reply)), std::move(effects)};
}

}  // namespace mcim::smdp
