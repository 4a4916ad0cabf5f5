// Commands against a platform that runs: the folder that `mcim platform init` made, served by mcimd's own Program in a
// thread of this test, on a UNIX socket and a free port of loopback.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/datagram_protocol.hpp>
#include <cctype>
#include <fstream>
#include <sstream>
#include <thread>

#include "mcim/aka/authentication.h"
#include "mcim/apps/common/files.h"
#include "mcim/apps/mcim/run_for_test.h"
#include "mcim/apps/mcimd/program.h"
#include "mcim/custody/key_folder.h"
#include "mcim/custody/private_file.h"
#include "mcim/http/loop.h"
#include "mcim/jose/json.h"
#include "support/reference.h"
#include "support/swtpm.h"
#include "support/temp_folder.h"

namespace mcim::apps {
namespace {

using test::mcim;
using test::Ran;

constexpr const char* eid = "89049032000000000000000000000163";
constexpr const char* iccid = "8988211000000000011";
constexpr const char* imsi = "001010000000001";

class RunningPlatform {
public:
    explicit RunningPlatform(const std::filesystem::path& config) {
        auto loaded = mcimd::load_config(config);
        if (const auto* mistakes = std::get_if<mcimd::Mistakes>(&loaded)) {
            for (const auto& line : mistakes->lines) ADD_FAILURE() << line;
            return;
        }
        auto program = mcimd::Program::start(std::get<mcimd::Config>(loaded), loop_);
        if (!program) {
            ADD_FAILURE() << to_string(program.error());
            return;
        }
        program_ = *std::move(program);
        thread_ = std::jthread([this] { loop_.run(); });
    }
    RunningPlatform(const RunningPlatform&) = delete;
    RunningPlatform& operator=(const RunningPlatform&) = delete;
    ~RunningPlatform() {
        if (!program_) return;
        loop_.post([this] {
            program_->stop();
            loop_.stop();
        });
        thread_.join();
    }

private:
    http::Loop loop_;
    std::unique_ptr<mcimd::Program> program_;
    std::jthread thread_;
};

class WithPlatform : public testing::Test {
protected:
    void SetUp() override {
        ASSERT_EQ(mcim({"pki", "init", "--dir", at("pki")}).code, 0);
        const auto made = mcim({"platform", "init", "--dir", at("platform"), "--pki", at("pki"), "--dp-address",
                                "localhost:8443", "--listen", "127.0.0.1:0", "--lab"});
        ASSERT_EQ(made.code, 0) << made.err;
        platform_.emplace(folder_ / "platform" / "mcimd.toml");
        add_operator("north");
    }
    [[nodiscard]] std::string at(const std::string& name) const { return (folder_ / name).string(); }
    /// The command with --admin behind it.
    [[nodiscard]] Ran run(std::vector<std::string> args) const {
        args.insert(args.end(), {"--admin", at("platform/admin.sock")});
        return mcim(args);
    }
    /// As JSON; fails the test where the command does.
    [[nodiscard]] jose::Object json(std::vector<std::string> args) const {
        args.emplace_back("--json");
        const auto ran = run(std::move(args));
        EXPECT_EQ(ran.code, 0) << ran.err;
        auto object = jose::Object::parse(ran.out);
        EXPECT_TRUE(object) << ran.out;
        return object ? *std::move(object) : *jose::Object::parse("{}");
    }
    void add_operator(const std::string& id) const {
        ASSERT_EQ(mcim({"operator", "key", "--out", at(id + ".pem")}).code, 0);
        const auto added = run({"operator", "add", "--id", id, "--name", id + " Mobile", "--key", at(id + ".pem.pub")});
        ASSERT_EQ(added.code, 0) << added.err;
    }
    void add_line() const {
        const auto added = run({"subscription", "add", "--operator", "north", "--iccid", iccid, "--imsi", imsi});
        ASSERT_EQ(added.code, 0) << added.err;
    }
    test::TempFolder folder_;
    std::optional<RunningPlatform> platform_;
};

TEST_F(WithPlatform, OperatorsAreListedAndUnique) {
    const auto list = run({"operator", "list"});
    EXPECT_TRUE(list.says("north Mobile")) << list.out << list.err;
    const auto again = run({"operator", "add", "--id", "north", "--name", "x", "--key", at("north.pem.pub")});
    EXPECT_EQ(again.code, 1);
    EXPECT_TRUE(again.complains("conflict")) << again.err;
}

TEST_F(WithPlatform, OperatorHasAPolicyForPackagesThatIsShownAndHolds) {
    EXPECT_TRUE(run({"operator", "list"}).says("  default\n")) << run({"operator", "list"}).out;
    EXPECT_TRUE(run({"operator", "show", "north"}).says("nothing beyond what the platform refuses"));
    const std::vector<std::string> policy{"operator", "policy", "--operator", "north"};
    const auto with = [&](std::vector<std::string> more) {
        more.insert(more.begin(), policy.begin(), policy.end());
        return run(std::move(more));
    };
    EXPECT_TRUE(with({}).complains("operator show"));
    EXPECT_TRUE(with({"--refuse", "tset-key"}).complains("\"tset-key\" is no code of"));
    EXPECT_TRUE(with({"--applets", "none"}).complains("where-declared or refused"));
    const auto set = with({"--refuse", "warning,test-network", "--allow", "default-puk", "--applets", "refused"});
    EXPECT_TRUE(set.says("warning, test-network")) << set.out << set.err;
    const auto shown = run({"operator", "show", "north"});
    for (const char* part : {"north Mobile", "warning, test-network", "default-puk", "refused: no package"})
        EXPECT_TRUE(shown.says(part)) << shown.out << shown.err;
    EXPECT_TRUE(run({"operator", "list"}).says("  own\n"));
    const auto refused =
        run({"subscription", "add", "--operator", "north", "--iccid", iccid, "--imsi", imsi, "--mnc-digits", "2"});
    EXPECT_EQ(refused.code, 1);
    EXPECT_TRUE(refused.complains("the policy of operator \"north\" refuses it")) << refused.err;
    EXPECT_TRUE(with({"--default"}).says("nothing beyond"));
    add_line();
}

TEST_F(WithPlatform, SystemsOfOperatorsAreLetInListedAndShutOut) {
    const std::string certificate = at("pki/dp/tls.der");  // of a TLS client too (SGP.22 4.5.2.1)
    const auto added = run({"operator", "client", "add", "--operator", "north", "--certificate", certificate,
                            "--rights", "downloadOrder,confirmOrder", "--policy", "open"});
    EXPECT_TRUE(added.says("may call for north: downloadOrder, confirmOrder.")) << added.out << added.err;
    const auto listed = json({"operator", "client", "list"}).objects("clients");
    ASSERT_EQ(listed->size(), 1U);
    const std::string fingerprint = *listed->front().text("fingerprint");
    EXPECT_EQ(*listed->front().text("policy"), "open");
    EXPECT_TRUE(run({"operator", "client", "list"}).says(fingerprint));
    const auto key = run({"operator", "client", "add", "--operator", "north", "--certificate", at("north.pem.pub")});
    EXPECT_TRUE(key.complains("north.pem.pub")) << key.err;
    const auto again = run({"operator", "client", "add", "--operator", "north", "--certificate", certificate});
    EXPECT_TRUE(again.complains("remove that one first")) << again.err;
    EXPECT_TRUE(run({"operator", "client", "remove", fingerprint}).says("nothing any more"));
    EXPECT_TRUE(run({"operator", "client", "remove", fingerprint}).complains("operator client list"));
}

TEST_F(WithPlatform, LinesMayHaveATypeToBeOrderedBy) {
    ASSERT_EQ(
        run({"subscription", "add", "--operator", "north", "--iccid", iccid, "--imsi", imsi, "--profile-type", "gold"})
            .code,
        0);
    EXPECT_EQ(*json({"subscription", "show", iccid}).text("profile_type"), "gold");
    EXPECT_TRUE(run({"subscription", "show", iccid}).says("gold"));
}

TEST_F(WithPlatform, ALineIsMadeShownAndNotLetInBeforeItIsOnACard) {
    add_line();
    EXPECT_TRUE(run({"subscription", "list"}).says(imsi));
    const auto shown = run({"subscription", "show", iccid});
    EXPECT_TRUE(shown.says("on no card yet")) << shown.out << shown.err;
    EXPECT_TRUE(shown.says("MILENAGE")) << shown.out;
    EXPECT_EQ(*json({"subscription", "show", iccid}).text("standing"), "reserved");
    EXPECT_TRUE(run({"subscription", "unbar", iccid}).complains("reserved"));
    for (const char* verb : {"bar", "close"}) {
        const auto ran = run({"subscription", verb, iccid});
        EXPECT_TRUE(ran.says("this platform serves its card no more")) << ran.out << ran.err;
    }
    EXPECT_TRUE(run({"subscription", "bar", iccid}).complains("is closed"));
    EXPECT_EQ(run({"subscription", "show", "8988211000000000029"}).code, 1);
}

TEST_F(WithPlatform, BarOfALineOnNoCardIsShownAndLifted) {
    add_line();
    const auto barred = [&] {
        return *json({"subscription", "show", iccid}).object("network_access")->flag("barred_by_operator");
    };
    EXPECT_FALSE(barred());
    EXPECT_TRUE(run({"subscription", "bar", iccid}).says("No installation lifts this"));
    EXPECT_TRUE(barred());
    EXPECT_TRUE(run({"subscription", "show", iccid}).says("its operator, until \"mcim subscription unbar\""));
    EXPECT_TRUE(run({"subscription", "unbar", iccid}).says("its installation lets it in"));
    EXPECT_FALSE(barred());
}

TEST_F(WithPlatform, NextAfterALineIsWhatItsPlatformCanDo) {
    const auto delivers = run({"subscription", "add", "--operator", "north", "--iccid", iccid, "--imsi", imsi});
    EXPECT_TRUE(delivers.says("mcim order create --admin " + at("platform/admin.sock") + " --operator north --iccid " +
                              iccid + " --eid EID"))
        << delivers.out << delivers.err;
    ASSERT_EQ(mcim({"platform", "init", "--dir", at("centre"), "--roles", "auc"}).code, 0);
    const RunningPlatform centre(folder_ / "centre" / "mcimd.toml");
    const std::string admin = at("centre/admin.sock");
    ASSERT_EQ(
        mcim({"operator", "add", "--id", "north", "--name", "N", "--key", at("north.pem.pub"), "--admin", admin}).code,
        0);
    const auto serves =
        mcim({"subscription", "add", "--operator", "north", "--iccid", iccid, "--imsi", imsi, "--admin", admin});
    EXPECT_TRUE(serves.says("mcim subscription unbar --admin " + admin + " " + iccid)) << serves.out << serves.err;
    EXPECT_FALSE(serves.says("mcim order create")) << serves.out;
}

TEST_F(WithPlatform, LineOfALostCardIsReplacedByAnotherWithItsNumber) {
    constexpr const char* next = "8988211000000000029";
    ASSERT_EQ(run({"subscription", "add", "--operator", "north", "--iccid", iccid, "--imsi", "310150000000001",
                   "--mnc-digits", "3", "--msisdn", "88211000000001"})
                  .code,
              0);
    const auto replaced = run({"subscription", "add", "--operator", "north", "--iccid", next, "--imsi",
                               "310150000000002", "--replaces", iccid});
    EXPECT_EQ(replaced.code, 0) << replaced.err;
    EXPECT_TRUE(replaced.says(std::string("Subscription ") + iccid + ", whose place it takes, is closed"))
        << replaced.out;
    EXPECT_EQ(*json({"subscription", "show", iccid}).text("standing"), "closed");
    const auto line = json({"subscription", "show", next});
    EXPECT_EQ(*line.text("msisdn"), "88211000000001");
    EXPECT_EQ(*line.integer("mnc_digits"), 3);
    EXPECT_EQ(run({"order", "create", "--operator", "north", "--iccid", next}).code, 0);
    const auto again = run({"subscription", "add", "--operator", "north", "--iccid", "8988211000000000037", "--imsi",
                            "310150000000003", "--replaces", iccid});
    EXPECT_TRUE(again.complains("is closed")) << again.err;
}

TEST_F(WithPlatform, NetworkCodeOfALineHasTwoDigitsOrThree) {
    add_line();
    EXPECT_EQ(*json({"subscription", "show", iccid}).integer("mnc_digits"), 2);
    const auto added = json({"subscription", "add", "--operator", "north", "--iccid", "8988211000000000029", "--imsi",
                             "310150000000001", "--mnc-digits", "3"});
    EXPECT_EQ(*added.integer("mnc_digits"), 3);
}

TEST_F(WithPlatform, MistakesInALineAreNamed) {
    const auto with = [&](const std::string& who, const std::string& card, const std::string& subscriber) {
        return run({"subscription", "add", "--operator", who, "--iccid", card, "--imsi", subscriber});
    };
    EXPECT_TRUE(with("south", iccid, imsi).complains("south")) << "an operator that nobody knows";
    EXPECT_TRUE(with("north", "8988211000000000012", imsi).complains("at iccid: the last digit of an ICCID"));
    EXPECT_TRUE(with("north", iccid, "12").complains("at imsi: "));
    add_line();
    EXPECT_TRUE(with("north", "8988211000000000029", imsi).complains("conflict")) << "the same IMSI twice";
}

TEST_F(WithPlatform, KeysThatAnOperatorHasGoInAndNeverComeOut) {
    const std::string k = "465B5CE8B199B49FAA5F0A2EE238A6BC";
    ASSERT_TRUE(
        custody::write_private_file(at("keys"), as_view("k=" + k + "\nopc=CD63CB71954A9F4E48A5994E37A02BAF\n")));
    const auto added =
        run({"subscription", "add", "--operator", "north", "--iccid", iccid, "--imsi", imsi, "--k-file", at("keys")});
    ASSERT_EQ(added.code, 0) << added.err;
    for (const auto& ran : {added, run({"subscription", "show", iccid}), run({"subscription", "list", "--json"})})
        EXPECT_FALSE(ran.says(k.substr(0, 8))) << ran.out;
    const auto twice = run({"subscription", "add", "--operator", "north", "--iccid", "8988211000000000029", "--imsi",
                            "001010000000002", "--k-file", at("keys")});
    EXPECT_EQ(twice.code, 1) << "one K on two cards is a clone";
}

constexpr const char* k_of_north = "9F1C4A7730E2B85D06CB91D44F3E68A2";
constexpr const char* other_k = "5E80F3176C2AD94BB10E7748C5932DA6";
constexpr const char* opc_of_north = "27D8035B9EFA61C2447B8810D5AC3F96";

class ImportOfSubscribers : public WithPlatform {
protected:
    [[nodiscard]] Ran import(const std::string& content, std::vector<std::string> more = {}) {
        const auto file = at("subscribers-" + std::to_string(++files_));
        EXPECT_TRUE(custody::write_private_file(file, as_view(content)));
        std::vector<std::string> args{"subscription", "import", file, "--operator", "north"};
        args.insert(args.end(), more.begin(), more.end());
        auto ran = run(std::move(args));
        for (const char* secret : {"9F1C4A77", "5E80F317", "27D8035B"})
            EXPECT_FALSE(ran.says(secret) || ran.complains(secret)) << ran.out << ran.err;
        return ran;
    }
    /// "ICCID,IMSI,K,OPc" and the end of the line.
    [[nodiscard]] static std::string row(const std::string& card, const std::string& subscriber, const std::string& k) {
        return card + "," + subscriber + "," + k + "," + opc_of_north + "\n";
    }
    [[nodiscard]] std::size_t lines() const { return json({"subscription", "list"}).objects("subscriptions")->size(); }
    const std::string header_ = "iccid,imsi,ki,opc\n";
    const std::string first_ = row("8988211000000000011", "001010000000001", k_of_north);

private:
    int files_ = 0;
};

TEST_F(ImportOfSubscribers, TakesEveryRowAndShowsNoKey) {
    const auto done = import(header_ + first_ + row("8988211000000000029", "001010000000002", other_k));
    EXPECT_EQ(done.code, 0) << done.out << done.err;
    EXPECT_TRUE(done.says("2 done, 0 refused.")) << done.out;
    EXPECT_TRUE(done.says("8988...0011  0010...0001  done")) << done.out;
    EXPECT_FALSE(done.says("8988211000000000011"));
    EXPECT_TRUE(run({"subscription", "show", "8988211000000000029"}).says("001010000000002"));
}

TEST_F(ImportOfSubscribers, ReportsARowThatFailsAndGoesOn) {
    const auto done = import(header_ + first_ + row("8988211000000000012", "001010000000002", other_k) + "x,y\n" +
                                 row("8988211000000000037", "001010000000003", other_k),
                             {"--json"});
    EXPECT_EQ(done.code, 1);
    const auto report = *jose::Object::parse(done.out);
    EXPECT_EQ(*report.integer("done"), 2);
    EXPECT_EQ(*report.integer("refused"), 2);
    const auto rows = *report.objects("rows");
    EXPECT_EQ(*rows[1].integer("line"), 3);
    EXPECT_NE(rows[1].text("why")->find("Luhn"), std::string::npos);
    EXPECT_EQ(*rows[2].text("result"), "refused");
    EXPECT_EQ(lines(), 2U);
}

TEST_F(ImportOfSubscribers, RefusesWhatAnotherRowHas) {
    const auto done = import(header_ + first_ + row("8988211000000000029", "001010000000002", k_of_north) +
                             row("8988211000000000037", "001010000000001", other_k) +
                             row("8988211000000000011", "001010000000004", other_k));
    EXPECT_EQ(done.code, 1);
    EXPECT_TRUE(done.says("at k: line 2 of the file has it already")) << done.out;
    EXPECT_TRUE(done.says("at imsi: line 2 of the file has it already")) << done.out;
    EXPECT_TRUE(done.says("at iccid: line 2 of the file has it already")) << done.out;
    EXPECT_EQ(lines(), 1U);
}

TEST_F(ImportOfSubscribers, RefusesWhatThePlatformHas) {
    ASSERT_EQ(import(header_ + first_).code, 0);
    const auto done = import(header_ + row("8988211000000000029", "001010000000002", k_of_north) +
                             row("8988211000000000037", "001010000000001", other_k));
    EXPECT_EQ(done.code, 1);
    EXPECT_TRUE(done.says("has this K already: two cards with one K are clones")) << done.out;
    EXPECT_TRUE(done.says("at imsi: a subscription of the platform has it already")) << done.out;
    EXPECT_FALSE(done.says("8988211000000000011")) << "the other one's number is masked too: " << done.out;
    EXPECT_EQ(lines(), 1U);
    const auto tried = import(header_ + row("8988211000000000037", "001010000000001", other_k), {"--dry-run"});
    EXPECT_TRUE(tried.says("at imsi: a subscription of the platform has it already")) << tried.out;
}

TEST_F(ImportOfSubscribers, ChangesNothingWhenItOnlyTries) {
    const auto tried = import(header_ + first_, {"--dry-run"});
    EXPECT_EQ(tried.code, 0) << tried.out << tried.err;
    EXPECT_TRUE(tried.says("1 acceptable, 0 refused.")) << tried.out;
    EXPECT_EQ(lines(), 0U);
    const std::string test_key(32, '0');
    const auto refused = import(header_ + row("8988211000000000011", "001010000000001", test_key), {"--dry-run"});
    EXPECT_EQ(refused.code, 1);
    EXPECT_TRUE(refused.says("0 acceptable, 1 refused.")) << refused.out;
    const auto imported = import(header_ + row("8988211000000000011", "001010000000001", test_key));
    EXPECT_TRUE(imported.says("0 done, 1 refused.")) << imported.out;
    EXPECT_FALSE(imported.says("Next:")) << imported.out;
    EXPECT_EQ(lines(), 0U);
}

TEST_F(ImportOfSubscribers, GivesIccidsInTheirOrderWhereTheFileHasNone) {
    const std::string csv = std::string("ue1,mil,001010000000001,") + k_of_north + ",opc," + opc_of_north +
                            ",8000,000000001234,7,dynamic\nue2,mil,001010000000002," + other_k + ",op," + opc_of_north +
                            ",8000,000000001234,7,dynamic\n";
    EXPECT_TRUE(import(csv).complains("--iccid-from"));
    const auto done = import(csv, {"--iccid-from", "8988211000000000011"});
    EXPECT_EQ(done.code, 0) << done.out << done.err;
    EXPECT_TRUE(done.says("format srsran")) << done.out;
    EXPECT_EQ(*json({"subscription", "show", "8988211000000000029"}).text("imsi"), "001010000000002");
}

TEST_F(ImportOfSubscribers, MakesKeysOnlyWhereItIsTold) {
    const std::string csv = "iccid,imsi,Kii\n8988211000000000011,001010000000001,x\n";
    EXPECT_TRUE(import(csv, {"--fresh-keys"}).complains("nothing here is called \"Kii\""));
    EXPECT_TRUE(import(csv, {"--ignore-unknown"}).complains("--fresh-keys")) << "a slip of the pen makes no keys";
    EXPECT_EQ(lines(), 0U);
    const auto done = import(csv, {"--fresh-keys", "--ignore-unknown"});
    EXPECT_EQ(done.code, 0) << done.out << done.err;
    EXPECT_TRUE(done.says("Columns without effect here: Kii\n")) << done.out;
}

TEST_F(ImportOfSubscribers, FileMayBeAsLongAsRealOnesAre) {
    std::string csv = header_;
    while (csv.size() < 100'000) csv += "8988211000000000012,1," + std::string(60, '0') + ",\n";
    const auto done = import(csv + first_);
    EXPECT_EQ(done.code, 1) << done.err;
    EXPECT_TRUE(done.says("8988...0011  0010...0001  done")) << done.err;
    EXPECT_EQ(lines(), 1U);
}

TEST_F(ImportOfSubscribers, ReadsNoFileThatOthersMayReadAndAsksForNoUnknownOperator) {
    std::ofstream(at("open")) << header_ << first_;
    std::filesystem::permissions(at("open"), std::filesystem::perms::others_read, std::filesystem::perm_options::add);
    EXPECT_EQ(run({"subscription", "import", at("open"), "--operator", "north"}).code, 1);
    ASSERT_TRUE(custody::write_private_file(at("mine"), as_view(header_ + first_)));
    EXPECT_TRUE(run({"subscription", "import", at("mine"), "--operator", "west"}).complains("\"west\" is not known"));
    EXPECT_EQ(lines(), 0U);
}

/// As hostapd asks a centre.
std::string ask_centre(const std::filesystem::path& folder, const std::string& question) {
    using boost::asio::local::datagram_protocol;
    boost::asio::io_context context;
    datagram_protocol::socket me(context, (folder / "hostapd").string());
    me.send_to(boost::asio::buffer(question), (folder / "auc.sock").string());
    std::string answer(1024, '\0');
    answer.resize(me.receive(boost::asio::buffer(answer)));
    std::filesystem::remove(folder / "hostapd");
    return answer;
}

/// Whether the card with this K takes what the centre answered, and answers the same.
bool card_accepts(const std::string& answer) {
    std::istringstream in(answer);
    std::string verb, who, rand, autn, ik, ck, res;
    in >> verb >> who >> rand >> autn >> ik >> ck >> res;
    const auto secret = [](std::string_view digits) { return *Secret<16>::copy_of(*from_hex(digits)); };
    const aka::Subscription card{aka::Milenage(secret(k_of_north), secret(opc_of_north)), {}};
    const auto octets = [](const std::string& digits) { return *to_array<16>(*from_hex(digits)); };
    const auto step = aka::authenticate(card, {}, octets(rand), octets(autn));
    const auto* success = std::get_if<aka::Success>(&step.outcome);
    return success != nullptr && hex(success->res) == hex(*from_hex(res));
}

/// An authentication centre of its own, with north's transport key 3.
class Centre {
public:
    Centre(const std::filesystem::path& folder, const std::string& operator_key, custody::TransportUse use)
        : folder_(folder) {
        EXPECT_EQ(mcim({"platform", "init", "--dir", folder_.string(), "--roles", "auc"}).code, 0);
        auto keys = custody::KeyFolder::open(folder_ / "keys");
        EXPECT_TRUE(keys) << to_string(keys.error());
        SystemRandom random;
        EXPECT_TRUE(keys->add_transport_key(3, {"north", use, SecretBytes(*from_hex(transport_digits))}, random));
        platform_.emplace(folder_ / "mcimd.toml");
        EXPECT_EQ(run({"operator", "add", "--id", "north", "--name", "N", "--key", operator_key}).code, 0);
    }
    [[nodiscard]] Ran run(std::vector<std::string> args) const {
        args.insert(args.end(), {"--admin", (folder_ / "admin.sock").string()});
        return mcim(args);
    }
    /// Files that have these octets, in clear or in hexadecimal digits.
    [[nodiscard]] int files_with(std::string_view digits) const {
        int count = 0;
        const Bytes octets = *from_hex(digits);
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_)) {
            if (!entry.is_regular_file()) continue;
            const Bytes content = *read_file(entry.path().string(), 64 * 1024 * 1024);
            const std::string text = as_text(content);
            if (!std::ranges::search(content, octets).empty() || text.find(digits) != std::string::npos) ++count;
        }
        return count;
    }
    static constexpr const char* transport_digits = "7B1D90E4A62C58F3093E84D7C1B5620A";

private:
    std::filesystem::path folder_;
    std::optional<RunningPlatform> platform_;
};

TEST_F(WithPlatform, LinesGoToAnotherPlatformUnderATransportKey) {
    const Centre one(folder_ / "one", at("north.pem.pub"), custody::TransportUse::export_);
    const Centre other(folder_ / "other", at("north.pem.pub"), custody::TransportUse::import);
    const std::string rows = std::string("iccid,imsi,msisdn,k,opc\n") + iccid + "," + imsi + ",88211000000001," +
                             k_of_north + "," + opc_of_north + "\n8988211000000000029,001010000000002,," + other_k +
                             "," + opc_of_north + "\n";
    ASSERT_TRUE(custody::write_private_file(at("rows.csv"), as_view(rows)));
    ASSERT_EQ(one.run({"subscription", "import", at("rows.csv"), "--operator", "north"}).code, 0);

    const auto sent = one.run(
        {"subscription", "export", at("north.out"), "--operator", "north", "--transport-key", "3", "--batch", "17"});
    EXPECT_EQ(sent.code, 0) << sent.out << sent.err;
    EXPECT_TRUE(sent.says("2 exported, 0 refused.")) << sent.out;
    const auto file = custody::read_private_file(at("north.out"));
    ASSERT_TRUE(file) << to_string(file.error());
    const std::string text = as_text(expose(*file));
    EXPECT_TRUE(text.starts_with("00017 ")) << text;
    EXPECT_NE(text.find(" 2 0 1 3 0 0 0\n"), std::string::npos) << text;
    EXPECT_NE(text.find(std::string("\n") + iccid + " 88211000000001 " + imsi + " "), std::string::npos) << text;
    EXPECT_NE(text.find("8988211000000000029 - 001010000000002 "), std::string::npos) << text;
    EXPECT_TRUE(one.run({"subscription", "export", at("north.out"), "--operator", "north", "--transport-key", "3"})
                    .complains("there is a file of this name"));
    const auto shown = one.run({"subscription", "show", iccid});
    EXPECT_TRUE(shown.says("Z, for north, under transport key 3, asked for by user " + std::to_string(::geteuid())))
        << shown.out;
    const auto line = *jose::Object::parse(one.run({"subscription", "show", iccid, "--json"}).out);
    const auto exports = *line.objects("exports");
    ASSERT_EQ(exports.size(), 1U);
    EXPECT_EQ(*exports[0].integer("transport_key"), 3);

    const auto taken = other.run({"subscription", "import", at("north.out"), "--operator", "north"});
    EXPECT_EQ(taken.code, 0) << taken.out << taken.err;
    EXPECT_TRUE(taken.says("format classic")) << taken.out;
    EXPECT_TRUE(taken.says("2 done, 0 refused.")) << taken.out;
    ASSERT_EQ(other.run({"subscription", "unbar", iccid}).code, 0);
    const auto vector = ask_centre(folder_ / "other", std::string("AKA-REQ-AUTH ") + imsi);
    EXPECT_TRUE(card_accepts(vector)) << vector;
    for (const auto* key : {k_of_north, other_k, opc_of_north}) {
        EXPECT_EQ(text.find(key), std::string::npos) << "it is wrapped";
        EXPECT_EQ(other.files_with(key), 0);
        EXPECT_FALSE(sent.says(key) || taken.says(key));
    }
    EXPECT_EQ(other.files_with(Centre::transport_digits), 1) << "so the search finds what is there";

    const auto again = other.run({"subscription", "import", at("rows.csv"), "--operator", "north"});
    EXPECT_EQ(again.code, 1) << "in clear they are the same";
    EXPECT_TRUE(again.says("0 done, 2 refused.")) << again.out;
    const auto back = other.run({"subscription", "export", at("back"), "--operator", "north", "--transport-key", "3"});
    EXPECT_EQ(back.code, 1) << "there the key is for import";
    EXPECT_TRUE(back.says("transport key 3 is for import only")) << back.out;
    EXPECT_FALSE(std::filesystem::exists(at("back")));
}

TEST_F(WithPlatform, LinesThatCannotBeExportedAreReportedAndLeftOut) {
    const Centre one(folder_ / "one", at("north.pem.pub"), custody::TransportUse::both);
    const auto add = [&](const char* card, const char* subscriber) {
        EXPECT_EQ(one.run({"subscription", "add", "--operator", "north", "--iccid", card, "--imsi", subscriber}).code,
                  0);
    };
    const auto send = [&](std::vector<std::string> more, const std::string& file) {
        more.insert(more.begin(), {"subscription", "export", at(file), "--operator", "north", "--transport-key", "3"});
        return one.run(std::move(more));
    };
    EXPECT_TRUE(send({}, "none").complains("has no line that is not closed"));
    add(iccid, imsi);
    add("8988211000000000029", "001010000000002");
    ASSERT_EQ(one.run({"subscription", "close", iccid}).code, 0);
    const auto all = send({}, "all");
    EXPECT_EQ(all.code, 0) << all.out << all.err;
    EXPECT_TRUE(all.says("1 exported, 0 refused.")) << all.out;
    const auto named = send({"--iccid", iccid, "--iccid", "8988211000000000029", "--json"}, "named");
    EXPECT_EQ(named.code, 1);
    const auto report = *jose::Object::parse(named.out);
    EXPECT_EQ(*report.integer("exported"), 1);
    EXPECT_NE(report.objects("rows")->front().text("why")->find("is closed"), std::string::npos) << named.out;
    EXPECT_EQ(send({"--iccid", iccid}, "closed").code, 1);
    EXPECT_FALSE(std::filesystem::exists(at("closed")));
    EXPECT_NE(one.run({"subscription", "export", at("x"), "--operator", "north", "--transport-key", "0"}).code, 0);
}

TEST_F(WithPlatform, AnOrderHasACodeThatPeopleAndCamerasRead) {
    add_line();
    const auto made =
        run({"order", "create", "--operator", "north", "--iccid", iccid, "--eid", eid, "--expires", "7d"});
    ASSERT_EQ(made.code, 0) << made.err;
    EXPECT_TRUE(made.says("LPA:1$localhost:8443$")) << made.out;
    EXPECT_TRUE(made.says("\u2588")) << "a QR code";
    EXPECT_TRUE(made.says("fresh and good")) << "attested is what nobody has to ask for: " << made.out;
    const auto list = json({"order", "list"}).objects("orders");
    ASSERT_EQ(list->size(), 1U);
    const std::string id = *list->front().text("id");
    EXPECT_TRUE(run({"order", "show", id}).says("Released"));
    std::string small = id;
    std::ranges::transform(small, small.begin(), [](unsigned char c) { return std::tolower(c); });
    const auto typed_small = run({"order", "explain", small});
    EXPECT_TRUE(typed_small.says("ordered and released")) << typed_small.out << typed_small.err;
    EXPECT_FALSE(run({"order", "show", id}).says("\u2588"));
    EXPECT_TRUE(run({"order", "show", id, "--qr"}).says("\u2588"));
    const auto explained = run({"order", "explain", id});
    for (const char* part : {"Only the card with EID", "match the operator's reference values",
                             "What happened:", "ordered", "may download it now"})
        EXPECT_TRUE(explained.says(part)) << part << "\n" << explained.out << explained.err;
}

TEST_F(WithPlatform, AnOrderEndsInTimeToComeAndMayGetMoreOfIt) {
    add_line();
    const auto create = [&](const std::string& end) {
        return run({"order", "create", "--operator", "north", "--iccid", iccid, "--policy", "open", "--expires", end});
    };
    EXPECT_TRUE(create("2020-01-31T12:00:00Z").complains("--expires: 2020-01-31T12:00:00Z is over already"));
    ASSERT_EQ(create("1h").code, 0);
    const auto order = json({"order", "list"}).objects("orders")->front();
    const std::string id = *order.text("id");
    EXPECT_EQ(run({"order", "release", id, "--expires", "2020-01-31T12:00:00Z"}).code, 1);
    EXPECT_GT(*json({"order", "release", id, "--expires", "7d"}).time("expires_at"), *order.time("expires_at"));
}

TEST_F(WithPlatform, AnOrderWithoutAMatchingIdHasNoCode) {
    add_line();
    const auto create = [&](std::vector<std::string> more) {
        std::vector<std::string> words{"order", "create", "--operator", "north", "--iccid", iccid};
        words.insert(words.end(), {"--policy", "open", "--matching-id", ""});
        words.insert(words.end(), more.begin(), more.end());
        return run(std::move(words));
    };
    EXPECT_TRUE(create({}).complains("by its EID alone: the order has to name it"));
    const auto made = create({"--eid", eid});
    EXPECT_EQ(made.code, 0) << made.err;
    EXPECT_TRUE(made.says("It has no activation code")) << made.out;
    EXPECT_TRUE(made.says("download -a 'LPA:1$HOST:PORT$'")) << made.out;
}

TEST_F(WithPlatform, AnOrderIsExplainedInJsonToo) {
    add_line();
    const std::string id = *json({"order", "create", "--operator", "north", "--iccid", iccid, "--eid", eid}).text("id");
    const auto explained = json({"order", "explain", id});
    EXPECT_NE(explained.text("meaning")->find("may download it now"), std::string::npos);
    EXPECT_NE(explained.text("advice")->find("No device is enrolled with EID"), std::string::npos);
    const auto next = *explained.texts("next");
    ASSERT_EQ(next.size(), 1U);
    EXPECT_TRUE(next.front().starts_with("mcim device enrol --eid ")) << next.front();
    EXPECT_EQ(explained.objects("timeline")->size(), 1U) << "and all that the platform says";
}

TEST_F(WithPlatform, AnOrderWithAConfirmationCodeSaysWhoHasToTypeIt) {
    add_line();
    const auto made = run({"order", "create", "--operator", "north", "--iccid", iccid, "--policy", "open",
                           "--confirmation-code", "planted-4711", "--no-qr"});
    ASSERT_EQ(made.code, 0) << made.err;
    EXPECT_TRUE(made.says("apart from the activation code")) << made.out;
    EXPECT_TRUE(made.says("$1' --imei IMEI --confirmation-code-file FILE")) << made.out;
    const std::string id = *json({"order", "list"}).objects("orders")->front().text("id");
    EXPECT_TRUE(run({"order", "show", id}).says("wrong codes      0 of 3")) << run({"order", "show", id}).out;
    const auto explained = run({"order", "explain", id});
    EXPECT_TRUE(explained.says("has to type a confirmation code too")) << explained.out;
    EXPECT_TRUE(run({"order", "release", id}).says("Released"));
    for (const auto& output : {made, explained, run({"order", "show", id, "--json"})})
        EXPECT_FALSE(output.says("planted-4711")) << output.out;
    ASSERT_EQ(run({"order", "cancel", id}).code, 0);
    EXPECT_TRUE(run({"order", "create", "--operator", "north", "--iccid", iccid, "--confirmation-code", "123"})
                    .complains("4 to 255"));
    const auto from_file = [&] {
        return run({"order", "create", "--operator", "north", "--iccid", iccid, "--policy", "open",
                    "--confirmation-code-file", at("code"), "--no-qr"});
    };
    EXPECT_TRUE(from_file().complains("code"));
    ASSERT_TRUE(custody::write_private_file(at("code"), as_view("planted-4711\n")));
    EXPECT_TRUE(from_file().says("apart from the activation code"));
}

TEST_F(WithPlatform, AnOrderMayBeFoundAtAnSmds) {
    platform_.reset();
    std::ofstream(at("platform/mcimd.toml"), std::ios::app) << "\n[[dp.smds]]\naddress = \"localhost:1\"\n";
    platform_.emplace(folder_ / "platform" / "mcimd.toml");
    add_line();
    const auto create = [&](const std::string& smds) {
        return run(
            {"order", "create", "--operator", "north", "--iccid", iccid, "--eid", eid, "--smds", smds, "--no-qr"});
    };
    EXPECT_TRUE(create("smds.example.com").complains("[[dp.smds]]"));
    EXPECT_NE(run({"order", "create", "--operator", "north", "--iccid", iccid, "--smds", "localhost:1"}).code, 0)
        << "whose event would it be?";
    const auto made = create("localhost:1");
    ASSERT_EQ(made.code, 0) << made.err;
    const std::string asked = "The SM-DS localhost:1 is asked to register an event for its device";
    EXPECT_TRUE(made.says(asked)) << made.out;
    const std::string id = *json({"order", "list"}).objects("orders")->front().text("id");
    EXPECT_TRUE(run({"order", "show", id}).says("localhost:1, event queued")) << run({"order", "show", id}).out;
    EXPECT_TRUE(run({"order", "explain", id}).says(asked));
    ASSERT_EQ(run({"order", "cancel", id}).code, 0);
    EXPECT_TRUE(run({"order", "explain", id}).says("The SM-DS localhost:1 is asked to delete the event"));
}

TEST_F(WithPlatform, AnOrderMayHaveAMatchingIdOfItsOperators) {
    add_line();
    const auto create = [&](const std::string& id) {
        return run({"order", "create", "--operator", "north", "--iccid", iccid, "--policy", "open", "--matching-id", id,
                    "--no-qr"});
    };
    EXPECT_TRUE(create("A$B").complains("without $"));
    EXPECT_TRUE(create(std::string(256, 'A')).complains("1 to 255"));
    const auto odd = create("tariff/7'x");
    EXPECT_TRUE(odd.says("$tariff/7'x$")) << odd.out << odd.err;
    EXPECT_TRUE(odd.says("$tariff/7'\\''x$")) << "as a shell takes it: " << odd.out;
    EXPECT_TRUE(odd.says("Some devices will not take")) << odd.out;
    ASSERT_EQ(run({"order", "cancel", *json({"order", "list"}).objects("orders")->front().text("id")}).code, 0);
    EXPECT_TRUE(create("tariff/7'x").complains("has it: choose another")) << "also one that has ended keeps its own";
    const auto plain = create("TARIFF-7");
    EXPECT_TRUE(plain.says("$TARIFF-7$")) << plain.out << plain.err;
    EXPECT_FALSE(plain.says("Some devices")) << plain.out;
}

TEST_F(WithPlatform, AnOrderForADeviceThatNobodySpeaksForSaysSo) {
    add_line();
    const auto made = run({"order", "create", "--operator", "north", "--iccid", iccid, "--eid", eid, "--no-qr"});
    ASSERT_EQ(made.code, 0) << made.err;
    EXPECT_TRUE(made.says("No device is enrolled with EID " + std::string(eid))) << made.out;
    const std::string with_admin = " --admin " + at("platform/admin.sock");
    EXPECT_TRUE(made.says("mcim device enrol --eid " + std::string(eid) + " --tpm TCTI --model NAME" + with_admin))
        << made.out;
    const std::string id = *json({"order", "list"}).objects("orders")->front().text("id");
    EXPECT_TRUE(made.says("mcim order explain " + id + with_admin)) << made.out;
    const auto explained = run({"order", "explain", id});
    EXPECT_TRUE(explained.says("No device is enrolled")) << explained.out;
    EXPECT_TRUE(explained.says("mcim attest verdict --eid " + std::string(eid) + with_admin)) << explained.out;
    ASSERT_EQ(run({"order", "cancel", id}).code, 0);
    EXPECT_FALSE(run({"order", "explain", id}).says("No device is enrolled")) << "nothing is to be downloaded";
    const auto open =
        run({"order", "create", "--operator", "north", "--iccid", iccid, "--eid", eid, "--policy", "open", "--no-qr"});
    EXPECT_EQ(open.code, 0) << open.err;
    EXPECT_FALSE(open.says("No device is enrolled")) << open.out;
}

TEST_F(WithPlatform, AnOrderIsTakenBackOnce) {
    add_line();
    const std::string id =
        *json({"order", "create", "--operator", "north", "--iccid", iccid, "--policy", "open"}).text("id");
    EXPECT_TRUE(run({"order", "create", "--operator", "north", "--iccid", iccid}).complains("conflict"))
        << "a second order for the same line";
    EXPECT_TRUE(run({"order", "cancel", id}).says("Unavailable: its operator took it back"));
    EXPECT_TRUE(run({"order", "list"}).says("Unavailable, cancelled"));
    EXPECT_TRUE(run({"order", "show", id}).says("Unavailable, cancelled"));
    EXPECT_EQ(run({"order", "cancel", id}).code, 1);
    EXPECT_EQ(run({"order", "release", id}).code, 1);
    EXPECT_EQ(run({"order", "show", "ABCD"}).code, 1);
    EXPECT_EQ(run({"order", "create", "--operator", "north", "--iccid", iccid, "--release", at("absent.jws")}).code, 1);
}

TEST_F(WithPlatform, ReleaseIsSignedForWhatThePlatformKnows) {
    add_line();
    add_operator("south");
    ASSERT_EQ(mcim({"operator", "key", "--out", at("nobodys.pem")}).code, 0);
    const auto release = [&](const std::string& by, const std::string& key, const std::string& to,
                             const std::string& card = iccid, const std::string& device = eid) {
        return run({"transfer", "release", "--operator", by, "--key", at(key), "--eid", device, "--iccid", card, "--to",
                    to, "--out", at("release.jws")});
    };
    EXPECT_TRUE(release("nord", "north.pem", "south").complains("\"nord\" is not known"));
    EXPECT_TRUE(release("north", "north.pem", "suoth").complains("\"suoth\" is not known"));
    EXPECT_TRUE(release("north", "south.pem", "south").complains("this is the key of south"));
    EXPECT_TRUE(release("north", "nobodys.pem", "south").complains("this is the key of no operator"));
    EXPECT_TRUE(release("south", "south.pem", "north").complains("a subscription of north"));
    EXPECT_TRUE(release("north", "north.pem", "south", "8988211000000000029").complains("no subscription has"));
    EXPECT_FALSE(std::filesystem::exists(at("release.jws")));
    const auto right = release("north", "north.pem", "south");
    EXPECT_EQ(right.code, 0) << right.err;
    EXPECT_FALSE(right.says("No platform was asked")) << right.out;
    EXPECT_TRUE(right.says("on no card yet")) << right.out;
    ASSERT_EQ(run({"subscription", "close", iccid}).code, 0);
    EXPECT_TRUE(release("north", "north.pem", "south").complains("is closed: there is nothing to release"));
}

TEST_F(WithPlatform, ADeviceIsEnrolledAndItsModelDescribed) {
    if (!test::Swtpm::installed()) GTEST_SKIP() << "swtpm is not installed";
    const auto tpm = test::Swtpm::start();
    ASSERT_TRUE(tpm) << to_string(tpm.error());
    const auto enrolled = run({"device", "enrol", "--eid", eid, "--tpm", tpm->tcti(), "--model", "meter-2"});
    ASSERT_EQ(enrolled.code, 0) << enrolled.err;
    EXPECT_TRUE(run({"device", "list"}).says("meter-2"));
    EXPECT_TRUE(run({"device", "show", eid}).says("attestation key"));
    const std::vector<std::string> reference{"attest",  "reference",     "--tpm",    tpm->tcti(),  "--model",
                                             "meter-2", "--pcrs",        "0-7",      "--operator", "north",
                                             "--key",   at("north.pem"), "--number", "5"};
    const auto given = run(reference);
    EXPECT_EQ(given.code, 0) << given.err;
    EXPECT_TRUE(run(reference).complains("version")) << "the same version twice";
    for (const char* model : {"meter-2", "meter-2", "meter-7"}) {
        const auto next = json({"attest", "reference", "--tpm", tpm->tcti(), "--model", model, "--pcrs", "0",
                                "--operator", "north", "--key", at("north.pem")});
        EXPECT_EQ(*next.text("model"), model);
        EXPECT_EQ(next.object("pcrs")->hex_octets("0")->size(), 32U);
        EXPECT_GT(*next.time("expires_at"), *next.time("issued_at"));
    }
    add_operator("south");
    auto of_another = reference;
    of_another[11] = at("south.pem");
    of_another[13] = "6";
    EXPECT_TRUE(run(of_another).complains("not signed with the key that \"north\" has here")) << run(of_another).err;
    EXPECT_TRUE(run({"attest", "verdict", "--eid", eid}).says("There is no verdict"));
    const auto other = run({"device", "enrol", "--eid", eid, "--tpm", tpm->tcti(), "--model", "meter-3"});
    EXPECT_EQ(other.code, 1) << "an enrolment is not changed by enrolling again";
    EXPECT_TRUE(other.complains("mcim device remove " + std::string(eid))) << other.err;
    const auto removed = run({"device", "remove", eid});
    EXPECT_EQ(removed.code, 0) << removed.err;
    EXPECT_TRUE(removed.says("mcim device enrol --eid " + std::string(eid))) << removed.out;
    EXPECT_TRUE(removed.says(" --admin " + at("platform/admin.sock"))) << removed.out;
    EXPECT_EQ(run({"device", "remove", eid}).code, 1);
    EXPECT_EQ(run({"device", "enrol", "--eid", eid, "--tpm", tpm->tcti(), "--model", "meter-3"}).code, 0);
    EXPECT_TRUE(run({"device", "list"}).says("meter-3"));
    EXPECT_TRUE(run({"device", "show", eid}).says("the same TPM, until "));
    const auto another = test::Swtpm::start();
    ASSERT_TRUE(another) << to_string(another.error());
    EXPECT_EQ(run({"device", "remove", eid}).code, 0);
    const auto anew = run({"device", "enrol", "--eid", eid, "--tpm", another->tcti(), "--model", "meter-3"});
    EXPECT_TRUE(anew.says("ANOTHER TPM, until ")) << anew.out << anew.err;
    EXPECT_TRUE(run({"device", "show", eid}).says("ANOTHER TPM, until "));
}

TEST_F(WithPlatform, AnybodysPackageBringsItsOwnNumbers) {
    MCIM_REFERENCE_OR_SKIP(package, "profiles/TS48v7_SAIP2.3_NoBERTLV.der");
    const auto added = run({"subscription", "add", "--operator", "north", "--profile", package.string()});
    ASSERT_EQ(added.code, 0) << added.err;
    EXPECT_TRUE(run({"subscription", "list"}).says("89000123456789012341")) << run({"subscription", "list"}).out;
}

}  // namespace
}  // namespace mcim::apps
