// Names of the coded values, as the specification spells them.
#include "mcim/msg/es9.h"
#include "mcim/msg/manage.h"

namespace mcim::msg {

std::string to_string(const VersionType& v) {
    return std::to_string(v.bytes[0]) + "." + std::to_string(v.bytes[1]) + "." + std::to_string(v.bytes[2]);
}

std::string_view to_string(ProfileState s) { return s == ProfileState::enabled ? "enabled" : "disabled"; }
std::string_view to_string(ProfileClass c) {
    switch (c) {
        case ProfileClass::test: return "test";
        case ProfileClass::provisioning: return "provisioning";
        case ProfileClass::operational: return "operational";
    }
    return "unknown";
}
std::string_view to_string(NotificationEventBit e) {
    switch (e) {
        case NotificationEventBit::install: return "install";
        case NotificationEventBit::enable: return "enable";
        case NotificationEventBit::disable: return "disable";
        case NotificationEventBit::delete_: return "delete";
    }
    return "unknown";
}
std::string_view to_string(EnableResult r) {
    switch (r) {
        case EnableResult::ok: return "ok";
        case EnableResult::iccid_or_aid_not_found: return "iccidOrAidNotFound";
        case EnableResult::profile_not_in_disabled_state: return "profileNotInDisabledState";
        case EnableResult::disallowed_by_policy: return "disallowedByPolicy";
        case EnableResult::wrong_profile_reenabling: return "wrongProfileReenabling";
        case EnableResult::cat_busy: return "catBusy";
        case EnableResult::undefined_error: return "undefinedError";
    }
    return "unknown";
}
std::string_view to_string(DisableResult r) {
    switch (r) {
        case DisableResult::ok: return "ok";
        case DisableResult::iccid_or_aid_not_found: return "iccidOrAidNotFound";
        case DisableResult::profile_not_in_enabled_state: return "profileNotInEnabledState";
        case DisableResult::disallowed_by_policy: return "disallowedByPolicy";
        case DisableResult::cat_busy: return "catBusy";
        case DisableResult::undefined_error: return "undefinedError";
    }
    return "unknown";
}
std::string_view to_string(DeleteResult r) {
    switch (r) {
        case DeleteResult::ok: return "ok";
        case DeleteResult::iccid_or_aid_not_found: return "iccidOrAidNotFound";
        case DeleteResult::profile_not_in_disabled_state: return "profileNotInDisabledState";
        case DeleteResult::disallowed_by_policy: return "disallowedByPolicy";
        case DeleteResult::undefined_error: return "undefinedError";
    }
    return "unknown";
}
std::string_view to_string(AuthenticateErrorCode c) {
    switch (c) {
        case AuthenticateErrorCode::invalid_certificate: return "invalidCertificate";
        case AuthenticateErrorCode::invalid_signature: return "invalidSignature";
        case AuthenticateErrorCode::unsupported_curve: return "unsupportedCurve";
        case AuthenticateErrorCode::no_session_context: return "noSessionContext";
        case AuthenticateErrorCode::invalid_oid: return "invalidOid";
        case AuthenticateErrorCode::euicc_challenge_mismatch: return "euiccChallengeMismatch";
        case AuthenticateErrorCode::ci_pk_unknown: return "ciPKUnknown";
        case AuthenticateErrorCode::undefined_error: return "undefinedError";
    }
    return "unknown";
}
std::string_view to_string(DownloadErrorCode c) {
    switch (c) {
        case DownloadErrorCode::invalid_certificate: return "invalidCertificate";
        case DownloadErrorCode::invalid_signature: return "invalidSignature";
        case DownloadErrorCode::unsupported_curve: return "unsupportedCurve";
        case DownloadErrorCode::no_session_context: return "noSessionContext";
        case DownloadErrorCode::invalid_transaction_id: return "invalidTransactionId";
        case DownloadErrorCode::undefined_error: return "undefinedError";
    }
    return "unknown";
}
std::string_view to_string(CancelSessionReason r) {
    switch (r) {
        case CancelSessionReason::end_user_rejection: return "endUserRejection";
        case CancelSessionReason::postponed: return "postponed";
        case CancelSessionReason::timeout: return "timeout";
        case CancelSessionReason::ppr_not_allowed: return "pprNotAllowed";
        case CancelSessionReason::metadata_mismatch: return "metadataMismatch";
        case CancelSessionReason::load_bpp_execution_error: return "loadBppExecutionError";
        case CancelSessionReason::undefined_reason: return "undefinedReason";
    }
    return "unknown";
}
std::string_view to_string(BppCommandId c) {
    switch (c) {
        case BppCommandId::initialise_secure_channel: return "initialiseSecureChannel";
        case BppCommandId::configure_isdp: return "configureISDP";
        case BppCommandId::store_metadata: return "storeMetadata";
        case BppCommandId::store_metadata2: return "storeMetadata2";
        case BppCommandId::replace_session_keys: return "replaceSessionKeys";
        case BppCommandId::load_profile_elements: return "loadProfileElements";
    }
    return "unknown";
}
std::string_view to_string(ErrorReason r) {
    switch (r) {
        using enum ErrorReason;
        case incorrect_input_values: return "incorrectInputValues";
        case invalid_signature: return "invalidSignature";
        case invalid_transaction_id: return "invalidTransactionId";
        case unsupported_crt_values: return "unsupportedCrtValues";
        case unsupported_remote_operation_type: return "unsupportedRemoteOperationType";
        case unsupported_profile_class: return "unsupportedProfileClass";
        case scp03t_structure_error: return "scp03tStructureError";
        case scp03t_security_error: return "scp03tSecurityError";
        case install_failed_due_to_iccid_already_exists_on_euicc: return "installFailedDueToIccidAlreadyExistsOnEuicc";
        case install_failed_due_to_insufficient_memory_for_profile:
            return "installFailedDueToInsufficientMemoryForProfile";
        case install_failed_due_to_interruption: return "installFailedDueToInterruption";
        case install_failed_due_to_pe_processing_error: return "installFailedDueToPEProcessingError";
        case install_failed_due_to_data_mismatch: return "installFailedDueToDataMismatch";
        case test_profile_install_failed_due_to_invalid_naa_key: return "testProfileInstallFailedDueToInvalidNaaKey";
        case ppr_not_allowed: return "pprNotAllowed";
        case install_failed_due_to_unknown_error: return "installFailedDueToUnknownError";
    }
    return "unknown";
}

std::optional<NotificationEventBit> single_event(const NotificationEvent& bits) {
    std::optional<NotificationEventBit> found;
    for (std::size_t bit = 0; bit < 8 * (bits.content().size() - 1); ++bit) {
        if (!bits.test(bit)) continue;
        if (found || bit > 3) return std::nullopt;
        found = static_cast<NotificationEventBit>(bit);
    }
    return found;
}

const NotificationMetadata& PendingNotification::metadata() const {
    if (const auto* result = std::get_if<ProfileInstallationResult>(&value)) return result->data.notification_metadata;
    return std::get<OtherSignedNotification>(value).tbs_other_notification;
}

Result<der::OctetString<3, 3>> plmn_octets(std::string_view mcc, std::string_view mnc) {
    const auto digits = [](std::string_view s) { return s.find_first_not_of("0123456789") == std::string_view::npos; };
    if (mcc.size() != 3 || mnc.size() < 2 || mnc.size() > 3 || !digits(mcc) || !digits(mnc))
        return fail(Errc::bad_value, "", "a PLMN is written as an MCC of 3 digits and an MNC of 2 or 3");
    const auto d = [](char c) { return static_cast<unsigned>(c - '0'); };
    const unsigned third = mnc.size() == 3 ? d(mnc[2]) : 15U;
    return der::OctetString<3, 3>{{static_cast<std::uint8_t>(d(mcc[1]) << 4U | d(mcc[0])),
                                   static_cast<std::uint8_t>(third << 4U | d(mcc[2])),
                                   static_cast<std::uint8_t>(d(mnc[1]) << 4U | d(mnc[0]))}};
}

}  // namespace mcim::msg
