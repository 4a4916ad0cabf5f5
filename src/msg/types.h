// Basic types of the SGP.22 v2.5 ASN.1 module (RSPDefinitions), spelled as there. Tags in this module are derived by
// hand from AUTOMATIC TAGS: a type whose components carry no tag at all numbers them from [0]; a CHOICE so numbered is
// wrapped explicitly. Every SEQUENCE keeps unknown trailing components (EXTENSIBILITY IMPLIED) in `more`.
#pragma once
#include "mcim/base/ids.h"
#include "mcim/der/leaf.h"

namespace mcim::msg {

using der::Tag;

using Octet1 = der::OctetString<1, 1>;
using Octet4 = der::OctetString<4, 4>;
using Octet8 = der::OctetString<8, 8>;
using Octet16 = der::OctetString<16, 16>;
using Octet32 = der::OctetString<32, 32>;
using OctetTo16 = der::OctetString<1, 16>;
using OctetString = der::OctetString<>;
using VersionType = der::OctetString<3, 3>;  ///< major, minor, revision: 02 05 00 is v2.5
using TransactionId = der::OctetString<1, 16>;
using IccidOctets = der::OctetString<10, 10>;  ///< '5A', as in EF_ICCID; Iccid::from_octets makes digits of it
using SubjectKeyIdentifier = der::OctetString<>;
using Certificate = der::AnySequence;  ///< carried whole; module x509 looks inside
using Utf8 = der::Utf8String<>;

inline constexpr Tag tag_iccid{0x5A};
inline constexpr Tag tag_signature{0x5F37};  ///< [APPLICATION 55], r||s
inline constexpr Tag tag_otpk{0x5F49};       ///< [APPLICATION 73], uncompressed point
inline constexpr Tag tag_aid{0x4F};          ///< [APPLICATION 15]

[[nodiscard]] inline VersionType version(std::uint8_t major, std::uint8_t minor, std::uint8_t revision) {
    return {{major, minor, revision}};
}
[[nodiscard]] std::string to_string(const VersionType&);  ///< "2.5.0"
[[nodiscard]] inline IccidOctets to_octets(const Iccid& iccid) { return {iccid.octets()}; }

}  // namespace mcim::msg
