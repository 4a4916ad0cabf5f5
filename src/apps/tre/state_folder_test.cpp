// The folder of a card whose key is sealed to a TPM, of swtpm.
#include "state_folder.h"

#include <gtest/gtest.h>

#include <fstream>

#include "support/random.h"
#include "support/reference.h"
#include "support/swtpm.h"
#include "support/temp_folder.h"

namespace mcim::tre {
namespace {

void overwrite(const std::filesystem::path& file, const Bytes& content) {
    std::ofstream(file, std::ios::binary)
        .write(reinterpret_cast<const char*>(content.data()), static_cast<std::streamsize>(content.size()));
}

TEST(StateFolder, ItsKeySealedToATpmIsReadOnlyAsItWasWritten) {
    if (!test::Swtpm::installed()) GTEST_SKIP() << "swtpm is not installed";
    const auto swtpm = test::Swtpm::start();
    ASSERT_TRUE(swtpm) << to_string(swtpm.error());
    const test::TempFolder folder;
    const std::string state = (folder / "state").string();
    const auto key_file = folder / "state/state-key";
    const Seal seal = TpmSeal{swtpm->tcti()};
    test::SeededRandom random{6};
    ASSERT_TRUE(StateFolder::create(state, seal, random));
    const Bytes written = test::file_content(key_file);
    ASSERT_GT(written.size(), nvm::SealedKeyFile::line.size());
    for (std::size_t i = 0; i < written.size(); ++i) {
        Bytes damaged = written;
        damaged[i] ^= 1U;
        overwrite(key_file, damaged);
        const auto opened = StateFolder::open(state, seal, random);
        ASSERT_FALSE(opened) << i;
        EXPECT_NE(opened.error().path.find("state-key"), std::string::npos) << i << ' ' << to_string(opened.error());
    }
    for (const Bytes& longer_or_shorter :
         {concat({written, Bytes{0}}), to_bytes(View(written).first(written.size() - 1))}) {
        overwrite(key_file, longer_or_shorter);
        EXPECT_FALSE(StateFolder::open(state, seal, random)) << longer_or_shorter.size();
    }
    overwrite(key_file, written);
    const auto opened = StateFolder::open(state, seal, random);
    EXPECT_TRUE(opened) << to_string(opened.error());
}

}  // namespace
}  // namespace mcim::tre
