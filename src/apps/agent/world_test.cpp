#include "world.h"

#include <gtest/gtest.h>

#include <fstream>

#include "support/pki.h"
#include "support/temp_folder.h"

namespace mcim::agent {
namespace {

struct AgentsWorld : testing::Test {
    std::string write(const char* name, View content) const {
        std::ofstream(folder / name, std::ios::binary) << as_text(content);
        return (folder / name).string();
    }
    test::TempFolder folder;
    test::Pki pki;
};

TEST_F(AgentsWorld, AsksForWhomToTrustAndForBothHalvesOfAttestation) {
    const auto asks_for = [](WorldConfig config) {
        const auto world = World::open(config);
        if (!world) return to_string(world.error());
        const Status ready = (*world)->ready_for_servers();
        return ready ? std::string() : ready.error().path;
    };
    WorldConfig config;
    EXPECT_EQ(asks_for(config), "--ci");
    config.ci_files = {write("ci.der", pki.ci.der())};
    EXPECT_EQ(asks_for(config), "");
    config.tpm = "device:/dev/tpmrm0";
    EXPECT_EQ(asks_for(config), "--verifier");
    config.verifier = "localhost:8443";
    EXPECT_EQ(asks_for(config), "");
    config.tpm.clear();
    EXPECT_EQ(asks_for(config), "--tpm");
}

TEST_F(AgentsWorld, NamesTheCiThatIsNone) {
    const auto said_of = [](const std::string& ci) {
        WorldConfig config;
        config.ci_files = {ci};
        const auto world = World::open(config);
        return world ? std::string() : to_string(world.error());
    };
    const auto names = [](const std::string& said, const std::string& part) {
        EXPECT_NE(said.find(part), std::string::npos) << said;
    };
    const std::string root = "the certificate of the CI root is wanted";
    EXPECT_EQ(said_of(write("ci.der", pki.ci.der())), "");
    for (const auto& [content, what] : {std::pair<Bytes, std::string>{pki.eum.der(), "the certificate of the EUM"},
                                        {to_bytes(as_view("hello")), "it seems to be text"},
                                        {{}, "it seems to be an empty file"}}) {
        const auto file = write("other", content);
        const auto said = said_of(file);
        for (const auto& part : {"--ci " + file, what, root}) names(said, part);
    }
    const auto absent = said_of((folder / "absent").string());
    for (const auto& part : {"--ci " + (folder / "absent").string(), std::string("cannot open"), root})
        names(absent, part);
}

TEST(Verifier, SaysInASentenceWhyItRefuses) {
    EXPECT_EQ(said_by_verifier(http::problem(403, "The quote is another TPM's.")), "The quote is another TPM's");
    for (const char* other : {"", "{", "[]", R"({"detail":1})", "<html>"})
        EXPECT_EQ(said_by_verifier({502, {}, other}), "HTTP status 502") << other;
}

}  // namespace
}  // namespace mcim::agent
