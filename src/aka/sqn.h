// Sequence numbers of authentication and key agreement: TS 33.102 Annex C, in the form with a time-independent SEQ and
// an array on the card (C.1.1.1, C.2.2; profile 2 of C.3.2). Pure functions; who stores the numbers is somebody else.
#pragma once
#include <compare>
#include <optional>

#include "mcim/base/bytes.h"

namespace mcim::aka {

/// SQN = SEQ || IND: 43 bits that only grow, and 5 bits that say which entry of the card's array the number goes to, so
/// that vectors which overtake each other in several serving networks are not taken for replays (C.1.2).
class Sqn {
public:
    static constexpr std::uint64_t seq_max = (1ULL << 43U) - 1;
    static constexpr std::size_t ind_count = 32;

    constexpr Sqn() = default;
    /// Both must fit; that they do is the caller's invariant.
    [[nodiscard]] static Sqn of(std::uint64_t seq, std::size_t ind);
    [[nodiscard]] static Result<Sqn> from_number(std::uint64_t);
    [[nodiscard]] static Sqn from_octets(const std::array<std::uint8_t, 6>&);

    [[nodiscard]] constexpr std::uint64_t number() const { return number_; }
    [[nodiscard]] std::array<std::uint8_t, 6> octets() const;
    [[nodiscard]] constexpr std::uint64_t seq() const { return number_ >> 5U; }
    [[nodiscard]] constexpr std::size_t ind() const { return static_cast<std::size_t>(number_ & 31U); }
    friend auto operator<=>(const Sqn&, const Sqn&) = default;

private:
    explicit constexpr Sqn(std::uint64_t number) : number_(number) {}
    std::uint64_t number_ = 0;
};

// ---------------------------------------------------------------- card

/// What a card accepts beyond "greater than the last one of its index". Without a value there is no such check.
struct SqnLimits {
    /// C.2.1: the largest step forward. Keeps a single forged or mistaken number from using up the range.
    std::optional<std::uint64_t> delta;
    /// C.2.2, L: how far SEQ may lie behind the highest one accepted under any index.
    std::optional<std::uint64_t> age_limit;

    /// sqnOptions, sqnDelta and sqnAgeLimit of PE-AKAParameter. Bit 2 of the options switches the check of delta on
    /// ("SQN wrap around"); bit 3 is read as the one of the age limit (docs/divergences.md). Not for
    /// the test algorithm, which ignores all three: SqnLimits{}.
    [[nodiscard]] static SqnLimits from_profile(std::uint8_t sqn_options, std::uint64_t sqn_delta,
                                                std::uint64_t sqn_age_limit);
};

/// The card's array: the highest SEQ accepted under each index.
struct SqnState {
    std::array<std::uint64_t, Sqn::ind_count> seq{};
    /// SQN_MS, the highest number accepted at all, which AUTS reports.
    [[nodiscard]] Sqn highest() const;
    friend bool operator==(const SqnState&, const SqnState&) = default;
};

/// The state after a fresh number; nullopt where the number is a replay, too old, or too far ahead.
[[nodiscard]] std::optional<SqnState> accept(const SqnState&, const SqnLimits&, Sqn);

// ---------------------------------------------------------------- authentication centre

/// The number of the next vector: SEQ and IND each one further (C.1.1.1, C.1.2). Errc::refused where SEQ is used up:
/// the number does not wrap (C.2.1), the subscription needs new keys.
[[nodiscard]] Result<Sqn> next_sqn(Sqn last);

/// SQN_HE after a verified AUTS (6.3.5 steps 2 and 5): unchanged where the card would accept the number after it, else
/// what the card reported. So a stale AUTS, replayed, does not set the centre back.
[[nodiscard]] Sqn resynchronised(Sqn home, Sqn card, const SqnLimits&);

}  // namespace mcim::aka
