// A custody with one signing key per curve, for the tests of this module.
#pragma once
#include <gtest/gtest.h>

#include "mcim/custody/custody.h"
#include "mcim/saip/sample.h"
#include "support/random.h"
#include "support/temp_folder.h"
#ifdef MCIM_CUSTODY_BEHIND_LINK  // the same tests, through the socket of mcim-signer
#include "behind_link/custody_behind_link.h"
#endif
#ifdef MCIM_CUSTODY_IN_TOKEN  // the same tests, with the keys in a token
#include "in_token/custody_in_token.h"
#endif

namespace mcim::custody::test {

using mcim::test::SeededRandom;
using mcim::test::TempFolder;

#ifdef MCIM_CUSTODY_BEHIND_LINK
using Subject = CustodyBehindLink;
#else
using Subject = Custody;
#endif

inline const signer::KeyName nist_key{"dppb-nist"};
inline const signer::KeyName brainpool_key{"dppb-brainpool"};
inline const Imsi imsi = *Imsi::parse("001010000000001");
inline const Imsi other_imsi = *Imsi::parse("001010000000002");
inline const Iccid iccid = *Iccid::with_check_digit("890001012345678901");

struct Keys {
    Keys() {
        auto made = KeyFolder::create(temp / "keys", random);
        EXPECT_TRUE(made);
        folder.emplace(*std::move(made));
        EXPECT_TRUE(folder->add_signing_key(nist_key, crypto::PrivateKey::generate(crypto::Curve::p256), random));
        EXPECT_TRUE(folder->add_signing_key(brainpool_key,
                                            crypto::PrivateKey::generate(crypto::Curve::brainpool_p256r1), random));
    }
    [[nodiscard]] std::unique_ptr<Subject> load(Policy policy = {}) {
#ifdef MCIM_CUSTODY_IN_TOKEN
        auto custody = tokens.load(*folder, std::move(policy), random);
#else
        auto custody = Custody::load(*folder, std::move(policy), random);
#endif
        EXPECT_TRUE(custody) << to_string(custody.error());
#ifdef MCIM_CUSTODY_BEHIND_LINK
        return std::make_unique<Subject>(*std::move(custody));
#else
        return *std::move(custody);
#endif
    }
    TempFolder temp;
    SeededRandom random{1};
    std::optional<KeyFolder> folder;
#ifdef MCIM_CUSTODY_IN_TOKEN
    TokensOfATest tokens;
#endif
};

inline SecretBytes secret(std::string_view digits) { return SecretBytes(*from_hex(digits)); }

/// TS 35.208 4.3, test set 1.
inline constexpr std::string_view k_1 = "465B5CE8B199B49FAA5F0A2EE238A6BC";
inline constexpr std::string_view op_1 = "CDC202D5123E20F62B6D676AC72CB318";
inline constexpr std::string_view opc_1 = "CD63CB71954A9F4E48A5994E37A02BAF";
inline constexpr std::string_view rand_1 = "23553CBE9637A89D218AE64DAE47BF35";
inline constexpr signer::Sqn sqn_1 = 0xFF9BB4D0B607;
inline constexpr std::array<std::uint8_t, 2> amf_1{0xB9, 0xB9};

inline signer::WrapSubscription import_1(const Imsi& holder = imsi) {
    using Constant = signer::WrapSubscription::Constant;
    return {holder, signer::Algorithm::milenage, secret(k_1), secret(op_1), Constant::op};
}

/// Nobody else's: what only a laboratory takes are keys that everybody has, as those above.
inline constexpr std::string_view own_k = "9F1C4A7730E2B85D06CB91D44F3E68A2";
inline constexpr std::string_view own_opc = "27D8035B9EFA61C2447B8810D5AC3F96";

/// With own_k and own_opc in it.
inline const Iccid packed = saip::sample_variables().iccid;
inline SecretBytes package_with_keys() {
    auto variables = saip::sample_variables();
    SeededRandom random(5);
    for (auto* key : {&variables.ota_encryption, &variables.ota_integrity, &variables.ota_key_encryption})
        random.fill(expose_mutable(*key));
    return SecretBytes(saip::encode(*saip::personalise({}, variables, *Secret<16>::copy_of(*from_hex(own_k)),
                                                       *Secret<16>::copy_of(*from_hex(own_opc)))));
}

}  // namespace mcim::custody::test
