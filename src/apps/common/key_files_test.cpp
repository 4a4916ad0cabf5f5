#include "mcim/apps/common/key_files.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "mcim/apps/common/files.h"
#include "mcim/custody/private_file.h"
#include "support/pki.h"
#include "support/temp_folder.h"

namespace mcim::apps {
namespace {

class KeyFiles : public testing::Test {
protected:
    std::filesystem::path write(const char* name, View content) {
        EXPECT_TRUE(custody::write_private_file(folder / name, content));
        return folder / name;
    }
    test::TempFolder folder;
    crypto::PrivateKey key = crypto::PrivateKey::generate(crypto::Curve::p256);
};

TEST_F(KeyFiles, AreReadAsDerAndPemFromTheirOwnersFileOnly) {
    const auto der = write("key.der", expose(key.to_pkcs8()));
    const auto text = write("key.pem", expose(private_key_pem(key)));
    for (const auto& file : {der, text}) {
        const auto read = read_private_key(file);
        ASSERT_TRUE(read) << to_string(read.error());
        EXPECT_EQ(read->public_key(), key.public_key());
        std::filesystem::permissions(file, std::filesystem::perms::group_read, std::filesystem::perm_options::add);
        EXPECT_EQ(read_private_key(file).error().code, Errc::refused);
    }
}

/// Whatever its mode: that others may read it is as it should be.
TEST_F(KeyFiles, ThatHoldNothingSecretAreNamedForWhatTheyAre) {
    const test::Pki pki;
    const Bytes spki = key.public_key().spki();
    const auto complaint = [&](const char* name, View content) {
        const auto file = write(name, content);
        std::filesystem::permissions(file, std::filesystem::perms::others_read, std::filesystem::perm_options::add);
        return to_string(read_private_key(file).error());
    };
    const auto says = [](const std::string& text, const char* part) { return text.find(part) != std::string::npos; };
    EXPECT_TRUE(says(complaint("c.pem", as_view(pem("CERTIFICATE", pki.ci.der()))), "this is a certificate, and a "));
    EXPECT_TRUE(says(complaint("c.der", pki.ci.der()), "this is a certificate, and a "));
    EXPECT_TRUE(says(complaint("k.der", spki), "this is a public key, and a "));
    const auto beside = complaint("k.pem.pub", as_view(pem("PUBLIC KEY", spki)));
    EXPECT_TRUE(says(beside, "this is a public key, and a private key is wanted: name that (")) << beside;
    EXPECT_TRUE(says(complaint("key", expose(key.to_pkcs8())), "chmod 600")) << "a private key is none of them";
    EXPECT_TRUE(says(complaint("key.pem", expose(private_key_pem(key))), "chmod 600"));
    EXPECT_TRUE(says(complaint("short", as_view("0")), "chmod 600"));
}

TEST_F(KeyFiles, NameTheFileThatIsNone) {
    const auto file = write("key.der", as_view("no key"));
    EXPECT_NE(to_string(read_private_key(file).error()).find(file.string()), std::string::npos);
    EXPECT_NE(to_string(read_private_key(folder / "absent").error()).find("absent"), std::string::npos);
}

TEST_F(KeyFiles, AreReadFromAnInheritedDescriptorToo) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const SecretBytes pem = private_key_pem(key);
    ASSERT_EQ(::write(ends[1], expose(pem).data(), pem.size()), static_cast<ssize_t>(pem.size()));
    close(ends[1]);
    const auto read = read_inherited_private_key("/proc/self/fd/" + std::to_string(ends[0]));
    close(ends[0]);
    ASSERT_TRUE(read) << to_string(read.error());
    EXPECT_EQ(read->public_key(), key.public_key());
}

TEST_F(KeyFiles, PassphrasesLoseTheLineEndOfEditorsAndNothingElse) {
    EXPECT_EQ(as_text(expose(*read_passphrase(write("a", as_view(" correct horse \r\n"))))), " correct horse ");
    EXPECT_EQ(read_passphrase(write("b", as_view("\n"))).error().code, Errc::bad_value);
    EXPECT_EQ(read_passphrase(write("c", as_view(std::string(5000, 'x')))).error().code, Errc::too_large);
}

TEST_F(KeyFiles, PassphrasesDoNotLieInTheFolderThatTheyOpen) {
    const auto keys = folder / "keys";
    for (const char* inside : {"p", "deeper/p", "../keys/p"})
        EXPECT_EQ(check_apart(keys / inside, keys).error().code, Errc::refused) << inside;
    for (const char* outside : {"p", "keys2/p", "keys/../p"})
        EXPECT_TRUE(check_apart(folder / outside, keys)) << outside;
}

}  // namespace
}  // namespace mcim::apps
