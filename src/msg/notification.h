// Installation results and notifications (SGP.22 2.5.6, 3.5, 5.7.8 to 5.7.11).
#pragma once
#include "mcim/msg/metadata.h"

namespace mcim::msg {

struct NotificationMetadata {
    std::int64_t seq_number = 0;  ///< 0 is legal
    NotificationEvent profile_management_operation;
    Utf8 notification_address;
    std::optional<IccidOctets> iccid;
    der::Extensions more;
    static constexpr auto asn1 = der::sequence(
        "NotificationMetadata", Tag{0xBF2F}, der::field<&NotificationMetadata::seq_number>("seqNumber", Tag{0x80}),
        der::field<&NotificationMetadata::profile_management_operation>("profileManagementOperation", Tag{0x81}),
        der::field<&NotificationMetadata::notification_address>("notificationAddress"),
        der::field<&NotificationMetadata::iccid>("iccid", tag_iccid));
    friend bool operator==(const NotificationMetadata&, const NotificationMetadata&) = default;
};

enum class BppCommandId : std::int32_t {
    initialise_secure_channel = 0,
    configure_isdp = 1,
    store_metadata = 2,
    store_metadata2 = 3,
    replace_session_keys = 4,
    load_profile_elements = 5
};
enum class ErrorReason : std::int32_t {
    incorrect_input_values = 1,
    invalid_signature = 2,
    invalid_transaction_id = 3,
    unsupported_crt_values = 4,
    unsupported_remote_operation_type = 5,
    unsupported_profile_class = 6,
    scp03t_structure_error = 7,
    scp03t_security_error = 8,
    install_failed_due_to_iccid_already_exists_on_euicc = 9,
    install_failed_due_to_insufficient_memory_for_profile = 10,
    install_failed_due_to_interruption = 11,
    install_failed_due_to_pe_processing_error = 12,
    install_failed_due_to_data_mismatch = 13,
    test_profile_install_failed_due_to_invalid_naa_key = 14,
    ppr_not_allowed = 15,
    install_failed_due_to_unknown_error = 127,
};
std::string_view to_string(BppCommandId);
std::string_view to_string(ErrorReason);

struct SuccessResult {
    der::OctetString<5, 16> aid;
    OctetString sima_response;  ///< EUICCResponse values of the profile package specification
    der::Extensions more;
    static constexpr auto asn1 = der::sequence("SuccessResult", der::field<&SuccessResult::aid>("aid", tag_aid),
                                               der::field<&SuccessResult::sima_response>("simaResponse"));
    friend bool operator==(const SuccessResult&, const SuccessResult&) = default;
};
struct ErrorResult {
    BppCommandId bpp_command_id{};
    ErrorReason error_reason{};
    std::optional<OctetString> sima_response;
    der::Extensions more;
    static constexpr auto asn1 =
        der::sequence("ErrorResult", der::field<&ErrorResult::bpp_command_id>("bppCommandId", Tag{0x80}),
                      der::field<&ErrorResult::error_reason>("errorReason", Tag{0x81}),
                      der::field<&ErrorResult::sima_response>("simaResponse", Tag{0x82}));
    friend bool operator==(const ErrorResult&, const ErrorResult&) = default;
};
struct FinalResult {
    std::variant<SuccessResult, ErrorResult> value;
    static constexpr auto asn1 =
        der::choice("finalResult", der::alternative<&FinalResult::value, 0>("successResult", Tag{0xA0}),
                    der::alternative<&FinalResult::value, 1>("errorResult", Tag{0xA1}));
    friend bool operator==(const FinalResult&, const FinalResult&) = default;
};
struct ProfileInstallationResultData {
    TransactionId transaction_id;
    NotificationMetadata notification_metadata;
    der::Oid smdp_oid;
    FinalResult final_result;
    der::Extensions more;
    static constexpr auto asn1 =
        der::sequence("ProfileInstallationResultData", Tag{0xBF27},
                      der::field<&ProfileInstallationResultData::transaction_id>("transactionId", Tag{0x80}),
                      der::field<&ProfileInstallationResultData::notification_metadata>("notificationMetadata"),
                      der::field<&ProfileInstallationResultData::smdp_oid>("smdpOid"),
                      der::field<&ProfileInstallationResultData::final_result>("finalResult", Tag{0xA2}));
    friend bool operator==(const ProfileInstallationResultData&, const ProfileInstallationResultData&) = default;
};
struct ProfileInstallationResult {
    ProfileInstallationResultData data;
    OctetString euicc_sign_pir;
    der::Extensions more;
    static constexpr auto asn1 =
        der::sequence("ProfileInstallationResult", Tag{0xBF37},
                      der::field<&ProfileInstallationResult::data>("profileInstallationResultData"),
                      der::field<&ProfileInstallationResult::euicc_sign_pir>("euiccSignPIR", tag_signature));
    friend bool operator==(const ProfileInstallationResult&, const ProfileInstallationResult&) = default;
};

struct OtherSignedNotification {
    NotificationMetadata tbs_other_notification;
    OctetString euicc_notification_signature;
    Certificate euicc_certificate;
    Certificate eum_certificate;
    der::Extensions more;
    static constexpr auto asn1 = der::sequence(
        "OtherSignedNotification", der::field<&OtherSignedNotification::tbs_other_notification>("tbsOtherNotification"),
        der::field<&OtherSignedNotification::euicc_notification_signature>("euiccNotificationSignature", tag_signature),
        der::field<&OtherSignedNotification::euicc_certificate>("euiccCertificate"),
        der::field<&OtherSignedNotification::eum_certificate>("eumCertificate"));
    friend bool operator==(const OtherSignedNotification&, const OtherSignedNotification&) = default;
};
struct PendingNotification {
    std::variant<ProfileInstallationResult, OtherSignedNotification> value;
    static constexpr auto asn1 = der::choice(
        "PendingNotification", der::alternative<&PendingNotification::value, 0>("profileInstallationResult"),
        der::alternative<&PendingNotification::value, 1>("otherSignedNotification"));
    friend bool operator==(const PendingNotification&, const PendingNotification&) = default;
    [[nodiscard]] const NotificationMetadata& metadata() const;
};

enum class UndefinedError : std::int32_t { undefined_error = 127 };

struct ListNotificationRequest {
    std::optional<NotificationEvent> profile_management_operation;
    der::Extensions more;
    static constexpr auto asn1 = der::sequence(
        "ListNotificationRequest", Tag{0xBF28},
        der::field<&ListNotificationRequest::profile_management_operation>("profileManagementOperation", Tag{0x81}));
    friend bool operator==(const ListNotificationRequest&, const ListNotificationRequest&) = default;
};
struct ListNotificationResponse {
    std::variant<std::vector<NotificationMetadata>, UndefinedError> value;
    static constexpr auto asn1 =
        der::choice("ListNotificationResponse", Tag{0xBF28},
                    der::alternative<&ListNotificationResponse::value, 0>("notificationMetadataList", Tag{0xA0}),
                    der::alternative<&ListNotificationResponse::value, 1>("listNotificationsResultError", Tag{0x81}));
    friend bool operator==(const ListNotificationResponse&, const ListNotificationResponse&) = default;
};
struct NotificationSearchCriteria {
    std::variant<std::int64_t, NotificationEvent> value;
    static constexpr auto asn1 =
        der::choice("searchCriteria", der::alternative<&NotificationSearchCriteria::value, 0>("seqNumber", Tag{0x80}),
                    der::alternative<&NotificationSearchCriteria::value, 1>("profileManagementOperation", Tag{0x81}));
    friend bool operator==(const NotificationSearchCriteria&, const NotificationSearchCriteria&) = default;
};
struct RetrieveNotificationsListRequest {
    std::optional<NotificationSearchCriteria> search_criteria;
    der::Extensions more;
    static constexpr auto asn1 =
        der::sequence("RetrieveNotificationsListRequest", Tag{0xBF2B},
                      der::field<&RetrieveNotificationsListRequest::search_criteria>("searchCriteria", Tag{0xA0}));
    friend bool operator==(const RetrieveNotificationsListRequest&, const RetrieveNotificationsListRequest&) = default;
};
struct RetrieveNotificationsListResponse {
    std::variant<std::vector<PendingNotification>, UndefinedError> value;
    static constexpr auto asn1 = der::choice(
        "RetrieveNotificationsListResponse", Tag{0xBF2B},
        der::alternative<&RetrieveNotificationsListResponse::value, 0>("notificationList", Tag{0xA0}),
        der::alternative<&RetrieveNotificationsListResponse::value, 1>("notificationsListResultError", Tag{0x81}));
    friend bool operator==(const RetrieveNotificationsListResponse&,
                           const RetrieveNotificationsListResponse&) = default;
};
/// ES10b.RemoveNotificationFromList.
struct NotificationSentRequest {
    std::int64_t seq_number = 0;
    der::Extensions more;
    static constexpr auto asn1 =
        der::sequence("NotificationSentRequest", Tag{0xBF30},
                      der::field<&NotificationSentRequest::seq_number>("seqNumber", Tag{0x80}));
    friend bool operator==(const NotificationSentRequest&, const NotificationSentRequest&) = default;
};
enum class DeleteNotificationStatus : std::int32_t { ok = 0, nothing_to_delete = 1, undefined_error = 127 };
struct NotificationSentResponse {
    DeleteNotificationStatus status{};
    der::Extensions more;
    static constexpr auto asn1 =
        der::sequence("NotificationSentResponse", Tag{0xBF30},
                      der::field<&NotificationSentResponse::status>("deleteNotificationStatus", Tag{0x80}));
    friend bool operator==(const NotificationSentResponse&, const NotificationSentResponse&) = default;
};

}  // namespace mcim::msg
