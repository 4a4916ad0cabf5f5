// PINs and administrative keys of a profile (TS 102 221 9.4, 9.5): where a reference leads, and their counters.
#pragma once
#include "mcim/uicc/profile.h"

namespace mcim::uicc {

struct PinPlace {
    std::size_t context = 0;  ///< of Profile::pins()
    std::size_t pin = 0;
    friend auto operator<=>(const PinPlace&, const PinPlace&) = default;
};

/// From a directory up to the MF, the first that defines the reference. Local PINs belong to the directory they are
/// found in; two applications have their own.
[[nodiscard]] std::optional<PinPlace> find_pin(const Profile&, FileIndex directory, saip::KeyReference);
[[nodiscard]] const saip::Pin& pin_at(const Profile&, PinPlace);
[[nodiscard]] saip::Pin& pin_at(Profile&, PinPlace);
[[nodiscard]] saip::Puk* find_puk(Profile&, saip::KeyReference);

/// TCA 8.4: 15 attempts of 15 are no counter at all.
template <class T>
[[nodiscard]] bool is_counted(const T& key) {
    return key.attempts_max != 15 || key.attempts_left != 15;
}
template <class T>
[[nodiscard]] bool is_blocked(const T& key) {
    return key.attempts_left == 0;
}

}  // namespace mcim::uicc
