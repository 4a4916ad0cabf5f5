// The bound profile package and the ES8+ functions inside it (SGP.22 2.5.4, 5.5). Module bpp protects and opens it.
#pragma once
#include "mcim/msg/metadata.h"

namespace mcim::msg {

enum class RemoteOpId : std::int32_t { install_bound_profile_package = 1 };

struct ControlRefTemplate {
    Octet1 key_type{{0x88}};  ///< AES
    Octet1 key_len{{0x10}};
    OctetTo16 host_id;
    der::Extensions more;
    static constexpr auto asn1 =
        der::sequence("ControlRefTemplate", der::field<&ControlRefTemplate::key_type>("keyType", Tag{0x80}),
                      der::field<&ControlRefTemplate::key_len>("keyLen", Tag{0x81}),
                      der::field<&ControlRefTemplate::host_id>("hostId", Tag{0x84}));
    friend bool operator==(const ControlRefTemplate&, const ControlRefTemplate&) = default;
};
struct InitialiseSecureChannelRequest {
    RemoteOpId remote_op_id = RemoteOpId::install_bound_profile_package;
    TransactionId transaction_id;
    ControlRefTemplate control_ref_template;
    OctetString smdp_otpk;
    OctetString smdp_sign;
    der::Extensions more;
    static constexpr auto asn1 = der::sequence(
        "InitialiseSecureChannelRequest", Tag{0xBF23},
        der::field<&InitialiseSecureChannelRequest::remote_op_id>("remoteOpId", Tag{0x82}),
        der::field<&InitialiseSecureChannelRequest::transaction_id>("transactionId", Tag{0x80}),
        der::field<&InitialiseSecureChannelRequest::control_ref_template>("controlRefTemplate", Tag{0xA6}),
        der::field<&InitialiseSecureChannelRequest::smdp_otpk>("smdpOtpk", tag_otpk),
        der::field<&InitialiseSecureChannelRequest::smdp_sign>("smdpSign", tag_signature));
    friend bool operator==(const InitialiseSecureChannelRequest&, const InitialiseSecureChannelRequest&) = default;
};

struct BoundProfilePackage {
    InitialiseSecureChannelRequest initialise_secure_channel_request;
    std::vector<der::Tagged<0x87, OctetString>> first_sequence_of_87;
    std::vector<der::Tagged<0x88, OctetString>> sequence_of_88;
    std::optional<std::vector<der::Tagged<0x87, OctetString>>> second_sequence_of_87;
    std::vector<der::Tagged<0x86, OctetString>> sequence_of_86;
    der::Extensions more;
    static constexpr auto asn1 = der::sequence(
        "BoundProfilePackage", Tag{0xBF36},
        der::field<&BoundProfilePackage::initialise_secure_channel_request>("initialiseSecureChannelRequest"),
        der::field<&BoundProfilePackage::first_sequence_of_87>("firstSequenceOf87", Tag{0xA0}),
        der::field<&BoundProfilePackage::sequence_of_88>("sequenceOf88", Tag{0xA1}),
        der::field<&BoundProfilePackage::second_sequence_of_87>("secondSequenceOf87", Tag{0xA2}),
        der::field<&BoundProfilePackage::sequence_of_86>("sequenceOf86", Tag{0xA3}));
    friend bool operator==(const BoundProfilePackage&, const BoundProfilePackage&) = default;
};

struct ConfigureISDPRequest {
    std::optional<DpProprietaryData> dp_proprietary_data;
    der::Extensions more;
    static constexpr auto asn1 =
        der::sequence("ConfigureISDPRequest", Tag{0xBF24},
                      der::field<&ConfigureISDPRequest::dp_proprietary_data>("dpProprietaryData", Tag{0xB8}));
    friend bool operator==(const ConfigureISDPRequest&, const ConfigureISDPRequest&) = default;
};
/// Carries keys: built and opened inside module bpp, wiped there, printed nowhere.
struct ReplaceSessionKeysRequest {
    OctetString initial_mac_chaining_value;
    OctetString ppk_enc;
    OctetString ppk_cmac;
    der::Extensions more;
    static constexpr auto asn1 = der::sequence(
        "ReplaceSessionKeysRequest", Tag{0xBF26},
        der::field<&ReplaceSessionKeysRequest::initial_mac_chaining_value>("initialMacChainingValue", Tag{0x80}),
        der::field<&ReplaceSessionKeysRequest::ppk_enc>("ppkEnc", Tag{0x81}),
        der::field<&ReplaceSessionKeysRequest::ppk_cmac>("ppkCmac", Tag{0x82}));
    friend bool operator==(const ReplaceSessionKeysRequest&, const ReplaceSessionKeysRequest&) = default;
};

}  // namespace mcim::msg
