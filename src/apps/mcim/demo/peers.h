// Other people's programs that judge us, each started on loopback with its own files: hostapd (RADIUS, EAP-AKA and
// EAP-AKA'), eapol_test (a supplicant that reads the USIM through PC/SC), pcscd with the virtual reader of
// vsmartcard, swtpm. All of them unmodified.
#pragma once
#include <filesystem>
#include <optional>

#include "child.h"
#include "mcim/base/ids.h"

namespace mcim::demo {

/// The reader of vsmartcard-vpcd: the card connects to this port (slot 0).
inline constexpr std::uint16_t vpcd_port = 35963;
inline constexpr std::string_view vpcd_reader = "Virtual PCD 00 00";

[[nodiscard]] Result<Child> start_pcscd(const std::filesystem::path& folder);
/// True once a card answers in the virtual reader.
[[nodiscard]] bool card_in_reader(std::chrono::milliseconds deadline);

/// What the card in the reader answers to the last of these commands, as opensc-tool prints it: octets in hexadecimal.
[[nodiscard]] std::string answer_to(const std::vector<std::string>& commands);

struct Radius {
    std::uint16_t port = 0;
    std::filesystem::path folder;
    Child hostapd;
};
/// hostapd as a RADIUS server that asks the authentication centre at `auc_socket` for vectors.
[[nodiscard]] Result<Radius> start_hostapd(const std::filesystem::path& folder, const std::filesystem::path& auc_socket,
                                           std::uint16_t port);

enum class Method { aka, aka_prime };
struct Login {
    bool success = false;
    bool rejected = false;        ///< hostapd said Access-Reject
    bool mac_failed = false;      ///< the card did not take the network's MAC
    bool resynchronised = false;  ///< the card answered AUTS on the way
    std::filesystem::path log;
};
/// Whose card is in the reader.
struct Subscriber {
    Imsi imsi;
    std::size_t mnc_digits = 2;
    std::string pin{};  ///< PIN 1, where it is on
};
/// eapol_test with the card in the reader.
[[nodiscard]] Result<Login> log_in(const Radius&, Method, const Subscriber&, const std::filesystem::path& log);

struct SoftTpm {
    std::string tcti;
    Child swtpm;
};
/// A TPM with its state in `folder`; a new one each time the folder is new.
[[nodiscard]] Result<SoftTpm> start_swtpm(const std::filesystem::path& folder);

}  // namespace mcim::demo
