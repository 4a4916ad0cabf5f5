// Time and randomness are arguments of every core; these are the two ports they come through.
#pragma once
#include <chrono>
#include <span>

#include "mcim/base/bytes.h"

namespace mcim {

/// Wall-clock time in UTC. Cores get a Time in their Env and never ask a clock themselves.
using Time = std::chrono::sys_time<std::chrono::milliseconds>;

/// RFC 3339 in UTC with seconds, "2026-11-21T20:27:22Z".
[[nodiscard]] std::string to_rfc3339(Time);
[[nodiscard]] Result<Time> from_rfc3339(std::string_view);
[[nodiscard]] Time system_now();

/// A source of random octets. Unpredictable in production (SystemRandom); seeded in tests (tests/support/random.h).
class Random {
public:
    Random() = default;
    Random(const Random&) = delete;
    Random& operator=(const Random&) = delete;
    virtual ~Random() = default;
    virtual void fill(std::span<std::uint8_t> out) = 0;
    [[nodiscard]] Bytes bytes(std::size_t n) {
        Bytes out(n);
        fill(out);
        return out;
    }
    template <std::size_t N>
    [[nodiscard]] std::array<std::uint8_t, N> array() {
        std::array<std::uint8_t, N> out{};
        fill(out);
        return out;
    }
};

/// getrandom(2); aborts where the kernel cannot give randomness.
class SystemRandom final : public Random {
public:
    void fill(std::span<std::uint8_t> out) override;
};

}  // namespace mcim
