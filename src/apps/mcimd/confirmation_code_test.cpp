// Orders with a confirmation code, through the whole program: what is counted stays counted, and the code is nowhere.
#include <filesystem>

#include "mcim/apps/mcimd/mcimd_for_test.h"

namespace mcim::apps::mcimd {
namespace {

constexpr std::string_view the_code = "planted-4711";

msg::Octet32 hash_cc(std::string_view code, const msg::TransactionId& transaction) {
    return {to_bytes(crypto::sha256(concat({crypto::sha256(as_view(code)), transaction.bytes})))};
}

class WithConfirmationCode : public Mcimd {
protected:
    void SetUp() override {
        start_process();
        add_operator("a", key_a);
        add_line("a", first, "999990000000001");
        order.emplace(*ordered(std::string(the_code)));
    }
    std::optional<jose::Object> ordered(const std::string& code, unsigned status = 200) {
        return admin("POST", "/orders",
                     jose::ObjectWriter()
                         .text("operator", "a")
                         .text("iccid", first.text())
                         .text("policy", "open")
                         .text("confirmation_code", code)
                         .finish(),
                     status);
    }
    [[nodiscard]] msg::GetBoundProfilePackageRequest typed(std::string_view code,
                                                           const msg::AuthenticateClientOk& offered) const {
        return card.prepare(offered, hash_cc(code, offered.transaction_id));
    }
    /// In a session of its own; "" where the package leaves.
    std::string answer_to(std::string_view code) {
        return refusal("getBoundProfilePackage", typed(code, offer(*order)));
    }
    [[nodiscard]] jose::Object shown() { return admin("GET", "/orders/" + *order->text("id")); }

    std::optional<jose::Object> order;
};

TEST_F(WithConfirmationCode, ActivationCodeSaysThatOneIsWanted) {
    EXPECT_TRUE(order->text("activation_code")->ends_with("$2.999.10$1")) << *order->text("activation_code");
    const auto offered = offer(*order);
    EXPECT_TRUE(offered.smdp_signed2.cc_required_flag);
    std::string sentence;
    EXPECT_EQ(refusal("getBoundProfilePackage", card.prepare(offered), &sentence), "8.2.7/2.2");
    EXPECT_NE(sentence.find("apart from the activation code"), std::string::npos) << sentence;
    EXPECT_EQ(refusal("getBoundProfilePackage", typed("wrong", offered), &sentence), "8.2.7/3.8");
    EXPECT_NE(sentence.find("2 times more"), std::string::npos) << sentence;
    EXPECT_EQ(refusal("getBoundProfilePackage", typed(the_code, offered)), "");
    EXPECT_EQ(*shown().text("state"), "Downloaded");
    EXPECT_EQ(*shown().integer("wrong_codes"), 1);
    EXPECT_EQ(*shown().integer("wrong_codes_max"), 3);
}

TEST_F(WithConfirmationCode, WrongOnesAreCountedAcrossKillsAndReleasesOpenTheOrder) {
    EXPECT_EQ(answer_to("wrong-1"), "8.2.7/3.8");
    start_process();
    EXPECT_EQ(answer_to("wrong-2"), "8.2.7/3.8");
    start_process();
    EXPECT_EQ(answer_to("wrong-3"), "8.2.7/6.4");
    start_process();
    EXPECT_EQ(*shown().text("closed_because"), "wrong_codes");
    std::string sentence;
    EXPECT_EQ(refusal("authenticateClient", card.authenticate(initiate(), *order->text("matching_id")), &sentence),
              "8.8.5/6.4");
    EXPECT_NE(sentence.find("confirmation code"), std::string::npos) << sentence;

    admin("POST", "/orders/" + *order->text("id") + "/release", "{}");
    EXPECT_FALSE(shown().has("closed_because"));
    EXPECT_EQ(answer_to(the_code), "");
}

/// Each of them has a session of its own, so that none waits for another's reply.
TEST_F(WithConfirmationCode, GuessesAtOnceAreCountedEach) {
    process.reset();
    start();
    std::vector<Es9Call> guesses;
    for (int i = 0; i < 6; ++i)
        guesses.push_back({"getBoundProfilePackage", msg::to_json(typed("wrong-" + std::to_string(i), offer(*order)))});
    EXPECT_EQ(at_once(guesses), 0);
    EXPECT_EQ(*shown().integer("wrong_codes"), 3);
    EXPECT_EQ(*shown().text("closed_because"), "wrong_codes");
}

TEST_F(WithConfirmationCode, IsNowhereInWhatIsKeptOrShown) {
    EXPECT_EQ(answer_to(the_code), "");
    process.reset();
    const auto digest = crypto::sha256(as_view(the_code));
    int files = 0;
    for (const auto& file : std::filesystem::recursive_directory_iterator(at.temp.path())) {
        if (!file.is_regular_file()) continue;
        ++files;
        std::ifstream in(file.path(), std::ios::binary);
        const std::string content((std::istreambuf_iterator<char>(in)), {});
        EXPECT_EQ(content.find(the_code), std::string::npos) << file.path();
        EXPECT_EQ(content.find(as_text(digest)), std::string::npos) << file.path();
    }
    EXPECT_GT(files, 5);
}

TEST_F(WithConfirmationCode, CodesThatNobodyCanTypeAreNamed) {
    admin("POST", "/orders/" + *order->text("id") + "/cancel");
    for (const std::string bad : {"123", "47 11",
                                  "47\xC3\xA4"
                                  "1"}) {
        const auto problem = ordered(bad, 422);
        EXPECT_NE(problem->text("detail")->find("4 to 255"), std::string::npos) << bad;
    }
    ordered("4711");
}

}  // namespace
}  // namespace mcim::apps::mcimd
