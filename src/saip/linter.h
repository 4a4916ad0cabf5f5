// The walk over a package that lint() is. Inside the module only: lint.h is the interface.
#pragma once
#include "mcim/saip/lint.h"
#include "mcim/saip/resolve.h"

namespace mcim::saip {

class Linter {
public:
    Linter(const ProfilePackage& package, const LintContext& context) : package_(package), context_(context) {}
    [[nodiscard]] std::vector<LintFinding> run() &&;
    [[nodiscard]] std::vector<LintFinding> run_keys() &&;
    [[nodiscard]] std::vector<LintFinding> run_key(const std::string& name, View) &&;

private:
    void add(Finding, std::string detail);
    /// An element by its identification: the image names them so.
    void at_element(std::uint16_t identification);
    void at_package();

    // lint_elements.cpp: one element at a time
    template <class T>
    void look(const T&) {}
    void look(const ProfileHeader&);
    void look(const PinCodes&);
    void look(const PukCodes&);
    void look(const AkaParameter&);
    void look(const CdmaParameter&);
    void look(const SecurityDomainElement&);
    void look(const Application&);
    void look(const Rfm&);
    void look(const NonStandard&);
    void look(const der::Any&);
    void look_at_element(const ProfileElement&);
    void look_at_elements();
    void look_at_key(const std::string& name, View);
    void look_at_code(Finding, const std::string& name, View);
    void look_at_domain_keys(const std::vector<KeyObject>&);
    void look_at_toolkit(const ApplicationInstance&, const std::string& label);
    void look_at_security_level(std::uint8_t level, const std::string& label);

    // lint_files.cpp: what a card would have of it
    void look_at_image();
    void look_at_mf(const Image&);
    void look_at_usim(const Image&, const Node& adf);
    void look_at_services(const Image&, const Node& adf);
    void look_at_networks(const Image&, const Node& adf, const Imsi&);
    void look_at_keys_of(const Image&, const Node& adf);
    void look_at_imsis();
    [[nodiscard]] std::optional<Imsi> imsi_in(const Image&, const Node& adf);
    void look_at_cards();

    const ProfilePackage& package_;
    const LintContext context_;
    std::vector<LintFinding> found_;
    std::size_t number_ = 0;
    std::string name_;
    bool unfilled_ = false;  ///< a template that nobody filled: its other zeros say the same
    std::vector<Imsi> imsis_;
};

}  // namespace mcim::saip
