// The messages of a card and its LPA, made from a key and a certificate at hand: every field of them can be what a test
// needs it to be. For servers; the card itself is module euicc.
#pragma once
#include "mcim/msg/es9.h"
#include "support/pki.h"

namespace mcim::test {

class SoftCard {
public:
    SoftCard(const Identity& identity, const Identity& eum, View ci_key_id)
        : identity_(identity), eum_(eum), otpk(crypto::PrivateKey::generate(identity.key.curve())) {
        info.profile_version = msg::version(3, 3, 1);
        info.svn = msg::version(2, 5, 0);
        info.euicc_firmware_ver = msg::version(1, 0, 0);
        info.ext_card_resource.bytes = *from_hex("810100820400080000830400010000");  // 512 KiB free
        info.euicc_ci_pk_id_list_for_verification = {{to_bytes(ci_key_id)}};
        info.euicc_ci_pk_id_list_for_signing = {{to_bytes(ci_key_id)}};
        info.pp_version = msg::version(1, 0, 0);
    }

    [[nodiscard]] msg::InitiateAuthenticationRequest initiate(std::string_view address) const {
        msg::InitiateAuthenticationRequest r;
        r.euicc_challenge.bytes = Bytes(16, 0x11);
        r.smdp_address.text = std::string(address);
        r.euicc_info1 = {info.svn, info.euicc_ci_pk_id_list_for_verification, info.euicc_ci_pk_id_list_for_signing, {}};
        return r;
    }
    [[nodiscard]] msg::EuiccSigned1 signed1(const msg::InitiateAuthenticationOkEs9& ok,
                                            std::string_view matching_id) const {
        msg::CtxParamsForCommonAuthentication context;
        if (!matching_id.empty()) context.matching_id = msg::Utf8{std::string(matching_id)};
        context.device_info.tac.bytes = {0x35, 0x29, 0x06, 0x11};
        return {ok.transaction_id,
                ok.server_signed1.server_address,
                ok.server_signed1.server_challenge,
                info,
                {context},
                {}};
    }
    [[nodiscard]] msg::AuthenticateClientRequest authenticate(const msg::EuiccSigned1& content) const {
        msg::AuthenticateResponseOk ok{content, {sign(der::encode(content))}, {}, {}, {}};
        ok.euicc_certificate.tlv = identity_.der();
        ok.eum_certificate.tlv = eum_.der();
        return {content.transaction_id, {ok}, {}};
    }
    [[nodiscard]] msg::AuthenticateClientRequest authenticate(const msg::InitiateAuthenticationOkEs9& ok,
                                                              std::string_view matching_id) const {
        return authenticate(signed1(ok, matching_id));
    }
    /// Of what its user types, SGP.22 5.6.2: SHA-256 over SHA-256 of the code, and the transaction.
    [[nodiscard]] static msg::Octet32 hash_cc(std::string_view code, const msg::TransactionId& transaction) {
        return {to_bytes(crypto::sha256(concat({crypto::sha256(as_view(code)), transaction.bytes})))};
    }
    [[nodiscard]] msg::GetBoundProfilePackageRequest prepare(const msg::AuthenticateClientOk& ok,
                                                             std::optional<msg::Octet32> hash_cc = {}) const {
        msg::EUICCSigned2 content{ok.transaction_id, {otpk.public_key().point()}, std::move(hash_cc), {}};
        Bytes octets = der::encode(content);
        append(octets, der::wrap(msg::tag_signature, ok.smdp_signature2.bytes));
        return {ok.transaction_id, {msg::PrepareDownloadResponseOk{content, {sign(octets)}, {}}}, {}};
    }
    [[nodiscard]] msg::CancelSessionRequestEs9 cancel(const msg::TransactionId& id, const der::Oid& smdp_oid,
                                                      msg::CancelSessionReason reason) const {
        msg::EuiccCancelSessionSigned content{id, smdp_oid, reason, {}};
        return {id, {msg::CancelSessionResponseOk{content, {sign(der::encode(content))}, {}}}, {}};
    }
    [[nodiscard]] msg::HandleNotification result(const msg::TransactionId& id, const Iccid& iccid,
                                                 const der::Oid& smdp_oid, msg::FinalResult outcome) const {
        msg::ProfileInstallationResult result;
        result.data.transaction_id = id;
        result.data.notification_metadata = metadata(iccid, msg::NotificationEventBit::install);
        result.data.smdp_oid = smdp_oid;
        result.data.final_result = std::move(outcome);
        result.euicc_sign_pir.bytes = sign(der::encode(result.data));
        return {{result}, {}};
    }
    [[nodiscard]] msg::HandleNotification installed(const msg::TransactionId& id, const Iccid& iccid,
                                                    const der::Oid& smdp_oid) const {
        return result(id, iccid, smdp_oid, {msg::SuccessResult{{Bytes(16, 0xA0)}, {{0x30, 0x00}}, {}}});
    }
    [[nodiscard]] msg::HandleNotification failed(const msg::TransactionId& id, const Iccid& iccid,
                                                 const der::Oid& smdp_oid) const {
        return result(id, iccid, smdp_oid,
                      {msg::ErrorResult{
                          msg::BppCommandId::load_profile_elements, msg::ErrorReason::scp03t_security_error, {}, {}}});
    }
    [[nodiscard]] msg::HandleNotification notify(const Iccid& iccid, msg::NotificationEventBit bit) const {
        msg::OtherSignedNotification other;
        other.tbs_other_notification = metadata(iccid, bit);
        other.euicc_notification_signature.bytes = sign(der::encode(other.tbs_other_notification));
        other.euicc_certificate.tlv = identity_.der();
        other.eum_certificate.tlv = eum_.der();
        return {{other}, {}};
    }
    [[nodiscard]] Bytes sign(View octets) const { return identity_.key.sign(octets); }

private:
    [[nodiscard]] msg::NotificationMetadata metadata(const Iccid& iccid, msg::NotificationEventBit bit) const {
        return {seq_number, msg::event(bit), {"smdpp.example.com"}, msg::to_octets(iccid), {}};
    }
    const Identity& identity_;
    const Identity& eum_;

public:
    msg::EUICCInfo2 info;
    crypto::PrivateKey otpk;
    std::int64_t seq_number = 0;
};

}  // namespace mcim::test
