// What a card answers where it does not take a bound profile package.
#pragma once
#include "mcim/msg/notification.h"

namespace mcim::bpp {

/// For ProfileInstallationResult.errorResult (SGP.22 2.5.6); `detail` is for the card's own log.
struct Refusal {
    msg::BppCommandId command{};
    msg::ErrorReason reason{};
    std::string detail;
};

}  // namespace mcim::bpp
