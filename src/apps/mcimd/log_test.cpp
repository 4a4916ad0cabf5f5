#include "mcim/apps/mcimd/log.h"

#include <spdlog/sinks/ostream_sink.h>

#include <sstream>

#include "mcim/apps/mcimd/asn1_for_test.h"

namespace mcim::apps::mcimd {
namespace {

class Logged : public Mcimd {
protected:
    void SetUp() override {
        Mcimd::SetUp();
        log_to(std::make_shared<spdlog::sinks::ostream_sink_mt>(text_), "debug");
    }
    void TearDown() override {
        running.reset();  // nobody writes any more
        spdlog::set_level(spdlog::level::off);
        log_to(std::make_shared<spdlog::sinks::ostream_sink_mt>(std::clog), "off");
    }
    std::string log() {
        running.reset();
        return text_.str();
    }

private:
    std::ostringstream text_;
};

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

}  // namespace
}  // namespace mcim::apps::mcimd
