// Custodies over tokens of SoftHSM, for the tests of the port: the keys of the folder are brought into a token first.
#pragma once
#include "mcim/custody/custody.h"
#include "mcim/custody/token_keys.h"
#include "support/softhsm.h"
#include "support/temp_folder.h"

namespace mcim::custody::test {

class TokensOfATest {
public:
    /// Each time in a token of its own, with what the folder has now.
    [[nodiscard]] Result<std::unique_ptr<Custody>> load(const KeyFolder& folder, Policy policy, Random& random) {
        const std::string label = "mcim " + std::to_string(++made_);
        CHECKED(soft_.make_token(label, "4711"));
        pkcs11::Place place{.module = mcim::test::SoftHsm::module(), .token = label, .pin = pin()};
        place.access = pkcs11::Access::writing;
        TRY(auto writing, pkcs11::Token::open(std::move(place)));
        TRY([[maybe_unused]] const auto done, import_keys(folder, std::move(writing), random));
        TRY(auto token, pkcs11::Token::open({.module = mcim::test::SoftHsm::module(), .token = label, .pin = pin()}));
        TRY(Keys keys, keys_in(std::move(token)));
        return std::make_unique<Custody>(std::move(keys), std::move(policy), random);
    }

private:
    static SecretBytes pin() { return SecretBytes::copy_of(as_view("4711")); }
    mcim::test::TempFolder folder_{mcim::test::TempFolder::On::memory};
    mcim::test::SoftHsm soft_{folder_.path()};
    int made_ = 0;
};

}  // namespace mcim::custody::test
