#include "mcim/bpp/segments.h"

#include <algorithm>

#include "header.h"

namespace mcim::bpp {
namespace {

/// Header and each element of a SEQUENCE OF as pieces of their own.
Status split_sequence(der::Reader& package, der::Tag sequence, der::Tag element, std::vector<View>& pieces) {
    TRY(der::Reader::Tlv tlv, package.read(sequence));
    const std::size_t header_octets = tlv.whole.size() - tlv.content.rest().size();
    pieces.push_back(tlv.whole.first(header_octets));
    while (!tlv.content.empty()) {
        TRY(const der::Reader::Tlv one, tlv.content.read(element));
        pieces.push_back(one.whole);
    }
    return ok();
}

/// A SEQUENCE OF as one piece.
Status keep_sequence(der::Reader& package, der::Tag sequence, der::Tag element, std::vector<View>& pieces) {
    TRY(der::Reader::Tlv tlv, package.read(sequence));
    pieces.push_back(tlv.whole);
    while (!tlv.content.empty()) {
        TRY([[maybe_unused]] const der::Reader::Tlv one, tlv.content.read(element));
    }
    return ok();
}

}  // namespace

Result<std::vector<View>> split_for_card(View bound_package) {
    std::vector<View> pieces;
    der::Reader input(bound_package);
    TRY(der::Reader::Tlv outer, input.read(tag_bound_profile_package));
    if (!input.empty()) return input.error(Errc::trailing_data, "octets after the bound profile package");
    der::Reader& package = outer.content;
    const std::size_t header_octets = package.offset();
    TRY(const der::Reader::Tlv opening, package.read(tag_initialise_secure_channel));
    pieces.push_back(bound_package.first(header_octets + opening.whole.size()));
    CHECKED(keep_sequence(package, tag_first_sequence_of_87, tag_87, pieces));
    CHECKED(split_sequence(package, tag_sequence_of_88, tag_88, pieces));
    if (package.peek() == tag_second_sequence_of_87)
        CHECKED(keep_sequence(package, tag_second_sequence_of_87, tag_87, pieces));
    CHECKED(split_sequence(package, tag_sequence_of_86, tag_86, pieces));
    if (!package.empty()) return package.error(Errc::trailing_data, "components after sequenceOf86");
    return pieces;
}

Result<Bytes> join_pieces(std::span<const View> pieces) {
    Bytes package;
    for (const View piece : pieces) append(package, piece);
    TRY(const std::vector<View> again, split_for_card(package));
    if (!std::ranges::equal(again, pieces, [](View a, View b) { return equal(a, b); }))
        return fail(Errc::bad_value, "BoundProfilePackage", "the pieces are not cut as SGP.22 2.5.5 says");
    return package;
}

Result<OpeningPiece> parse_opening_piece(View piece) {
    TRY(const Header package, parse_header(tag_bound_profile_package, piece));
    const View body = piece.subspan(package.octets);
    der::Reader reader(body, package.octets);
    TRY(const der::Reader::Tlv opening, reader.read(tag_initialise_secure_channel));
    if (!reader.empty()) return reader.error(Errc::trailing_data, "octets after InitialiseSecureChannel");
    if (package.content_octets < body.size())
        return reader.error(Errc::bad_length, "InitialiseSecureChannel is longer than its package");
    return OpeningPiece{opening.whole, package.content_octets - body.size()};
}

}  // namespace mcim::bpp
