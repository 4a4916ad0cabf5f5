#include "mcim/bpp/opener.h"

#include "header.h"
#include "mcim/bpp/segments.h"

namespace mcim::bpp {
namespace {

using msg::BppCommandId;
using msg::ErrorReason;

/// A MAC or padding that does not hold is a matter of security; everything else of structure (SGP.22 2.5.6).
Refusal refusal(BppCommandId command, const Error& e) {
    const bool security = e.code == Errc::bad_crypto;
    return {command, security ? ErrorReason::scp03t_security_error : ErrorReason::scp03t_structure_error, to_string(e)};
}

/// All '87' segments of a sequence that came as one piece, decrypted.
Result<SecretBytes> open_sequence_of_87(SegmentReader& segments, der::Tag sequence, View piece) {
    if (piece.size() > 2 * segment_octets_accepted)
        return fail(Errc::too_large, "sequenceOf87", std::to_string(piece.size()) + " octets");
    der::Reader input(piece);
    TRY(der::Reader::Tlv tlv, input.read(sequence));
    if (!input.empty()) return input.error(Errc::trailing_data);
    if (tlv.content.empty()) return tlv.content.error(Errc::missing_field, "no segment");
    TRY(SecretBytes first, [&]() -> Result<SecretBytes> {
        TRY(const der::Reader::Tlv one, tlv.content.read(tag_87));
        return segments.verify_and_decrypt(tag_87, one.whole);
    }());
    while (!tlv.content.empty()) {
        TRY(const der::Reader::Tlv one, tlv.content.read(tag_87));
        TRY(const SecretBytes next, segments.verify_and_decrypt(tag_87, one.whole));
        SecretBytes both(first.size() + next.size());
        const auto middle = std::ranges::copy(expose(first), expose_mutable(both).begin()).out;
        std::ranges::copy(expose(next), middle);
        first = std::move(both);
    }
    return first;
}

/// A header that comes as a piece of its own.
Result<std::size_t> announced(der::Tag tag, View piece, std::size_t octets_max) {
    TRY(const Header header, parse_header(tag, piece));
    if (header.octets != piece.size()) return fail(Errc::trailing_data, "", "octets after the header");
    if (header.content_octets == 0) return fail(Errc::missing_field, "", "a sequence without segments");
    if (header.content_octets > octets_max)
        return fail(Errc::too_large, "", std::to_string(header.content_octets) + " octets announced");
    return header.content_octets;
}

}  // namespace

Opener::Opener(const SessionKeys& session, std::size_t octets_to_follow)
    : reader_(session), octets_to_follow_(octets_to_follow) {}

Opened Opener::take(View piece) {
    Step step =
        std::visit([&](auto&& state) { return on(std::forward<decltype(state)>(state), piece); }, std::move(state_));
    state_ = std::move(step.next);
    if (auto* refused = std::get_if<Refusal>(&step.opened)) {
        state_ = Failed{*refused};
        return std::move(step.opened);
    }
    octets_to_follow_ -= piece.size();  // every state checks that its piece fits
    return std::move(step.opened);
}

Opener::Step Opener::on(ExpectConfigureIsdp, View piece) {
    constexpr auto command = BppCommandId::configure_isdp;
    if (piece.size() > octets_to_follow_)
        return {{}, refusal(command, fail(Errc::too_large, "", "the package is longer than announced"))};
    auto request = open_sequence_of_87(reader_, tag_first_sequence_of_87, piece);
    if (!request) return {{}, refusal(command, request.error())};
    return {ExpectMetadataHeader{}, ConfigureIsdp{to_bytes(expose(*request))}};
}

Opener::Step Opener::on(ExpectMetadataHeader, View piece) {
    constexpr auto command = BppCommandId::store_metadata;
    const auto octets = announced(tag_sequence_of_88, piece, metadata_octets_max);
    if (!octets) return {{}, refusal(command, octets.error())};
    if (piece.size() + *octets > octets_to_follow_)
        return {{}, refusal(command, fail(Errc::too_large, "sequenceOf88", "the package is longer than announced"))};
    return {ExpectMetadata{*octets, {}}, MoreToCome{}};
}

Opener::Step Opener::on(ExpectMetadata state, View piece) {
    constexpr auto command = BppCommandId::store_metadata;
    if (piece.size() > state.octets_left)
        return {{}, refusal(command, fail(Errc::too_large, "sequenceOf88", "more segments than announced"))};
    const auto part = reader_.verify(tag_88, piece);
    if (!part) return {{}, refusal(command, part.error())};
    append(state.so_far, *part);
    state.octets_left -= piece.size();
    if (state.octets_left != 0) return {std::move(state), MoreToCome{}};
    return {ExpectKeysOrElements{}, StoreMetadata{std::move(state.so_far)}};
}

Opener::Step Opener::on(ExpectKeysOrElements, View piece) {
    if (der::Reader(piece).peek() == tag_second_sequence_of_87) return replace_session_keys(piece);
    return on(ExpectElementsHeader{}, piece);
}

Opener::Step Opener::replace_session_keys(View piece) {
    constexpr auto command = BppCommandId::replace_session_keys;
    if (piece.size() > octets_to_follow_)
        return {{}, refusal(command, fail(Errc::too_large, "", "the package is longer than announced"))};
    const auto request = open_sequence_of_87(reader_, tag_second_sequence_of_87, piece);
    if (!request) return {{}, refusal(command, request.error())};
    const auto keys = decode_replace_session_keys(expose(*request));
    if (!keys) return {{}, Refusal{command, ErrorReason::incorrect_input_values, to_string(keys.error())}};
    reader_ = SegmentReader(*keys);  // chain and counter start again (SGP.22 5.5.4)
    return {ExpectElementsHeader{}, SessionKeysReplaced{}};
}

Opener::Step Opener::on(ExpectElementsHeader, View piece) {
    constexpr auto command = BppCommandId::load_profile_elements;
    const auto octets = announced(tag_sequence_of_86, piece, octets_to_follow_);
    if (!octets) return {{}, refusal(command, octets.error())};
    if (piece.size() + *octets != octets_to_follow_)
        return {{}, refusal(command, fail(Errc::bad_length, "sequenceOf86", "it does not end where its package ends"))};
    return {ExpectElements{*octets}, MoreToCome{}};
}

Opener::Step Opener::on(ExpectElements state, View piece) {
    constexpr auto command = BppCommandId::load_profile_elements;
    if (piece.size() > state.octets_left)
        return {{}, refusal(command, fail(Errc::too_large, "sequenceOf86", "more segments than announced"))};
    auto elements = reader_.verify_and_decrypt(tag_86, piece);
    if (!elements) return {{}, refusal(command, elements.error())};
    state.octets_left -= piece.size();
    if (state.octets_left != 0) return {state, ProfileElements{*std::move(elements)}};
    return {Complete{}, ProfileElements{*std::move(elements)}};
}

Opener::Step Opener::on(Complete, View) {
    return {{},
            refusal(BppCommandId::load_profile_elements, fail(Errc::trailing_data, "", "the package was complete"))};
}

Opener::Step Opener::on(Failed state, View) {
    Refusal same = state.refusal;
    return {std::move(state), std::move(same)};
}

}  // namespace mcim::bpp
