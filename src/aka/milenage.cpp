#include "mcim/aka/milenage.h"

namespace mcim::aka {
namespace {

using crypto::Block;

Block operator^(const Block& a, View b) {
    Block out{};
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<std::uint8_t>(a[i] ^ b[i]);
    return out;
}

/// rot(x, r) of TS 35.206 3.1: towards the most significant bit, any number of bits.
Block rotated(const Block& in, unsigned bits) {
    const std::size_t octets = bits / 8 % 16;
    const unsigned rest = bits % 8;
    Block out{};
    for (std::size_t i = 0; i < out.size(); ++i) {
        const unsigned pair = static_cast<unsigned>(in[(i + octets) % 16]) << 8U | in[(i + octets + 1) % 16];
        out[i] = static_cast<std::uint8_t>(pair >> (8 - rest));
    }
    return out;
}

/// IN1 = SQN || AMF || SQN || AMF
Block input(Sqn sqn, const Amf& amf) {
    const auto number = sqn.octets();
    Block out{};
    auto at = out.begin();
    for (int twice = 0; twice < 2; ++twice) {
        at = std::copy(number.begin(), number.end(), at);
        at = std::copy(amf.begin(), amf.end(), at);
    }
    return out;
}

/// E[in] XOR opc, which may be a key: nothing of it stays behind on the stack.
Secret<16> masked(const crypto::AesBlock& aes, const Block& in, View opc) {
    Secret<16> out;
    const auto octets = expose_mutable(out);
    aes.encrypt(in, octets);
    for (std::size_t i = 0; i < octets.size(); ++i) octets[i] ^= opc[i];
    return out;
}

template <std::size_t N>
std::array<std::uint8_t, N> part(const Secret<16>& block, std::size_t from) {
    return *to_array<N>(View(expose(block)).subspan(from, N));
}

}  // namespace

Secret<16> opc_from_op(const Secret<16>& k, const Secret<16>& op) {
    const crypto::AesBlock aes(expose(k));
    return masked(aes, *to_array<16>(expose(op)), expose(op));
}

Milenage::Milenage(const Secret<16>& k, const Secret<16>& opc, const MilenageConstants& constants)
    : aes_(expose(k)), opc_(opc.copy()), constants_(constants) {}

Secret<16> Milenage::out1(const Rand& rand, Sqn sqn, const Amf& amf) const {
    const Block temp = aes_.encrypt(rand ^ expose(opc_));
    const Block mixed = rotated(input(sqn, amf) ^ expose(opc_), constants_.rotation[0]);
    return masked(aes_, temp ^ mixed ^ constants_.xoring[0], expose(opc_));
}

Secret<16> Milenage::out(std::size_t n, const Rand& rand) const {
    const Block temp = aes_.encrypt(rand ^ expose(opc_));
    const Block mixed = rotated(temp ^ expose(opc_), constants_.rotation[n - 1]);
    return masked(aes_, mixed ^ constants_.xoring[n - 1], expose(opc_));
}

Mac Milenage::f1(const Rand& rand, Sqn sqn, const Amf& amf) const { return part<8>(out1(rand, sqn, amf), 0); }
Mac Milenage::f1_star(const Rand& rand, Sqn sqn, const Amf& amf) const { return part<8>(out1(rand, sqn, amf), 8); }

Response Milenage::f2345(const Rand& rand) const {
    const Secret<16> out2 = out(2, rand);
    return {.res = to_bytes(View(expose(out2)).last(8)),
            .ck = SecretBytes::copy_of(expose(out(3, rand))),
            .ik = SecretBytes::copy_of(expose(out(4, rand))),
            .ak = *AnonymityKey::copy_of(View(expose(out2)).first(6))};
}

AnonymityKey Milenage::f5_star(const Rand& rand) const {
    const Secret<16> out5 = out(5, rand);
    return *AnonymityKey::copy_of(View(expose(out5)).first(6));
}

}  // namespace mcim::aka
