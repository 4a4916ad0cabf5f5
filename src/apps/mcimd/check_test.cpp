#include "mcim/apps/mcimd/mcimd_for_test.h"

namespace mcim::apps::mcimd {
namespace {

class Check : public testing::Test {
protected:
    /// The installation's configuration with one text replaced.
    std::vector<std::string> mistakes(std::string_view text = "", std::string_view by = "") {
        std::string toml = at.toml();
        return mistakes_of(toml.replace(toml.find(text), text.size(), by));
    }
    std::vector<std::string> mistakes_of(const std::string& toml) {
        const auto parsed = parse_config(toml, at.temp / "mcimd.toml");
        if (const auto* wrong = std::get_if<Mistakes>(&parsed)) return wrong->lines;
        return check_files(std::get<Config>(parsed), system_now()).lines;
    }
    /// The one mistake, without the folder's name.
    std::string mistake(std::string_view text, std::string_view by) {
        const auto lines = mistakes(text, by);
        EXPECT_EQ(lines.size(), 1U) << by;
        if (lines.empty()) return "";
        std::string line = lines.front();
        const std::string folder = (at.temp / "").string();
        for (auto i = line.find(folder); i != std::string::npos; i = line.find(folder)) line.erase(i, folder.size());
        return line;
    }
    Installation at;
};

TEST_F(Check, FindsNothingWrongWithWhatStarts) {
    EXPECT_EQ(mistakes(), std::vector<std::string>{});
    EXPECT_FALSE(std::filesystem::exists(at.temp / "mcimd.sqlite")) << "looking makes nothing";
}

TEST_F(Check, OfACentreAloneLooksForNoTlsKey) {
    for (const auto* file : {"tls.der", "tls.key"}) std::filesystem::remove(at.temp / file);
    EXPECT_EQ(mistakes_of(Installation::centre_toml()), std::vector<std::string>{});
    EXPECT_EQ(mistakes().size(), 1U) << "the others need it";
}

TEST_F(Check, NamesTheFileTheKeyAndWhatIsWanted) {
    at.write("text", as_view("no certificate"));
    struct Case {
        std::string_view text, by, place, wanted;
    };
    const std::vector<Case> cases{
        {R"(ci = "ci.der")", R"(ci = "absent.der")", "mcimd.toml:13: dp.ci: ", "a CI's own certificate"},
        {R"(ci = "ci.der")", R"(ci = "auth.der")", "mcimd.toml:13: dp.ci: ", "a CI's own certificate"},
        {R"("auth.der")", R"("text")", "mcimd.toml:14: dp.auth_certificate: ", "a certificate file"},
        {R"("auth.der")", R"("pb.der")", "mcimd.toml:14: dp.auth_certificate: ", "certificates of this CI"},
        {R"("pb.der")", R"(".")", "mcimd.toml:15: dp.pb_certificate: ", "a certificate file"},
        {R"("pb.der")", "\"pb.der\"\npb_key = \"verifier\"", "mcimd.toml:14: dp.auth_certificate: ", "dp.pb_key"},
        {R"("pb.der")", "\"pb.der\"\nauth_key = \"nobody\"", "mcimd.toml:16: dp.auth_key: ", "a signing key"},
        {R"("tls.key")", R"("absent.key")", "mcimd.toml:8: server.tls_key: ", "the private key of the TLS certificate"},
        {R"("tls.key")", R"("keys/signing/dppb.der")", "mcimd.toml:8: server.tls_key: ", "the private key"},
        {R"("tls.der")", R"("absent")", "mcimd.toml:7: server.tls_certificate: ", "a certificate file, DER or PEM"},
        {R"("mcimd.sqlite")", R"("nowhere/mcimd.sqlite")", "mcimd.toml:5: server.database: ", "a file in one"},
        {R"("mcimd.sqlite")", R"("postgresql://mcim:s3cret@127.0.0.1:1/mcim")",
         "mcimd.toml:5: server.database: ", "PostgreSQL that runs and lets this user in"},
        {R"("mcimd.sqlite")", R"("host=/nowhere password=s3cret nonsense")",
         "mcimd.toml:5: server.database: ", "no connection string of libpq"},
        {R"("admin.sock")", R"("nowhere/admin.sock")", "mcimd.toml:9: server.admin_socket: ", "a file in one"},
        {R"("verifier.example")", "\"verifier.example\"\nkey = \"nobody\"",
         "mcimd.toml:20: pva.key: ", "a signing key"},
        {R"("127.0.0.1:0")", R"("localhost:0")", "mcimd.toml:3: server.listen: ", "an IP address and a port"},
    };
    for (const auto& c : cases) {
        const std::string line = mistake(c.text, c.by);
        EXPECT_TRUE(line.starts_with(c.place)) << line;
        EXPECT_NE(line.find(c.wanted), std::string::npos) << line;
        EXPECT_EQ(line.find("s3cret"), std::string::npos) << line;
    }
}

TEST_F(Check, LooksAtWhatIsThereAlready) {
    at.write("text", as_view("no database at all"));
    at.write("empty", {});
    const auto names = [&](std::string_view text, std::string_view by, std::string_view line) {
        EXPECT_EQ(mistake(text, by), line);
    };
    names(R"("mcimd.sqlite")", R"("text")",
          "mcimd.toml:5: server.database: text is no database of SQLite; the name of one, or one that nothing has, is "
          "wanted");
    names(R"("mcimd.sqlite")", R"("keys")",
          "mcimd.toml:5: server.database: keys is no database of SQLite; the name of one, or one that nothing has, is "
          "wanted");
    names(R"("admin.sock")", R"("text")",
          "mcimd.toml:9: server.admin_socket: text is no socket; a name that nothing else has is wanted");
    names(R"("auc.sock")", R"("./admin.sock")",
          "mcimd.toml:17: auc.socket: ./admin.sock is server.admin_socket too; another name is wanted");
    EXPECT_EQ(mistakes(R"("mcimd.sqlite")", R"("empty")"), std::vector<std::string>{}) << "as SQLite takes it";
    { Running once{at.config()}; }
    EXPECT_EQ(mistakes(), std::vector<std::string>{}) << "its own database, and what its sockets left";
}

TEST_F(Check, ComparesTheAddressWithTheCertificateThatIsShown) {
    EXPECT_EQ(mistake("\"smdpp.example.com\"", "\"other.example:8443\""),
              "mcimd.toml:12: dp.address: other.example is not among the host names of server.tls_certificate; a name "
              "of that certificate, with which clients compare it, is wanted");
    EXPECT_EQ(mistakes("\"smdpp.example.com\"", "\"SMDPP.example.com:8443\""), std::vector<std::string>{});
}

TEST_F(Check, OfATableThatIsMissingNamesNoLine) {
    std::string toml = at.toml();
    const auto pva = toml.find("[pva]");
    const auto lines = mistakes_of(toml.erase(pva, toml.find('\n', toml.find("id = ", pva)) - pva));
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_EQ(lines.front(), (at.temp / "mcimd.toml").string() +
                                 ": pva.id: is missing: the verifier's name in its verdicts is wanted");
}

/// The installation's keys again, under a passphrase.
class CheckOfSealedKeys : public Check {
protected:
    CheckOfSealedKeys() {
        passphrase("right", "correct horse\n");
        passphrase("wrong", "battery staple\n");
        auto sealed =
            custody::KeyFolder::create(at.temp / "sealed", SecretBytes::copy_of(as_view("correct horse")), at.random);
        EXPECT_TRUE(sealed);
        passphrase("sealed/inside", "correct horse\n");
        passphrase("of_all", "correct horse\n");
        std::filesystem::permissions(at.temp / "of_all", std::filesystem::perms::others_read,
                                     std::filesystem::perm_options::add);
        const auto found = custody::KeyFolder::open(at.temp / "keys")->signing_keys();
        for (const auto& [name, key] : *found) EXPECT_TRUE(sealed->add_signing_key(name, key, at.random));
    }
    void passphrase(std::string_view name, std::string_view text) const {
        EXPECT_TRUE(custody::write_private_file(at.temp / name, as_view(text)));
    }
    static std::string keys(const std::string& folder, const std::string& file) {
        return "\nkeys = \"" + folder + "\"\nkeys_passphrase_file = \"" + file + "\"";
    }
};

TEST_F(CheckOfSealedKeys, TheirPassphraseOpensThem) {
    EXPECT_EQ(mistakes("\nkeys = \"keys\"", keys("sealed", "right")), std::vector<std::string>{});
    Config config = at.config();
    config.keys = at.temp / "sealed";
    config.keys_passphrase_file = at.temp / "right";
    EXPECT_NO_THROW(Running{config});
}

TEST_F(CheckOfSealedKeys, SaysWhichFileIsAtFaultAndHow) {
    struct Case {
        std::string by, place, words;
    };
    for (const auto& c :
         {Case{keys("sealed", "wrong"), "6: server.keys: ", "the passphrase is another one"},
          Case{"\nkeys = \"sealed\"", "6: server.keys: ", "none was given"},
          Case{keys("keys", "right"), "6: server.keys: ", "not protected by one"},
          Case{keys("sealed", "absent"), "7: server.keys_passphrase_file: ", "absent"},
          Case{keys("sealed", "of_all"), "7: server.keys_passphrase_file: ", "chmod 600"},
          Case{keys("sealed", "sealed/inside"), "7: server.keys_passphrase_file: ", "beside what it protects"}}) {
        const std::string line = mistake("\nkeys = \"keys\"", c.by);
        EXPECT_TRUE(line.starts_with("mcimd.toml:" + c.place)) << line;
        EXPECT_NE(line.find(c.words), std::string::npos) << line;
    }
}

TEST_F(Check, NamesAllAtOnce) {
    std::filesystem::remove(at.temp / "ci.der");
    std::filesystem::remove(at.temp / "tls.der");
    std::filesystem::remove_all(at.temp / "keys");
    EXPECT_EQ(mistakes().size(), 3U);
}

}  // namespace
}  // namespace mcim::apps::mcimd
