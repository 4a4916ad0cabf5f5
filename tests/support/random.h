// Randomness that is the same in every run.
#pragma once
#include "mcim/base/ports.h"

namespace mcim::test {

/// SplitMix64 of a seed. The stream of octets does not depend on how it is cut into calls.
class SeededRandom final : public Random {
public:
    explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
    void fill(std::span<std::uint8_t> out) override {
        for (auto& octet : out) octet = next_octet();
    }
    /// A number below `limit`, which is not 0. The slight bias does no harm in a test.
    [[nodiscard]] std::uint64_t below(std::uint64_t limit) { return next() % limit; }

private:
    std::uint64_t next() {
        state_ += 0x9E3779B97F4A7C15U;
        std::uint64_t z = state_;
        z = (z ^ z >> 30U) * 0xBF58476D1CE4E5B9U;
        z = (z ^ z >> 27U) * 0x94D049BB133111EBU;
        return z ^ z >> 31U;
    }
    std::uint8_t next_octet() {
        if (left_ == 0) {
            word_ = next();
            left_ = 8;
        }
        const auto octet = static_cast<std::uint8_t>(word_);
        word_ >>= 8U;
        --left_;
        return octet;
    }
    std::uint64_t state_;
    std::uint64_t word_ = 0;
    int left_ = 0;
};

}  // namespace mcim::test
