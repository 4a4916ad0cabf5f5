// How a bound profile package travels to the card: as the pieces of SGP.22 2.5.5 and 5.7.6, each one ES10b command.
#pragma once
#include "mcim/der/tlv.h"

namespace mcim::bpp {

inline constexpr der::Tag tag_bound_profile_package{0xBF36};
inline constexpr der::Tag tag_initialise_secure_channel{0xBF23};
inline constexpr der::Tag tag_first_sequence_of_87{0xA0};
inline constexpr der::Tag tag_sequence_of_88{0xA1};
inline constexpr der::Tag tag_second_sequence_of_87{0xA2};
inline constexpr der::Tag tag_sequence_of_86{0xA3};
inline constexpr der::Tag tag_86{0x86};
inline constexpr der::Tag tag_87{0x87};
inline constexpr der::Tag tag_88{0x88};

/// The pieces for ES10b.LoadBoundProfilePackage, in order, as views into `bound_package`: header BF36 with the whole
/// BF23; A0 whole; header A1; each '88'; A2 whole, where present; header A3; each '86'. Their concatenation is the
/// package. Refuses what is no BoundProfilePackage; MACs and sizes of segments are the card's to judge.
[[nodiscard]] Result<std::vector<View>> split_for_card(View bound_package);

/// The package of such pieces. Refuses pieces that split_for_card would have cut otherwise.
[[nodiscard]] Result<Bytes> join_pieces(std::span<const View> pieces);

/// The first piece, as the card reads it.
struct OpeningPiece {
    View initialise_secure_channel;  ///< whole TLV, tag BF23
    std::size_t octets_to_follow = 0;
};
[[nodiscard]] Result<OpeningPiece> parse_opening_piece(View piece);

}  // namespace mcim::bpp
