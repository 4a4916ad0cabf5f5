#include "mcim/saip/contents.h"

#include <algorithm>

namespace mcim::saip {
namespace {

// TS 102 221 9.3: access mode bytes of an EF; of a directory the same bits mean creation and deletion of what is in it
constexpr unsigned read = 0x01;
constexpr unsigned update = 0x02;
constexpr unsigned deactivate = 0x08;
constexpr unsigned activate = 0x10;
constexpr unsigned remove = 0x40;
constexpr unsigned manage = activate | deactivate | remove;
constexpr std::uint8_t ins_increase = 0x32;

constexpr std::uint8_t pin1 = 0x01;
constexpr std::uint8_t pin2 = 0x81;
constexpr std::uint8_t adm1 = 0x0A;

struct AccessRule {
    unsigned always = 0;
    unsigned by_pin1 = 0;
    unsigned by_pin2 = 0;
    unsigned by_adm = 0;
    unsigned never = 0;
    bool increase_by_pin1 = false;
};
// TCA Annex A.9, rules 1 to 14
constexpr AccessRule rules[] = {
    {.always = read, .by_pin1 = update, .by_adm = manage},
    {.by_pin1 = read, .by_adm = update | manage},
    {.by_adm = read | update | manage},
    {.always = read, .by_adm = remove, .never = update | activate | deactivate},
    {.by_pin1 = read | update, .by_adm = manage},
    {.by_pin1 = read | activate, .by_adm = update | deactivate | remove},
    {.by_pin1 = read | update, .by_adm = manage, .increase_by_pin1 = true},
    {.by_pin1 = read, .by_pin2 = update, .by_adm = manage},
    {.always = read, .by_pin1 = update | activate | deactivate, .by_adm = remove},
    {.always = read, .by_adm = update | manage},
    {.always = read, .by_adm = activate | deactivate, .never = update | remove},
    {.by_pin1 = read, .never = update | manage},
    {.by_pin1 = read | update | activate, .by_adm = deactivate | remove},
    {.by_adm = update | 0x04U | manage},  // directories: create and delete files
};

void add_mode(Bytes& to, unsigned mode) { append(to, Bytes{0x80, 0x01, static_cast<std::uint8_t>(mode)}); }
/// Control reference template: verification of this key (TS 102 221 9.5.1)
void add_key(Bytes& to, std::uint8_t reference) {
    append(to, Bytes{0xA4, 0x06, 0x83, 0x01, reference, 0x95, 0x01, 0x08});
}

Bytes record_of(const AccessRule& rule) {
    Bytes out;
    if (rule.always != 0) {
        add_mode(out, rule.always);
        append(out, Bytes{0x90, 0x00});
    }
    if (rule.by_pin1 != 0) {
        add_mode(out, rule.by_pin1);
        add_key(out, pin1);
    }
    if (rule.by_pin2 != 0) {
        add_mode(out, rule.by_pin2);
        add_key(out, pin2);
    }
    if (rule.by_adm != 0) {
        add_mode(out, rule.by_adm);
        add_key(out, adm1);
    }
    if (rule.never != 0) {
        add_mode(out, rule.never);
        append(out, Bytes{0x97, 0x00});
    }
    if (rule.increase_by_pin1) {
        append(out, Bytes{0x84, 0x01, ins_increase});
        add_key(out, pin1);
    }
    return out;
}

Bytes minimal_size(std::size_t n) {
    Bytes out;
    for (; n != 0; n >>= 8U) out.insert(out.begin(), static_cast<std::uint8_t>(n & 0xFFU));
    return out;
}

/// Length of what follows, type "international", digits; padded to twelve octets.
Bytes service_centre(std::string_view digits) {
    Bytes out{static_cast<std::uint8_t>(1 + (digits.size() + 1) / 2), 0x91};
    append(out, swapped_bcd(digits, 10));
    return out;
}

}  // namespace

std::vector<Bytes> access_rules() {
    std::vector<Bytes> out;
    for (const AccessRule& rule : rules) out.push_back(record_of(rule));
    return out;
}

Bytes application_template(View aid, std::string_view label) {
    return der::wrap(Tag{0x61}, concat({der::wrap(Tag{0x4F}, aid), der::wrap(Tag{0x50}, as_view(label))}));
}

Bytes service_table(std::initializer_list<unsigned> services, std::size_t octets) {
    Bytes out(octets);
    for (const unsigned n : services)
        if (n >= 1 && n <= octets * 8)
            out[(n - 1) / 8] = static_cast<std::uint8_t>(out[(n - 1) / 8] | (1U << ((n - 1) % 8)));
    return out;
}

Bytes plmn(const Imsi& imsi, std::uint8_t mnc_digits) {
    const auto digit = [&](std::size_t i) { return static_cast<unsigned>(imsi.text()[i] - '0'); };
    const unsigned third = mnc_digits == 3 ? digit(5) : 0xFU;
    return {static_cast<std::uint8_t>(digit(1) << 4U | digit(0)), static_cast<std::uint8_t>(third << 4U | digit(2)),
            static_cast<std::uint8_t>(digit(4) << 4U | digit(3))};
}

Bytes access_class(const Imsi& imsi) {
    const unsigned bits = 1U << static_cast<unsigned>(imsi.text().back() - '0');
    return {static_cast<std::uint8_t>(bits >> 8U), static_cast<std::uint8_t>(bits & 0xFFU)};
}

Bytes service_provider_name(std::string_view name) {
    Bytes out(17, 0xFF);
    out[0] = 0x01;  // display of the registered PLMN is required too
    std::ranges::copy(as_view(name).first(std::min<std::size_t>(name.size(), 16)), out.begin() + 1);
    return out;
}

Bytes dialling_record(std::string_view label, std::string_view digits, std::size_t label_octets) {
    Bytes out(label_octets, 0xFF);
    std::ranges::copy(as_view(label).first(std::min(label.size(), label_octets)), out.begin());
    append(out, service_centre(digits));
    append(out, Bytes{0xFF, 0xFF});  // no capability, no extension record
    return out;
}

Bytes message_parameters(std::string_view service_centre_digits, std::size_t label_octets) {
    Bytes out(label_octets, 0xFF);
    constexpr std::uint8_t no_destination = 0xE1;
    constexpr std::uint8_t one_day = 0xA7;  // TS 23.040 9.2.3.12.1
    out.push_back(no_destination);
    append(out, Bytes(12, 0xFF));
    append(out, service_centre(service_centre_digits));
    append(out, Bytes{0x00, 0x00, one_day});
    return out;
}

File records(Fcp fcp, std::span<const Bytes> contents, std::size_t record_octets) {
    File file{parameters(std::move(fcp))};
    for (std::size_t i = 0; i < contents.size(); ++i) {
        file.push_back(content(contents[i]));
        const std::size_t left = record_octets - std::min(contents[i].size(), record_octets);
        if (left != 0 && i + 1 != contents.size()) file.push_back({static_cast<std::uint16_t>(left)});
    }
    return file;
}

FileItem content(Bytes octets) { return {der::OctetString<>{std::move(octets)}}; }
FileItem parameters(Fcp fcp) { return {std::move(fcp)}; }

Fcp transparent_of(std::size_t octets) {
    Fcp fcp;
    fcp.ef_file_size = der::OctetString<>{minimal_size(octets)};
    return fcp;
}

Fcp linear_of(std::size_t record_octets, std::size_t count) {
    Fcp fcp = transparent_of(record_octets * count);
    fcp.file_descriptor = der::OctetString<2, 4>{
        {0x42, 0x21, static_cast<std::uint8_t>(record_octets >> 8U), static_cast<std::uint8_t>(record_octets)}};
    return fcp;
}

}  // namespace mcim::saip
