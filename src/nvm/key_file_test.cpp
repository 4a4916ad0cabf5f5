#include "mcim/nvm/key_file.h"

#include <gtest/gtest.h>

#include "mcim/nvm/folder_for_test.h"
#include "support/random.h"

namespace mcim::nvm {
namespace {

using for_test::FolderForTest;

TEST(PassphraseKeyFile, OpensWithItsPassphraseOnly) {
    FolderForTest folder;
    test::SeededRandom random{4};
    const auto key = PassphraseKeyFile::create(folder, "key", random, as_view("correct horse"));
    ASSERT_TRUE(key);
    const auto again = PassphraseKeyFile::open(folder, "key", as_view("correct horse"));
    ASSERT_TRUE(again);
    EXPECT_TRUE(equal(expose(*again), expose(*key)));
    EXPECT_EQ(PassphraseKeyFile::open(folder, "key", as_view("battery staple")).error().code, Errc::bad_crypto);
    EXPECT_FALSE(PassphraseKeyFile::create(folder, "key", random, as_view("x"))) << "never overwritten";
    EXPECT_FALSE(PassphraseKeyFile::create(folder, "other", random, {}));
    EXPECT_EQ(as_text(folder.files().at("key")).find(as_text(expose(*key))), std::string::npos);
}

TEST(PassphraseKeyFile, SaysThatItIsOfLowAssurance) {
    FolderForTest folder;
    test::SeededRandom random{4};
    ASSERT_TRUE(PassphraseKeyFile::create(folder, "key", random, as_view("p")));
    EXPECT_TRUE(as_text(folder.files().at("key")).starts_with("mcim-state-key 1 passphrase assurance=low\n"));
    EXPECT_EQ(*assurance_of(folder, "key"), Assurance::low);
    auto files = folder.files();
    const std::string_view low = "low";
    auto& content = files.at("key");
    std::string text = as_text(content);
    text.replace(text.find(low), 3, "top");
    content = to_bytes(as_view(text));
    folder.put(files);
    EXPECT_FALSE(PassphraseKeyFile::open(folder, "key", as_view("p")));
}

TEST(PassphraseKeyFile, IsReadOnlyAsItWasWritten) {
    FolderForTest folder;
    test::SeededRandom random{4};
    ASSERT_TRUE(PassphraseKeyFile::create(folder, "key", random, as_view("p")));
    const auto files = folder.files();
    const std::size_t size = files.at("key").size();
    for (std::size_t i = 0; i < size; ++i) {
        auto damaged = files;
        damaged.at("key")[i] ^= 1U;
        folder.put(damaged);
        EXPECT_FALSE(PassphraseKeyFile::open(folder, "key", as_view("p"))) << i;
    }
}

TEST(SealedKeyFile, OpensThroughTheHardwareOnly) {
    FolderForTest folder;
    test::SeededRandom random{4};
    const auto mask = [](View in) {
        Bytes out = to_bytes(in);
        for (auto& octet : out) octet ^= 0x5AU;
        return out;
    };
    const auto key =
        SealedKeyFile::create(folder, "key", random, [&](const StateKey& k) { return Result<Bytes>(mask(expose(k))); });
    ASSERT_TRUE(key);
    const auto again =
        SealedKeyFile::open(folder, "key", [&](View blob) { return Result<SecretBytes>(SecretBytes(mask(blob))); });
    ASSERT_TRUE(again);
    EXPECT_TRUE(equal(expose(*again), expose(*key)));
    const auto refused = SealedKeyFile::open(folder, "key", [](View) {
        return Result<SecretBytes>(fail(Errc::refused, "", "the registers of this boot are others"));
    });
    EXPECT_EQ(refused.error().code, Errc::refused);
    EXPECT_EQ(*assurance_of(folder, "key"), Assurance::hardware);
    EXPECT_FALSE(PassphraseKeyFile::open(folder, "key", as_view("p")));
    EXPECT_FALSE(SealedKeyFile::open(folder, "none", [](View) { return Result<SecretBytes>(SecretBytes(32)); }));
    EXPECT_FALSE(SealedKeyFile::open(folder, "key", [](View) { return Result<SecretBytes>(SecretBytes(31)); }));
}

}  // namespace
}  // namespace mcim::nvm
