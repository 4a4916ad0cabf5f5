// The test algorithm of TS 34.108 8.1.2: exclusive-or of K and RAND. It protects nothing. It exists because the generic
// test profiles (GSMA TS.48) use it; whoever offers it outside a laboratory has published the keys.
#pragma once
#include "mcim/aka/functions.h"

namespace mcim::aka {

class TestAlgorithm {
public:
    /// RES is 4 to 16 octets long; more or less is a broken invariant. TS.48 has 16 (algorithmOptions 02).
    explicit TestAlgorithm(const Secret<16>& k, std::size_t res_octets = 16);
    [[nodiscard]] Mac f1(const Rand&, Sqn, const Amf&) const;
    [[nodiscard]] Mac f1_star(const Rand&, Sqn, const Amf&) const;  ///< the same function as f1
    [[nodiscard]] Response f2345(const Rand&) const;
    [[nodiscard]] AnonymityKey f5_star(const Rand&) const;  ///< the same as f5

private:
    [[nodiscard]] Secret<16> xdout(const Rand&) const;
    Secret<16> k_;
    std::size_t res_octets_;
};
static_assert(Functions<TestAlgorithm>);

}  // namespace mcim::aka
