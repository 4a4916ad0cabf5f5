#include "mcim/custody/key_folder.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "support/random.h"
#include "support/temp_folder.h"

namespace mcim::custody {
namespace {

namespace fs = std::filesystem;
using crypto::Curve;
using crypto::PrivateKey;
using test::SeededRandom;
using test::TempFolder;

mode_t mode_of(const fs::path& path) {
    struct stat status {};
    EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
    return status.st_mode & 07777U;
}
void put(const fs::path& path, std::string_view text, mode_t mode) {
    std::ofstream(path) << text;
    ASSERT_EQ(::chmod(path.c_str(), mode), 0);
}
SecretBytes phrase(std::string_view text) { return SecretBytes::copy_of(as_view(text)); }

TEST(KeyFolder, KeepsKeysInFilesOfTheirOwnerOnly) {
    const TempFolder temp;
    SeededRandom random(1);
    auto folder = KeyFolder::create(temp / "keys", random);
    ASSERT_TRUE(folder) << to_string(folder.error());
    const auto key = PrivateKey::generate(Curve::p256);
    ASSERT_TRUE(folder->add_signing_key({"dppb"}, key, random));
    EXPECT_EQ(mode_of(temp / "keys"), 0700U);
    EXPECT_EQ(mode_of(temp / "keys/signing/dppb.der"), 0600U);
    EXPECT_EQ(mode_of(temp / "keys/wrapping/1.key"), 0600U);
    EXPECT_EQ(mode_of(temp / "keys/fingerprint.key"), 0600U);

    const auto again = KeyFolder::open(temp / "keys");
    ASSERT_TRUE(again);
    const auto keys = again->signing_keys();
    ASSERT_TRUE(keys) << to_string(keys.error());
    EXPECT_EQ(keys->at({"dppb"}).public_key(), key.public_key());
    EXPECT_TRUE(again->wrapping_keys());
    EXPECT_TRUE(again->fingerprint_key());
}

TEST(KeyFolder, RefusesAKeyThatOthersMayRead) {
    const TempFolder temp;
    SeededRandom random(1);
    auto folder = KeyFolder::create(temp / "keys", random);
    ASSERT_TRUE(folder);
    ASSERT_TRUE(folder->add_signing_key({"dppb"}, PrivateKey::generate(Curve::p256), random));
    for (const mode_t mode : {0640U, 0604U, 0660U, 0601U}) {
        ASSERT_EQ(::chmod((temp / "keys/signing/dppb.der").c_str(), mode), 0);
        const auto keys = folder->signing_keys();
        ASSERT_FALSE(keys) << mode;
        EXPECT_EQ(keys.error().code, Errc::refused);
        EXPECT_NE(keys.error().detail.find("chmod 600"), std::string::npos);
    }
    ASSERT_EQ(::chmod((temp / "keys/signing/dppb.der").c_str(), 0400), 0);
    EXPECT_TRUE(folder->signing_keys());
    ASSERT_EQ(::chmod((temp / "keys/wrapping/1.key").c_str(), 0644), 0);
    EXPECT_EQ(folder->wrapping_keys().error().code, Errc::refused);
    ASSERT_EQ(::chmod((temp / "keys/fingerprint.key").c_str(), 0644), 0);
    EXPECT_EQ(folder->fingerprint_key().error().code, Errc::refused);
    ASSERT_EQ(::chmod((temp / "keys").c_str(), 0777), 0);
    EXPECT_EQ(KeyFolder::open(temp / "keys").error().code, Errc::refused);
}

TEST(KeyFolder, RefusesLinksPipesAndForeignFiles) {
    const TempFolder temp;
    SeededRandom random(1);
    auto folder = KeyFolder::create(temp / "keys", random);
    ASSERT_TRUE(folder);
    const fs::path at = temp / "keys/signing/x.der";
    put(temp / "elsewhere", "key", 0600);
    fs::create_symlink(temp / "elsewhere", at);
    EXPECT_EQ(folder->signing_keys().error().code, Errc::refused);
    fs::remove(at);
    ASSERT_EQ(::mkfifo(at.c_str(), 0600), 0);
    EXPECT_EQ(folder->signing_keys().error().code, Errc::refused);
    fs::remove(at);
    put(at, "this is no key", 0600);
    EXPECT_FALSE(folder->signing_keys());
    fs::remove(at);
    put(temp / "keys/signing/notes.txt", "hello", 0600);
    EXPECT_EQ(folder->signing_keys().error().code, Errc::bad_value);
}

TEST(KeyFolder, ReadsPemThatOthersMade) {
    const TempFolder temp;
    SeededRandom random(1);
    const auto folder = KeyFolder::create(temp / "keys", random);
    ASSERT_TRUE(folder);
    const auto key = PrivateKey::generate(Curve::brainpool_p256r1);
    const SecretBytes pkcs8 = key.to_pkcs8();
    put(temp / "keys/signing/old.pem",
        "-----BEGIN PRIVATE KEY-----\n" + base64(expose(pkcs8)) + "\n-----END PRIVATE KEY-----\n", 0600);
    const auto keys = folder->signing_keys();
    ASSERT_TRUE(keys) << to_string(keys.error());
    EXPECT_EQ(keys->at({"old"}).public_key(), key.public_key());
}

TEST(KeyFolder, RefusesNamesThatLeaveTheFolderAndNamesThatAreTaken) {
    const TempFolder temp;
    SeededRandom random(1);
    auto folder = KeyFolder::create(temp / "keys", random);
    ASSERT_TRUE(folder);
    const auto key = PrivateKey::generate(Curve::p256);
    for (const std::string& name : {std::string(), std::string("../x"), std::string("a/b"), std::string("a.b"),
                                    std::string("."), std::string(65, 'a'), std::string("a\0b", 3)})
        EXPECT_EQ(folder->add_signing_key({name}, key, random).error().code, Errc::bad_value) << name;
    EXPECT_TRUE(folder->add_signing_key({"dp-auth_1"}, key, random));
    EXPECT_EQ(folder->add_signing_key({"dp-auth_1"}, key, random).error().code, Errc::conflict);
    EXPECT_EQ(KeyFolder::create(temp / "keys", random).error().code, Errc::conflict);
}

TEST(KeyFolder, APassphraseSealsEverything) {
    const TempFolder temp;
    SeededRandom random(1);
    auto folder = KeyFolder::create(temp / "keys", phrase("correct horse"), random);
    ASSERT_TRUE(folder);
    const auto key = PrivateKey::generate(Curve::p256);
    ASSERT_TRUE(folder->add_signing_key({"dppb"}, key, random));
    for (const auto& entry : fs::recursive_directory_iterator(temp / "keys")) {
        if (entry.is_directory()) continue;
        EXPECT_TRUE(entry.path().extension() == ".sealed" || entry.path().extension() == ".salt") << entry.path();
    }
    EXPECT_EQ(KeyFolder::open(temp / "keys").error().code, Errc::refused);

    const auto right = KeyFolder::open(temp / "keys", phrase("correct horse"));
    ASSERT_TRUE(right);
    EXPECT_EQ(right->signing_keys()->at({"dppb"}).public_key(), key.public_key());
    const auto wrong = KeyFolder::open(temp / "keys", phrase("battery staple"));
    ASSERT_TRUE(wrong);
    EXPECT_EQ(wrong->signing_keys().error().code, Errc::bad_crypto);
    EXPECT_EQ(wrong->wrapping_keys().error().code, Errc::bad_crypto);

    // a sealed key cannot take another's place, and an open one is not taken
    fs::copy_file(temp / "keys/wrapping/1.sealed", temp / "keys/wrapping/2.sealed");
    EXPECT_EQ(right->wrapping_keys().error().code, Errc::bad_crypto);
    fs::remove(temp / "keys/wrapping/2.sealed");
    put(temp / "keys/wrapping/2.key", std::string(32, 'x'), 0600);
    EXPECT_EQ(right->wrapping_keys().error().code, Errc::refused);
}

TEST(KeyFolder, RefusesAPassphraseWhereThereIsNone) {
    const TempFolder temp;
    SeededRandom random(1);
    ASSERT_TRUE(KeyFolder::create(temp / "keys", random));
    EXPECT_EQ(KeyFolder::open(temp / "keys", phrase("x")).error().code, Errc::refused);
    EXPECT_EQ(KeyFolder::create(temp / "other", phrase(""), random).error().code, Errc::refused);
    EXPECT_EQ(KeyFolder::open(temp / "nothing" / "here").error().code, Errc::not_found);
}

TEST(KeyFolder, OpensBesideWhatAKilledProcessLeftOver) {
    const TempFolder temp;
    SeededRandom random(1);
    auto folder = KeyFolder::create(temp / "keys", random);
    ASSERT_TRUE(folder);
    ASSERT_TRUE(folder->add_signing_key({"dppb"}, PrivateKey::generate(Curve::p256), random));
    put(temp / "keys/signing/.dpauth.der.new", "half", 0600);
    put(temp / "keys/wrapping/.2.key.new", "half", 0600);
    EXPECT_EQ(folder->signing_keys()->size(), 1U);
    EXPECT_TRUE(folder->wrapping_keys());
    ASSERT_TRUE(folder->add_signing_key({"dpauth"}, PrivateKey::generate(Curve::p256), random));
    ASSERT_TRUE(folder->add_wrapping_key(random));
    EXPECT_EQ(folder->signing_keys()->size(), 2U);
    EXPECT_FALSE(fs::exists(temp / "keys/wrapping/.2.key.new"));
}

TEST(KeyFolder, AddsVersionsOfTheWrappingKey) {
    const TempFolder temp;
    SeededRandom random(1);
    auto folder = KeyFolder::create(temp / "keys", random);
    ASSERT_TRUE(folder);
    for (WrappingKeys::Version version = 2; version <= 11; ++version) {
        ASSERT_TRUE(folder->add_wrapping_key(random));
        EXPECT_EQ(folder->wrapping_keys()->newest(), version);
    }
    put(temp / "keys/wrapping/newest.key", std::string(32, 'x'), 0600);
    EXPECT_EQ(folder->wrapping_keys().error().code, Errc::bad_value);
}

}  // namespace
}  // namespace mcim::custody
