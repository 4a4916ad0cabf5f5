// The functions f1 to f5* of TS 33.102 6.3: what every authentication algorithm offers.
#pragma once
#include <concepts>

#include "mcim/aka/sqn.h"
#include "mcim/base/secret.h"

namespace mcim::aka {

using Rand = std::array<std::uint8_t, 16>;
using Amf = std::array<std::uint8_t, 2>;
using Mac = std::array<std::uint8_t, 8>;
using AnonymityKey = Secret<6>;

/// f2 (RES), f3 (CK), f4 (IK) and f5 (AK) of one challenge.
struct Response {
    Bytes res;
    SecretBytes ck;
    SecretBytes ik;
    AnonymityKey ak;
};

template <class A>
concept Functions = requires(const A& algorithm, const Rand& rand, Sqn sqn, const Amf& amf) {
    { algorithm.f1(rand, sqn, amf) } -> std::same_as<Mac>;
    { algorithm.f1_star(rand, sqn, amf) } -> std::same_as<Mac>;
    { algorithm.f2345(rand) } -> std::same_as<Response>;
    { algorithm.f5_star(rand) } -> std::same_as<AnonymityKey>;
};

}  // namespace mcim::aka
