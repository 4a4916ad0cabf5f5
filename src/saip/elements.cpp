#include "mcim/saip/elements.h"

#include <algorithm>
#include <array>

namespace mcim::saip {
namespace {

constexpr std::array<std::string_view, 30> names{"contactless",
                                                 "usim",
                                                 "isim",
                                                 "csim",
                                                 "milenage",
                                                 "tuak128",
                                                 "cave",
                                                 "gba-usim",
                                                 "gba-isim",
                                                 "mbms",
                                                 "eap",
                                                 "javacard",
                                                 "multos",
                                                 "multiple-usim",
                                                 "multiple-isim",
                                                 "multiple-csim",
                                                 "tuak256",
                                                 "usim-test-algorithm",
                                                 "ber-tlv",
                                                 "dfLink",
                                                 "cat-tp",
                                                 "get-identity",
                                                 "profile-a-x25519",
                                                 "profile-b-p256",
                                                 "suciCalculatorApi",
                                                 "dns-resolution",
                                                 "scp11ac",
                                                 "scp11c-authorization-mechanism",
                                                 "s16mode",
                                                 "eaka"};

}  // namespace

std::span<const std::string_view> service_names() { return names; }

std::uint8_t service(std::string_view name) {
    return static_cast<std::uint8_t>(std::ranges::find(service_names(), name) - service_names().begin());
}

bool ServicesList::has(std::string_view name) const {
    return std::ranges::find(present, service(name)) != present.end();
}

}  // namespace mcim::saip

namespace mcim::der {

using saip::ServicesList;

void Codec<ServicesList>::write(Writer& w, const ServicesList& v) {
    w.bytes(v.more.tlvs);
    for (auto at = v.present.rbegin(); at != v.present.rend(); ++at) w.header(Tag{0x80U | *at}, 0);
}

Result<ServicesList> Codec<ServicesList>::read(Reader in) {
    ServicesList v;
    const std::size_t known = saip::service_names().size();
    while (!in.empty()) {
        const View rest = in.rest();
        TRY(auto tlv, in.read());
        const std::uint32_t number = tlv.tag.wire - 0x80U;
        if (tlv.tag.wire < 0x80U || number >= known) {
            // from here on a later version speaks
            for (; !in.empty();) {
                TRY(const auto later, in.read());
                if (later.tag.wire >= 0x80U && later.tag.wire - 0x80U < known)
                    return in.error(Errc::bad_tag, "services are out of order");
            }
            v.more.tlvs = to_bytes(rest);
            break;
        }
        if (!tlv.content.empty()) return in.error(Errc::bad_length, "a NULL is empty");
        if (!v.present.empty() && v.present.back() >= number)
            return in.error(Errc::bad_tag, "services are out of order");
        v.present.push_back(static_cast<std::uint8_t>(number));
    }
    return v;
}

std::string Codec<ServicesList>::print(const ServicesList& v) {
    std::string out;
    for (const auto n : v.present) out.append(out.empty() ? "" : " ").append(saip::service_names()[n]);
    if (!v.more.tlvs.empty()) out += " ... " + hex(v.more.tlvs);
    return out;
}

ServicesList Codec<ServicesList>::arbitrary(Source& s) {
    ServicesList v;
    for (std::uint8_t n = 0; n < saip::service_names().size(); ++n)
        if (s.below(4) == 1) v.present.push_back(n);
    return v;
}

}  // namespace mcim::der
