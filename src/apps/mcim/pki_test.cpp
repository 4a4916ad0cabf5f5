// The command line as people use it, in this process.
#include <gtest/gtest.h>

#include <filesystem>
#include <regex>

#include "mcim/apps/mcim/run_for_test.h"
#include "mcim/jose/json.h"
#include "support/temp_folder.h"

namespace mcim::apps {
namespace {

using test::mcim;

class PkiCommand : public testing::Test {
protected:
    test::TempFolder folder_;
    std::string dir_ = (folder_.path() / "state").string();
};

TEST_F(PkiCommand, HelpTeaches) {
    const auto top = mcim({"--help"});
    EXPECT_EQ(top.code, 0);
    EXPECT_NE(top.out.find("mcim pki init --dir pki"), std::string::npos) << top.out;
    const auto init = mcim({"pki", "init", "--help"});
    for (const char* option : {"--dir", "--curve", "--dp-host", "--dp-oid", "--eum-ein", "Example:"})
        EXPECT_NE(init.out.find(option), std::string::npos) << option << init.out;
    EXPECT_NE(mcim({}).code, 0);
    EXPECT_NE(mcim({"pki", "nonsense"}).code, 0);
    EXPECT_NE(mcim({"--version"}).out.find("SGP.22 v2.5"), std::string::npos);
}

TEST_F(PkiCommand, InitSaysWhatItMadeAndWhatToDoNext) {
    const auto init = mcim({"pki", "init", "--dir", dir_, "--dp-host", "smdpp.example.com", "--dp-oid", "2.999.42"});
    EXPECT_EQ(init.code, 0) << init.err;
    for (const char* part :
         {"ci/key.pem", "2.999.42", "smdpp.example.com", "Next:", "mcim platform init --dir platform --pki"})
        EXPECT_NE(init.out.find(part), std::string::npos) << part << "\n" << init.out;
    const auto again = mcim({"pki", "init", "--dir", dir_});
    EXPECT_EQ(again.code, 1);
    EXPECT_NE(again.err.find("never overwritten"), std::string::npos) << again.err;
}

TEST_F(PkiCommand, NamesTheOptionThatIsWrong) {
    for (const auto& [option, value] : {std::pair{"--dp-oid", "foo"}, {"--dp-host", "https://foo"}, {"--eum-ein", "x"}})
        EXPECT_TRUE(mcim({"pki", "init", "--dir", dir_, option, value}).complains(std::string("at ") + option));
    EXPECT_FALSE(std::filesystem::exists(dir_));
}

TEST_F(PkiCommand, JsonIsOneObject) {
    const auto init = mcim({"pki", "init", "--dir", dir_, "--curve", "brainpool", "--eum-ein", "89044000", "--json"});
    const auto json = jose::Object::parse(init.out);
    ASSERT_TRUE(json) << init.out << init.err;
    EXPECT_EQ(*json->text("dp_oid"), "2.999.10");
    EXPECT_EQ(*json->texts("eum_eins"), std::vector<std::string>{"89044000"});
    EXPECT_EQ(json->object("ci")->text("key_identifier")->size(), 40U);
    const auto show = jose::Object::parse(mcim({"pki", "show", dir_ + "/dp/tls.pem", "--json"}).out);
    ASSERT_TRUE(show);
    EXPECT_EQ(*show->text("role"), "SM-DP+ TLS");
    EXPECT_EQ(*show->texts("dns_names"), std::vector<std::string>{"localhost"});
}

TEST_F(PkiCommand, JsonOfACertificateSaysWhatTheTextSays) {
    ASSERT_EQ(mcim({"pki", "init", "--dir", dir_}).code, 0);
    const std::string root = dir_ + "/ci/certificate.der";
    const auto eum = mcim({"pki", "show", dir_ + "/eum/certificate.der", "--ci", root, "--json"});
    for (const char* member :
         {R"("role_oid":"2.23.146.1.2.1.2")", R"("key_usage":["keyCertSign"])", R"("ca":"yes","path_length":0)",
          R"("permitted_names":["O=mcim, serialNumber=89049032"])", R"("crl_uris":["http://localhost/crl/ci.crl"])"})
        EXPECT_TRUE(eum.says(member)) << member << '\n' << eum.out;
    EXPECT_TRUE(eum.says("\"verifies_under\":\"" + root)) << eum.out;
    const auto tls = mcim({"pki", "show", dir_ + "/dp/tls.der", "--json"});
    EXPECT_TRUE(tls.says(R"("extended_key_usage":["1.3.6.1.5.5.7.3.1")")) << tls.out;
    EXPECT_FALSE(tls.says("verifies_under")) << tls.out;
}

/// All of `mcim` writes its JSON members alike: small letters, digits and underscores.
TEST_F(PkiCommand, JsonMembersAreSnakeCase) {
    const auto init = mcim({"pki", "init", "--dir", dir_, "--json"});
    const auto card = mcim({"pki", "euicc", "--dir", dir_, "--number", "1", "--out", dir_ + "/card", "--json"});
    const auto show = mcim({"pki", "show", dir_ + "/card/certificate.der", "--json"});
    const std::regex member(R"re("([^"]*)":)re");
    const std::regex snake("[a-z][a-z0-9_]*");
    for (const std::string& text : {init.out, card.out, show.out}) {
        ASSERT_TRUE(jose::Object::parse(text)) << text;
        for (std::sregex_iterator it(text.begin(), text.end(), member), end; it != end; ++it)
            EXPECT_TRUE(std::regex_match((*it)[1].str(), snake)) << (*it)[1];
    }
}

TEST_F(PkiCommand, MakesShowsAndVerifiesACard) {
    ASSERT_EQ(mcim({"pki", "init", "--dir", dir_}).code, 0);
    const std::string card = (folder_.path() / "card").string();
    const auto made = mcim({"pki", "euicc", "--dir", dir_, "--number", "1", "--out", card});
    EXPECT_EQ(made.code, 0) << made.err;
    const auto show = mcim(
        {"pki", "show", card + "/certificate.der", "--ci", dir_ + "/ci/certificate.pem", "--eum", card + "/eum.der"});
    EXPECT_EQ(show.code, 0) << show.err;
    EXPECT_NE(show.out.find("It verifies"), std::string::npos) << show.out;
    EXPECT_NE(show.out.find("serialNumber=890490320000000000000000000001"), std::string::npos) << show.out;
    EXPECT_EQ(mcim({"pki", "euicc", "--dir", dir_, "--number", "2", "--out", card}).code, 1)
        << "a card is not overwritten";
    EXPECT_EQ(mcim({"pki", "euicc", "--dir", dir_, "--out", card + "2"}).code, 1);
    EXPECT_EQ(mcim({"pki", "euicc", "--dir", dir_, "--eid", "8904", "--out", card + "2"}).code, 1);
}

TEST_F(PkiCommand, ShowRefusesAForeignRoot) {
    const std::string other = (folder_.path() / "other").string();
    ASSERT_EQ(mcim({"pki", "init", "--dir", dir_}).code, 0);
    ASSERT_EQ(mcim({"pki", "init", "--dir", other}).code, 0);
    for (const char* file :
         {"/dp/auth.der", "/dp/pb.der", "/dp/tls.der", "/eum/certificate.der", "/ci/certificate.der"}) {
        const std::string path = dir_ + file;
        EXPECT_EQ(mcim({"pki", "show", path, "--ci", dir_ + "/ci/certificate.der"}).code, 0) << file;
        const auto foreign = mcim({"pki", "show", path, "--ci", other + "/ci/certificate.der"});
        EXPECT_EQ(foreign.code, 1) << file;
        EXPECT_TRUE(foreign.complains(path)) << foreign.err;
    }
    const auto key = mcim({"pki", "show", dir_ + "/ci/key.pem"});
    EXPECT_TRUE(key.complains("cannot be read as a certificate")) << key.err;
    EXPECT_TRUE(key.complains("it seems to be a private key")) << key.err;
    EXPECT_FALSE(key.complains("bad tag")) << key.err;
    const auto wrong = mcim({"pki", "show", dir_ + "/dp/tls.der", "--ci", dir_ + "/eum/certificate.der"});
    EXPECT_TRUE(wrong.complains("--ci " + dir_ + "/eum/certificate.der: this is the certificate of the EUM"))
        << wrong.err;
    const auto elsewhere = mcim({"pki", "euicc", "--dir", dir_ + "/dp", "--number", "1", "--out", dir_ + "/card"});
    EXPECT_TRUE(elsewhere.complains("the folder is no PKI")) << elsewhere.err;
    EXPECT_EQ(mcim({"pki", "show", dir_ + "/absent"}).code, 1);
    EXPECT_EQ(mcim({"pki", "show", dir_}).code, 1);
}

}  // namespace
}  // namespace mcim::apps
