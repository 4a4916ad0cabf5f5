// docs/refusals.md cannot go stale: every value of every error enumeration that the messages declare has its row, so
// has every pair of codes that the server can send, with the number that it is in ASN.1, and every test that a row
// names exists.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "mcim/smdp/es2_refusal.h"
#include "mcim/smdp/es9.h"
#include "support/reference.h"

namespace mcim {
namespace {

namespace fs = std::filesystem;
const fs::path top = test::project_folder();

std::string text_of(const fs::path& file) {
    std::ifstream in(file);
    std::stringstream out;
    out << in.rdbuf();
    return out.str();
}

struct Row {
    std::string clause, refusal, condition, proof;
};
std::vector<Row> rows() {
    std::vector<Row> found;
    std::ifstream in(top / "docs" / "refusals.md");
    static const std::regex row(R"(^\| ([^|]*) \| ([^|]*) \| ?([^|]*) \| ([^|]*) \|$)");
    for (std::string line; std::getline(in, line);)
        if (std::smatch m; std::regex_match(line, m, row) && m[1] != "clause" && m[1] != "where")
            found.push_back({m[1], m[2], m[3], m[4]});
    return found;
}

/// "EnableResult.catbusy(5)": letter case and underscores are the language's, not the specification's.
using Values = std::set<std::string>;
std::string value(const std::string& type, std::string name, const std::string& number) {
    std::erase(name, '_');
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return type + "." + name + "(" + number + ")";
}

template <class Each>
void for_each_match(const std::string& text, const std::regex& what, Each each) {
    for (std::sregex_iterator it(text.begin(), text.end(), what), end; it != end; ++it) each(*it);
}

/// Of the enumerations in src/msg that name errors, but for 0, which is success.
Values declared() {
    Values found;
    static const std::regex enumeration(
        R"(enum class (\w+(?:Error|ErrorCode|Reason|Result|Status)) : [^{]*\{([^}]*)\})");
    static const std::regex enumerator(R"((\w+) = (\d+))");
    for (const auto& entry : fs::directory_iterator(top / "src" / "msg")) {
        if (entry.path().extension() != ".h") continue;
        for_each_match(text_of(entry.path()), enumeration, [&](const std::smatch& e) {
            for_each_match(e[2], enumerator, [&](const std::smatch& v) {
                if (v[1] != "ok") found.insert(value(e[1], v[1], v[2]));
            });
        });
    }
    return found;
}

/// What the rows are about.
Values documented() {
    Values found;
    static const std::regex named(R"(`(\w+)` (\w+)\((\d+)\))");
    for (const Row& row : rows())
        for_each_match(row.refusal, named, [&](const std::smatch& m) { found.insert(value(m[1], m[2], m[3])); });
    return found;
}

/// "Suite.Name" of every test of the tree.
std::set<std::string> tests_in_tree() {
    std::set<std::string> found;
    static const std::regex declared_test(R"(^TEST(?:_F|_P)?\((\w+), (\w+)\))");
    for (const char* folder : {"src", "tests", "fuzz"})
        for (const auto& entry : fs::recursive_directory_iterator(top / folder)) {
            if (entry.path().extension() != ".cpp") continue;
            std::ifstream in(entry.path());
            for (std::string line; std::getline(in, line);)
                if (std::smatch m; std::regex_search(line, m, declared_test))
                    found.insert(m[1].str() + "." + m[2].str());
        }
    return found;
}

std::set<std::string> tests_named(const std::string& proof) {
    std::set<std::string> found;
    static const std::regex name(R"(`(\w+\.\w+)`)");
    for_each_match(proof, name, [&](const std::smatch& m) { found.insert(m[1]); });
    return found;
}

TEST(Refusals, EveryDeclaredValueHasItsRow) {
    const Values in_code = declared(), in_page = documented();
    ASSERT_GT(in_code.size(), 60U);
    for (const auto& v : in_code) EXPECT_TRUE(in_page.contains(v)) << v << " has no row";
    for (const auto& v : in_page) EXPECT_TRUE(in_code.contains(v)) << v << " is declared nowhere";
}

TEST(Refusals, EveryPairOfCodesHasItsRow) {
    for (const auto& code : smdp::status_codes()) {
        const std::string pair = std::string(code.subject) + "/" + std::string(code.reason);
        EXPECT_TRUE(std::ranges::any_of(rows(), [&](const Row& row) {
            return row.clause.starts_with("5.6") &&
                   (" " + row.refusal + " ").find(" " + pair + " ") != std::string::npos;
        })) << pair;
    }
}

TEST(Refusals, EveryPairOfCodesOfEs2HasItsRow) {
    for (const auto& code : smdp::es2_status_codes())
        EXPECT_TRUE(std::ranges::any_of(rows(), [&](const Row& row) {
            return (row.clause.starts_with("5.3") || row.clause.starts_with("5.2.6")) &&
                   (row.refusal + " ").starts_with(code_of(code.refusal) + " ");
        })) << code_of(code.refusal);
}

/// The tables of 5.3.1 to 5.3.4, and of 5.6.1 to 5.6.5, by clause: what the specification names, whether the server can
/// send it or not.
TEST(Refusals, EveryPairThatAClauseNamesHasItsRow) {
    const std::map<std::string, std::vector<std::string>> tables{
        {"5.3.1", {"8.2.1/1.2", "8.2.1/3.3", "8.2.1/3.9", "8.2.5/1.2", "8.2.5/3.7", "8.2.5/3.8", "8.2.5/3.9"}},
        {"5.3.2", {"8.1.1/2.2", "8.1.1/3.10", "8.2.6/3.3", "8.2.6/3.10", "8.9/5.1"}},
        {"5.3.3", {"8.1.1/3.10", "8.2.1/3.3", "8.2.6/3.10"}},
        {"5.3.4", {"8.2.1/3.5"}},
        {"5.6.1", {"8.8.1/3.8", "8.8.3/3.1", "8.8.2/3.1", "8.8.4/3.7"}},
        {"5.6.2", {"8.1/6.1", "8.2.7/2.2", "8.2.7/3.8", "8.2.7/6.4", "8.2/3.7", "8.8.5/4.10", "8.10.1/3.9"}},
        {"5.6.3",
         {"8.1.2/6.1", "8.1.2/6.3", "8.1.3/6.1", "8.1.3/6.3", "8.1/6.1", "8.1/4.8", "8.11.1/3.9", "8.10.1/3.9",
          "8.2.5/4.3", "8.2.6/3.8", "8.1.1/3.8", "8.2/1.2", "8.8.5/4.10", "8.8.5/6.4"}},
        {"5.6.5", {"8.10.1/3.9", "8.1/6.1", "8.8/3.10"}}};
    const auto all = rows();
    for (const auto& [clause, pairs] : tables)
        for (const auto& pair : pairs)
            EXPECT_TRUE(std::ranges::any_of(all,
                                            [&](const Row& row) {
                                                return row.clause.starts_with(clause) &&
                                                       (row.refusal + " ").starts_with(pair + " ");
                                            }))
                << clause << ' ' << pair;
}

using smdp::Es9Function;
const std::map<std::string, Es9Function> asn1_errors{
    {"InitiateAuthenticationError", Es9Function::initiate_authentication},
    {"AuthenticateClientError", Es9Function::authenticate_client},
    {"GetBoundProfilePackageError", Es9Function::get_bound_profile_package},
    {"CancelSessionError", Es9Function::cancel_session}};

/// nullopt: the function's response has none for it.
std::optional<int> asn1_number(Es9Function function, smdp::Refusal refusal) {
    const auto body = smdp::es9_asn1.write(function, smdp::Refused{refusal});
    if (!body) return std::nullopt;
    return static_cast<std::uint8_t>(body->back());
}

/// And every number that leaves and says more than undefinedError stands in a row with its pair.
TEST(Refusals, ARowsNumberInAsnOneIsTheOneThatLeaves) {
    static const std::regex code(R"((8\.[\d.]*\d|8)/(\d+\.\d+))");
    static const std::regex number(R"(`(\w+Error)` \w+\((\d+)\))");
    std::set<std::pair<Es9Function, smdp::Refusal>> shown;
    for (const Row& row : rows())
        for_each_match(row.refusal, number, [&](const std::smatch& n) {
            const auto of = asn1_errors.find(n[1]);
            if (of == asn1_errors.end()) return;
            for_each_match(row.refusal, code, [&](const std::smatch& pair) {
                for (const auto& known : smdp::status_codes()) {
                    if (known.subject != pair[1].str() || known.reason != pair[2].str()) continue;
                    EXPECT_EQ(asn1_number(of->second, known.refusal), std::stoi(n[2])) << row.refusal;
                    shown.emplace(of->second, known.refusal);
                }
            });
        });
    EXPECT_GT(shown.size(), 30U);
    for (const auto& [type, function] : asn1_errors)
        for (const auto& known : smdp::status_codes())
            if (asn1_number(function, known.refusal).value_or(127) != 127) {
                EXPECT_TRUE(shown.contains({function, known.refusal})) << type << ' ' << code_of(known.refusal);
            }
}

TEST(Refusals, EveryRowIsShownByTestsThatExistOrSaysWhyNot) {
    const auto tests = tests_in_tree();
    const auto all = rows();
    ASSERT_GT(all.size(), 100U);
    for (const Row& row : all) {
        const std::string where = row.clause + " | " + row.refusal;
        const auto named = tests_named(row.proof);
        if (row.proof.starts_with("not reachable: ")) {
            EXPECT_GT(row.proof.size(), 40U - 15U) << where;
            EXPECT_TRUE(named.empty()) << where << ": shown, or not reachable?";
            continue;
        }
        EXPECT_FALSE(named.empty()) << where;
        for (const auto& name : named) EXPECT_TRUE(tests.contains(name)) << where << " names " << name;
    }
}

/// The reference module, where it is at hand: the same values under the same numbers.
TEST(Refusals, TheDeclaredValuesAreThoseOfTheModule) {
    MCIM_REFERENCE_OR_SKIP(path, "asn1/RSPDefinitions.asn");
    // in the module: a type of its own, or a component of the response
    static const std::map<std::string, std::string> names{
        {"InitiateAuthenticationError", "initiateAuthenticationError"},
        {"AuthenticateClientError", "authenticateClientError"},
        {"GetBoundProfilePackageError", "getBoundProfilePackageError"},
        {"CancelSessionError", "cancelSessionError"},
        {"CancelSessionResponseError", "cancelSessionResponseError"},
        {"CancelSessionReason", "CancelSessionReason ::="},
        {"AuthenticateErrorCode", "AuthenticateErrorCode ::="},
        {"DownloadErrorCode", "DownloadErrorCode ::="},
        {"ErrorReason", "ErrorReason ::="},
        {"ProfileInfoListError", "ProfileInfoListError ::="},
        {"SetNicknameResult", "setNicknameResult"},
        {"EnableResult", "enableResult"},
        {"DisableResult", "disableResult"},
        {"DeleteResult", "deleteResult"},
        {"ResetResult", "resetResult"},
        {"DeleteNotificationStatus", "deleteNotificationStatus"},
        {"SetDefaultDpAddressResult", "setDefaultDpAddressResult"},
        {"UndefinedError", "listNotificationsResultError"}};
    const std::string module = text_of(path);
    static const std::regex named_number(R"((\w+)\s*\((\d+)\))");
    Values in_module;
    for (const auto& [type, name] : names) {
        const auto at = module.find(name + " INTEGER");
        ASSERT_NE(at, std::string::npos) << name;
        const auto open = module.find('{', at);
        const std::string body = module.substr(open, module.find('}', open) - open);
        for_each_match(body, named_number, [&, t = type](const std::smatch& v) {
            if (v[1] != "ok") in_module.insert(value(t, v[1], v[2]));
        });
    }
    EXPECT_EQ(declared(), in_module);
}

}  // namespace
}  // namespace mcim
