// A personalised package for tests of this module and of those above it.
#pragma once
#include "mcim/saip/template.h"

namespace mcim::saip {

[[nodiscard]] inline Variables sample_variables() {
    const auto key = [](std::uint8_t octet) {
        Secret<16> s;
        for (auto& b : expose_mutable(s)) b = octet;
        return s;
    };
    return {.iccid = *Iccid::with_check_digit("898820000000000001"),
            .imsi = *Imsi::parse("001010123456063"),
            .mnc_digits = 2,
            .msisdn = *Msisdn::parse("883510000000001"),
            .smsc = *Msisdn::parse("88351000999"),
            .gid1 = {0x4D, 0x32, 0x4D},
            .pin1 = *pin_from_digits("2468"),
            .pin2 = *pin_from_digits("1357"),
            .puk1 = *pin_from_digits("12345678"),
            .puk2 = *pin_from_digits("87654321"),
            .adm1 = *pin_from_digits("55667788"),
            .ota_encryption = key(0xE1),
            .ota_integrity = key(0xE2),
            .ota_key_encryption = key(0xE3)};
}
[[nodiscard]] inline Secret<16> sample_key(std::uint8_t first) {
    Secret<16> s;
    for (auto& b : expose_mutable(s)) b = first++;
    return s;
}
[[nodiscard]] inline ProfilePackage sample_package() {
    return *personalise({}, sample_variables(), sample_key(0x40), sample_key(0x80));
}

}  // namespace mcim::saip
