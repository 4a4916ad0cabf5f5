#include "mcim/auc/datagram.h"

#include "mcim/base/ascii.h"

namespace mcim::auc {
namespace {

/// The words of a line; empty ones, between two spaces or at an end, are kept and fit nothing.
std::vector<std::string_view> words(std::string_view line) {
    std::vector<std::string_view> out;
    for (;;) {
        const auto space = line.find(' ');
        out.push_back(line.substr(0, space));
        if (space == std::string_view::npos) return out;
        line.remove_prefix(space + 1);
    }
}

Error malformed(std::string_view field, std::string detail) {
    return fail(Errc::bad_value, std::string(field), std::move(detail));
}

Result<Imsi> imsi_of(std::string_view word) {
    auto imsi = Imsi::parse(word);
    if (!imsi)
        return malformed("imsi", "an IMSI of 6 to 15 digits wanted");  // without the word: it came from a stranger
    return imsi;
}

template <std::size_t N>
Result<std::array<std::uint8_t, N>> octets_of(std::string_view field, std::string_view word) {
    if (word.size() != 2 * N) return malformed(field, std::to_string(2 * N) + " hexadecimal digits wanted");
    auto octets = from_hex(word);
    if (!octets) return std::move(octets).error().within(field);
    return to_array<N>(*octets);
}

Result<Datagram> parse_auts(const std::vector<std::string_view>& word) {
    TRY(const Imsi imsi, imsi_of(word[1]));
    TRY(const signer::Auts auts, octets_of<14>("auts", word[2]));
    TRY(const signer::Rand rand, octets_of<16>("rand", word[3]));
    return Datagram(CardOutOfStep{imsi, rand, auts});
}

std::string lower_hex(View octets) {
    std::string out = hex(octets);
    std::ranges::transform(out, out.begin(), ascii::lower);
    return out;
}

struct RenderDatagram {
    std::string operator()(const VectorWanted& d) const { return "AKA-REQ-AUTH " + d.imsi.text(); }
    std::string operator()(const CardOutOfStep& d) const {
        return "AKA-AUTS " + d.imsi.text() + " " + lower_hex(d.auts) + " " + lower_hex(d.rand);
    }
    std::string operator()(const TripletsWanted& d) const { return "SIM-REQ-AUTH " + d.imsi.text() + " 3"; }
};

bool is_count(std::string_view word) { return word.size() == 1 && word[0] >= '1' && word[0] <= '9'; }

}  // namespace

Result<Datagram> parse_datagram(View in) {
    if (in.size() > datagram_octets_max) return fail(Errc::too_large, "datagram", "at most 256 octets are read");
    const std::string text = as_text(in);
    const auto word = words(text);
    if (word[0] == "AKA-REQ-AUTH" && word.size() == 2) {
        TRY(const Imsi imsi, imsi_of(word[1]));
        return Datagram(VectorWanted{imsi});
    }
    if (word[0] == "AKA-AUTS" && word.size() == 4) return parse_auts(word);
    if (word[0] == "SIM-REQ-AUTH" && word.size() == 3) {
        TRY(const Imsi imsi, imsi_of(word[1]));
        if (!is_count(word[2])) return malformed("count", "a number of triplets from 1 to 9 wanted");
        return Datagram(TripletsWanted{imsi});
    }
    return malformed("datagram",
                     "AKA-REQ-AUTH <imsi>, AKA-AUTS <imsi> <auts> <rand> or SIM-REQ-AUTH <imsi> <count> wanted");
}

std::string render_datagram(const Datagram& datagram) { return std::visit(RenderDatagram{}, datagram); }

Result<SecretBytes> render_vector(const Imsi& imsi, const signer::Vector& vector) {
    if (vector.ck.size() != 16 || vector.ik.size() != 16)
        return malformed("ck", "EAP-AKA has room for CK and IK of 16 octets; this subscription has longer ones");
    if (vector.xres.size() < 4 || vector.xres.size() > 16)
        return malformed("res", "RES has 4 to 16 octets (RFC 4187 10.8)");
    std::string head = "AKA-RESP-AUTH " + imsi.text();
    SecretBytes out(head.size() + 5 + 2 * (4 * 16 + vector.xres.size()));
    auto rest = expose_mutable(out);
    const auto put = [&](View part) {
        std::ranges::copy(part, rest.begin());
        rest = rest.subspan(part.size());
    };
    static constexpr std::string_view digits = "0123456789abcdef";
    const auto put_field = [&](View octets) {
        put(as_view(" "));
        for (const auto octet : octets) {
            rest[0] = static_cast<std::uint8_t>(digits[octet >> 4U]);
            rest[1] = static_cast<std::uint8_t>(digits[octet & 15U]);
            rest = rest.subspan(2);
        }
    };
    put(as_view(head));
    put_field(vector.rand);
    put_field(vector.autn);
    put_field(expose(vector.ik));  // IK before CK
    put_field(expose(vector.ck));
    put_field(vector.xres);
    return out;
}

std::string render_failure(const VectorWanted& asked) { return "AKA-RESP-AUTH " + asked.imsi.text() + " FAILURE"; }
std::string render_failure(const TripletsWanted& asked) { return "SIM-RESP-AUTH " + asked.imsi.text() + " FAILURE"; }

}  // namespace mcim::auc
