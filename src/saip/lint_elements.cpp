// What can be said of a single element.
#include <algorithm>

#include "mcim/saip/known_keys.h"
#include "mcim/saip/linter.h"

namespace mcim::saip {
namespace {

bool is_zero(View octets) {
    return std::ranges::all_of(octets, [](std::uint8_t b) { return b == 0; });
}

bool is_administrative(std::uint8_t reference) { return (reference & 0x7FU) >= 0x0A; }

/// TS 102 226 8.2.1.3.2.2: what a toolkit application asks for.
struct Toolkit {
    unsigned timers = 0, menu_entries = 0, channels = 0, services = 0;
    std::vector<std::string> tars;
    std::optional<std::uint8_t> security_level;
    [[nodiscard]] bool acts() const { return timers != 0 || menu_entries != 0 || channels != 0 || services != 0; }
};

/// Octets from the front; once too few are left, none.
class Front {
public:
    explicit Front(View octets) : rest_(octets) {}
    std::uint8_t octet() {
        const View one = take(1);
        return one.empty() ? std::uint8_t{0} : one[0];
    }
    View take(std::size_t n) {
        short_ = short_ || n > rest_.size();
        if (short_) return {};
        const View out = rest_.first(n);
        rest_ = rest_.subspan(n);
        return out;
    }
    [[nodiscard]] bool is_short() const { return short_; }
    [[nodiscard]] bool empty() const { return rest_.empty(); }

private:
    View rest_;
    bool short_ = false;
};

std::optional<Toolkit> read_toolkit(View field) {
    Front in(field);
    Toolkit out;
    (void)in.octet();  // priority
    out.timers = in.octet();
    (void)in.octet();  // length of a menu entry's text
    out.menu_entries = in.octet();
    (void)in.take(std::size_t{2} * out.menu_entries);  // position and identifier of each
    out.channels = in.octet();
    const View level = in.take(in.octet());
    if (level.size() >= 2 && level[0] == 0x01) out.security_level = level[1];
    const View tars = in.take(in.octet());
    for (std::size_t i = 0; i + 3 <= tars.size(); i += 3) out.tars.push_back(hex(tars.subspan(i, 3)));
    if (in.is_short()) return std::nullopt;
    if (!in.empty()) out.services = in.octet();
    return out;
}

std::string joined(const std::vector<std::string>& words) {
    std::string out;
    for (const auto& word : words) out.append(out.empty() ? "" : ", ").append(word);
    return out;
}

std::string count_of(unsigned n, std::string_view one) {
    return std::to_string(n) + " " + std::string(one) + (n == 1 ? "" : "s");
}

}  // namespace

void Linter::look_at_element(const ProfileElement& element) {
    std::visit([this](const auto& body) { look(body); }, element.body);
}

void Linter::look(const ProfileHeader& header) {
    std::string digits = hex(header.iccid.bytes);
    while (digits.ends_with('F')) digits.pop_back();
    if (const auto iccid = Iccid::parse_unchecked(digits); !iccid)
        add(Finding::iccid_invalid, "the header has no ICCID of 18 to 20 digits: " + iccid.error().detail);
    else if (!Iccid::parse(digits))
        add(Finding::iccid_check_digit, "the last digit of the header's ICCID is not its check digit");
}

// ---------------------------------------------------------------- codes

void Linter::look_at_code(Finding what, const std::string& name, View code) {
    if (!is_default_code(code)) return;
    if (unfilled_ && code[0] == '0')
        add(Finding::unfilled, name + " is zeros");
    else
        add(what, name + " is a code that anybody tries first: one digit repeated, or digits in their order");
}

void Linter::look(const PinCodes& element) {
    const auto* list = std::get_if<std::vector<PinConfiguration>>(&element.codes.value);
    if (list == nullptr) return;
    for (const auto& pin : *list) {
        const bool adm = is_administrative(pin.key_reference);
        look_at_code(adm ? Finding::default_adm : Finding::default_pin,
                     (adm ? "administrative code " : "PIN ") + hex(Bytes{pin.key_reference}), expose(pin.value.bytes));
    }
}

void Linter::look(const PukCodes& element) {
    for (const auto& puk : element.codes)
        look_at_code(Finding::default_puk, "PUK " + hex(Bytes{puk.key_reference}), expose(puk.value.bytes));
}

// ---------------------------------------------------------------- keys

void Linter::look_at_key(const std::string& name, View key) {
    if (unfilled_ && is_zero(key))
        add(Finding::unfilled, name + " is zeros");
    else if (const auto source = published_key(key))
        add(Finding::test_key, name + " is published in " + std::string(*source));
    else if (const auto what = default_key_name(key))
        add(Finding::default_key, name + " is a key that nobody chose: " + std::string(*what));
}

void Linter::look(const AkaParameter& element) {
    const auto* own = std::get_if<AlgoParameter>(&element.configuration.value);
    if (own == nullptr) return;
    const bool test = own->algorithm == AlgorithmId::usim_test_algorithm;
    if (test) add(Finding::test_algorithm, "TS 34.108's test algorithm authenticates nobody");
    look_at_key("K", expose(own->key.bytes));
    if (!test) look_at_key("OPc", expose(own->opc.bytes));  // that one has none
}

void Linter::look(const CdmaParameter& element) { look_at_key("A-key", expose(element.authentication_key.bytes)); }

void Linter::look(const SecurityDomainElement& element) {
    if (element.keys) look_at_domain_keys(*element.keys);
    look_at_toolkit(element.instance, "security domain " + hex(element.instance.instance));
}

void Linter::look_at_domain_keys(const std::vector<KeyObject>& keys) {
    struct Seen {
        std::string name;
        View value;
    };
    std::vector<Seen> seen;
    for (const auto& key : keys)
        for (const auto& part : key.components) {
            Seen now{"key " + hex(key.identifier) + " of version " + hex(key.version), expose(part.data.bytes)};
            look_at_key(now.name, now.value);
            const auto same = std::ranges::find_if(seen, [&](const Seen& s) { return equal(s.value, now.value); });
            if (same != seen.end() && !published_key(now.value) && !default_key_name(now.value))
                add(Finding::repeated_key, now.name + " is " + same->name + " again");
            seen.push_back(std::move(now));
        }
}

// ---------------------------------------------------------------- code, and who may send commands

void Linter::look(const Application& element) {
    if (element.load_block) {
        const auto& code = *element.load_block;
        add(Finding::load_package,
            "brings " + std::to_string(code.load_block.bytes.size()) + " octets of code, package " + hex(code.aid));
    }
    if (!element.instances) return;
    for (const auto& instance : *element.instances) {
        const std::string label = "application " + hex(instance.instance);
        add(Finding::applet, "installs " + label + " of package " + hex(instance.load_package));
        look_at_toolkit(instance, label);
    }
}

void Linter::look_at_toolkit(const ApplicationInstance& instance, const std::string& label) {
    const auto& uicc = instance.application_parameters;
    const auto& old = instance.system_parameters;
    if (old && old->sim_file_access_toolkit_parameter)
        add(Finding::toolkit_application, label + " has toolkit parameters in the form of TS 102 226 tag CA");
    if (!uicc || !uicc->toolkit) return;
    const auto toolkit = read_toolkit(*uicc->toolkit);
    if (!toolkit) return add(Finding::toolkit_application, label + " has toolkit parameters that cannot be read");
    if (toolkit->acts())
        add(Finding::toolkit_application, label + " may use " + count_of(toolkit->menu_entries, "menu entry") + ", " +
                                              count_of(toolkit->timers, "timer") + ", " +
                                              count_of(toolkit->channels, "channel") + " and " +
                                              count_of(toolkit->services, "service"));
    if (!toolkit->tars.empty())
        look_at_security_level(toolkit->security_level.value_or(0), label + ", TAR " + joined(toolkit->tars));
}

/// TS 102 225 5.1.1, first octet of the SPI: bits 2 and 1 are 10 for a cryptographic checksum, 11 for a signature.
void Linter::look_at_security_level(std::uint8_t level, const std::string& label) {
    if ((level & 0x02U) == 0)
        add(Finding::ota_unprotected,
            label + " takes commands over the air from anybody: minimum security level " + hex(Bytes{level}));
}

void Linter::look(const Rfm& element) {
    std::vector<std::string> tars;
    if (element.tar_list)
        for (const auto& tar : *element.tar_list) tars.push_back(hex(tar));
    const std::string label = element.adf_access ? "files of " + hex(element.adf_access->adf) : "files of the card";
    add(Finding::remote_management,
        label + " may be managed over the air" + (tars.empty() ? "" : ", TAR " + joined(tars)));
    look_at_security_level(element.minimum_security_level.bytes[0], "instance " + hex(element.instance));
}

void Linter::look(const NonStandard& element) {
    add(Finding::non_standard, "content of issuer " + element.issuer.text() + ", which only he knows");
}
void Linter::look(const der::Any&) { add(Finding::unknown_element, "an element of a later version, or of none"); }

}  // namespace mcim::saip
