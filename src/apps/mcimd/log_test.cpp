#include "mcim/apps/mcimd/log.h"

#include <spdlog/sinks/ostream_sink.h>

#include <sstream>

#include "mcim/apps/mcimd/asn1_for_test.h"
#include "mcim/apps/mcimd/platform.h"
#include "mcim/base/text.h"

namespace mcim::apps::mcimd {
namespace {

class Logged : public Mcimd {
protected:
    void SetUp() override {
        Mcimd::SetUp();
        log_as(LogFormat::text);
    }
    void log_as(LogFormat format) { log_to(std::make_shared<spdlog::sinks::ostream_sink_mt>(text_), "debug", format); }
    void TearDown() override {
        running.reset();  // nobody writes any more
        spdlog::set_level(spdlog::level::off);
        log_to(std::make_shared<spdlog::sinks::ostream_sink_mt>(std::clog), "off");
    }
    std::string log() {
        running.reset();
        return text_.str();
    }

    /// Of a log in JSON, each line parsed.
    std::vector<jose::Object> objects() {
        std::vector<jose::Object> out;
        std::istringstream lines(log());
        for (std::string line; std::getline(lines, line);) {
            auto parsed = jose::Object::parse(line);
            EXPECT_TRUE(parsed) << line;
            if (parsed) out.push_back(*std::move(parsed));
        }
        return out;
    }
    static const jose::Object* find(const std::vector<jose::Object>& lines, std::string_view part) {
        const auto found = std::ranges::find_if(
            lines, [&](const jose::Object& line) { return line.text("message")->find(part) != std::string::npos; });
        EXPECT_NE(found, lines.end()) << part;
        return found == lines.end() ? nullptr : &*found;
    }

private:
    std::ostringstream text_;
};

TEST(MaskedAddress, IsItsNetwork) {
    const auto place = [](std::string_view octets) { return *to_array<16>(*from_hex(octets)); };
    EXPECT_EQ(masked(place("00000000000000000000FFFFC0000207")), "192.0.2.0/24");
    EXPECT_EQ(masked(place("20010DB80001FF000000000000000000")), "2001:db8:1::/48");
    EXPECT_EQ(masked(place("00000000000000000000FFFE00000000")), "0:0:0::/48");
}

TEST_F(Logged, NamesTheLineWhoseKeysLeftForWhomAndAtWhoseWord) {
    auto folder = custody::KeyFolder::open(at.temp / "keys");
    SystemRandom random;
    ASSERT_TRUE(folder && folder->add_transport_key(3,
                                                    {"a", custody::TransportUse::export_,
                                                     SecretBytes(*from_hex("7B1D90E4A62C58F3093E84D7C1B5620A"))},
                                                    random));
    start();
    add_operator("a", key_a);
    add_line("a", first, "999990000000001");
    jose::ObjectWriter wanted;
    wanted.text("operator", "a").integer("transport_key", 3);
    const auto path = "/subscriptions/" + first.text() + "/export";
    const auto line = admin("POST", path, wanted.finish());
    admin("POST", path, jose::ObjectWriter().text("operator", "b").integer("transport_key", 3).finish(), 403);
    add_line("a", second, "999990000000002");
    const auto exports_of = [&](const Iccid& iccid) {
        return *admin("GET", "/subscriptions/" + iccid.text()).objects("exports");
    };
    const auto noted = exports_of(first);
    ASSERT_EQ(noted.size(), 1U) << "the masked number below may be many lines'";
    EXPECT_EQ(*noted[0].text("operator"), "a");
    EXPECT_EQ(*noted[0].integer("transport_key"), 3);
    EXPECT_EQ(*noted[0].integer("user"), std::int64_t{::geteuid()});
    EXPECT_GT(*noted[0].time("at"), system_now() - 1min);
    EXPECT_TRUE(exports_of(second).empty());
    const std::string text = log();
    const std::string sentence = "K and OPc of the subscription " + with_numbers_masked(first.text()) +
                                 " left, for a, under transport key 3, asked for by user " +
                                 std::to_string(::geteuid());
    const auto said = text.find(sentence);
    ASSERT_NE(said, std::string::npos) << text;
    EXPECT_EQ(text.find(" left, for ", said + sentence.size()), std::string::npos) << "and none that stayed: " << text;
    for (const char* member : {"k", "opc"}) EXPECT_EQ(text.find(*line.text(member)), std::string::npos) << text;
}

TEST_F(Logged, StrangersTextIsOneShortPrintableLine) {
    std::string sentence;
    EXPECT_EQ(refusal("initiateAuthentication", card.initiate("a\nmcimd: ALARM \x1B[2J" + std::string(10'000, 'x')),
                      &sentence),
              "8.8.1/3.8");
    EXPECT_LT(sentence.size(), 200U);
    EXPECT_EQ(sentence.find_first_of("\n\x1B"), std::string::npos);
    post("/gsma/rsp2/es9plus/" + std::string(3'000, 'y'), "{", es9_headers());
    const std::string text = log();
    EXPECT_EQ(text.find('\x1B'), std::string::npos);
    EXPECT_EQ(text.find("\nmcimd"), std::string::npos);
    EXPECT_NE(text.find("initiateAuthentication refused"), std::string::npos) << text;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) EXPECT_LT(line.size(), 700U);
}

TEST_F(Logged, FunctionsHaveTheirNamesInBothBindings) {
    send(asn1::request(card.initiate("other.example.com")));
    send(asn1::request(card.authenticate(initiate(), "UNKNOWN")));
    const std::string text = log();
    EXPECT_NE(text.find("initiateAuthentication refused: 8.8.1/3.8 This server is"), std::string::npos) << text;
    EXPECT_NE(text.find("authenticateClient refused: 8.2.6/3.8"), std::string::npos) << text;
}

TEST_F(Logged, NumbersThatNamePeopleAreMasked) {
    add_two_operators();
    install(add_order("a", first), first);
    notify(card.notify(first, msg::NotificationEventBit::enable));
    const auto order = add_order("b", second);
    EXPECT_EQ(refusal("authenticateClient", card.authenticate(initiate(), *order.text("matching_id"))), "8.2.5/4.3");
    ask_auc(at, "AKA-REQ-AUTH 999990000000001");
    admin("POST", "/subscriptions/" + second.text() + "/unbar", "", 403);
    admin("GET", "/auc/999970000000009", "", 404);
    admin("GET", "/devices/" + at.pki.eid.text(), "", 404);
    const std::string text = log();
    EXPECT_NE(text.find("installed"), std::string::npos) << text;
    for (const std::string& number : {at.pki.eid.text(), first.text(), second.text(), std::string("999990000000001"),
                                      std::string("999980000000002"), std::string("999970000000009")})
        EXPECT_EQ(text.find(number), std::string::npos) << number << " in\n" << text;
}

TEST_F(Logged, LinesOfJsonSayWhichRequestAndSessionTheyBelongTo) {
    log_as(LogFormat::json);
    const auto begun = initiate();
    refusal("authenticateClient", card.authenticate(begun, "UNKNOWN"));
    refusal("authenticateClient", card.authenticate(initiate(), "ANOTHER"));
    admin("GET", "/nothing", "", 404);
    const auto lines = objects();
    const auto* done = find(lines, "initiateAuthentication done");
    const auto* refused = find(lines, "authenticateClient refused: 8.2.6/3.8");
    const auto* called = find(lines, "admin: /nothing refused");
    ASSERT_TRUE(done != nullptr && refused != nullptr && called != nullptr);
    EXPECT_EQ(*done->text("level"), "debug");
    EXPECT_EQ(*refused->text("level"), "info");
    EXPECT_TRUE(from_rfc3339(done->text("at")->replace(19, 4, ""))) << *done->text("at");
    ASSERT_TRUE(done->has("session") && refused->has("session"));
    EXPECT_EQ(*done->hex_octets("session"), begun.transaction_id.bytes);
    EXPECT_EQ(*refused->hex_octets("session"), begun.transaction_id.bytes);
    EXPECT_LT(*done->integer("request"), *refused->integer("request"));
    EXPECT_LT(*refused->integer("request"), *called->integer("request"));
    EXPECT_FALSE(called->has("session")) << "of the request before";
}

TEST_F(Logged, LinesOfJsonMaskAndQuoteLikeThoseOfText) {
    log_as(LogFormat::json);
    post("/gsma/rsp2/es9plus/999990000000001", "{", es9_headers());
    refusal("initiateAuthentication", card.initiate("a\nb\"\\"));
    const auto lines = objects();
    for (const auto& line : lines) {
        EXPECT_EQ(line.text("message")->find("999990000000001"), std::string::npos) << *line.text("message");
        EXPECT_EQ(line.text("message")->find('\n'), std::string::npos);
    }
    EXPECT_TRUE(find(lines, "9999...0001 unreadable") != nullptr);
    EXPECT_TRUE(find(lines, "initiateAuthentication refused: 8.8.1/3.8") != nullptr);
}

/// It is written after others' requests.
TEST_F(Logged, LinesOfJsonAfterTheDiskBelongToTheirRequestToo) {
    log_as(LogFormat::json);
    http::Loop loop;
    const auto store = store::open_memory_store();
    Committer committer(loop, *store);
    for (const std::uint64_t request : {7U, 8U}) {
        const LogScope about(LogSubject{request});
        committer.commit({}, [request](const Status&) { spdlog::info("line of {}", request); });
    }
    loop.run_for(10s);
    const auto lines = objects();
    for (const int request : {7, 8}) {
        const auto* line = find(lines, "line of " + std::to_string(request));
        ASSERT_TRUE(line != nullptr && line->has("request"));
        EXPECT_EQ(*line->integer("request"), request);
    }
}

}  // namespace
}  // namespace mcim::apps::mcimd
