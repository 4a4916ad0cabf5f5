#include "mcim/apdu/command.h"

#include <cstdlib>

namespace mcim::apdu {
namespace {

std::uint16_t le_of(std::uint8_t octet) { return octet == 0 ? 256 : octet; }

Error lengths(View in, std::string detail) { return {Errc::bad_length, in.size(), "command", std::move(detail)}; }

}  // namespace

Result<Command> parse_command(View in) {
    if (in.size() < 4) return lengths(in, "a command APDU has at least 4 octets");
    Command out{in[0], in[1], in[2], in[3], {}, {}};
    if (in.size() == 4) return out;  // case 1
    if (in.size() == 5) {            // case 2
        out.le = le_of(in[4]);
        return out;
    }
    const std::size_t lc = in[4];
    if (lc == 0)
        return lengths(in, "extended length is not supported: send short APDUs, answers come through GET RESPONSE");
    if (in.size() != 5 + lc && in.size() != 6 + lc)
        return lengths(
            in, "Lc says " + std::to_string(lc) + " octets of data, " + std::to_string(in.size() - 5) + " follow");
    out.data = to_bytes(in.subspan(5, lc));              // case 3
    if (in.size() == 6 + lc) out.le = le_of(in.back());  // case 4
    return out;
}

Bytes encode(const Command& c) {
    if (c.data.size() > short_data_max || (c.le && (*c.le == 0 || *c.le > short_le_max))) std::abort();
    Bytes out{c.cla, c.ins, c.p1, c.p2};
    if (!c.data.empty()) {
        out.push_back(static_cast<std::uint8_t>(c.data.size()));
        append(out, c.data);
    }
    if (c.le) out.push_back(static_cast<std::uint8_t>(*c.le & 0xFFU));
    return out;
}

std::string describe(const Command& c) {
    const std::array header{c.cla, c.ins, c.p1, c.p2};
    std::string out = hex(header) + " " + std::string(to_string(c.instruction()));
    if (!c.data.empty()) out += ", " + std::to_string(c.data.size()) + " octets";
    return out;
}

Result<Response> parse_response(View in) {
    if (in.size() < 2) return Error{Errc::truncated, in.size(), "response", "no status word"};
    const auto sw = static_cast<std::uint16_t>(in[in.size() - 2] << 8U | in.back());
    return Response{to_bytes(in.first(in.size() - 2)), StatusWord{sw}};
}

Bytes encode(const Response& r) {
    Bytes out = r.data;
    out.push_back(r.sw.sw1());
    out.push_back(r.sw.sw2());
    return out;
}

}  // namespace mcim::apdu
