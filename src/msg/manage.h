// ES10c: list, enable, disable, delete, nickname, memory reset.
#pragma once
#include "mcim/msg/metadata.h"

namespace mcim::msg {

/// CHOICE of ISD-P AID and ICCID, as ES10c requests name a profile.
struct ProfileIdentifier {
    std::variant<OctetTo16, IccidOctets> value;
    static constexpr auto asn1 =
        der::choice("ProfileIdentifier", der::alternative<&ProfileIdentifier::value, 0>("isdpAid", tag_aid),
                    der::alternative<&ProfileIdentifier::value, 1>("iccid", tag_iccid));
    friend bool operator==(const ProfileIdentifier&, const ProfileIdentifier&) = default;
};
struct ProfileSearchCriteria {
    std::variant<OctetTo16, IccidOctets, ProfileClass> value;
    static constexpr auto asn1 =
        der::choice("searchCriteria", der::alternative<&ProfileSearchCriteria::value, 0>("isdpAid", tag_aid),
                    der::alternative<&ProfileSearchCriteria::value, 1>("iccid", tag_iccid),
                    der::alternative<&ProfileSearchCriteria::value, 2>("profileClass", Tag{0x95}));
    friend bool operator==(const ProfileSearchCriteria&, const ProfileSearchCriteria&) = default;
};
struct ProfileInfoListRequest {
    std::optional<ProfileSearchCriteria> search_criteria;
    std::optional<OctetString> tag_list;  ///< concatenated tags, '5C'
    der::Extensions more;
    static constexpr auto asn1 =
        der::sequence("ProfileInfoListRequest", Tag{0xBF2D},
                      der::field<&ProfileInfoListRequest::search_criteria>("searchCriteria", Tag{0xA0}),
                      der::field<&ProfileInfoListRequest::tag_list>("tagList", Tag{0x5C}));
    friend bool operator==(const ProfileInfoListRequest&, const ProfileInfoListRequest&) = default;
};
enum class ProfileInfoListError : std::int32_t { incorrect_input_values = 1, undefined_error = 127 };
struct ProfileInfoListResponse {
    std::variant<std::vector<ProfileInfo>, ProfileInfoListError> value;
    static constexpr auto asn1 =
        der::choice("ProfileInfoListResponse", Tag{0xBF2D},
                    der::alternative<&ProfileInfoListResponse::value, 0>("profileInfoListOk", Tag{0xA0}),
                    der::alternative<&ProfileInfoListResponse::value, 1>("profileInfoListError", Tag{0x81}));
    friend bool operator==(const ProfileInfoListResponse&, const ProfileInfoListResponse&) = default;
};

struct SetNicknameRequest {
    IccidOctets iccid;
    der::Utf8String<0, 64> profile_nickname;
    der::Extensions more;
    static constexpr auto asn1 =
        der::sequence("SetNicknameRequest", Tag{0xBF29}, der::field<&SetNicknameRequest::iccid>("iccid", tag_iccid),
                      der::field<&SetNicknameRequest::profile_nickname>("profileNickname", Tag{0x90}));
    friend bool operator==(const SetNicknameRequest&, const SetNicknameRequest&) = default;
};
enum class SetNicknameResult : std::int32_t { ok = 0, iccid_not_found = 1, undefined_error = 127 };
struct SetNicknameResponse {
    SetNicknameResult result{};
    der::Extensions more;
    static constexpr auto asn1 = der::sequence(
        "SetNicknameResponse", Tag{0xBF29}, der::field<&SetNicknameResponse::result>("setNicknameResult", Tag{0x80}));
    friend bool operator==(const SetNicknameResponse&, const SetNicknameResponse&) = default;
};

enum class EnableResult : std::int32_t {
    ok = 0,
    iccid_or_aid_not_found = 1,
    profile_not_in_disabled_state = 2,
    disallowed_by_policy = 3,
    wrong_profile_reenabling = 4,
    cat_busy = 5,
    undefined_error = 127,
};
enum class DisableResult : std::int32_t {
    ok = 0,
    iccid_or_aid_not_found = 1,
    profile_not_in_enabled_state = 2,
    disallowed_by_policy = 3,
    cat_busy = 5,
    undefined_error = 127,
};
enum class DeleteResult : std::int32_t {
    ok = 0,
    iccid_or_aid_not_found = 1,
    profile_not_in_disabled_state = 2,
    disallowed_by_policy = 3,
    undefined_error = 127
};
std::string_view to_string(EnableResult);
std::string_view to_string(DisableResult);
std::string_view to_string(DeleteResult);

struct EnableProfileRequest {
    ProfileIdentifier profile_identifier;
    bool refresh_flag = false;
    der::Extensions more;
    static constexpr auto asn1 =
        der::sequence("EnableProfileRequest", Tag{0xBF31},
                      der::field<&EnableProfileRequest::profile_identifier>("profileIdentifier", Tag{0xA0}),
                      der::field<&EnableProfileRequest::refresh_flag>("refreshFlag", Tag{0x81}));
    friend bool operator==(const EnableProfileRequest&, const EnableProfileRequest&) = default;
};
struct EnableProfileResponse {
    EnableResult result{};
    der::Extensions more;
    static constexpr auto asn1 = der::sequence("EnableProfileResponse", Tag{0xBF31},
                                               der::field<&EnableProfileResponse::result>("enableResult", Tag{0x80}));
    friend bool operator==(const EnableProfileResponse&, const EnableProfileResponse&) = default;
};
struct DisableProfileRequest {
    ProfileIdentifier profile_identifier;
    bool refresh_flag = false;
    der::Extensions more;
    static constexpr auto asn1 =
        der::sequence("DisableProfileRequest", Tag{0xBF32},
                      der::field<&DisableProfileRequest::profile_identifier>("profileIdentifier", Tag{0xA0}),
                      der::field<&DisableProfileRequest::refresh_flag>("refreshFlag", Tag{0x81}));
    friend bool operator==(const DisableProfileRequest&, const DisableProfileRequest&) = default;
};
struct DisableProfileResponse {
    DisableResult result{};
    der::Extensions more;
    static constexpr auto asn1 = der::sequence("DisableProfileResponse", Tag{0xBF32},
                                               der::field<&DisableProfileResponse::result>("disableResult", Tag{0x80}));
    friend bool operator==(const DisableProfileResponse&, const DisableProfileResponse&) = default;
};
struct DeleteProfileRequest {
    std::variant<OctetTo16, IccidOctets> value;
    static constexpr auto asn1 = der::choice("DeleteProfileRequest", Tag{0xBF33},
                                             der::alternative<&DeleteProfileRequest::value, 0>("isdpAid", tag_aid),
                                             der::alternative<&DeleteProfileRequest::value, 1>("iccid", tag_iccid));
    friend bool operator==(const DeleteProfileRequest&, const DeleteProfileRequest&) = default;
};
struct DeleteProfileResponse {
    DeleteResult result{};
    der::Extensions more;
    static constexpr auto asn1 = der::sequence("DeleteProfileResponse", Tag{0xBF33},
                                               der::field<&DeleteProfileResponse::result>("deleteResult", Tag{0x80}));
    friend bool operator==(const DeleteProfileResponse&, const DeleteProfileResponse&) = default;
};

/// Bits of resetOptions.
enum class ResetOptionBit : std::uint8_t {
    delete_operational_profiles = 0,
    delete_field_loaded_test_profiles = 1,
    reset_default_smdp_address = 2
};
struct EuiccMemoryResetRequest {
    der::BitString reset_options;
    der::Extensions more;
    static constexpr auto asn1 =
        der::sequence("EuiccMemoryResetRequest", Tag{0xBF34},
                      der::field<&EuiccMemoryResetRequest::reset_options>("resetOptions", Tag{0x82}));
    friend bool operator==(const EuiccMemoryResetRequest&, const EuiccMemoryResetRequest&) = default;
};
enum class ResetResult : std::int32_t { ok = 0, nothing_to_delete = 1, cat_busy = 5, undefined_error = 127 };
struct EuiccMemoryResetResponse {
    ResetResult result{};
    der::Extensions more;
    static constexpr auto asn1 = der::sequence("EuiccMemoryResetResponse", Tag{0xBF34},
                                               der::field<&EuiccMemoryResetResponse::result>("resetResult", Tag{0x80}));
    friend bool operator==(const EuiccMemoryResetResponse&, const EuiccMemoryResetResponse&) = default;
};

}  // namespace mcim::msg
