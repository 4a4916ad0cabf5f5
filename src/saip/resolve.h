// From a package to what a card installs, or to the status that says why it does not (TCA interoperable format 8 and
// 9.1). Nothing is installed by halves: the answer is a whole Image or none.
#pragma once
#include "mcim/saip/package.h"
#include "mcim/saip/response.h"

namespace mcim::saip {

/// What a card can do, as far as a profile can ask for it.
struct CardCapabilities {
    std::vector<std::string> services;  ///< names of service_names()
    std::uint8_t major_version_min = 2;
    std::uint8_t major_version_max = 3;
    bool keeps_remote_management = false;  ///< RFM is kept as stored data, without effect
    std::size_t image_octets_max = 512 * 1024;
    std::size_t nodes_max = 2000;

    [[nodiscard]] bool has(std::string_view service) const;
};
/// USIM, ISIM, MILENAGE. What is not offered is not claimed.
[[nodiscard]] CardCapabilities production_card();
/// Takes the generic test profiles too: CSIM files, RFM and GET IDENTITY data without effect, BER-TLV files, linked
/// directories, the test algorithm of TS 34.108 (docs/divergences.md).
[[nodiscard]] CardCapabilities lab_card();

struct Resolution {
    /// Always an answer to send: ok, or the statuses of what was left out, or the one status that ended it.
    EuiccResponse response;
    std::optional<Image> image;  ///< absent: refused
};
[[nodiscard]] Resolution resolve(const ProfilePackage&, const CardCapabilities&);
/// parse() and resolve() in one, as a card does it.
[[nodiscard]] Resolution resolve(View der, const CardCapabilities&, const Limits& = {});

}  // namespace mcim::saip
