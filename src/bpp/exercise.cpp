#include "mcim/bpp/exercise.h"

#include "mcim/bpp/opener.h"
#include "mcim/bpp/sealer.h"
#include "mcim/bpp/segments.h"

namespace mcim::bpp {
namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

SessionKeys fixed_keys(std::uint8_t fill) {
    SessionKeys keys;
    std::ranges::fill(expose_mutable(keys.initial_mac_chaining_value), fill);
    std::ranges::fill(expose_mutable(keys.enc), static_cast<std::uint8_t>(fill + 1));
    std::ranges::fill(expose_mutable(keys.mac), static_cast<std::uint8_t>(fill + 2));
    return keys;
}

/// What came out before the end or the first refusal.
struct Outcome {
    Bytes configure_isdp;
    Bytes store_metadata;
    Bytes profile_package;
    bool complete = false;
    bool refused = false;
};

Outcome open(std::span<const View> pieces, std::size_t octets_to_follow) {
    Opener opener(fixed_keys(1), octets_to_follow);
    Outcome out;
    for (const View piece : pieces) {
        Opened opened = opener.take(piece);
        if (auto* isdp = std::get_if<ConfigureIsdp>(&opened)) out.configure_isdp = std::move(isdp->request);
        if (auto* metadata = std::get_if<StoreMetadata>(&opened)) out.store_metadata = std::move(metadata->request);
        if (auto* elements = std::get_if<ProfileElements>(&opened))
            append(out.profile_package, expose(elements->octets));
        if (std::holds_alternative<Refusal>(opened)) out.refused = true;
    }
    out.complete = opener.complete();
    return out;
}

void exercise_foreign(View input) {
    (void)parse_opening_piece(input);
    if (const auto decoded = der::decode<msg::BoundProfilePackage>(input)) require(equal(der::encode(*decoded), input));
    const auto pieces = split_for_card(input);
    if (!pieces) return;
    const auto joined = join_pieces(*pieces);
    require(joined && equal(*joined, input));
    const auto opening = parse_opening_piece(pieces->front());
    require(opening.has_value());
    (void)open(std::span(*pieces).subspan(1), opening->octets_to_follow);
}

msg::InitialiseSecureChannelRequest some_request() {
    msg::InitialiseSecureChannelRequest request;
    request.smdp_otpk.bytes = Bytes(65, 4);
    request.smdp_sign.bytes = Bytes(64, 5);
    return request;
}

void exercise_own(View input) {
    // one segment, several segments, and as many as there are
    const View isdp = input.first(std::min<std::size_t>(input.size() / 3, 500));
    const View metadata = input.subspan(isdp.size(), std::min<std::size_t>(input.size() / 3, 8000));
    const Contents contents{isdp, metadata, input.subspan(isdp.size() + metadata.size())};
    const bool protection_keys = input.size() % 2 == 1;
    Bytes package = protection_keys ? seal(some_request(), fixed_keys(1), fixed_keys(9), contents)
                                    : seal(some_request(), fixed_keys(1), contents);
    const auto pieces = split_for_card(package);
    require(pieces.has_value());
    const std::size_t octets_to_follow = parse_opening_piece(pieces->front())->octets_to_follow;
    const std::span<const View> following = std::span(*pieces).subspan(1);
    const Outcome whole = open(following, octets_to_follow);
    require(whole.complete && !whole.refused && equal(whole.configure_isdp, contents.configure_isdp) &&
            equal(whole.store_metadata, contents.store_metadata) &&
            equal(whole.profile_package, contents.profile_package));

    const std::size_t at = package.size() - octets_to_follow + input.size() % octets_to_follow;
    package[at] = static_cast<std::uint8_t>(package[at] ^ 0x10U);
    const Outcome changed = open(following, octets_to_follow);
    require(changed.refused && !changed.complete);
}

}  // namespace

void exercise_bound_package(View input) {
    exercise_foreign(input);
    exercise_own(input);
}

}  // namespace mcim::bpp
