// Object identifiers of certificates, and the roles of SGP.22 (RSPDefinitions: id-rspRole = 2.23.146.1.2.1).
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace mcim::x509 {

namespace oid {
inline constexpr std::string_view ec_public_key = "1.2.840.10045.2.1";
inline constexpr std::string_view p256 = "1.2.840.10045.3.1.7";
inline constexpr std::string_view brainpool_p256r1 = "1.3.36.3.3.2.8.1.1.7";
inline constexpr std::string_view ecdsa_with_sha256 = "1.2.840.10045.4.3.2";

inline constexpr std::string_view common_name = "2.5.4.3";
inline constexpr std::string_view serial_number = "2.5.4.5";
inline constexpr std::string_view country = "2.5.4.6";
inline constexpr std::string_view organization = "2.5.4.10";
inline constexpr std::string_view organizational_unit = "2.5.4.11";

inline constexpr std::string_view subject_key_identifier = "2.5.29.14";
inline constexpr std::string_view key_usage = "2.5.29.15";
inline constexpr std::string_view subject_alt_name = "2.5.29.17";
inline constexpr std::string_view basic_constraints = "2.5.29.19";
inline constexpr std::string_view crl_number = "2.5.29.20";
inline constexpr std::string_view delta_crl_indicator = "2.5.29.27";
inline constexpr std::string_view issuing_distribution_point = "2.5.29.28";
inline constexpr std::string_view name_constraints = "2.5.29.30";
inline constexpr std::string_view crl_distribution_points = "2.5.29.31";
inline constexpr std::string_view certificate_policies = "2.5.29.32";
inline constexpr std::string_view authority_key_identifier = "2.5.29.35";
inline constexpr std::string_view ext_key_usage = "2.5.29.37";

inline constexpr std::string_view server_auth = "1.3.6.1.5.5.7.3.1";
inline constexpr std::string_view client_auth = "1.3.6.1.5.5.7.3.2";
inline constexpr std::string_view rsp_roles = "2.23.146.1.2.1.";  ///< prefix of every role
}  // namespace oid

/// The last arc of id-rspRole-*.
enum class Role : std::uint8_t {
    ci = 0,
    euicc = 1,
    eum = 2,
    dp_tls = 3,
    dp_auth = 4,
    dp_pb = 5,
    ds_tls = 6,
    ds_auth = 7
};
/// "EUM", "SM-DP+ authentication" ...: for people.
[[nodiscard]] std::string_view to_string(Role);
[[nodiscard]] std::string oid_of(Role);

}  // namespace mcim::x509
