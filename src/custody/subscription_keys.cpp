#include "mcim/custody/subscription_keys.h"

#include "mcim/crypto/hash.h"

namespace mcim::custody {
namespace {

using signer::Algorithm;

constexpr std::uint8_t format_1 = 1;  ///< without the operator
constexpr std::uint8_t format_2 = 2;
constexpr std::size_t operator_octets_max = 255;

struct Sizes {
    std::size_t k;
    std::size_t opc;
};
Result<Sizes> sizes_of(Algorithm algorithm) {
    switch (algorithm) {
        using enum Algorithm;
        case milenage: return Sizes{16, 16};
        case test: return Sizes{16, 0};
        case tuak_128: return Sizes{16, 32};
        case tuak_256: return Sizes{32, 32};
    }
    return fail(Errc::bad_value, "algorithm", "no such algorithm");
}

}  // namespace

Status check(const SubscriptionKeys& keys) {
    TRY(const Sizes sizes, sizes_of(keys.algorithm));
    const auto wanted = [&](std::string_view what, std::size_t size, std::size_t have) -> Status {
        if (size == have) return ok();
        return fail(Errc::bad_length, std::string(what),
                    std::string(to_string(keys.algorithm)) + " wants " + std::to_string(size) + " octets, not " +
                        std::to_string(have));
    };
    CHECKED(wanted("k", sizes.k, keys.k.size()));
    if (crypto::constant_time_equal(expose(keys.k), Bytes(keys.k.size())))
        return fail(Errc::bad_value, "k", "it is all zeros, as in a package whose keys are not inserted yet: no key");
    CHECKED(wanted("constant", sizes.opc, keys.opc.size()));
    if (keys.res_octets < 4 || keys.res_octets > 16)
        return fail(Errc::bad_value, "res", "RES has 4 to 16 octets, not " + std::to_string(keys.res_octets));
    if (keys.operator_id.size() > operator_octets_max)
        return fail(Errc::bad_length, "operator", "a name of " + std::to_string(keys.operator_id.size()) + " octets");
    return ok();
}

/// format, algorithm, length and octets of RES, K and OPc, then r1 to r5 and c1 to c5, then the operator and its
/// length.
SecretBytes encode(const SubscriptionKeys& keys) {
    const aka::MilenageConstants& c = keys.constants;
    SecretBytes out(6 + keys.k.size() + keys.opc.size() + c.rotation.size() + 16 * c.xoring.size() +
                    keys.operator_id.size());
    auto at = expose_mutable(out).begin();
    const auto octet = [&](std::size_t value) { *at++ = static_cast<std::uint8_t>(value); };
    const auto octets = [&](View v) { at = std::ranges::copy(v, at).out; };
    octet(format_2);
    octet(static_cast<std::size_t>(keys.algorithm));
    octet(keys.res_octets);
    octet(keys.k.size());
    octets(expose(keys.k));
    octet(keys.opc.size());
    octets(expose(keys.opc));
    octets(c.rotation);
    for (const auto& block : c.xoring) octets(block);
    octet(keys.operator_id.size());
    octets(as_view(keys.operator_id));
    return out;
}

Result<SubscriptionKeys> decode_subscription_keys(View in) {
    const auto bad = [] {
        return fail(Errc::bad_value, "subscription keys", "not in a form that this version writes");
    };
    SubscriptionKeys keys;
    const auto next = [&](std::size_t n) -> std::optional<View> {
        if (in.size() < n) return std::nullopt;
        const View out = in.first(n);
        in = in.subspan(n);
        return out;
    };
    const auto sized = [&]() -> std::optional<View> {
        const auto size = next(1);
        return size ? next((*size)[0]) : std::nullopt;
    };
    const auto head = next(3);
    if (!head || ((*head)[0] != format_1 && (*head)[0] != format_2)) return bad();
    keys.algorithm = static_cast<Algorithm>((*head)[1]);
    keys.res_octets = (*head)[2];
    const auto k = sized();
    const auto opc = sized();
    const auto rotation = next(keys.constants.rotation.size());
    if (!k || !opc || !rotation) return bad();
    keys.k = SecretBytes::copy_of(*k);
    keys.opc = SecretBytes::copy_of(*opc);
    std::ranges::copy(*rotation, keys.constants.rotation.begin());
    for (auto& block : keys.constants.xoring) {
        const auto octets = next(block.size());
        if (!octets) return bad();
        std::ranges::copy(*octets, block.begin());
    }
    if ((*head)[0] == format_2) {
        const auto operator_id = sized();
        if (!operator_id) return bad();
        keys.operator_id = as_text(*operator_id);
    }
    if (!in.empty()) return bad();
    CHECKED(check(keys));
    return keys;
}

Result<aka::Algorithm> functions_of(const SubscriptionKeys& keys) {
    switch (keys.algorithm) {
        using enum Algorithm;
        case milenage: {
            TRY(const auto k, Secret<16>::copy_of(expose(keys.k)));
            TRY(const auto opc, Secret<16>::copy_of(expose(keys.opc)));
            return aka::Algorithm(aka::Milenage(k, opc, keys.constants));
        }
        case test: {
            TRY(const auto k, Secret<16>::copy_of(expose(keys.k)));
            return aka::Algorithm(aka::TestAlgorithm(k, keys.res_octets));
        }
        case tuak_128:
        case tuak_256: break;
    }
    return fail(Errc::refused, "algorithm", std::string(to_string(keys.algorithm)) + " is not in this version");
}

}  // namespace mcim::custody
