// Common mutual authentication, PrepareDownload and CancelSession (SGP.22 5.7.5, 5.7.13, 5.7.14, 3.0.1).
#pragma once
#include "mcim/msg/metadata.h"

namespace mcim::msg {

struct GetEuiccChallengeRequest {
    der::Extensions more;
    static constexpr auto asn1 = der::sequence("GetEuiccChallengeRequest", Tag{0xBF2E});
    friend bool operator==(const GetEuiccChallengeRequest&, const GetEuiccChallengeRequest&) = default;
};
struct GetEuiccChallengeResponse {
    Octet16 euicc_challenge;
    der::Extensions more;
    static constexpr auto asn1 =
        der::sequence("GetEuiccChallengeResponse", Tag{0xBF2E},
                      der::field<&GetEuiccChallengeResponse::euicc_challenge>("euiccChallenge", Tag{0x80}));
    friend bool operator==(const GetEuiccChallengeResponse&, const GetEuiccChallengeResponse&) = default;
};

struct CtxParamsForCommonAuthentication {
    std::optional<Utf8> matching_id;
    DeviceInfo device_info;
    der::Extensions more;
    static constexpr auto asn1 =
        der::sequence("CtxParamsForCommonAuthentication",
                      der::field<&CtxParamsForCommonAuthentication::matching_id>("matchingId", Tag{0x80}),
                      der::field<&CtxParamsForCommonAuthentication::device_info>("deviceInfo", Tag{0xA1}));
    friend bool operator==(const CtxParamsForCommonAuthentication&, const CtxParamsForCommonAuthentication&) = default;
};
struct CtxParams1 {
    std::variant<CtxParamsForCommonAuthentication> value;
    static constexpr auto asn1 = der::choice(
        "CtxParams1", der::alternative<&CtxParams1::value, 0>("ctxParamsForCommonAuthentication", Tag{0xA0}));
    friend bool operator==(const CtxParams1&, const CtxParams1&) = default;
};

struct ServerSigned1 {
    TransactionId transaction_id;
    Octet16 euicc_challenge;
    Utf8 server_address;
    Octet16 server_challenge;
    der::Extensions more;
    static constexpr auto asn1 =
        der::sequence("ServerSigned1", der::field<&ServerSigned1::transaction_id>("transactionId", Tag{0x80}),
                      der::field<&ServerSigned1::euicc_challenge>("euiccChallenge", Tag{0x81}),
                      der::field<&ServerSigned1::server_address>("serverAddress", Tag{0x83}),
                      der::field<&ServerSigned1::server_challenge>("serverChallenge", Tag{0x84}));
    friend bool operator==(const ServerSigned1&, const ServerSigned1&) = default;
};
struct AuthenticateServerRequest {
    ServerSigned1 server_signed1;
    OctetString server_signature1;
    SubjectKeyIdentifier euicc_ci_pk_id_to_be_used;
    Certificate server_certificate;
    CtxParams1 ctx_params1;
    der::Extensions more;
    static constexpr auto asn1 =
        der::sequence("AuthenticateServerRequest", Tag{0xBF38},
                      der::field<&AuthenticateServerRequest::server_signed1>("serverSigned1"),
                      der::field<&AuthenticateServerRequest::server_signature1>("serverSignature1", tag_signature),
                      der::field<&AuthenticateServerRequest::euicc_ci_pk_id_to_be_used>("euiccCiPKIdToBeUsed"),
                      der::field<&AuthenticateServerRequest::server_certificate>("serverCertificate"),
                      der::field<&AuthenticateServerRequest::ctx_params1>("ctxParams1"));
    friend bool operator==(const AuthenticateServerRequest&, const AuthenticateServerRequest&) = default;
};

struct EuiccSigned1 {
    TransactionId transaction_id;
    Utf8 server_address;
    Octet16 server_challenge;
    EUICCInfo2 euicc_info2;
    CtxParams1 ctx_params1;
    der::Extensions more;
    static constexpr auto asn1 = der::sequence(
        "EuiccSigned1", der::field<&EuiccSigned1::transaction_id>("transactionId", Tag{0x80}),
        der::field<&EuiccSigned1::server_address>("serverAddress", Tag{0x83}),
        der::field<&EuiccSigned1::server_challenge>("serverChallenge", Tag{0x84}),
        der::field<&EuiccSigned1::euicc_info2>("euiccInfo2"), der::field<&EuiccSigned1::ctx_params1>("ctxParams1"));
    friend bool operator==(const EuiccSigned1&, const EuiccSigned1&) = default;
};
struct AuthenticateResponseOk {
    EuiccSigned1 euicc_signed1;
    OctetString euicc_signature1;
    Certificate euicc_certificate;
    Certificate eum_certificate;
    der::Extensions more;
    static constexpr auto asn1 =
        der::sequence("AuthenticateResponseOk", der::field<&AuthenticateResponseOk::euicc_signed1>("euiccSigned1"),
                      der::field<&AuthenticateResponseOk::euicc_signature1>("euiccSignature1", tag_signature),
                      der::field<&AuthenticateResponseOk::euicc_certificate>("euiccCertificate"),
                      der::field<&AuthenticateResponseOk::eum_certificate>("eumCertificate"));
    friend bool operator==(const AuthenticateResponseOk&, const AuthenticateResponseOk&) = default;
};
enum class AuthenticateErrorCode : std::int32_t {
    invalid_certificate = 1,
    invalid_signature = 2,
    unsupported_curve = 3,
    no_session_context = 4,
    invalid_oid = 5,
    euicc_challenge_mismatch = 6,
    ci_pk_unknown = 7,
    undefined_error = 127,
};
std::string_view to_string(AuthenticateErrorCode);
struct AuthenticateResponseError {
    TransactionId transaction_id;
    AuthenticateErrorCode authenticate_error_code{};
    der::Extensions more;
    static constexpr auto asn1 = der::sequence(
        "AuthenticateResponseError", der::field<&AuthenticateResponseError::transaction_id>("transactionId", Tag{0x80}),
        der::field<&AuthenticateResponseError::authenticate_error_code>("authenticateErrorCode"));
    friend bool operator==(const AuthenticateResponseError&, const AuthenticateResponseError&) = default;
};
struct AuthenticateServerResponse {
    std::variant<AuthenticateResponseOk, AuthenticateResponseError> value;
    static constexpr auto asn1 =
        der::choice("AuthenticateServerResponse", Tag{0xBF38},
                    der::alternative<&AuthenticateServerResponse::value, 0>("authenticateResponseOk", Tag{0xA0}),
                    der::alternative<&AuthenticateServerResponse::value, 1>("authenticateResponseError", Tag{0xA1}));
    friend bool operator==(const AuthenticateServerResponse&, const AuthenticateServerResponse&) = default;
};

struct SmdpSigned2 {
    TransactionId transaction_id;
    bool cc_required_flag = false;
    std::optional<OctetString> bpp_euicc_otpk;
    der::Extensions more;
    static constexpr auto asn1 =
        der::sequence("SmdpSigned2", der::field<&SmdpSigned2::transaction_id>("transactionId", Tag{0x80}),
                      der::field<&SmdpSigned2::cc_required_flag>("ccRequiredFlag"),
                      der::field<&SmdpSigned2::bpp_euicc_otpk>("bppEuiccOtpk", tag_otpk));
    friend bool operator==(const SmdpSigned2&, const SmdpSigned2&) = default;
};
struct PrepareDownloadRequest {
    SmdpSigned2 smdp_signed2;
    OctetString smdp_signature2;
    std::optional<Octet32> hash_cc;
    Certificate smdp_certificate;
    der::Extensions more;
    static constexpr auto asn1 = der::sequence(
        "PrepareDownloadRequest", Tag{0xBF21}, der::field<&PrepareDownloadRequest::smdp_signed2>("smdpSigned2"),
        der::field<&PrepareDownloadRequest::smdp_signature2>("smdpSignature2", tag_signature),
        der::field<&PrepareDownloadRequest::hash_cc>("hashCc"),
        der::field<&PrepareDownloadRequest::smdp_certificate>("smdpCertificate"));
    friend bool operator==(const PrepareDownloadRequest&, const PrepareDownloadRequest&) = default;
};
struct EUICCSigned2 {
    TransactionId transaction_id;
    OctetString euicc_otpk;
    std::optional<Octet32> hash_cc;
    der::Extensions more;
    static constexpr auto asn1 = der::sequence(
        "EUICCSigned2", der::field<&EUICCSigned2::transaction_id>("transactionId", Tag{0x80}),
        der::field<&EUICCSigned2::euicc_otpk>("euiccOtpk", tag_otpk), der::field<&EUICCSigned2::hash_cc>("hashCc"));
    friend bool operator==(const EUICCSigned2&, const EUICCSigned2&) = default;
};
struct PrepareDownloadResponseOk {
    EUICCSigned2 euicc_signed2;
    OctetString euicc_signature2;
    der::Extensions more;
    static constexpr auto asn1 = der::sequence(
        "PrepareDownloadResponseOk", der::field<&PrepareDownloadResponseOk::euicc_signed2>("euiccSigned2"),
        der::field<&PrepareDownloadResponseOk::euicc_signature2>("euiccSignature2", tag_signature));
    friend bool operator==(const PrepareDownloadResponseOk&, const PrepareDownloadResponseOk&) = default;
};
enum class DownloadErrorCode : std::int32_t {
    invalid_certificate = 1,
    invalid_signature = 2,
    unsupported_curve = 3,
    no_session_context = 4,
    invalid_transaction_id = 5,
    undefined_error = 127,
};
std::string_view to_string(DownloadErrorCode);
struct PrepareDownloadResponseError {
    TransactionId transaction_id;
    DownloadErrorCode download_error_code{};
    der::Extensions more;
    static constexpr auto asn1 =
        der::sequence("PrepareDownloadResponseError",
                      der::field<&PrepareDownloadResponseError::transaction_id>("transactionId", Tag{0x80}),
                      der::field<&PrepareDownloadResponseError::download_error_code>("downloadErrorCode"));
    friend bool operator==(const PrepareDownloadResponseError&, const PrepareDownloadResponseError&) = default;
};
struct PrepareDownloadResponse {
    std::variant<PrepareDownloadResponseOk, PrepareDownloadResponseError> value;
    static constexpr auto asn1 =
        der::choice("PrepareDownloadResponse", Tag{0xBF21},
                    der::alternative<&PrepareDownloadResponse::value, 0>("downloadResponseOk", Tag{0xA0}),
                    der::alternative<&PrepareDownloadResponse::value, 1>("downloadResponseError", Tag{0xA1}));
    friend bool operator==(const PrepareDownloadResponse&, const PrepareDownloadResponse&) = default;
};

enum class CancelSessionReason : std::int32_t {
    end_user_rejection = 0,
    postponed = 1,
    timeout = 2,
    ppr_not_allowed = 3,
    metadata_mismatch = 4,
    load_bpp_execution_error = 5,
    undefined_reason = 127,
};
std::string_view to_string(CancelSessionReason);
struct CancelSessionRequest {
    TransactionId transaction_id;
    CancelSessionReason reason{};
    der::Extensions more;
    static constexpr auto asn1 =
        der::sequence("CancelSessionRequest", Tag{0xBF41},
                      der::field<&CancelSessionRequest::transaction_id>("transactionId", Tag{0x80}),
                      der::field<&CancelSessionRequest::reason>("reason", Tag{0x81}));
    friend bool operator==(const CancelSessionRequest&, const CancelSessionRequest&) = default;
};
struct EuiccCancelSessionSigned {
    TransactionId transaction_id;
    der::Oid smdp_oid;
    CancelSessionReason reason{};
    der::Extensions more;
    static constexpr auto asn1 = der::sequence(
        "EuiccCancelSessionSigned", der::field<&EuiccCancelSessionSigned::transaction_id>("transactionId", Tag{0x80}),
        der::field<&EuiccCancelSessionSigned::smdp_oid>("smdpOid", Tag{0x81}),
        der::field<&EuiccCancelSessionSigned::reason>("reason", Tag{0x82}));
    friend bool operator==(const EuiccCancelSessionSigned&, const EuiccCancelSessionSigned&) = default;
};
struct CancelSessionResponseOk {
    EuiccCancelSessionSigned euicc_cancel_session_signed;
    OctetString euicc_cancel_session_signature;
    der::Extensions more;
    static constexpr auto asn1 =
        der::sequence("CancelSessionResponseOk",
                      der::field<&CancelSessionResponseOk::euicc_cancel_session_signed>("euiccCancelSessionSigned"),
                      der::field<&CancelSessionResponseOk::euicc_cancel_session_signature>(
                          "euiccCancelSessionSignature", tag_signature));
    friend bool operator==(const CancelSessionResponseOk&, const CancelSessionResponseOk&) = default;
};
enum class CancelSessionResponseError : std::int32_t { invalid_transaction_id = 5, undefined_error = 127 };
struct CancelSessionResponse {
    std::variant<CancelSessionResponseOk, CancelSessionResponseError> value;
    static constexpr auto asn1 =
        der::choice("CancelSessionResponse", Tag{0xBF41},
                    der::alternative<&CancelSessionResponse::value, 0>("cancelSessionResponseOk", Tag{0xA0}),
                    der::alternative<&CancelSessionResponse::value, 1>("cancelSessionResponseError", Tag{0x81}));
    friend bool operator==(const CancelSessionResponse&, const CancelSessionResponse&) = default;
};

}  // namespace mcim::msg
