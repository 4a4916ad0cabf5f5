// Whether the elements of a profile are what its metadata said (SGP.22 5.5.5): checked when all of them are there,
// before anything of them is durable.
#pragma once
#include "mcim/msg/metadata.h"
#include "mcim/msg/notification.h"
#include "mcim/saip/image.h"

namespace mcim::euicc {

struct Misfit {
    msg::ErrorReason reason{};
    std::string detail;
};

/// nullopt: they fit. installFailedDueToDataMismatch where the ICCID, or the owner's network or group identifiers, are
/// others; testProfileInstallFailedDueToInvalidNaaKey where a test profile could log in to a real network.
[[nodiscard]] std::optional<Misfit> find_misfit(const saip::Image&, const msg::StoreMetadataRequest&);

/// SGP.22 2.4.5.3: the test algorithm of TS 34.108 may have any key, others only one whose upper half is zero: no
/// operator gives out such a key (docs/divergences.md).
[[nodiscard]] bool is_test_key(const saip::Aka&);

}  // namespace mcim::euicc
