// A bound profile package with everything that both sides know, for the tests of this module.
#pragma once
#include <gtest/gtest.h>

#include "mcim/bpp/opener.h"
#include "mcim/bpp/sealer.h"
#include "mcim/bpp/secure_channel.h"
#include "mcim/bpp/segments.h"
#include "support/random.h"

namespace mcim::bpp::test {

using mcim::test::SeededRandom;

enum class Mode : std::uint8_t { session_keys, profile_protection_keys };

struct Package {
    Bytes configure_isdp;
    Bytes store_metadata;
    Bytes profile_package;
    Bytes der;
};

inline SessionKeys session_keys() {
    SeededRandom random(1);
    return draw_profile_protection_keys(random);
}

inline msg::InitialiseSecureChannelRequest unsigned_request() {
    msg::InitialiseSecureChannelRequest request;
    request.transaction_id.bytes = Bytes(16, 0x11);
    request.control_ref_template.host_id.bytes = Bytes(8, 0x22);
    request.smdp_otpk.bytes = Bytes(65, 0x04);
    request.smdp_sign.bytes = Bytes(64, 0x33);
    return request;
}

inline Package package(Mode mode, std::size_t profile_octets, std::size_t metadata_octets = 60) {
    SeededRandom random(profile_octets + 7);
    Package p{*from_hex("BF2400"), random.bytes(metadata_octets), random.bytes(profile_octets), {}};
    const Contents contents{p.configure_isdp, p.store_metadata, p.profile_package};
    p.der = mode == Mode::session_keys
                ? seal(unsigned_request(), session_keys(), contents)
                : seal(unsigned_request(), session_keys(), draw_profile_protection_keys(random), contents);
    return p;
}

/// The pieces after the opening one, each a copy of its own, and what the opening one announced.
struct Journey {
    std::vector<Bytes> pieces;
    std::size_t octets_to_follow = 0;
};
inline Journey journey(const Bytes& der) {
    const auto pieces = split_for_card(der);
    EXPECT_TRUE(pieces) << to_string(pieces.error());
    Journey j;
    for (const View piece : std::span(*pieces).subspan(1)) j.pieces.push_back(to_bytes(piece));
    j.octets_to_follow = parse_opening_piece(pieces->front())->octets_to_follow;
    return j;
}

struct Outcome {
    Bytes configure_isdp;
    Bytes store_metadata;
    Bytes profile_package;
    int replaced = 0;
    bool complete = false;
    std::optional<Refusal> refusal;
};
/// Until the first refusal, as a card does.
inline Outcome open(const Journey& j) {
    Opener opener(session_keys(), j.octets_to_follow);
    Outcome out;
    for (const Bytes& piece : j.pieces) {
        Opened opened = opener.take(piece);
        if (auto* isdp = std::get_if<ConfigureIsdp>(&opened)) out.configure_isdp = std::move(isdp->request);
        if (auto* metadata = std::get_if<StoreMetadata>(&opened)) out.store_metadata = std::move(metadata->request);
        if (std::holds_alternative<SessionKeysReplaced>(opened)) ++out.replaced;
        if (auto* part = std::get_if<ProfileElements>(&opened)) append(out.profile_package, expose(part->octets));
        if (auto* refused = std::get_if<Refusal>(&opened)) {
            out.refusal = std::move(*refused);
            break;
        }
    }
    out.complete = opener.complete();
    return out;
}

}  // namespace mcim::bpp::test
