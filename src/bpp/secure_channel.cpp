#include "mcim/bpp/secure_channel.h"

namespace mcim::bpp {

using msg::ErrorReason;
using msg::InitialiseSecureChannelRequest;

Result<InitialiseSecureChannelRequest> initialise_secure_channel(View transaction_id, View host_id,
                                                                 const crypto::PublicKey& smdp_otpk) {
    if (transaction_id.empty() || transaction_id.size() > 16)
        return fail(Errc::bad_length, "transactionId", "1 to 16 octets wanted");
    if (host_id.empty() || host_id.size() > 16) return fail(Errc::bad_length, "hostId", "1 to 16 octets wanted");
    InitialiseSecureChannelRequest request;
    request.transaction_id.bytes = to_bytes(transaction_id);
    request.control_ref_template.key_type.bytes = {key_type_aes};
    request.control_ref_template.key_len.bytes = {key_length_128};
    request.control_ref_template.host_id.bytes = to_bytes(host_id);
    request.smdp_otpk.bytes = smdp_otpk.point();
    return request;
}

Bytes signed_octets(const InitialiseSecureChannelRequest& request, View euicc_otpk) {
    InitialiseSecureChannelRequest covered = request;
    covered.smdp_sign.bytes.clear();
    covered.more.tlvs.clear();
    const Bytes whole = der::encode(covered);
    View components = (*der::Reader(whole).read()).content.rest();
    components = components.first(components.size() - der::header(msg::tag_signature, 0).size());
    return concat({components, der::wrap(msg::tag_otpk, euicc_otpk)});
}

std::variant<SessionKeys, Refusal> accept_secure_channel(const InitialiseSecureChannelRequest& request,
                                                         const ChannelExpectation& expected) {
    const auto refuse = [](ErrorReason reason, std::string detail) {
        return Refusal{msg::BppCommandId::initialise_secure_channel, reason, std::move(detail)};
    };
    const Bytes& euicc_otpk = expected.one_time_key.public_key().point();
    if (!expected.server_key.verify(signed_octets(request, euicc_otpk), request.smdp_sign))
        return refuse(ErrorReason::invalid_signature, "smdpSign does not hold under PK.DPpb.ECDSA");
    if (!equal(request.transaction_id, expected.transaction_id))
        return refuse(ErrorReason::invalid_transaction_id, "the package belongs to another session");
    if (request.remote_op_id != msg::RemoteOpId::install_bound_profile_package)
        return refuse(ErrorReason::unsupported_remote_operation_type, "remoteOpId is not installBoundProfilePackage");
    const msg::ControlRefTemplate& crt = request.control_ref_template;
    if (crt.key_type.bytes.front() != key_type_aes || crt.key_len.bytes.front() != key_length_128)
        return refuse(ErrorReason::unsupported_crt_values, "only AES with 16 octets is defined");

    const auto smdp_otpk = crypto::PublicKey::from_point(expected.one_time_key.curve(), request.smdp_otpk);
    if (!smdp_otpk) return refuse(ErrorReason::incorrect_input_values, "smdpOtpk: " + to_string(smdp_otpk.error()));
    const auto shared_secret = expected.one_time_key.agree(*smdp_otpk);
    if (!shared_secret) return refuse(ErrorReason::incorrect_input_values, to_string(shared_secret.error()));
    return derive_session_keys(*shared_secret, crt.host_id, expected.eid);
}

}  // namespace mcim::bpp
