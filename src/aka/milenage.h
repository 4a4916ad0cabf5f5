// MILENAGE, TS 35.205 and 35.206, over AES-128.
#pragma once
#include "mcim/aka/functions.h"
#include "mcim/crypto/aes.h"

namespace mcim::aka {

/// r1 to r5 in bits and c1 to c5 (TS 35.206 4.1). An operator may have its own: PE-AKAParameter carries them.
struct MilenageConstants {
    std::array<std::uint8_t, 5> rotation{64, 0, 32, 64, 96};
    std::array<crypto::Block, 5> xoring{{{},
                                         {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1},
                                         {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2},
                                         {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4},
                                         {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8}}};
    friend bool operator==(const MilenageConstants&, const MilenageConstants&) = default;
};

/// OPc from the operator's constant OP: stored instead of OP, from which no other card's OPc follows (TS 35.206 4.1).
[[nodiscard]] Secret<16> opc_from_op(const Secret<16>& k, const Secret<16>& op);

/// The functions under one K. Expands the key once; not for several threads at a time.
class Milenage {
public:
    Milenage(const Secret<16>& k, const Secret<16>& opc, const MilenageConstants& constants = {});
    [[nodiscard]] Mac f1(const Rand&, Sqn, const Amf&) const;
    [[nodiscard]] Mac f1_star(const Rand&, Sqn, const Amf&) const;
    [[nodiscard]] Response f2345(const Rand&) const;  ///< RES of 8 octets
    [[nodiscard]] AnonymityKey f5_star(const Rand&) const;

private:
    [[nodiscard]] Secret<16> out1(const Rand&, Sqn, const Amf&) const;
    [[nodiscard]] Secret<16> out(std::size_t n, const Rand&) const;  ///< OUT2 to OUT5
    crypto::AesBlock aes_;
    Secret<16> opc_;
    MilenageConstants constants_;
};
static_assert(Functions<Milenage>);

}  // namespace mcim::aka
