// What those see who keep the program running, over its own listener.
#include <map>
#include <regex>
#include <set>

#include "mcim/apps/mcimd/metrics_text.h"
#include "mcim/apps/mcimd/plain_for_test.h"
#include "support/reference.h"

namespace mcim::apps::mcimd {
namespace {

/// A text of Prometheus 0.0.4, held against its rules: every sample after the TYPE of its family, none twice.
struct Samples {
    explicit Samples(const std::string& text) {
        static const std::regex form(R"(([a-z_0-9]+)(\{([a-z]+="[^"\\]*"(,[a-z]+="[^"\\]*")*)\})? (-?[0-9.e+-]+))");
        std::istringstream lines(text);
        std::string family;
        for (std::string line; std::getline(lines, line);) {
            if (line.starts_with("# HELP ")) continue;
            if (line.starts_with("# TYPE ")) {
                family = line.substr(7, line.find(' ', 7) - 7);
                EXPECT_TRUE(families.insert(family).second) << line;
                continue;
            }
            std::smatch m;
            EXPECT_TRUE(std::regex_match(line, m, form)) << line;
            EXPECT_TRUE(m[1].str().starts_with(family)) << line;
            EXPECT_TRUE(values.emplace(m[1].str() + m[2].str(), std::stod(m[5])).second) << line;
        }
        EXPECT_TRUE(text.ends_with("\n"));
    }
    double of(const std::string& series) const {
        const auto found = values.find(series);
        EXPECT_NE(found, values.end()) << series;
        return found == values.end() ? -1 : found->second;
    }
    std::set<std::string> families;
    std::map<std::string, double> values;
};

class Operation : public Mcimd {
protected:
    void SetUp() override {
        at.more_tables = "[operation]\nlisten = \"127.0.0.1:0\"\n";
        start();
    }
    std::string ask(std::string_view target, std::string_view method = "GET") const {
        return ask_plain(running->operation_port(), target, method);
    }
    Samples metrics() const { return Samples(body_of_answer(ask("/metrics"))); }
    static std::string es9_series(std::string_view function, std::string_view outcome) {
        return "mcimd_es9_requests_total{function=\"" + std::string(function) + "\",outcome=\"" + std::string(outcome) +
               "\"}";
    }
};

TEST_F(Operation, MetricsCountWhatHappened) {
    add_two_operators();
    install(add_order("a", first), first);
    EXPECT_EQ(refusal("authenticateClient", card.authenticate(initiate(), "UNKNOWN")), "8.2.6/3.8");
    post("/gsma/rsp2/es9plus/nothing", "{}", es9_headers());
    ask_auc(at, "AKA-REQ-AUTH 999990000000001");
    ask_auc(at, "AKA-REQ-AUTH 999980000000002");
    const auto seen = metrics();
    EXPECT_EQ(seen.of(es9_series("initiateAuthentication", "done")), 2);
    EXPECT_EQ(seen.of(es9_series("authenticateClient", "done")), 1);
    EXPECT_EQ(seen.of(es9_series("authenticateClient", "8.2.6/3.8")), 1);
    EXPECT_EQ(seen.of(es9_series("getBoundProfilePackage", "done")), 1);
    EXPECT_EQ(seen.of(es9_series("handleNotification", "done")), 1);
    EXPECT_EQ(seen.of("mcimd_es9_unreadable_total"), 1);
    EXPECT_EQ(seen.of("mcimd_sessions_begun_total"), 1);
    EXPECT_EQ(seen.of("mcimd_auc_requests_total{outcome=\"vector issued\"}"), 1);
    EXPECT_EQ(seen.of("mcimd_auc_requests_total{outcome=\"subscription barred\"}"), 1);
    EXPECT_EQ(seen.of("mcimd_open_connections{listener=\"server\"}"), 1);
    EXPECT_GE(seen.of("mcimd_commits_total"), 3);
    EXPECT_GE(seen.of("mcimd_commits_total"), seen.of("mcimd_commit_groups_total"));
    EXPECT_NEAR(seen.of("mcimd_certificate_expires_in_seconds{key=\"server.tls_certificate\",position=\"0\"}"), 86'400,
                120);
    EXPECT_NEAR(seen.of("process_start_time_seconds"), static_cast<double>(std::time(nullptr)), 120);
}

TEST_F(Operation, DurationsAreAHistogram) {
    initiate();
    const auto seen = metrics();
    const std::string name = "mcimd_es9_request_duration_seconds";
    const std::string function = "function=\"initiateAuthentication\"";
    double before = 0;
    for (const auto* bound :
         {"0.0005", "0.001", "0.0025", "0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "+Inf"}) {
        const double count =
            seen.of(std::string(name).append("_bucket{").append(function).append(",le=\"").append(bound).append("\"}"));
        EXPECT_GE(count, before) << bound;
        before = count;
    }
    EXPECT_EQ(before, 1);
    EXPECT_EQ(seen.of(name + "_count{" + function + "}"), 1);
    EXPECT_GT(seen.of(name + "_sum{" + function + "}"), 0);
}

TEST_F(Operation, MetricsNameNobody) {
    add_two_operators();
    const auto order = add_order("a", first);
    install(order, first);
    ask_auc(at, "AKA-REQ-AUTH 999990000000001");
    const std::string text = ask("/metrics");
    EXPECT_NE(text.find("\r\nContent-Type: text/plain; version=0.0.4"), std::string::npos);
    for (const auto& name : {at.pki.eid.text(), first.text(), *order.text("matching_id"), *order.text("id"),
                             std::string("999990000000001"), at.temp.path().string()})
        EXPECT_EQ(text.find(name), std::string::npos) << name;
}

TEST_F(Operation, ServesNothingElseAndDevicesNothingOfIt) {
    EXPECT_TRUE(ask("/healthz").starts_with("HTTP/1.1 200 "));
    EXPECT_TRUE(ask("/readyz").starts_with("HTTP/1.1 200 "));
    EXPECT_TRUE(ask("/metrics", "POST").starts_with("HTTP/1.1 405 "));
    EXPECT_TRUE(ask("/gsma/rsp2/es9plus/initiateAuthentication").starts_with("HTTP/1.1 404 "));
    EXPECT_TRUE(ask("/orders").starts_with("HTTP/1.1 404 "));
    for (const auto* path : {"/metrics", "/healthz", "/readyz"})
        EXPECT_EQ(client->send({"smdpp.example.com"}, {"GET", path, {}, ""})->status, 404U) << path;
}

TEST_F(Operation, IsServedOnlyWhereItIsConfigured) {
    EXPECT_NE(running->operation_port(), 0);
    at.more_tables.clear();
    start();
    EXPECT_EQ(running->operation_port(), 0);
}

TEST_F(Operation, OfACentreAloneIsThereToo) {
    running.reset();
    const Running centre(at.config_of(Installation::centre_toml() + at.more_tables));
    EXPECT_TRUE(ask_plain(centre.operation_port(), "/readyz").starts_with("HTTP/1.1 200 "));
    const Samples seen(body_of_answer(ask_plain(centre.operation_port(), "/metrics")));
    EXPECT_EQ(seen.of("mcimd_open_connections{listener=\"admin\"}"), 0);
}

TEST_F(Operation, IsNotReadyWithACertificateThatHasExpired) {
    std::atomic<std::chrono::seconds> later{0s};
    start_in({.clock = [&later] { return system_now() + later.load(); }});
    EXPECT_TRUE(ask("/readyz").starts_with("HTTP/1.1 200 "));
    later = 25h;
    const std::string answer = ask("/readyz");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 503 ")) << answer;
    EXPECT_NE(answer.find("The certificate of server.tls_certificate expired at 20"), std::string::npos) << answer;
    EXPECT_LT(metrics().of("mcimd_certificate_expires_in_seconds{key=\"server.tls_certificate\",position=\"0\"}"), 0);
    later = -25h;
    EXPECT_NE(ask("/readyz").find("The certificate of server.tls_certificate is not valid before 20"),
              std::string::npos);
    EXPECT_TRUE(ask("/healthz").starts_with("HTTP/1.1 200 ")) << "it lives";
    running.reset();
}

TEST(MetricsTable, IsThatOfTheManual) {
    const Installation at;
    Config config = at.config();
    config.operation.emplace();
    const Running running(config);
    const Samples seen(body_of_answer(ask_plain(running.operation_port(), "/metrics")));
    std::ostringstream manual;
    manual << std::ifstream(test::project_folder() / "docs" / "mcimd.md").rdbuf();
    const std::string text = manual.str();
    for (const auto& family : seen.families)
        EXPECT_NE(text.find("\n| `" + family + "` |"), std::string::npos) << family;
    const std::regex rows("\n\\| `(mcimd|process)_[a-z0-9_]+` \\|");
    EXPECT_EQ(static_cast<std::size_t>(std::distance(std::sregex_iterator(text.begin(), text.end(), rows), {})),
              seen.families.size())
        << "the manual has metrics that mcimd does not have";
}

}  // namespace
}  // namespace mcim::apps::mcimd
