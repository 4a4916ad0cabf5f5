#include "mcim/aka/test_algorithm.h"

#include <cstdlib>

namespace mcim::aka {
namespace {

/// XDOUT from octet `from` on, the octets before it following at the end.
SecretBytes rotated(const Secret<16>& xdout, std::size_t from) {
    SecretBytes out(16);
    std::ranges::rotate_copy(expose(xdout), expose(xdout).begin() + static_cast<std::ptrdiff_t>(from),
                             expose_mutable(out).begin());
    return out;
}

}  // namespace

TestAlgorithm::TestAlgorithm(const Secret<16>& k, std::size_t res_octets) : k_(k.copy()), res_octets_(res_octets) {
    if (res_octets < 4 || res_octets > 16) std::abort();
}

Secret<16> TestAlgorithm::xdout(const Rand& rand) const {
    Secret<16> out = k_.copy();
    for (std::size_t i = 0; i < rand.size(); ++i)
        expose_mutable(out)[i] = static_cast<std::uint8_t>(expose(out)[i] ^ rand[i]);
    return out;
}

Mac TestAlgorithm::f1(const Rand& rand, Sqn sqn, const Amf& amf) const {
    const Secret<16> x = xdout(rand);
    const Bytes cdout = concat({sqn.octets(), amf});
    Mac out{};
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<std::uint8_t>(expose(x)[i] ^ cdout[i]);
    return out;
}
Mac TestAlgorithm::f1_star(const Rand& rand, Sqn sqn, const Amf& amf) const { return f1(rand, sqn, amf); }

Response TestAlgorithm::f2345(const Rand& rand) const {
    const Secret<16> x = xdout(rand);
    return {.res = to_bytes(View(expose(x)).first(res_octets_)),
            .ck = rotated(x, 1),
            .ik = rotated(x, 2),
            .ak = f5_star(rand)};
}

AnonymityKey TestAlgorithm::f5_star(const Rand& rand) const {
    const Secret<16> x = xdout(rand);
    return *AnonymityKey::copy_of(View(expose(x)).subspan(3, 6));
}

}  // namespace mcim::aka
