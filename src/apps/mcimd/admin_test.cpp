// The calls of the administration: those that the manual lists, and no others.
#include "mcim/apps/mcimd/mcimd_for_test.h"
#include "support/reference.h"

namespace mcim::apps::mcimd {
namespace {

class AdminCalls : public Mcimd {};

std::string row(const AdminCall& call) {
    std::string members;
    for (const char c : call.members) members += c == ' ' ? std::string(", ") : std::string(1, c);
    return "| `" + std::string(call.method) + " " + std::string(call.path) + "` | " + members +
           (members.empty() ? "" : " ") + "| " + std::string(call.what) + " |";
}

TEST(AdminTable, IsThatOfTheManual) {
    std::ostringstream manual;
    manual << std::ifstream(test::project_folder() / "docs" / "mcimd.md").rdbuf();
    const std::string text = manual.str();
    for (const auto& call : admin_calls())
        EXPECT_NE(text.find('\n' + row(call) + '\n'), std::string::npos) << row(call);
    std::size_t rows = 0;
    for (const std::string_view mark : {"\n| `GET ", "\n| `POST "})
        for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + 1)) ++rows;
    EXPECT_EQ(rows, admin_calls().size()) << "the manual has calls that mcimd does not know";
}

TEST_F(AdminCalls, AreListedToWhoeverAsks) {
    const auto listed = admin("GET", "/");
    ASSERT_EQ(listed.objects("calls")->size(), admin_calls().size());
    for (std::size_t i = 0; i < admin_calls().size(); ++i)
        EXPECT_EQ(*(*listed.objects("calls"))[i].text("call"),
                  std::string(admin_calls()[i].method) + " " + std::string(admin_calls()[i].path));
}

TEST_F(AdminCalls, ThatThereAreNoneOfSayWhereTheListIs) {
    for (const auto& [method, path] : {std::pair("GET", "/nothing"), {"POST", "/status"}, {"GET", "/orders/a/b/c"}})
        EXPECT_NE(admin(method, path, "", 404).text("detail")->find("GET / lists all"), std::string::npos) << path;
    admin("PUT", "/status", "", 422);
}

TEST_F(AdminCalls, RefuseMembersThatTheyDoNotKnow) {
    const auto detail = admin("POST", "/orders/x/release", R"({"relaese":"x"})", 422).text("detail");
    EXPECT_NE(detail->find("known are release?"), std::string::npos) << *detail;
    admin("POST", "/orders/x/cancel", R"({"release":"x"})", 422);
    admin("POST", "/orders/x/release", R"({"release":"x"})", 404);
}

TEST_F(AdminCalls, OfAPackageTakeNothingOfTheTemplates) {
    add_operator("a", key_a);
    for (const std::string member : {"mnc_digits", "package_octets_min"}) {
        jose::ObjectWriter w;
        w.text("operator", "a").text("iccid", first.text()).text("package", "").integer(member, 2);
        EXPECT_NE(admin("POST", "/subscriptions", w.finish(), 422).text("detail")->find(member), std::string::npos);
    }
}

/// Each with the table of its role only.
TEST(AdminStatus, ListsTheRolesThatAreServed) {
    const Installation at;
    for (const std::string role : {"dp", "auc", "pva"}) {
        Config config = at.config();
        if (role != "dp") config.dp.reset();
        if (role != "auc") config.auc.reset();
        if (role != "pva") config.pva.reset();
        const Running running(config);
        http::Client client({});
        const auto answer = client.send_unix(at.temp / "admin.sock", {"GET", "/status", {}, ""});
        ASSERT_TRUE(answer) << to_string(answer.error());
        EXPECT_NE(answer->body.find("\"roles\":[\"" + role + "\"]"), std::string::npos) << answer->body;
    }
}

}  // namespace
}  // namespace mcim::apps::mcimd
