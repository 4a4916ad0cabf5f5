// What an engineer wants to know of a package before it goes out: keys that everybody has, code that runs on the card,
// files that are missing, numbers that do not agree. Nothing that it says shows a key.
#pragma once
#include "mcim/saip/package.h"

namespace mcim::saip {

enum class Finding : std::uint8_t {
    test_key,        ///< a K, OP or OPc that stands in public
    default_key,     ///< a key that nobody chose
    unfilled,        ///< zeros where the signer puts K, and beside them
    test_algorithm,  ///< TS 34.108: authenticates nobody
    default_adm,     ///< administrative code
    default_puk,
    default_pin,
    repeated_key,  ///< one value for two purposes
    applet,
    load_package,  ///< code
    toolkit_application,
    ota_unprotected,  ///< commands over the air without a cryptographic checksum
    remote_management,
    non_standard,
    unknown_element,
    missing_file,  ///< TS 31.102 makes it mandatory; those of the MF are there, or the package does not parse
    missing_keys,  ///< an application that nobody can authenticate with
    service_without_file,
    imsi_missing,
    imsi_invalid,
    imsi_ambiguous,
    iccid_invalid,
    iccid_check_digit,
    iccid_differs,  ///< between header and EF_ICCID
    test_network,
    home_network_differs,
    network,
    networks_listed,
    not_installable,       ///< by no card at all
    refused_by_our_cards,  ///< by mcim-tre of the class
};
enum class Severity : std::uint8_t { note, warning, error };

/// What the package is for.
enum class LintClass : std::uint8_t { production, lab };
/// The cards it goes to: our own run no applets.
enum class Runtime : std::uint8_t { none, javacard };
struct LintContext {
    LintClass of = LintClass::production;
    Runtime cards = Runtime::none;
};

struct LintFinding {
    Finding what{};
    Severity severity{};
    std::size_t element = 0;  ///< number in the package, from 1; 0: the package as a whole
    std::string name;         ///< of that element: "akaParameter"
    std::string detail;       ///< a plain sentence
};
/// In the order of the elements, those of the package as a whole last.
[[nodiscard]] std::vector<LintFinding> lint(const ProfilePackage&, const LintContext& = {});
/// Of these the keys that everybody has: test_key and default_key, zeros among them. Copies nothing out of the package.
[[nodiscard]] std::vector<LintFinding> lint_keys(const ProfilePackage&);
/// Of a key that comes without a package. `name` is what it is called.
[[nodiscard]] std::vector<LintFinding> lint_key(const std::string& name, View key, const LintContext&);

[[nodiscard]] std::string_view to_string(Severity);
/// Stable, for programs and policies: "test-key".
[[nodiscard]] std::string_view code_of(Finding);
[[nodiscard]] std::optional<Finding> find_finding(std::string_view code);
/// Applications, and the code that they are.
[[nodiscard]] bool is_code(Finding);
/// Whether only a card with a Java Card runtime takes all of it: it has applications, or demands the service.
[[nodiscard]] bool needs_javacard(const ProfilePackage&);
[[nodiscard]] Severity severity_of(Finding, const LintContext&);
/// What to do about it.
[[nodiscard]] std::string_view next_step(Finding);
/// "PE 11 (akaParameter)", "package"
[[nodiscard]] std::string where(const LintFinding&);

}  // namespace mcim::saip
