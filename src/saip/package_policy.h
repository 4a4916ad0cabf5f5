// What an operator refuses of packages that come in for him, in the codes of lint(). It only ever adds to what the
// platform refuses by itself.
#pragma once
#include "mcim/saip/lint.h"

namespace mcim::saip {

/// Of packages with applications: taken, and left to cards that declare a Java Card runtime; or not taken at all.
enum class Applets : std::uint8_t { where_declared, refused };
std::string_view to_string(Applets);  ///< "where-declared"

struct PackagePolicy {
    std::optional<Severity> refused_from{};  ///< whatever is of this severity, or worse; warning or error
    std::vector<Finding> refused{};          ///< besides; in their order, each once
    std::vector<Finding> allowed{};          ///< of what `refused_from` refuses
    Applets applets = Applets::where_declared;
    friend bool operator==(const PackagePolicy&, const PackagePolicy&) = default;
};

/// As people, messages and databases have it: "error", "warning" and codes ("test-network").
struct PackagePolicyWords {
    std::vector<std::string> refuse{};
    std::vector<std::string> allow{};
};
[[nodiscard]] PackagePolicyWords words_of(const PackagePolicy&);
[[nodiscard]] Result<PackagePolicy> policy_of(const PackagePolicyWords&, Applets);
[[nodiscard]] Result<Applets> parse_applets(std::string_view);

[[nodiscard]] bool refuses(const PackagePolicy&, const LintFinding&);
/// Whatever has it.
[[nodiscard]] bool refuses(const PackagePolicy&, Finding, const LintContext&);
/// What the policy refuses of a package, as lint() has it for the cards that may get it: where applications are taken,
/// those with a Java Card runtime get a package that needs one, and our own all others.
[[nodiscard]] std::vector<LintFinding> refused_findings(const PackagePolicy&, const ProfilePackage&, LintClass);

}  // namespace mcim::saip
