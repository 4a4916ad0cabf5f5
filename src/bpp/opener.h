// The card's side of a bound profile package: takes the pieces that follow InitialiseSecureChannel, in order, and hands
// out what they hold. Clauses: SGP.22 2.5.3 to 2.5.5, 5.5.2 to 5.5.5, 5.7.6.
//
//   ExpectConfigureIsdp -A0-> ExpectMetadataHeader -A1-> ExpectMetadata -88...-> ExpectKeysOrElements
//   ExpectKeysOrElements -A2-> ExpectElementsHeader -A3-> ExpectElements; or -A3-> ExpectElements -86...-> Complete
//
// Any piece that the state does not take, and any MAC, padding or length that does not hold, leads to Failed, from
// which nothing leads away: the card ends the session and reports the refusal.
#pragma once
#include "mcim/bpp/refusal.h"
#include "mcim/bpp/scp03t.h"

namespace mcim::bpp {

/// The metadata of a profile, icon included, stays far below this; the card need not store more before it is verified.
inline constexpr std::size_t metadata_octets_max = 16 * 1024;

// ---- states: each carries only what is valid in it
struct ExpectConfigureIsdp {};
struct ExpectMetadataHeader {};
struct ExpectMetadata {
    std::size_t octets_left = 0;
    Bytes so_far;
};
struct ExpectKeysOrElements {};
struct ExpectElementsHeader {};
struct ExpectElements {
    std::size_t octets_left = 0;
};
struct Complete {};
struct Failed {
    Refusal refusal;
};

// ---- what a piece held
struct MoreToCome {};  ///< a header, or a part of the metadata
struct ConfigureIsdp {
    Bytes request;  ///< ConfigureISDPRequest, DER
};
struct StoreMetadata {
    Bytes request;  ///< StoreMetadataRequest, DER, all its segments
};
struct SessionKeysReplaced {};
struct ProfileElements {
    SecretBytes octets;  ///< the next octets of the profile package, cut anywhere
};
using Opened = std::variant<MoreToCome, ConfigureIsdp, StoreMetadata, SessionKeysReplaced, ProfileElements, Refusal>;

class Opener {
public:
    /// `octets_to_follow` as the opening piece announced it.
    Opener(const SessionKeys&, std::size_t octets_to_follow);
    [[nodiscard]] Opened take(View piece);
    /// Every octet that was announced has been taken.
    [[nodiscard]] bool complete() const { return std::holds_alternative<Complete>(state_); }

private:
    using State = std::variant<ExpectConfigureIsdp, ExpectMetadataHeader, ExpectMetadata, ExpectKeysOrElements,
                               ExpectElementsHeader, ExpectElements, Complete, Failed>;
    struct Step {
        State next;
        Opened opened;
    };
    Step on(ExpectConfigureIsdp, View piece);
    Step on(ExpectMetadataHeader, View piece);
    Step on(ExpectMetadata, View piece);
    Step on(ExpectKeysOrElements, View piece);
    Step on(ExpectElementsHeader, View piece);
    Step on(ExpectElements, View piece);
    Step on(Complete, View piece);
    Step on(Failed, View piece);
    Step replace_session_keys(View piece);

    SegmentReader reader_;
    std::size_t octets_to_follow_;
    State state_;
};

}  // namespace mcim::bpp
