#include "mcim/uicc/pins.h"

#include <algorithm>

namespace mcim::uicc {

std::optional<PinPlace> find_pin(const Profile& profile, FileIndex directory, saip::KeyReference reference) {
    for (;; directory = profile.file(directory).parent) {
        if (const auto context = profile.find_pins(profile.file(directory).node.path)) {
            const auto& pins = profile.pins()[*context].pins;
            const auto at = std::ranges::find(pins, reference, &saip::Pin::reference);
            if (at != pins.end()) return PinPlace{*context, static_cast<std::size_t>(at - pins.begin())};
        }
        if (directory == mf) return std::nullopt;
    }
}

const saip::Pin& pin_at(const Profile& profile, PinPlace at) { return profile.pins()[at.context].pins[at.pin]; }
saip::Pin& pin_at(Profile& profile, PinPlace at) { return profile.pins()[at.context].pins[at.pin]; }

saip::Puk* find_puk(Profile& profile, saip::KeyReference reference) {
    const auto at = std::ranges::find(profile.puks(), reference, &saip::Puk::reference);
    return at == profile.puks().end() ? nullptr : &*at;
}

}  // namespace mcim::uicc
