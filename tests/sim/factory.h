// What all runs share, made once: a PKI, keys, two cards as they leave the factory, the TPMs of their hosts.
#pragma once
#include "card.h"
#include "mcim/custody/custody.h"
#include "mcim/euicc/card_for_test.h"
#include "support/soft_tpm.h"
#include "support/temp_folder.h"

namespace mcim::sim {

inline constexpr std::string_view host = euicc::for_test::smdp_address;

struct Factory {
    static Factory& instance() {
        static Factory factory;
        return factory;
    }
    test::Pki pki;
    SystemRandom random;
    test::TempFolder temp;
    std::unique_ptr<custody::Custody> custody;
    crypto::PrivateKey verifier = crypto::PrivateKey::generate(crypto::Curve::p256, random);
    crypto::PrivateKey north = crypto::PrivateKey::generate(crypto::Curve::p256, random);
    crypto::PrivateKey south = crypto::PrivateKey::generate(crypto::Curve::p256, random);
    std::array<Eid, 2> eids{pki.eid, *x509::make_eid("89049032", 2)};
    std::array<Disk, 2> cards;
    std::array<test::SoftTpm, 2> tpms;

private:
    Factory() {
        auto folder = custody::KeyFolder::create(temp / "keys", random);
        EXPECT_TRUE(folder->add_signing_key({"dpauth"}, pki.dp_auth.key, random));
        EXPECT_TRUE(folder->add_signing_key({"dppb"}, pki.dp_pb.key, random));
        EXPECT_TRUE(folder->add_signing_key({"verifier"}, verifier, random));
        custody = *custody::Custody::load(*folder, {}, random);

        cards[0] = Card::manufactured(euicc::for_test::birth(pki, euicc::CardClass::production));
        const auto second = pki.make_euicc(eids[1]);
        auto birth = euicc::for_test::birth(pki, euicc::CardClass::production);
        birth.eid = eids[1];
        birth.credentials = {{second.key, second.der(), pki.eum.der()}};
        cards[1] = Card::manufactured(birth);
        for (auto& tpm : tpms) tpm.pcrs[4] = crypto::sha256(as_view("boot loader"));
    }
};

}  // namespace mcim::sim
