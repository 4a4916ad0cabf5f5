// ES9+ (SGP.22 5.6): requests and replies, one declaration for the ASN.1 binding (6.6) and the JSON binding (6.5.2).
#pragma once
#include "mcim/msg/download.h"
#include "mcim/msg/notification.h"
#include "mcim/msg/package.h"

namespace mcim::msg {

inline constexpr der::Json json_hex{der::JsonForm::hex};
inline constexpr der::Json json_text{der::JsonForm::text};
inline constexpr der::Json json_value{der::JsonForm::base64_value};
inline constexpr der::Json json_tlv{der::JsonForm::base64_tlv};

struct InitiateAuthenticationRequest {
    Octet16 euicc_challenge;
    Utf8 smdp_address;
    EUICCInfo1 euicc_info1;
    der::Extensions more;
    static constexpr auto asn1 = der::sequence(
        "InitiateAuthenticationRequest", Tag{0xBF39},
        der::field<&InitiateAuthenticationRequest::euicc_challenge>("euiccChallenge", Tag{0x81}, json_value),
        der::field<&InitiateAuthenticationRequest::smdp_address>("smdpAddress", Tag{0x83}, json_text),
        der::field<&InitiateAuthenticationRequest::euicc_info1>("euiccInfo1", json_tlv));
    friend bool operator==(const InitiateAuthenticationRequest&, const InitiateAuthenticationRequest&) = default;
};
struct InitiateAuthenticationOkEs9 {
    TransactionId transaction_id;
    ServerSigned1 server_signed1;
    OctetString server_signature1;
    SubjectKeyIdentifier euicc_ci_pk_id_to_be_used;
    Certificate server_certificate;
    der::Extensions more;
    static constexpr auto asn1 = der::sequence(
        "InitiateAuthenticationOkEs9",
        der::field<&InitiateAuthenticationOkEs9::transaction_id>("transactionId", Tag{0x80}, json_hex),
        der::field<&InitiateAuthenticationOkEs9::server_signed1>("serverSigned1", json_tlv),
        der::field<&InitiateAuthenticationOkEs9::server_signature1>("serverSignature1", tag_signature, json_tlv),
        der::field<&InitiateAuthenticationOkEs9::euicc_ci_pk_id_to_be_used>("euiccCiPKIdToBeUsed", json_tlv),
        der::field<&InitiateAuthenticationOkEs9::server_certificate>("serverCertificate", json_tlv));
    friend bool operator==(const InitiateAuthenticationOkEs9&, const InitiateAuthenticationOkEs9&) = default;
};
enum class InitiateAuthenticationError : std::int32_t {
    invalid_dp_address = 1,
    euicc_version_not_supported_by_dp = 2,
    ci_pk_not_supported = 3
};
struct InitiateAuthenticationResponse {
    std::variant<InitiateAuthenticationOkEs9, InitiateAuthenticationError> value;
    static constexpr auto asn1 = der::choice(
        "InitiateAuthenticationResponse", Tag{0xBF39},
        der::alternative<&InitiateAuthenticationResponse::value, 0>("initiateAuthenticationOk", Tag{0xA0}),
        der::alternative<&InitiateAuthenticationResponse::value, 1>("initiateAuthenticationError", Tag{0x81}));
    friend bool operator==(const InitiateAuthenticationResponse&, const InitiateAuthenticationResponse&) = default;
};

struct AuthenticateClientRequest {
    TransactionId transaction_id;
    AuthenticateServerResponse authenticate_server_response;
    der::Extensions more;
    static constexpr auto asn1 = der::sequence(
        "AuthenticateClientRequest", Tag{0xBF3B},
        der::field<&AuthenticateClientRequest::transaction_id>("transactionId", Tag{0x80}, json_hex),
        der::field<&AuthenticateClientRequest::authenticate_server_response>("authenticateServerResponse", json_tlv));
    friend bool operator==(const AuthenticateClientRequest&, const AuthenticateClientRequest&) = default;
};
struct AuthenticateClientOk {
    TransactionId transaction_id;
    StoreMetadataRequest profile_metadata;
    SmdpSigned2 smdp_signed2;
    OctetString smdp_signature2;
    Certificate smdp_certificate;
    der::Extensions more;
    static constexpr auto asn1 = der::sequence(
        "AuthenticateClientOk", der::field<&AuthenticateClientOk::transaction_id>("transactionId", Tag{0x80}, json_hex),
        der::field<&AuthenticateClientOk::profile_metadata>("profileMetaData",
                                                            {der::JsonForm::base64_tlv, "profileMetadata"}),
        der::field<&AuthenticateClientOk::smdp_signed2>("smdpSigned2", json_tlv),
        der::field<&AuthenticateClientOk::smdp_signature2>("smdpSignature2", tag_signature, json_tlv),
        der::field<&AuthenticateClientOk::smdp_certificate>("smdpCertificate", json_tlv));
    friend bool operator==(const AuthenticateClientOk&, const AuthenticateClientOk&) = default;
};
enum class AuthenticateClientError : std::int32_t {
    eum_certificate_invalid = 1,
    eum_certificate_expired = 2,
    euicc_certificate_invalid = 3,
    euicc_certificate_expired = 4,
    euicc_signature_invalid = 5,
    matching_id_refused = 6,
    eid_mismatch = 7,
    no_eligible_profile = 8,
    ci_pk_unknown = 9,
    invalid_transaction_id = 10,
    insufficient_memory = 11,
    undefined_error = 127,
};
struct AuthenticateClientResponseEs9 {
    std::variant<AuthenticateClientOk, AuthenticateClientError> value;
    static constexpr auto asn1 =
        der::choice("AuthenticateClientResponseEs9", Tag{0xBF3B},
                    der::alternative<&AuthenticateClientResponseEs9::value, 0>("authenticateClientOk", Tag{0xA0}),
                    der::alternative<&AuthenticateClientResponseEs9::value, 1>("authenticateClientError", Tag{0x81}));
    friend bool operator==(const AuthenticateClientResponseEs9&, const AuthenticateClientResponseEs9&) = default;
};

struct GetBoundProfilePackageRequest {
    TransactionId transaction_id;
    PrepareDownloadResponse prepare_download_response;
    der::Extensions more;
    static constexpr auto asn1 = der::sequence(
        "GetBoundProfilePackageRequest", Tag{0xBF3A},
        der::field<&GetBoundProfilePackageRequest::transaction_id>("transactionId", Tag{0x80}, json_hex),
        der::field<&GetBoundProfilePackageRequest::prepare_download_response>("prepareDownloadResponse", json_tlv));
    friend bool operator==(const GetBoundProfilePackageRequest&, const GetBoundProfilePackageRequest&) = default;
};
struct GetBoundProfilePackageOk {
    TransactionId transaction_id;
    BoundProfilePackage bound_profile_package;
    der::Extensions more;
    static constexpr auto asn1 =
        der::sequence("GetBoundProfilePackageOk",
                      der::field<&GetBoundProfilePackageOk::transaction_id>("transactionId", Tag{0x80}, json_hex),
                      der::field<&GetBoundProfilePackageOk::bound_profile_package>("boundProfilePackage", json_tlv));
    friend bool operator==(const GetBoundProfilePackageOk&, const GetBoundProfilePackageOk&) = default;
};
enum class GetBoundProfilePackageError : std::int32_t {
    euicc_signature_invalid = 1,
    confirmation_code_missing = 2,
    confirmation_code_refused = 3,
    confirmation_code_retries_exceeded = 4,
    bpp_rebinding_refused = 5,
    download_order_expired = 6,
    invalid_transaction_id = 95,
    undefined_error = 127,
};
struct GetBoundProfilePackageResponse {
    std::variant<GetBoundProfilePackageOk, GetBoundProfilePackageError> value;
    static constexpr auto asn1 = der::choice(
        "GetBoundProfilePackageResponse", Tag{0xBF3A},
        der::alternative<&GetBoundProfilePackageResponse::value, 0>("getBoundProfilePackageOk", Tag{0xA0}),
        der::alternative<&GetBoundProfilePackageResponse::value, 1>("getBoundProfilePackageError", Tag{0x81}));
    friend bool operator==(const GetBoundProfilePackageResponse&, const GetBoundProfilePackageResponse&) = default;
};

struct HandleNotification {
    PendingNotification pending_notification;
    der::Extensions more;
    static constexpr auto asn1 = der::sequence(
        "HandleNotification", Tag{0xBF3D},
        der::field<&HandleNotification::pending_notification>("pendingNotification", Tag{0xA0}, json_value));
    friend bool operator==(const HandleNotification&, const HandleNotification&) = default;
};

struct CancelSessionRequestEs9 {
    TransactionId transaction_id;
    CancelSessionResponse cancel_session_response;
    der::Extensions more;
    static constexpr auto asn1 =
        der::sequence("CancelSessionRequestEs9", Tag{0xBF41},
                      der::field<&CancelSessionRequestEs9::transaction_id>("transactionId", Tag{0x80}, json_hex),
                      der::field<&CancelSessionRequestEs9::cancel_session_response>("cancelSessionResponse", Tag{0xA1},
                                                                                    {der::JsonForm::base64_own_tlv}));
    friend bool operator==(const CancelSessionRequestEs9&, const CancelSessionRequestEs9&) = default;
};
struct CancelSessionOk {
    der::Extensions more;
    static constexpr auto asn1 = der::sequence("CancelSessionOk");
    friend bool operator==(const CancelSessionOk&, const CancelSessionOk&) = default;
};
enum class CancelSessionError : std::int32_t {
    invalid_transaction_id = 1,
    euicc_signature_invalid = 2,
    undefined_error = 127
};
struct CancelSessionResponseEs9 {
    std::variant<CancelSessionOk, CancelSessionError> value;
    static constexpr auto asn1 =
        der::choice("CancelSessionResponseEs9", Tag{0xBF41},
                    der::alternative<&CancelSessionResponseEs9::value, 0>("cancelSessionOk", Tag{0xA0}),
                    der::alternative<&CancelSessionResponseEs9::value, 1>("cancelSessionError", Tag{0x81}));
    friend bool operator==(const CancelSessionResponseEs9&, const CancelSessionResponseEs9&) = default;
};

struct RemoteProfileProvisioningRequest {
    std::variant<InitiateAuthenticationRequest, AuthenticateClientRequest, GetBoundProfilePackageRequest,
                 CancelSessionRequestEs9, HandleNotification>
        value;
    static constexpr auto asn1 =
        der::choice("RemoteProfileProvisioningRequest", Tag{0xA2},
                    der::alternative<&RemoteProfileProvisioningRequest::value, 0>("initiateAuthenticationRequest"),
                    der::alternative<&RemoteProfileProvisioningRequest::value, 1>("authenticateClientRequest"),
                    der::alternative<&RemoteProfileProvisioningRequest::value, 2>("getBoundProfilePackageRequest"),
                    der::alternative<&RemoteProfileProvisioningRequest::value, 3>("cancelSessionRequestEs9"),
                    der::alternative<&RemoteProfileProvisioningRequest::value, 4>("handleNotification"));
    friend bool operator==(const RemoteProfileProvisioningRequest&, const RemoteProfileProvisioningRequest&) = default;
};
struct RemoteProfileProvisioningResponse {
    std::variant<InitiateAuthenticationResponse, AuthenticateClientResponseEs9, GetBoundProfilePackageResponse,
                 CancelSessionResponseEs9>
        value;
    static constexpr auto asn1 =
        der::choice("RemoteProfileProvisioningResponse", Tag{0xA2},
                    der::alternative<&RemoteProfileProvisioningResponse::value, 0>("initiateAuthenticationResponse"),
                    der::alternative<&RemoteProfileProvisioningResponse::value, 1>("authenticateClientResponseEs9"),
                    der::alternative<&RemoteProfileProvisioningResponse::value, 2>("getBoundProfilePackageResponse"),
                    der::alternative<&RemoteProfileProvisioningResponse::value, 3>("cancelSessionResponseEs9"));
    friend bool operator==(const RemoteProfileProvisioningResponse&,
                           const RemoteProfileProvisioningResponse&) = default;
};

}  // namespace mcim::msg
