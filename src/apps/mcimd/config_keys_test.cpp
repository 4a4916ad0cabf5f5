#include "mcim/apps/mcimd/config_keys.h"

#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "mcim/apps/mcimd/config.h"
#include "mcim/apps/mcimd/program.h"
#include "support/reference.h"

namespace mcim::apps::mcimd {
namespace {

Config parsed(const std::string& toml) {
    auto out = parse_config(toml, "/srv/m.toml");
    if (const auto* mistakes = std::get_if<Mistakes>(&out)) throw std::runtime_error(mistakes->lines.front());
    return std::get<Config>(out);
}
/// Without the mark before the keys that may be absent.
std::string with_all_keys(const std::string& commented) {
    return std::regex_replace(commented, std::regex("\n#"), "\n");
}
std::string row(const ConfigKey& key) {
    return "| `" + std::string(key.name) + "` | " + (key.presence == Presence::optional ? "`" : "wanted, as `") +
           std::string(key.value) + "` | " + std::string(key.meaning) + " |";
}

TEST(ConfigKeys, AreThoseThatTheReaderAsksFor) {
    std::set<std::string> listed;
    for (const auto& key : config_keys()) listed.insert(std::string(key.table) + "." + std::string(key.name));
    std::set<std::string> asked;
    for (const auto& [key, line] : parsed(with_all_keys(commented_config())).lines)
        asked.insert(std::regex_replace(key, std::regex("\\[1\\]"), ""));
    EXPECT_EQ(listed, asked);
}

TEST(ConfigKeys, HaveTheDefaultsThatHoldWithoutThem) {
    const Config bare = parsed(commented_config());
    const Config full = parsed(with_all_keys(commented_config()));
    EXPECT_EQ(full.tls->identities.size(), 2U);
    EXPECT_EQ(bare.tls->identities.size(), 1U);
    EXPECT_EQ(full.dp->credentials.size(), 2U);
    EXPECT_EQ(bare.dp->credentials.size(), 1U);
    EXPECT_EQ(full.log_level, bare.log_level);
    EXPECT_EQ(full.log_format, bare.log_format);
    EXPECT_EQ(full.limits, bare.limits);
    EXPECT_EQ(full.rates, bare.rates);
    EXPECT_EQ(full.dp->credentials.front().auth_key, bare.dp->credentials.front().auth_key);
    EXPECT_EQ(full.dp->credentials.front().pb_key, bare.dp->credentials.front().pb_key);
    EXPECT_EQ(full.dp->attestation, bare.dp->attestation);
    EXPECT_EQ(full.laboratory, bare.laboratory);
    EXPECT_EQ(full.pva->key, bare.pva->key);
    EXPECT_EQ(full.pva->nonce_time, bare.pva->nonce_time);
    EXPECT_EQ(full.pva->verdict_time, bare.pva->verdict_time);
}

TEST(ConfigKeys, AreWantedWhereTheySaySo) {
    for (const auto& key : config_keys()) {
        if (key.presence != Presence::wanted) continue;
        std::string text = commented_config();
        text.insert(text.find('\n' + std::string(key.name) + " = ", text.find("[" + std::string(key.table) + "]")) + 1,
                    "#");
        EXPECT_TRUE(std::holds_alternative<Mistakes>(parse_config(text, "m.toml"))) << key.name;
    }
}

TEST(ConfigKeys, AreThoseOfTheManual) {
    std::ostringstream manual;
    manual << std::ifstream(test::project_folder() / "docs" / "mcimd.md").rdbuf();
    const std::string text = manual.str();
    for (const auto& key : config_keys()) EXPECT_NE(text.find('\n' + row(key) + '\n'), std::string::npos) << row(key);
    const std::string section = text.substr(text.find("## Configuration"), text.find("## Administration"));
    const std::regex rows("\n\\| `[a-z_]+` \\|");
    const auto count = std::distance(std::sregex_iterator(section.begin(), section.end(), rows), {});
    EXPECT_EQ(static_cast<std::size_t>(count), config_keys().size()) << "the manual has keys that mcimd does not know";
}

TEST(PrintConfig, GivesAConfigurationThatMcimdReads) {
    const std::array arguments{"mcimd", "--print-config"};
    testing::internal::CaptureStdout();
    EXPECT_EQ(run(arguments.size(), arguments.data()), 0);
    EXPECT_EQ(testing::internal::GetCapturedStdout(), commented_config());
    const std::array nothing{"mcimd"};
    testing::internal::CaptureStderr();
    EXPECT_NE(run(nothing.size(), nothing.data()), 0);
    EXPECT_NE(testing::internal::GetCapturedStderr().find("--config is required"), std::string::npos);
}

}  // namespace
}  // namespace mcim::apps::mcimd
