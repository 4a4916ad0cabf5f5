#include "mcim/aka/authentication.h"

#include "mcim/crypto/hash.h"

namespace mcim::aka {
namespace {

constexpr Amf resynchronisation_amf{0x00, 0x00};

using SqnOctets = std::array<std::uint8_t, 6>;

/// SQN xor AK, both ways.
SqnOctets concealed(const SqnOctets& sqn, const AnonymityKey& ak) {
    SqnOctets out{};
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<std::uint8_t>(sqn[i] ^ expose(ak)[i]);
    return out;
}

template <std::size_t N>
std::array<std::uint8_t, N> part(View of, std::size_t from) {
    return *to_array<N>(of.subspan(from, N));
}

template <Functions F>
Auts make_auts(const F& functions, const Rand& rand, Sqn highest) {
    const SqnOctets hidden = concealed(highest.octets(), functions.f5_star(rand));
    return *to_array<14>(concat({hidden, functions.f1_star(rand, highest, resynchronisation_amf)}));
}

template <Functions F>
CardStep authenticate_with(const F& functions, const SqnLimits& limits, const SqnState& state, const Rand& rand,
                           const Autn& autn) {
    Response response = functions.f2345(rand);
    const Sqn sqn = Sqn::from_octets(concealed(part<6>(autn, 0), response.ak));
    if (!crypto::constant_time_equal(functions.f1(rand, sqn, part<2>(autn, 6)), View(autn).last(8)))
        return {MacFailure{}, state};
    const auto next = accept(state, limits, sqn);
    if (!next) return {SyncFailure{make_auts(functions, rand, state.highest())}, state};
    return {Success{std::move(response.res), std::move(response.ck), std::move(response.ik)}, *next};
}

}  // namespace

CardStep authenticate(const Subscription& subscription, const SqnState& state, const Rand& rand, const Autn& autn) {
    return std::visit(
        [&](const auto& functions) { return authenticate_with(functions, subscription.limits, state, rand, autn); },
        subscription.algorithm);
}

Secret<8> kc_from(const SecretBytes& ck, const SecretBytes& ik) {
    Secret<8> kc;
    const auto fold = [&](View key) {
        for (std::size_t i = 0; i < key.size(); ++i) {
            auto& octet = expose_mutable(kc)[i % 8];
            octet = static_cast<std::uint8_t>(octet ^ key[i]);
        }
    };
    fold(expose(ck));
    fold(expose(ik));
    return kc;
}

GsmResponse authenticate_gsm(const Algorithm& algorithm, const Rand& rand) {
    const Response response = std::visit([&](const auto& functions) { return functions.f2345(rand); }, algorithm);
    GsmResponse out;
    // c2: RES padded with zeros to 16 octets, its four words added
    for (std::size_t i = 0; i < response.res.size(); ++i)
        out.sres[i % 4] = static_cast<std::uint8_t>(out.sres[i % 4] ^ response.res[i]);
    out.kc = kc_from(response.ck, response.ik);
    return out;
}

Vector make_vector(const Algorithm& algorithm, Sqn sqn, const Amf& amf, const Rand& rand) {
    return std::visit(
        [&](const auto& functions) {
            Response response = functions.f2345(rand);
            const Bytes autn = concat({concealed(sqn.octets(), response.ak), amf, functions.f1(rand, sqn, amf)});
            return Vector{rand, *to_array<16>(autn), std::move(response.res), std::move(response.ck),
                          std::move(response.ik)};
        },
        algorithm);
}

std::optional<Sqn> open_auts(const Algorithm& algorithm, const Rand& rand, const Auts& auts) {
    return std::visit(
        [&](const auto& functions) -> std::optional<Sqn> {
            const Sqn sqn = Sqn::from_octets(concealed(part<6>(auts, 0), functions.f5_star(rand)));
            const Mac mac = functions.f1_star(rand, sqn, resynchronisation_amf);
            if (!crypto::constant_time_equal(mac, View(auts).last(8))) return std::nullopt;
            return sqn;
        },
        algorithm);
}

}  // namespace mcim::aka
