// Contents of elementary files, as the specifications code them.
#pragma once
#include "mcim/base/ids.h"
#include "mcim/saip/file.h"

namespace mcim::saip {

/// Records for EF_ARR, number 1 first: the access rules that TCA Annex A.9 numbers and its templates refer to.
[[nodiscard]] std::vector<Bytes> access_rules();
/// EF_DIR (TS 102 221 13.1)
[[nodiscard]] Bytes application_template(View aid, std::string_view label);
/// UST: bit n - 1 for service n (TS 31.102 4.2.8)
[[nodiscard]] Bytes service_table(std::initializer_list<unsigned> services, std::size_t octets);
/// PLMN of a subscription in three octets (TS 24.008 10.5.1.3)
[[nodiscard]] Bytes plmn(const Imsi&, std::uint8_t mnc_digits);
/// EF_ACC: the access class that the last digit of the IMSI gives (TS 22.011 4.2)
[[nodiscard]] Bytes access_class(const Imsi&);
/// EF_SPN, 17 octets (TS 31.102 4.2.12)
[[nodiscard]] Bytes service_provider_name(std::string_view);
/// EF_MSISDN and EF_ADN: `label_octets` of label, then the number (TS 31.102 4.2.26)
[[nodiscard]] Bytes dialling_record(std::string_view label, std::string_view digits, std::size_t label_octets);
/// EF_SMSP: only the service centre, PID, DCS and one day's validity are given (TS 31.102 4.2.27)
[[nodiscard]] Bytes message_parameters(std::string_view service_centre_digits, std::size_t label_octets);

/// One record after the other: content, then what is left of it skipped.
[[nodiscard]] File records(Fcp, std::span<const Bytes> contents, std::size_t record_octets);
[[nodiscard]] FileItem content(Bytes);
[[nodiscard]] FileItem parameters(Fcp);
[[nodiscard]] Fcp transparent_of(std::size_t octets);
[[nodiscard]] Fcp linear_of(std::size_t record_octets, std::size_t count);

}  // namespace mcim::saip
