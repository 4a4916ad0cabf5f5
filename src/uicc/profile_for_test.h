// A small complete profile for tests and fuzzing: published keys, files of every structure, rules of every form.
#pragma once
#include <algorithm>

#include "mcim/uicc/profile.h"

namespace mcim::uicc::for_test {

inline constexpr FileId usim = 0x7FF0;  ///< temporary IDs
inline constexpr FileId isim = 0x7FF1;
inline constexpr std::string_view usim_aid = "A0000000871002FF49FF0589";
inline constexpr std::string_view isim_aid = "A0000000871004FF49FF0589";
/// TS 35.208 4.3, test set 1
inline constexpr std::string_view k = "465B5CE8B199B49FAA5F0A2EE238A6BC";
inline constexpr std::string_view opc = "CD63CB71954A9F4E48A5994E37A02BAF";

/// Numbers of the records in EF_ARR 2F06.
enum Rule : std::uint8_t {
    open_read = 1,      ///< read always; update, activate and deactivate ADM1
    pin_read = 2,       ///< read PIN1; the others ADM1
    pin_all = 3,        ///< read, update and increase PIN1
    second_update = 4,  ///< read PIN1, update PIN2
    never = 5,
    pin_or_adm = 6,
    pin_and_adm = 7,
    malformed = 8,
};
inline Bytes arr_content() {
    const std::string_view pin = "A406830101950108";
    const std::string_view adm = "A40683010A950108";
    const std::string_view second = "A406830181950108";
    const auto text = [](std::initializer_list<std::string_view> parts) {
        std::string out;
        for (const auto part : parts) out += part;
        return out;
    };
    const std::vector<std::string> records{
        text({"8001019000", "80011A", adm}),
        text({"800101", pin, "80011A", adm}),
        text({"800103", pin, "840132", pin, "800118", adm}),
        text({"800101", pin, "800102", second}),
        "80011F9700",
        text({"800103A010", pin, adm}),
        text({"800103AF10", pin, adm}),
        "800103A4FF83",
    };
    Bytes out;
    for (const auto& record : records) {
        Bytes octets = *from_hex(record);
        octets.resize(40, 0xFF);
        append(out, octets);
    }
    return out;
}

class Builder {
public:
    saip::Image image;

    void directory(FilePath path, saip::NodeKind kind, Bytes pins, Bytes aid = {}) {
        saip::Node n = node(std::move(path), kind, open_read);
        n.descriptor = 0x78;
        n.pin_status_template = std::move(pins);
        n.aid = std::move(aid);
        image.nodes.push_back(std::move(n));
    }
    void transparent(FilePath path, std::uint8_t rule, Bytes content, std::optional<std::uint8_t> short_id = {}) {
        saip::Node n = node(std::move(path), saip::NodeKind::transparent, rule);
        n.descriptor = 0x41;
        n.size = static_cast<std::uint32_t>(content.size());
        n.content = std::move(content);
        n.short_id = short_id;
        image.nodes.push_back(std::move(n));
    }
    void records(FilePath path, saip::NodeKind kind, std::uint8_t rule, std::uint16_t length, Bytes content,
                 std::optional<std::uint8_t> short_id = {}) {
        saip::Node n = node(std::move(path), kind, rule);
        n.descriptor = kind == saip::NodeKind::cyclic ? 0x46 : 0x42;
        n.size = static_cast<std::uint32_t>(content.size());
        n.record_length = length;
        n.record_count = static_cast<std::uint16_t>(content.size() / length);
        n.content = std::move(content);
        n.short_id = short_id;
        image.nodes.push_back(std::move(n));
    }
    void link(FilePath path, FilePath target) {
        saip::Node n = node(std::move(path), image.find(target)->kind, open_read);
        n.descriptor = 0x78;
        n.link = std::move(target);
        image.nodes.push_back(std::move(n));
    }
    static saip::Pin pin(std::uint8_t reference, std::string_view value, std::optional<std::uint8_t> puk,
                         std::uint8_t attempts = 3) {
        saip::Pin p;
        p.reference = reference;
        p.value = padded(value);
        p.puk = puk;
        p.attempts_max = p.attempts_left = attempts;
        return p;
    }
    static Secret<8> padded(std::string_view text) {
        Bytes octets = to_bytes(as_view(text));
        octets.resize(8, 0xFF);
        return *Secret<8>::copy_of(octets);
    }

private:
    static saip::Node node(FilePath path, saip::NodeKind kind, std::uint8_t rule) {
        saip::Node n;
        n.fid = path.empty() ? FileId{0x3F00} : path.back();
        n.path = std::move(path);
        n.kind = kind;
        n.security = {0x2F06, rule};
        return n;
    }
};

inline saip::Image image() {
    using saip::NodeKind;
    Builder b;
    b.image.facts = {3, 3, "test", *from_hex("98101032547698103214"), {"usim", "milenage"}, {"2.23.143.1.2.1"}, {}};
    b.directory({}, NodeKind::mf, {0x01, 0x0A});
    b.records({0x2F06}, NodeKind::linear_fixed, open_read, 40, arr_content(), std::uint8_t{6});
    b.transparent({0x2FE2}, open_read, *from_hex("98101032547698103214"), std::uint8_t{2});
    b.records(
        {0x2F00}, NodeKind::linear_fixed, open_read, 38,
        [] {
            Bytes record = *from_hex("61124F0C" + std::string(usim_aid) + "50045553494D");
            record.resize(38, 0xFF);
            return record;
        }(),
        std::uint8_t{30});
    b.transparent({0x2F05}, never, *from_hex("656E"));
    b.transparent({0x2F10}, pin_or_adm, Bytes(4));
    b.transparent({0x2F11}, pin_and_adm, Bytes(4));
    b.transparent({0x2F12}, malformed, Bytes(4));
    b.directory({0x7F10}, NodeKind::df, {0x01, 0x0A});
    b.directory({0x7F10, 0x5F3A}, NodeKind::df, {0x01, 0x0A});
    b.records({0x7F10, 0x5F3A, 0x4F3A}, NodeKind::linear_fixed, pin_all, 4, *from_hex("AAAAAAAABBBB01BBCC01CCCC"));
    b.directory({0x7F20}, NodeKind::df, {0x01});
    b.directory({usim}, NodeKind::adf, {0x01, 0x81, 0x0A}, *from_hex(usim_aid));
    b.transparent({usim, 0x6F07}, pin_read, *from_hex("080910101032547698"), std::uint8_t{7});
    b.transparent({usim, 0x6F38}, pin_read, *from_hex("0000000420"), std::uint8_t{4});  // services 27 and 38
    b.transparent({usim, 0x6F08}, pin_all, Bytes(300, 0x07));
    b.records({usim, 0x6F39}, NodeKind::cyclic, pin_all, 3, *from_hex("000001000002000003"));
    b.records({usim, 0x6F3B}, NodeKind::linear_fixed, second_update, 4, *from_hex("01020304FFFFFFFF"));
    b.link({usim, 0x5F3A}, {0x7F10, 0x5F3A});
    b.directory({isim}, NodeKind::adf, {0x01, 0x0A}, *from_hex(isim_aid));
    b.transparent({isim, 0x6F02}, pin_read, Bytes(6));

    auto& mf_pins = b.image.pins.emplace_back();
    mf_pins.pins.push_back(Builder::pin(0x01, "1234", std::uint8_t{1}));
    mf_pins.pins.push_back(Builder::pin(0x0A, "55555555", {}, 10));
    auto& usim_pins = b.image.pins.emplace_back();
    usim_pins.directory = {usim};
    usim_pins.pins.push_back(Builder::pin(0x81, "5678", std::uint8_t{0x81}));
    auto& isim_pins = b.image.pins.emplace_back();
    isim_pins.directory = {isim};
    isim_pins.shared_with = FilePath{usim};
    b.image.puks.push_back({1, Builder::padded("11111111"), 10, 10});
    b.image.puks.push_back({0x81, Builder::padded("22222222"), 10, 10});

    for (const FileId application : {usim, isim}) {
        auto& aka = b.image.aka.emplace_back();
        aka.adf = {application};
        aka.k = SecretBytes(*from_hex(k));
        aka.opc = SecretBytes(*from_hex(opc));
    }
    b.image.aka.back().shares_sqn_with = FilePath{usim};
    b.image.stored.push_back({"rfm", 7, SecretBytes(Bytes{0xA7, 0x00})});
    return std::move(b.image);
}

}  // namespace mcim::uicc::for_test
