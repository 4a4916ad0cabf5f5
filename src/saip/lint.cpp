#include "mcim/saip/lint.h"

#include <algorithm>
#include <array>

#include "mcim/saip/linter.h"

namespace mcim::saip {
namespace {

struct LintRule {
    Finding what;
    std::string_view code;
    Severity in_production;
    Severity in_lab;
    std::string_view next;
};

constexpr std::string_view own_key = "give it a key of its own, drawn at random";
constexpr std::string_view own_code = "give each card a code of its own, drawn at random";
constexpr std::string_view without_applets = "take it out, or give the package to cards with a Java Card runtime only";
constexpr std::string_view one_imsi = "write the subscription's IMSI into EF_IMSI (TS 31.102 4.2.2)";
constexpr std::string_view one_iccid = "write the card's ICCID, with its check digit, into header and EF_ICCID";

constexpr auto lint_rules = [] {
    using enum Finding;
    using enum Severity;
    return std::to_array<LintRule>({
        {test_key, "test-key", error, note,
         "personalise it with keys of its own; only a laboratory takes published ones"},
        {default_key, "default-key", error, warning, own_key},
        {unfilled, "unfilled", warning, warning, "a signer puts keys there; no platform takes the package as it is"},
        {test_algorithm, "test-algorithm", error, note, "use MILENAGE; only a laboratory takes the test algorithm"},
        {default_adm, "default-adm", error, warning, own_code},
        {default_puk, "default-puk", warning, note, own_code},
        {default_pin, "default-pin", note, note, "where people type it, give each card a code of its own"},
        {repeated_key, "repeated-key", warning, warning, own_key},
        {applet, "applet", error, error, without_applets},
        {load_package, "load-package", error, error, without_applets},
        {toolkit_application, "toolkit-application", warning, warning,
         "know what it does: it sees and sends messages without the device's owner"},
        {ota_unprotected, "ota-unprotected", error, warning,
         "demand a cryptographic checksum: minimum security level 02 or more (TS 102 225 5.1.1)"},
        {remote_management, "remote-management", warning, note,
         "nothing, where the operator manages files over the air"},
        {non_standard, "non-standard", warning, note,
         "ask its issuer what it is; cards that do not know it leave it out"},
        {unknown_element, "unknown-element", warning, warning, "ask for the package in a format of version 2 or 3"},
        {missing_file, "missing-file", error, error, "make the file: devices refuse a card without it"},
        {missing_keys, "missing-keys", error, error, "add an akaParameter behind the application"},
        {service_without_file, "service-without-file", warning, warning,
         "make the file, or clear the service in EF_UST"},
        {imsi_missing, "imsi-missing", error, error, one_imsi},
        {imsi_invalid, "imsi-invalid", error, error, one_imsi},
        {imsi_ambiguous, "imsi-ambiguous", error, warning, "give one package for each subscription"},
        {iccid_invalid, "iccid-invalid", error, error, one_iccid},
        {iccid_check_digit, "iccid-check-digit", warning, note, one_iccid},
        {iccid_differs, "iccid-differs", error, error, one_iccid},
        {test_network, "test-network", warning, note, "take an IMSI of the operator's own network"},
        {home_network_differs, "home-network-differs", warning, warning, "name the network of the IMSI in EF_EHPLMN"},
        {network, "network", note, note, "compare it with the operator's own"},
        {networks_listed, "networks-listed", note, note,
         "see that these are the networks that the card should look for"},
        {not_installable, "not-installable", error, error, "correct the element; no card takes the package as it is"},
        {refused_by_our_cards, "refused-by-our-cards", warning, warning, "order it for other cards, or leave it out"},
    });
}();

constexpr const LintRule& rule_of(Finding what) { return lint_rules[static_cast<std::size_t>(what)]; }

constexpr bool in_order() {
    for (std::size_t i = 0; i < lint_rules.size(); ++i)
        if (lint_rules[i].what != static_cast<Finding>(i)) return false;
    return lint_rules.size() == static_cast<std::size_t>(Finding::refused_by_our_cards) + 1;
}
static_assert(in_order());

bool has_zero_k(const ProfileElement& element) {
    const auto* aka = std::get_if<AkaParameter>(&element.body);
    const auto* own = aka == nullptr ? nullptr : std::get_if<AlgoParameter>(&aka->configuration.value);
    return own != nullptr && std::ranges::all_of(expose(own->key.bytes), [](std::uint8_t b) { return b == 0; });
}

}  // namespace

Severity severity_of(Finding what, const LintContext& context) {
    if (is_code(what) && context.cards == Runtime::javacard) return Severity::note;
    const LintRule& rule = rule_of(what);
    return context.of == LintClass::lab ? rule.in_lab : rule.in_production;
}

std::vector<LintFinding> Linter::run() && {
    unfilled_ = std::ranges::any_of(package_.elements, has_zero_k);
    look_at_elements();
    look_at_image();
    std::ranges::stable_sort(found_, {}, [](const LintFinding& f) { return f.element - 1; });  // 0 is last
    return std::move(found_);
}

std::vector<LintFinding> Linter::run_keys() && {
    look_at_elements();
    std::erase_if(found_,
                  [](const LintFinding& f) { return f.what != Finding::test_key && f.what != Finding::default_key; });
    return std::move(found_);
}

std::vector<LintFinding> Linter::run_key(const std::string& name, View key) && {
    look_at_key(name, key);
    return std::move(found_);
}

void Linter::look_at_elements() {
    for (const auto& element : package_.elements) {
        ++number_;
        name_ = name_of(element);
        look_at_element(element);
    }
}

void Linter::add(Finding what, std::string detail) {
    found_.push_back({what, severity_of(what, context_), number_, name_, std::move(detail)});
}

void Linter::at_element(std::uint16_t identification) {
    for (std::size_t i = 0; i < package_.elements.size(); ++i) {
        const PeHeader* header = header_of(package_.elements[i]);
        if (header == nullptr || header->identification != identification) continue;
        number_ = i + 1;
        name_ = name_of(package_.elements[i]);
    }
}

void Linter::at_package() {
    number_ = 0;
    name_.clear();
}

std::vector<LintFinding> lint(const ProfilePackage& package, const LintContext& context) {
    return Linter(package, context).run();
}

std::vector<LintFinding> lint_keys(const ProfilePackage& package) { return Linter(package, {}).run_keys(); }

std::vector<LintFinding> lint_key(const std::string& name, View key, const LintContext& context) {
    const ProfilePackage none;
    return Linter(none, context).run_key(name, key);
}

std::string_view to_string(Severity severity) {
    switch (severity) {
        using enum Severity;
        case note: return "note";
        case warning: return "warning";
        case error: return "error";
    }
    return "note";
}

std::string_view code_of(Finding what) { return rule_of(what).code; }

std::optional<Finding> find_finding(std::string_view code) {
    const auto* rule = std::ranges::find(lint_rules, code, &LintRule::code);
    return rule == lint_rules.end() ? std::nullopt : std::optional(rule->what);
}

bool is_code(Finding what) { return what == Finding::applet || what == Finding::load_package; }

bool needs_javacard(const ProfilePackage& package) {
    const ProfileHeader* header = profile_header_of(package);
    return (header != nullptr && header->mandatory_services.has("javacard")) ||
           std::ranges::any_of(package.elements,
                               [](const ProfileElement& e) { return std::holds_alternative<Application>(e.body); });
}

std::string_view next_step(Finding what) { return rule_of(what).next; }

std::string where(const LintFinding& f) {
    return f.element == 0 ? "package" : "PE " + std::to_string(f.element) + " (" + f.name + ")";
}

}  // namespace mcim::saip
