// What a card answers to a profile package: EUICCResponse (TCA interoperable format 3.3.1, 9.1).
#pragma once
#include "mcim/der/leaf.h"

namespace mcim::saip {

/// Open: ISO 7816 status words and proprietary values are legal too.
enum class PeStatusCode : std::int32_t {
    ok = 0,
    pe_not_supported = 1,
    memory_failure = 2,
    bad_values = 3,
    not_enough_memory = 4,
    invalid_request_format = 5,
    invalid_parameter = 6,
    runtime_not_supported = 7,
    lib_not_supported = 8,
    template_not_supported = 9,
    feature_not_supported = 10,
    pin_code_missing = 11,
    unsupported_profile_version = 31,
};
std::string_view to_string(PeStatusCode);

struct PeStatus {
    PeStatusCode status = PeStatusCode::ok;
    std::optional<std::uint16_t> identification;  ///< of the profile element; the header has none
    std::optional<std::uint8_t> additional_information;
    std::optional<std::uint32_t> offset;
    der::Extensions more;
    static constexpr auto asn1 =
        der::sequence("PEStatus", der::field<&PeStatus::status>("status", der::Tag{0x80}),
                      der::field<&PeStatus::identification>("identification", der::Tag{0x81}),
                      der::field<&PeStatus::additional_information>("additional-information", der::Tag{0x82}),
                      der::field<&PeStatus::offset>("offset", der::Tag{0x83}));
    friend bool operator==(const PeStatus&, const PeStatus&) = default;
};

struct EuiccResponse {
    std::vector<PeStatus> pe_status;
    std::optional<der::Null> profile_installation_aborted;
    std::optional<der::Utf8String<2, 64>> status_message;
    der::Extensions more;
    static constexpr auto asn1 = der::sequence(
        "EUICCResponse", der::field<&EuiccResponse::pe_status>("peStatus", der::Tag{0xA0}),
        der::field<&EuiccResponse::profile_installation_aborted>("profileInstallationAborted", der::Tag{0x81}),
        der::field<&EuiccResponse::status_message>("statusMessage", der::Tag{0x82}));
    friend bool operator==(const EuiccResponse&, const EuiccResponse&) = default;
};

}  // namespace mcim::saip
