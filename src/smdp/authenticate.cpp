// ES9+.AuthenticateClient, SGP.22 5.6.3 (3.0.1 steps 14 to 17, 3.1.2): who is this card, and what may it download?
#include "mcim/smdp/challenge.h"
#include "mcim/smdp/eligibility.h"
#include "mcim/smdp/transitions.h"

namespace mcim::smdp {
namespace {

Refused refusal_of(const x509::Refused& r) {
    using x509::Refusal;
    const bool date = r.reason == Refusal::expired || r.reason == Refusal::not_yet_valid;
    std::string sentence = x509::to_string(r);
    if (r.reason == Refusal::unknown_ci) return {smdp::Refusal::ci_unknown, std::move(sentence)};
    if (r.certificate == x509::Role::euicc)
        return {date ? smdp::Refusal::euicc_certificate_expired : smdp::Refusal::euicc_certificate_invalid,
                std::move(sentence)};
    return {date ? smdp::Refusal::eum_certificate_expired : smdp::Refusal::eum_certificate_invalid,
            std::move(sentence)};
}

Card card_of(const x509::VerifiedEuicc& v) {
    const auto& c = v.certificate;
    return {{v.eid.octets()},      static_cast<std::int32_t>(v.key.curve()),
            {v.key.point()},       {c.serial},
            {*c.authority_key_id}, {v.eum_serial},
            {v.ci_key_id},         {}};
}

/// Certificates first, then what was signed with them, as the table of 5.6.3 has it; `answer` is not yet believed.
std::variant<Offer, Refused> authenticate(const msg::AuthenticateResponseOk& answer, View transaction_id,
                                          Digest request, const Env& env) {
    const auto card = x509::verify_euicc(answer.euicc_certificate.tlv, answer.eum_certificate.tlv, env.server.anchors,
                                         env.now, env.eum_cache);
    if (!card) return refusal_of(card.refused());
    if (!card->key.verify(der::encode(answer.euicc_signed1), answer.euicc_signature1.bytes))
        return Refused{Refusal::euicc_signature_invalid};
    const auto& content = answer.euicc_signed1;
    if (!equal(content.transaction_id.bytes, transaction_id))
        return Refused{Refusal::transaction_unknown,
                       "The transaction that the eUICC signed is not the one of the request."};
    const Bytes challenge =
        server_challenge(env.server.challenge_key, transaction_id, card->ci_key_id, env.server.address);
    if (!crypto::constant_time_equal(challenge, content.server_challenge.bytes))
        return Refused{Refusal::euicc_signature_invalid,
                       "The server challenge in the eUICC's answer is not the one "
                       "that this session, address and CI were given."};
    if (content.server_address.text != env.server.address) return Refused{Refusal::address_unknown};
    // of what it signs under, only the CI of this session: the server challenge is of that one
    auto for_signing = content.euicc_info2.euicc_ci_pk_id_list_for_signing;
    std::erase_if(for_signing, [&](const msg::SubjectKeyIdentifier& id) { return id.bytes != card->ci_key_id; });
    auto choice = choose_ci(env, content.euicc_info2.euicc_ci_pk_id_list_for_verification, for_signing);
    if (auto* refused = std::get_if<Refused>(&choice)) return std::move(*refused);
    return Offer{content.transaction_id.bytes,
                 std::move(request),
                 card_of(*card),
                 std::get<ChosenCi>(choice).credential->ci_key_id,
                 answer.euicc_signature1,
                 content.euicc_info2};
}

/// The matching ID where the client has one; else whatever is pending for this EID (default SM-DP+, 3.1.2).
FindOrder find_order(const msg::AuthenticateResponseOk& answer, const Eid& eid) {
    const auto& context = std::get<msg::CtxParamsForCommonAuthentication>(answer.euicc_signed1.ctx_params1.value);
    if (context.matching_id && !context.matching_id->text.empty()) return {context.matching_id->text};
    return {AnyFor{eid, what_fits(answer.euicc_signed1.euicc_info2)}};
}

/// The table of 5.6.3 has no code of its own for it.
Refused at_offer(Refused refused) {
    if (refused.refusal != Refusal::confirmation_code_retries_exceeded) return refused;
    return {Refusal::attempts_exceeded, refused.sentence()};
}

Refusing refusing(const Offer& offer, const Order& order) {
    return {order.id, offer.card, offer.transaction_id, "offer"};
}

AskGate ask_gate(const Offer& offer, const Order& order, Eid eid) {
    return {std::move(eid), offer.transaction_id, order.policy, order.id, order.operator_id};
}

}  // namespace

Result<Step> on(Nothing&&, AuthenticateClient&& event, const Env& env) {
    const auto& request = event.request;
    const View id = request.transaction_id.bytes;
    if (!is_pending(env.server.challenge_key, id, env.now, env.server.authentication_time))
        return refuse(Nothing{}, Refusal::transaction_unknown);
    const auto& response = request.authenticate_server_response.value;
    if (const auto* error = std::get_if<msg::AuthenticateResponseError>(&response))
        return refuse(Nothing{}, Refusal::euicc_signature_invalid,
                      "The eUICC did not authenticate this server: " +
                          std::string(to_string(error->authenticate_error_code)) + ".");
    const auto& answer = std::get<msg::AuthenticateResponseOk>(response);

    auto outcome = authenticate(answer, id, digest_of(der::encode(request)), env);
    if (auto* refused = std::get_if<Refused>(&outcome)) return refuse(Nothing{}, std::move(*refused));
    auto& offer = std::get<Offer>(outcome);
    TRY(const Eid eid, eid_of(offer.card));
    return Step{FindingOrder{std::move(offer)}, Action(find_order(answer, eid)), {}};
}

Result<Step> on(Offered&& s, AuthenticateClient&& e, const Env&) {
    if (digest_of(der::encode(e.request)) != s.request)
        return refuse(std::move(s), Refusal::transaction_unknown,
                      "This session was authenticated with another message: start a new one.");
    TRY(auto reply, s.decoded_reply());
    return Step{std::move(s), Reply(std::move(reply)), {}};
}

Result<Step> on(FindingOrder&& s, OrderFound&& e, const Env& env) {
    if (!e.order) return refuse(Nothing{}, Refusal::matching_id_refused);
    TRY(Eid eid, eid_of(s.offer.card));
    auto over = check_order(*e.order, eid, env.now);
    if (!over) over = check_attempts(*e.order);
    if (over) return refuse(Nothing{}, at_offer(*std::move(over)), refusing(s.offer, *e.order), env);
    TRY(const auto metadata, der::decode<msg::StoreMetadataRequest>(e.order->metadata));
    if (auto refused = check_eligibility(*e.order, metadata, s.offer.euicc_info2))
        return refuse(Nothing{}, *std::move(refused), refusing(s.offer, *e.order), env);
    Action ask = ask_gate(s.offer, *e.order, std::move(eid));
    return Step{GatingOffer{std::move(s.offer), *std::move(e.order)}, std::move(ask), {}};
}

Result<Step> on(GatingOffer&& s, GateAnswered&& e, const Env& env) {
    if (e.refused_because)
        return refuse(Nothing{}, {Refusal::not_eligible, *std::move(e.refused_because)}, refusing(s.offer, s.order),
                      env);
    TRY(Eid eid, eid_of(s.offer.card));
    Action ask = AskConsent{s.order.id, s.order.operator_id, std::move(eid), s.order.release};
    return Step{ConsentingOffer{std::move(s.offer), std::move(s.order)}, std::move(ask), {}};
}

Result<Step> on(ConsentingOffer&& s, ConsentAnswered&& e, const Env& env) {
    if (e.refused_because)
        return refuse(Nothing{}, {Refusal::not_eligible, *std::move(e.refused_because)}, refusing(s.offer, s.order),
                      env);
    const Credential* credential = find_credential(env.server, s.offer.credential);
    if (credential == nullptr) return refuse(Nothing{}, Refusal::no_certificate_for_ci);
    Offered offered;
    offered.card = std::move(s.offer.card);
    offered.order_id.text = s.order.id;
    offered.credential.bytes = credential->ci_key_id;
    offered.request = std::move(s.offer.request);
    offered.expires_at = seconds(env.now + env.server.session_time);
    msg::AuthenticateClientOk reply;
    reply.transaction_id.bytes = std::move(s.offer.transaction_id);
    TRY(reply.profile_metadata, der::decode<msg::StoreMetadataRequest>(s.order.metadata));
    reply.smdp_signed2.transaction_id = reply.transaction_id;
    reply.smdp_signed2.cc_required_flag = !s.order.confirmation_code.empty();
    if (!s.order.euicc_otpk.empty() && crypto::PublicKey::from_point(credential->curve, s.order.euicc_otpk))
        reply.smdp_signed2.bpp_euicc_otpk = msg::OctetString{s.order.euicc_otpk};
    reply.smdp_certificate.tlv = credential->pb_certificate;
    // 5.7.5: smdpSignature2 is over smdpSigned2 and euiccSignature1, both as TLVs
    Bytes to_sign = der::encode(reply.smdp_signed2);
    append(to_sign, der::wrap(msg::tag_signature, s.offer.euicc_signature1.bytes));
    signer::SignMessage sign{credential->pb_key, std::move(to_sign)};
    return Step{SigningOffer{std::move(offered), std::move(reply)}, Action(std::move(sign)), {}};
}

Result<Step> on(SigningOffer&& s, Signed&& e, const Env& env) {
    auto& reply = s.reply;
    reply.smdp_signature2.bytes = to_bytes(e.signature.octets);
    s.offered.reply.tlv = der::encode(reply);
    TRY(const Eid eid, eid_of(s.offered.card));
    std::vector<Effect> effects;
    effects.emplace_back(PutSession{reply.transaction_id.bytes, s.offered.order_id.text, s.offered});
    effects.emplace_back(Note{s.offered.order_id.text, env.now,
                              "offered to EID " + eid.text() + " in transaction " + hex(reply.transaction_id.bytes),
                              NoteKind::routine});
    return Step{std::move(s.offered), Reply(std::move(reply)), std::move(effects)};
}

}  // namespace mcim::smdp
