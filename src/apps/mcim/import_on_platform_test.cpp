// Files of subscribers that go into a platform that runs.
#include <algorithm>
#include <fstream>

#include "mcim/apps/common/files.h"
#include "mcim/apps/mcim/with_platform_for_test.h"
#include "mcim/custody/private_file.h"

namespace mcim::apps {
namespace {

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

}  // namespace
}  // namespace mcim::apps
