// The card's keys are behind a port: whoever answers there is who signs, and a signer that cannot changes nothing.
#include "mcim/euicc/card_for_test.h"

namespace mcim::euicc {
namespace {

using for_test::Agent;
using for_test::Order;
using for_test::Smdp;

/// A key that is nowhere in the card's storage; it can be taken away.
class RemoteSigner final : public CardSigner {
public:
    explicit RemoteSigner(const crypto::PrivateKey& key) : key_(key) {}
    Result<Bytes> sign(std::size_t identity, View octets) override {
        if (!present) return fail(Errc::io, "signer", "it was taken away");
        asked_for.push_back(identity);
        return key_.sign(octets);
    }
    bool present = true;
    std::vector<std::size_t> asked_for;

private:
    const crypto::PrivateKey& key_;
};

struct CardSignerTest : testing::Test {
    test::Pki pki;
    crypto::PrivateKey key = crypto::PrivateKey::generate(crypto::Curve::p256, pki.random);
    RemoteSigner* remote = nullptr;
    Smdp smdp{pki};

    Agent card_with_remote_signer() {
        auto signer = std::make_unique<RemoteSigner>(key);
        remote = signer.get();
        return Agent(for_test::birth(pki), std::move(signer));
    }
};

TEST_F(CardSignerTest, SignsWhateverTheCardSigns) {
    Agent agent = card_with_remote_signer();
    const auto authenticated = agent.authenticate(smdp.authenticate(agent.challenge()));
    const auto& hello = std::get<msg::AuthenticateResponseOk>(authenticated.value);
    EXPECT_TRUE(key.public_key().verify(der::encode(hello.euicc_signed1), hello.euicc_signature1));

    const auto prepared = agent.prepare(smdp.prepare(hello));
    const auto outcome = agent.load(smdp.bind(prepared, Order{}));
    const auto& result = std::get<msg::ProfileInstallationResult>(outcome);
    EXPECT_TRUE(for_test::installed(result));
    EXPECT_TRUE(key.public_key().verify(der::encode(result.data), result.euicc_sign_pir));
    EXPECT_EQ(remote->asked_for, (std::vector<std::size_t>{0, 0, 0}));
}

TEST_F(CardSignerTest, ACommandWhoseSignatureFailsIsAsIfItHadNotBeen) {
    Agent agent = card_with_remote_signer();
    ASSERT_TRUE(for_test::installed(for_test::download(agent, smdp, Order{})));
    const auto waiting = agent.notifications();
    const std::size_t commits = agent.storage.commits;
    const msg::EnableProfileRequest enable{{Order{}.metadata.iccid}, false, {}};

    remote->present = false;
    EXPECT_EQ(hex(agent.es10(der::encode(enable))), "6581");
    EXPECT_EQ(agent.storage.commits, commits);
    agent.open_isdr();  // the card was reset
    EXPECT_EQ(agent.card->card().state().find_enabled(), nullptr);
    EXPECT_EQ(agent.notifications(), waiting);

    remote->present = true;
    EXPECT_EQ(agent.call<msg::EnableProfileResponse>(enable).result, msg::EnableResult::ok);
}

TEST(StoredKeys, SignWithTheKeyOfTheCertificateAndNoOther) {
    test::Pki pki;
    const Bytes octets{1, 2, 3};
    const auto signer = for_test::keys_of(for_test::birth(pki));
    EXPECT_TRUE(pki.euicc.key.public_key().verify(octets, *signer->sign(0, octets)));
    EXPECT_EQ(signer->sign(1, octets).error().path, "euicc/identity/1");

    uicc::MemoryStorage storage;
    ASSERT_TRUE(storage.commit(*manufacture(for_test::birth(pki))));
    uicc::Changes changes;
    changes.put("euicc/identity/0/key", crypto::PrivateKey::generate(crypto::Curve::p256, pki.random).to_pkcs8());
    ASSERT_TRUE(storage.commit(changes));
    const auto refused = StoredKeys::load(storage);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::bad_crypto);
}

}  // namespace
}  // namespace mcim::euicc
