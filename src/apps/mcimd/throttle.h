// How often each of many may do something: a bucket of tokens for each, full when it first comes, which fills again
// evenly within a minute or an hour. In bounded memory: when there is no room, a newcomer takes the place of who has
// used least of its bucket. So who is held back stays so however many others come, and who comes from everywhere has
// what each of his addresses has.
#pragma once
#include <array>
#include <chrono>
#include <optional>
#include <string_view>
#include <vector>

#include "mcim/base/ports.h"
#include "mcim/http/message.h"

namespace mcim::apps::mcimd {

/// 0: no limit.
struct Rates {
    std::uint32_t address_requests = 1'200'000;  ///< a minute
    std::uint32_t eid_authentications = 600;     ///< a minute
    std::uint32_t operator_orders = 600'000;     ///< a minute
    std::uint32_t order_downloads = 60;          ///< an hour
    friend bool operator==(const Rates&, const Rates&) = default;
};

/// Who came too often, and when he may come again.
struct HeldBack {
    std::chrono::seconds wait;
};
/// HTTP 429 with Retry-After.
[[nodiscard]] http::Response too_often(const HeldBack&, std::string_view who);

class Throttle {
public:
    using Clock = std::chrono::steady_clock;
    using Key = std::array<std::uint8_t, 16>;
    static constexpr std::size_t ways = 8;

    Throttle() = default;  ///< no limit
    /// `most` within `time`. Remembers `sets` times `ways`.
    Throttle(std::uint32_t most, Clock::duration time, std::size_t sets, Random&);
    /// One more by this one; nothing: it may be.
    [[nodiscard]] std::optional<HeldBack> take(const Key&, Clock::time_point now);

private:
    struct Bucket {
        Key key{};
        Clock::time_point full_at{};
    };
    [[nodiscard]] std::size_t set_of(const Key&) const;
    [[nodiscard]] Bucket& bucket_of(const Key&);

    Clock::duration bucket_time_{};      ///< from empty to full
    Clock::duration one_more_{};         ///< the time in which one token comes back
    std::vector<std::uint32_t> spread_;  ///< random, for each value of each octet of a key
    std::vector<std::array<Bucket, ways>> sets_;
};

[[nodiscard]] Throttle::Key key_of(View octets_16);       ///< an EID
[[nodiscard]] Throttle::Key key_of(std::string_view id);  ///< an operator, an order

struct Throttles {
    Throttle addresses{};
    Throttle eids{};
    Throttle operators{};
    /// Downloads that are begun of one order. A genuine card with a code could else fill the disk: every session that
    /// it begins is stored for a while.
    Throttle orders{};
    Throttles() = default;
    Throttles(const Rates&, Random&);
};

}  // namespace mcim::apps::mcimd
