#include "mcim/saip/package_policy.h"

#include <algorithm>

namespace mcim::saip {
namespace {

bool among(const std::vector<Finding>& list, Finding what) { return std::ranges::find(list, what) != list.end(); }

std::optional<Severity> threshold(std::string_view word) {
    for (const auto severity : {Severity::warning, Severity::error})
        if (to_string(severity) == word) return severity;
    return std::nullopt;
}

Result<Finding> finding_of(std::string_view path, const std::string& word) {
    const auto what = find_finding(word);
    if (!what)
        return fail(Errc::bad_value, std::string(path),
                    "\"" + word + "\" is no code of \"mcim profile lint\"" +
                        (path == "refuse" ? ", and neither \"error\" nor \"warning\"" : ""));
    if (is_code(*what))
        return fail(
            Errc::bad_value, std::string(path),
            "\"" + word + "\" is not named here: \"applets\" says whether packages with applications are taken");
    return *what;
}

void sort_out(std::vector<Finding>& list) {
    std::ranges::sort(list);
    const auto again = std::ranges::unique(list);
    list.erase(again.begin(), again.end());
}

void append_codes(const std::vector<Finding>& list, std::vector<std::string>& words) {
    for (const Finding what : list) words.emplace_back(code_of(what));
}

/// What says nothing, or the opposite of something else, is a slip of the pen.
Status check_allowed(const PackagePolicy& policy) {
    for (const Finding what : policy.allowed) {
        const std::string code = "\"" + std::string(code_of(what)) + "\"";
        if (among(policy.refused, what)) return fail(Errc::conflict, "allow", code + " is refused by its own name");
        if (!policy.refused_from)
            return fail(Errc::bad_value, "allow",
                        code + " is not refused: this takes codes out of \"error\" or \"warning\" in \"refuse\"");
    }
    return ok();
}

}  // namespace

std::string_view to_string(Applets applets) { return applets == Applets::refused ? "refused" : "where-declared"; }

Result<Applets> parse_applets(std::string_view word) {
    for (const auto applets : {Applets::where_declared, Applets::refused})
        if (to_string(applets) == word) return applets;
    return fail(Errc::bad_value, "applets", "where-declared or refused is wanted, not \"" + std::string(word) + '"');
}

PackagePolicyWords words_of(const PackagePolicy& policy) {
    PackagePolicyWords out;
    if (policy.refused_from) out.refuse.emplace_back(to_string(*policy.refused_from));
    append_codes(policy.refused, out.refuse);
    append_codes(policy.allowed, out.allow);
    return out;
}

Result<PackagePolicy> policy_of(const PackagePolicyWords& words, Applets applets) {
    PackagePolicy out;
    out.applets = applets;
    for (const auto& word : words.refuse) {
        if (const auto severity = threshold(word)) {
            if (out.refused_from) return fail(Errc::conflict, "refuse", "\"warning\" has errors in it: one is wanted");
            out.refused_from = severity;
            continue;
        }
        TRY(const Finding what, finding_of("refuse", word));
        out.refused.push_back(what);
    }
    for (const auto& word : words.allow) {
        TRY(const Finding what, finding_of("allow", word));
        out.allowed.push_back(what);
    }
    sort_out(out.refused);
    sort_out(out.allowed);
    CHECKED(check_allowed(out));
    return out;
}

bool refuses(const PackagePolicy& policy, const LintFinding& found) {
    if (is_code(found.what)) return policy.applets == Applets::refused;
    if (among(policy.refused, found.what)) return true;
    return policy.refused_from && found.severity >= *policy.refused_from && !among(policy.allowed, found.what);
}

bool refuses(const PackagePolicy& policy, Finding what, const LintContext& context) {
    return refuses(policy, LintFinding{what, severity_of(what, context), 0, {}, {}});
}

std::vector<LintFinding> refused_findings(const PackagePolicy& policy, const ProfilePackage& package, LintClass of) {
    if (policy == PackagePolicy{}) return {};
    const bool for_others = policy.applets == Applets::where_declared && needs_javacard(package);
    auto found = lint(package, {of, for_others ? Runtime::javacard : Runtime::none});
    std::erase_if(found, [&](const LintFinding& f) { return !refuses(policy, f); });
    return found;
}

}  // namespace mcim::saip
