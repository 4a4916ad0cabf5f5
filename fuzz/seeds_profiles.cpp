// Profile packages of the project's own template.
#include "mcim/saip/template.h"
#include "seeds.h"

namespace mcim::fuzz {
namespace {

saip::Variables variables() {
    const auto digits = [](std::string_view text) { return *saip::pin_from_digits(text); };
    return {.iccid = *Iccid::with_check_digit("890001012345678901"),
            .imsi = *Imsi::parse("001010123456789"),
            .msisdn = *Msisdn::parse("41791234567"),
            .smsc = {},
            .gid1 = Bytes{0x01},
            .pin1 = digits("1234"),
            .pin2 = digits("5678"),
            .puk1 = digits("12345678"),
            .puk2 = digits("87654321"),
            .adm1 = digits("11111111"),
            .ota_encryption = {},
            .ota_integrity = {},
            .ota_key_encryption = {}};
}

}  // namespace

void write_profile_seeds(const Corpus& corpus) {
    const auto with_phonebook = [](std::uint8_t entries) {
        saip::ProfileTemplate of_operator;
        of_operator.phonebook_entries = entries;
        return saip::encode(*saip::personalise(of_operator, variables()));
    };
    corpus.add("profile_package", "template", with_phonebook(0));
    corpus.add("profile_package", "phonebook", with_phonebook(2));
}

}  // namespace mcim::fuzz
