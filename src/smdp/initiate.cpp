// ES9+.InitiateAuthentication, SGP.22 5.6.1.
#include "mcim/base/ascii.h"
#include "mcim/base/text.h"
#include "mcim/smdp/challenge.h"
#include "mcim/smdp/transitions.h"

namespace mcim::smdp {

Result<Step> on(Nothing&&, InitiateAuthentication&& event, const Env& env) {
    const auto& request = event.request;
    // host names have no letter case (RFC 4343)
    if (!ascii::equal_but_for_case(request.smdp_address.text, env.server.address))
        return refuse(
            Nothing{}, Refusal::address_unknown,
            "This server is " + env.server.address + ", not \"" + printable(request.smdp_address.text) + "\".");
    if (request.euicc_info1.svn.bytes.front() != 2)
        return refuse(Nothing{}, Refusal::card_version_unsupported,
                      "The eUICC speaks version " + msg::to_string(request.euicc_info1.svn) + ", this server 2.x.");
    auto choice = choose_ci(env, request.euicc_info1.euicc_ci_pk_id_list_for_verification,
                            request.euicc_info1.euicc_ci_pk_id_list_for_signing);
    if (auto* refused = std::get_if<Refused>(&choice)) return refuse(Nothing{}, std::move(*refused));
    const auto& chosen = std::get<ChosenCi>(choice);

    msg::InitiateAuthenticationOkEs9 reply;
    reply.transaction_id.bytes = fresh_transaction_id(env.server.challenge_key, env.now, env.random);
    auto& content = reply.server_signed1;
    content.transaction_id = reply.transaction_id;
    content.euicc_challenge = request.euicc_challenge;
    content.server_address.text = env.server.address;
    content.server_challenge.bytes = server_challenge(env.server.challenge_key, reply.transaction_id.bytes,
                                                      chosen.euicc_ci_key_id, env.server.address);
    reply.euicc_ci_pk_id_to_be_used.bytes = chosen.euicc_ci_key_id;
    reply.server_certificate.tlv = chosen.credential->auth_certificate;
    signer::SignMessage sign{chosen.credential->auth_key, der::encode(content)};
    return Step{SigningChallenge{std::move(reply)}, Action(std::move(sign)), {}};
}

Result<Step> on(SigningChallenge&& s, Signed&& e, const Env&) {
    s.reply.server_signature1.bytes = to_bytes(e.signature.octets);
    return Step{Nothing{}, Reply(std::move(s.reply)), {}};
}

}  // namespace mcim::smdp
