// Orders with a confirmation code, through the whole program: what is counted stays counted, and the code is nowhere.
#include <algorithm>
#include <filesystem>

#include "mcim/apps/mcimd/mcimd_for_test.h"
#include "mcim/store/sqlite.h"

namespace mcim::apps::mcimd {
namespace {

constexpr std::string_view the_code = "planted-4711";

std::string refusal_in(const http::Response& answer) {
    const auto status = msg::read_status(answer.body);
    return status && *status ? (*status)->subject_code + "/" + (*status)->reason_code : "";
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
        return order_with("confirmation_code", code, status);
    }
    [[nodiscard]] msg::GetBoundProfilePackageRequest typed(std::string_view code,
                                                           const msg::AuthenticateClientOk& offered) const {
        return card.prepare(offered, test::SoftCard::hash_cc(code, offered.transaction_id));
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

/// Each in a session of its own: none is told "wrong, try again" without its try being counted.
TEST_F(WithConfirmationCode, GuessesAtOnceAreCountedEach) {
    process.reset();
    start();
    std::vector<http::Request> guesses;
    for (int i = 0; i < 6; ++i)
        guesses.push_back(es9_request("getBoundProfilePackage", typed("wrong-" + std::to_string(i), offer(*order))));
    const auto answers = at_once(guesses);
    EXPECT_EQ(granted(answers), 0);
    EXPECT_LE(std::ranges::count_if(answers, [](const auto& a) { return refusal_in(a) == "8.2.7/3.8"; }), 2);
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

TEST_F(WithConfirmationCode, ConsentForAnOrderOpensNoLock) {
    for (const char* wrong : {"wrong-1", "wrong-2", "wrong-3"}) EXPECT_NE(answer_to(wrong), "");
    add_operator("b", key_b);
    const auto token = *transfer::sign_release(
        {"b", at.pki.eid, second, "a", transfer::fresh_jti(at.random), system_now() - 1s, system_now() + 1h}, "",
        jose::signer_of(key_b));
    admin("POST", "/orders/" + *order->text("id") + "/release", jose::ObjectWriter().text("release", token).finish());
    EXPECT_EQ(*shown().text("closed_because"), "wrong_codes");
}

TEST_F(WithConfirmationCode, OneThatTheSignerCannotOpenServesNobodyAndCountsNothing) {
    process.reset();
    {
        const auto db = store::Database::open(at.temp / "mcimd.sqlite");
        ASSERT_TRUE(db);
        ASSERT_TRUE((*db)->run("UPDATE orders SET confirmation_code = x'01000100112233445566778899AABBCCDDEEFF'"));
    }
    start_process();
    EXPECT_EQ(answer_to(the_code), "8.8/5.1");
    EXPECT_EQ(*shown().integer("wrong_codes"), 0);
    EXPECT_EQ(*shown().text("state"), "Released");
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
