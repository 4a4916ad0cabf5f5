#include "mcim/apps/mcim/bench.h"

#include <gtest/gtest.h>

#include "mcim/apps/mcim/bench_download.h"
#include "mcim/apps/mcim/bench_sessions.h"
#include "support/postgres.h"

namespace mcim::apps {
namespace {

TEST(Figures, ArePrintedForPeopleAndAsOneJsonObject) {
    Figures figures;
    figures.add("downloads", std::uint64_t{2000}, "complete downloads");
    figures.add("floor_ratio", 1.23456, 3, "over the floor");
    EXPECT_EQ(figures.text(),
              "  downloads     2000  complete downloads\n"
              "  floor_ratio  1.235  over the floor\n");
    EXPECT_EQ(figures.json(), R"({"downloads":2000,"floor_ratio":1.235})");
}

TEST(Figures, AreFollowedByRemarksThatAreNotInTheJson) {
    Figures figures;
    figures.add("downloads", std::uint64_t{2}, "of two");
    figures.remark("The host was busy.");
    EXPECT_EQ(figures.text(), "  downloads  2  of two\nThe host was busy.\n");
    EXPECT_EQ(figures.json(), R"({"downloads":2})");
}

TEST(FloorBesideOpenssl, SaysInWordsWhatIsMoreThanATenthAway) {
    Floor floor;
    floor.sign = 10.9;
    floor.verify = 23;
    floor.agree = 26;
    Figures figures;
    add_comparison(figures, floor, {10, 20, 30});
    const std::string text = figures.text();
    EXPECT_EQ(text.find("The floor's sign"), std::string::npos) << text;
    EXPECT_NE(text.find("The floor's verify is 15 % above what openssl speed says"), std::string::npos) << text;
    EXPECT_NE(text.find("The floor's agree is 13 % below what openssl speed says"), std::string::npos) << text;
    EXPECT_NE(text.find("Measure again"), std::string::npos) << text;
    Figures near;
    add_comparison(near, floor, {10, 22, 28});
    EXPECT_EQ(near.text().find("Measure again"), std::string::npos) << near.text();
    EXPECT_NE(figures.json().find(R"("sign_ratio":1.090,"verify_ratio":1.150,"agree_ratio":0.867)"), std::string::npos)
        << figures.json();
}

/// The number of this name in one flat JSON object; none: it is not there.
double number_in(const std::string& json, const std::string& name) {
    const std::string mark = '"' + name + "\":";
    const auto at = json.find(mark);
    if (at == std::string::npos) ADD_FAILURE() << name << " is not in " << json;
    return at == std::string::npos ? 0 : std::stod(json.substr(at + mark.size()));
}

TEST(BenchDownload, ReportsEachFigureOfAFewDownloads) {
    DownloadPlan plan{.downloads = 8, .at_once = 4, .mcimd = MCIMD};
    plan.floor = {.handshakes = 10, .operation = std::chrono::milliseconds(10), .openssl_seconds = 1};
    const auto figures = bench_download(plan);
    ASSERT_TRUE(figures) << to_string(figures.error());
    const auto number = [json = figures->json()](const std::string& name) { return number_in(json, name); };
    EXPECT_EQ(number("downloads"), 8);
    for (const char* positive : {"downloads_per_s", "server_cpu_us", "floor_us", "ec_floor_us", "handshake_us",
                                 "sign_us", "verify_us", "agree_us", "generate_us"})
        EXPECT_GT(number(positive), 0) << positive;
    EXPECT_NEAR(number("floor_ratio"), number("server_cpu_us") / number("floor_us"), 0.01);
    EXPECT_GT(number("peak_rss_bytes"), 1 << 20);
    EXPECT_GE(number("package_bytes"), 12 * 1024);
    EXPECT_GT(number("wire_bytes"), number("package_bytes"));
    for (const std::string operation : {"sign", "verify", "agree"})
        EXPECT_NEAR(number(operation + "_ratio"), number(operation + "_us") / number("openssl_" + operation + "_us"),
                    0.02)
            << operation;
}

TEST(BenchDownload, CountsTheSignerWhereItIsApart) {
    DownloadPlan plan{.downloads = 4, .at_once = 2, .mcimd = MCIMD, .keys = DownloadPlan::Keys::apart};
    plan.floor = {.handshakes = 2, .operation = std::chrono::milliseconds(2), .openssl_seconds = 1};
    const auto figures = bench_download(plan);
    ASSERT_TRUE(figures) << to_string(figures.error());
    const std::string json = figures->json();
    EXPECT_EQ(number_in(json, "downloads"), 4);
    EXPECT_GT(number_in(json, "signer_cpu_us"), 100) << "it seals and signs";
    EXPECT_GT(number_in(json, "server_cpu_us"), number_in(json, "signer_cpu_us"));
}

TEST(BenchDownload, ComparesTwoServersInOneRun) {
    DownloadPlan plan{.downloads = 4, .at_once = 2, .mcimd = MCIMD, .against = MCIMD};
    plan.floor = {.handshakes = 2, .operation = std::chrono::milliseconds(2), .openssl_seconds = 1};
    const auto figures = bench_download(plan);
    ASSERT_TRUE(figures) << to_string(figures.error());
    const std::string json = figures->json();
    EXPECT_EQ(number_in(json, "downloads"), 4);
    EXPECT_GT(number_in(json, "against_cpu_us"), 0);
    // of four turns with one download each: how far they lie apart says nothing, that one server costs a tenth would
    EXPECT_GT(number_in(json, "against_ratio"), 0.1);
    EXPECT_LT(number_in(json, "against_ratio"), 10);
}

TEST(BenchDownload, TellsTheCpuOfPostgresqlApart) {
    auto& postgres = test::Postgres::of_this_process();
    DownloadPlan plan{.downloads = 4, .at_once = 2, .mcimd = MCIMD, .database = postgres.fresh_database()};
    plan.floor = {.handshakes = 2, .operation = std::chrono::milliseconds(2), .openssl_seconds = 1};
    const auto figures = bench_download(plan);
    ASSERT_TRUE(figures) << to_string(figures.error());
    EXPECT_EQ(number_in(figures->json(), "downloads"), 4);
    EXPECT_GT(number_in(figures->json(), "postgres_cpu_us"), 0);
    test::PostgresSession session(plan.database);
    EXPECT_EQ(session.run("SELECT count(*) FROM orders"), 4);
}

TEST(BenchSessions, AreAllAuthenticatedBeforeOneIsCompletedAndThenAllAre) {
    const auto figures = bench_sessions({.sessions = 12, .at_once = 3, .mcimd = MCIMD});
    ASSERT_TRUE(figures) << to_string(figures.error());
    const std::string json = figures->json();
    EXPECT_EQ(number_in(json, "sessions"), 12);
    EXPECT_GT(number_in(json, "session_bytes"), 0);
    EXPECT_GT(number_in(json, "rss_waiting_bytes"), number_in(json, "rss_before_bytes"));
    EXPECT_GT(number_in(json, "completed_per_s"), 0);
}

TEST(MicrosecondsPerCall, GrowWithTheWork) {
    volatile std::uint64_t sum = 0;
    const auto work = [&](int rounds) {
        return microseconds_per_call(
            [&, rounds] {
                for (int i = 0; i < rounds; ++i) sum = sum + 1;
            },
            std::chrono::milliseconds(20));
    };
    EXPECT_LT(work(1000) * 3, work(10000));
}

TEST(BenchAka, MakesVectorsAsTheCentreDoes) {
    const auto figures = bench_aka();
    ASSERT_TRUE(figures) << to_string(figures.error());
    EXPECT_TRUE(figures->json().starts_with(R"({"vectors_per_s":)"));
}

}  // namespace
}  // namespace mcim::apps
