#include "mcim/custody/token_keys.h"

#include "custody_for_test.h"
#include "mcim/crypto/hash.h"
#include "support/softhsm.h"

namespace mcim::custody::test {
namespace {

using mcim::test::SoftHsm;
using pkcs11::Access;
using pkcs11::Token;

class TokenKeys : public testing::Test {
protected:
    void SetUp() override {
        if (!SoftHsm::installed()) GTEST_SKIP() << "softhsm2 is not installed (./dev setup stores)";
        soft.emplace(temp.path());
        ASSERT_TRUE(soft->make_token("mcim", "4711"));
    }
    std::shared_ptr<Token> open(Access access) {
        auto token = Token::open({.module = SoftHsm::module(),
                                  .token = "mcim",
                                  .pin = SecretBytes::copy_of(as_view("4711")),
                                  .access = access});
        EXPECT_TRUE(token) << to_string(token.error());
        return *std::move(token);
    }
    Result<std::vector<std::string>> import(const KeyFolder& folder) {
        return import_keys(folder, open(Access::writing), files.random);
    }
    Result<std::vector<std::string>> import() { return import(*files.folder); }
    mcim::test::TempFolder temp{mcim::test::TempFolder::On::memory};
    Keys files;
    std::optional<SoftHsm> soft;
};

TEST_F(TokenKeys, AreThoseOfTheFolder) {
    const auto done = import();
    ASSERT_TRUE(done) << to_string(done.error());
    EXPECT_EQ(*done, (std::vector<std::string>{"mcim-kek, made in the token", "fingerprint", "wrapping/1",
                                               "signing key dppb-brainpool", "signing key dppb-nist"}));
    const auto of_files = files.load();
    auto keys = keys_in(open(Access::reading));
    ASSERT_TRUE(keys) << to_string(keys.error());
    Custody of_token(*std::move(keys), {}, files.random);
    EXPECT_EQ(of_token.public_keys().by_name.size(), 2U);
    for (const auto& name : {nist_key, brainpool_key}) {
        EXPECT_EQ(*of_token.public_key(name), *of_files->public_key(name));
        EXPECT_TRUE(of_files->public_key(name)->verify(as_view("m"), *of_token.sign(name, as_view("m"))));
    }
    const auto line = of_files->ask(import_1());
    EXPECT_TRUE(of_token.vector(imsi, line->keys, 32, amf_1, {})) << "what is in the database opens";
    EXPECT_EQ(of_token.ask(import_1())->fingerprint, line->fingerprint);
}

TEST_F(TokenKeys, ComeOnceAndThenWhatIsNew) {
    ASSERT_TRUE(import());
    EXPECT_EQ(*import(), std::vector<std::string>{});
    ASSERT_TRUE(files.folder->add_wrapping_key(files.random));
    EXPECT_EQ(*import(), std::vector<std::string>{"wrapping/2"});
    EXPECT_EQ(keys_in(open(Access::reading))->wrapping.newest(), 2);
}

TEST_F(TokenKeys, ForTransportComeAlongWithTheirOperatorAndUse) {
    constexpr std::string_view digits = "7B1D90E4A62C58F3093E84D7C1B5620A";
    const auto add = [&](TransportIndex index, TransportUse use) {
        ASSERT_TRUE(files.folder->add_transport_key(index, {"north", use, secret(digits)}, files.random));
    };
    add(3, TransportUse::export_);
    ASSERT_TRUE(import());
    add(4, TransportUse::import);
    EXPECT_EQ(*import(), std::vector<std::string>{"transport/4"});
    const auto keys = keys_in(open(Access::reading));
    ASSERT_TRUE(keys) << to_string(keys.error());
    ASSERT_EQ(keys->transport.size(), 2U);
    EXPECT_EQ(keys->transport.at(3).operator_id, "north");
    EXPECT_EQ(keys->transport.at(3).use, TransportUse::export_);
    EXPECT_EQ(hex(expose(keys->transport.at(4).key)), digits);
    const auto kept = open(Access::reading)->data("mcim");
    EXPECT_TRUE(std::ranges::search(kept->at("transport/3"), *from_hex(digits)).empty()) << "under mcim-kek";

    ASSERT_TRUE(files.folder->remove_transport_key(3));
    add(3, TransportUse::both);
    const auto refused = import();
    EXPECT_TRUE(!refused && refused.error().code == Errc::conflict) << "its index was used before";
}

TEST_F(TokenKeys, OfAnotherInstallationAreNotMixedIn) {
    ASSERT_TRUE(import());
    const mcim::test::TempFolder elsewhere;
    SeededRandom other_random(99);
    const auto others = KeyFolder::create(elsewhere / "keys", other_random);
    ASSERT_TRUE(others);
    const auto refused = import(*others);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::conflict);
    EXPECT_NE(to_string(refused.error()).find("of another installation"), std::string::npos)
        << to_string(refused.error());
    EXPECT_EQ(open(Access::reading)->data("mcim")->size(), 2U) << "nothing was written";
}

TEST_F(TokenKeys, OfAnImportThatWasInterruptedAreCompleted) {
    ASSERT_TRUE(open(Access::writing)->generate_secret_key("mcim-kek"));
    const auto without = keys_in(open(Access::reading));
    ASSERT_FALSE(without);
    EXPECT_NE(to_string(without.error()).find("mcim-signer import"), std::string::npos) << to_string(without.error());
    ASSERT_TRUE(import());
    EXPECT_TRUE(keys_in(open(Access::reading)));
}

/// The halves of a pair have nothing but the label in common.
TEST_F(TokenKeys, ArePairsThatBelongTogether) {
    ASSERT_TRUE(import());
    const auto token = open(Access::writing);
    Secret<32> scalar;
    expose_mutable(scalar)[31] = 2;
    ASSERT_TRUE(token->add_private_key("dpauth", crypto::Curve::p256, scalar));
    ASSERT_TRUE(token->add_public_key("dpauth", crypto::PrivateKey::generate(crypto::Curve::p256).public_key()));
    const auto refused = keys_in(token);
    EXPECT_TRUE(!refused && refused.error().code == Errc::bad_crypto);
}

/// That a rule forbids it is told from a token that is away, which the next start may find.
TEST_F(TokenKeys, ThatOthersMayHaveReadAreRefused) {
    ASSERT_TRUE(import());
    const auto token = open(Access::writing);
    ASSERT_TRUE(soft->add_readable_key("4711", "dpauth"));
    ASSERT_TRUE(token->add_public_key("dpauth", crypto::PrivateKey::generate(crypto::Curve::p256).public_key()));
    const auto refused = keys_in(token);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::refused);
    EXPECT_NE(to_string(refused.error()).find("CKA_SENSITIVE is not set"), std::string::npos)
        << to_string(refused.error());
}

TEST_F(TokenKeys, BesideAForeignPrivateHalfGetNoPublicOne) {
    Secret<32> scalar;
    expose_mutable(scalar)[31] = 2;
    ASSERT_TRUE(open(Access::writing)->add_private_key(nist_key.text, crypto::Curve::p256, scalar));
    const auto refused = import();
    EXPECT_TRUE(!refused && refused.error().code == Errc::bad_crypto);
    const auto present = open(Access::reading)->public_keys([](const std::string&) { return true; });
    EXPECT_TRUE(present && !present->contains(nist_key.text));
}

TEST_F(TokenKeys, MovedToAnotherVersionDoNotOpen) {
    ASSERT_TRUE(import());
    const auto token = open(Access::writing);
    ASSERT_TRUE(token->add_data("mcim", "wrapping/2", token->data("mcim")->at("wrapping/1")));
    const auto refused = keys_in(token);
    EXPECT_TRUE(!refused && refused.error().code == Errc::bad_crypto);
}

TEST_F(TokenKeys, PassOverWhatIsNotTheirs) {
    ASSERT_TRUE(import());
    const auto token = open(Access::writing);
    Secret<32> scalar;
    expose_mutable(scalar)[31] = 2;
    for (int i = 0; i < 2; ++i) {
        ASSERT_TRUE(token->add_private_key("somebody else's", crypto::Curve::p256, scalar));
        ASSERT_TRUE(
            token->add_public_key("somebody else's", crypto::PrivateKey::generate(crypto::Curve::p256).public_key()));
    }
    ASSERT_TRUE(token->add_data("another application", "wrapping/7", as_view("x")));
    const auto keys = keys_in(token);
    ASSERT_TRUE(keys) << to_string(keys.error());
    EXPECT_EQ(keys->signing.size(), 2U);
    ASSERT_TRUE(token->add_data("mcim", "of a later release", as_view("x")));
    EXPECT_FALSE(keys_in(token));
}

/// Nothing that a token gives out, and nothing in the files of SoftHSM, is one of the keys.
TEST_F(TokenKeys, LieNowhereInClear) {
    ASSERT_TRUE(import());
    std::vector<Bytes> secrets;
    const auto wrapping = files.folder->wrapping_keys();
    for (const auto& [version, key] : expose(*wrapping)) secrets.push_back(to_bytes(expose(key)));
    secrets.push_back(to_bytes(expose(*files.folder->fingerprint_key())));
    const auto signing = files.folder->signing_keys();
    for (const auto& [name, key] : *signing) {
        constexpr std::array<std::uint8_t, 5> before{0x02, 0x01, 0x01, 0x04, 0x20};  // version 1, privateKey (RFC 5915)
        const SecretBytes whole = key.to_pkcs8();
        const auto at = std::ranges::search(expose(whole), before);
        ASSERT_FALSE(at.empty());
        secrets.emplace_back(at.end(), at.end() + 32);
    }
    ASSERT_EQ(secrets.size(), 4U);
    const auto data = open(Access::reading)->data("mcim");
    for (const auto& [label, octets] : *data)
        for (const Bytes& secret : secrets)
            EXPECT_EQ(std::ranges::search(octets, secret).begin(), octets.end()) << label;
    int read = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(temp.path())) {
        if (!entry.is_regular_file() || entry.file_size() == 0) continue;
        const auto octets = read_private_file(entry.path());
        if (!octets) continue;  // the configuration
        ++read;
        for (const Bytes& secret : secrets)
            EXPECT_EQ(std::ranges::search(expose(*octets), secret).begin(), expose(*octets).end()) << entry.path();
    }
    EXPECT_GT(read, 7);
}

}  // namespace
}  // namespace mcim::custody::test
