#include "mcim/aka/sqn.h"

#include <algorithm>
#include <cstdlib>

namespace mcim::aka {
namespace {

constexpr std::uint8_t option_delta = 0x02;
constexpr std::uint8_t option_age_limit = 0x04;

}  // namespace

Sqn Sqn::of(std::uint64_t seq, std::size_t ind) {
    if (seq > seq_max || ind >= ind_count) std::abort();
    return Sqn(seq << 5U | ind);
}

Result<Sqn> Sqn::from_number(std::uint64_t number) {
    if (number >> 48U != 0) return fail(Errc::bad_value, "", "a sequence number has 48 bits");
    return Sqn(number);
}

Sqn Sqn::from_octets(const std::array<std::uint8_t, 6>& octets) {
    std::uint64_t number = 0;
    for (const auto octet : octets) number = number << 8U | octet;
    return Sqn(number);
}

std::array<std::uint8_t, 6> Sqn::octets() const {
    std::array<std::uint8_t, 6> out{};
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<std::uint8_t>(number_ >> (40 - 8 * i));
    return out;
}

SqnLimits SqnLimits::from_profile(std::uint8_t sqn_options, std::uint64_t sqn_delta, std::uint64_t sqn_age_limit) {
    SqnLimits limits;
    if ((sqn_options & option_delta) != 0) limits.delta = sqn_delta;
    if ((sqn_options & option_age_limit) != 0) limits.age_limit = sqn_age_limit;
    return limits;
}

Sqn SqnState::highest() const {
    const auto at = std::ranges::max_element(seq);
    return Sqn::of(*at, static_cast<std::size_t>(at - seq.begin()));
}

std::optional<SqnState> accept(const SqnState& state, const SqnLimits& limits, Sqn sqn) {
    const std::uint64_t highest = state.highest().seq();
    const std::uint64_t seq = sqn.seq();
    if (limits.delta && seq > highest && seq - highest > *limits.delta) return std::nullopt;
    if (limits.age_limit && highest > seq && highest - seq >= *limits.age_limit) return std::nullopt;
    if (seq <= state.seq[sqn.ind()]) return std::nullopt;
    SqnState next = state;
    next.seq[sqn.ind()] = seq;
    return next;
}

Result<Sqn> next_sqn(Sqn last) {
    if (last.seq() == Sqn::seq_max)
        return fail(Errc::refused, "sqn", "the sequence numbers of this subscription are used up; it needs new keys");
    return Sqn::of(last.seq() + 1, (last.ind() + 1) % Sqn::ind_count);
}

Sqn resynchronised(Sqn home, Sqn card, const SqnLimits& limits) {
    // greater than every entry of the array, so that it is fresh under any index
    const bool next_is_fresh = home.seq() + 1 > card.seq();
    const bool next_is_near = !limits.delta || home.seq() + 1 - card.seq() <= *limits.delta;
    return next_is_fresh && next_is_near ? home : card;
}

}  // namespace mcim::aka
