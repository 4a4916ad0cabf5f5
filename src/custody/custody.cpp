#include "mcim/custody/custody.h"

#include <algorithm>

#include "mcim/crypto/hash.h"

namespace mcim::custody {

using signer::Algorithm;
using signer::Response;

Policy Policy::laboratory() {
    Policy policy;
    policy.algorithms.push_back(Algorithm::test);
    policy.known_keys = KnownKeys::taken;
    return policy;
}

Custody::Custody(Keys keys, Policy policy, Random& random)
    : keys_(std::move(keys)), policy_(std::move(policy)), random_(random) {}

Result<std::unique_ptr<Custody>> Custody::load(const KeyFolder& folder, Policy policy, Random& random) {
    TRY(Keys keys, folder.keys());
    return std::make_unique<Custody>(std::move(keys), std::move(policy), random);
}

std::vector<Result<Response>> Custody::execute(std::span<const signer::Request> requests) {
    std::vector<Result<Response>> responses;
    responses.reserve(requests.size());
    for (const signer::Request& request : requests)
        responses.push_back(std::visit([&](const auto& r) { return answer(r); }, request));
    return responses;
}

Result<crypto::PublicKey> Custody::public_key(const signer::KeyName& name) const {
    TRY(const SigningKey* key, signing_key(name));
    return key->public_key();
}

signer::PublicKeys Custody::public_keys() const {
    signer::PublicKeys out;
    for (const auto& [name, key] : keys_.signing) out.by_name.emplace(name, key->public_key());
    return out;
}

// ---------------------------------------------------------------- signatures

Result<const SigningKey*> Custody::signing_key(const signer::KeyName& name) const {
    const auto at = keys_.signing.find(name);
    if (at == keys_.signing.end()) return fail(Errc::not_found, "key", "no signing key is named " + name.text);
    return at->second.get();
}

Result<Response> Custody::answer(const signer::SignMessage& request) const {
    TRY(const SigningKey* key, signing_key(request.key));
    TRY(const signer::Signature signature, key->sign(request.message));
    return Response(signature);
}

// ---------------------------------------------------------------- subscriptions

Status Custody::allowed(Algorithm algorithm) const {
    if (std::ranges::find(policy_.algorithms, algorithm) != policy_.algorithms.end()) return ok();
    return fail(Errc::refused, "algorithm", std::string(to_string(algorithm)) + " is switched off here");
}

Result<signer::Subscription> Custody::wrap(const Imsi& imsi, const SubscriptionKeys& keys) const {
    CHECKED(allowed(keys.algorithm));
    CHECKED(check(keys));
    CHECKED([&]() -> Status {  // what could not be used later is not taken in
        TRY([[maybe_unused]] const aka::Algorithm usable, functions_of(keys));
        return ok();
    }());
    signer::Subscription out;
    out.algorithm = keys.algorithm;
    out.keys.octets = keys_.wrapping.wrap(Purpose::subscription, "IMSI " + imsi.text(), expose(encode(keys)), random_);
    constexpr std::string_view label = "mcim fingerprint of K";
    const SecretBytes fingerprinted(concat({as_view(label), expose(keys.k)}));
    out.fingerprint.octets = crypto::hmac_sha256(expose(keys_.fingerprint), expose(fingerprinted));
    return out;
}

Result<SubscriptionKeys> Custody::unwrap(const Imsi& imsi, const signer::WrappedSubscription& wrapped) const {
    auto plain = keys_.wrapping.unwrap(Purpose::subscription, "IMSI " + imsi.text(), wrapped.octets);
    if (!plain) return std::move(plain).error().within("keys");
    TRY(SubscriptionKeys keys, decode_subscription_keys(expose(*plain)));
    CHECKED(allowed(keys.algorithm));
    return keys;
}

Result<Response> Custody::answer(const signer::NewSubscriptionKeys& request) const {
    if (request.algorithm == Algorithm::test)
        return fail(Errc::refused, "algorithm",
                    "new keys are not made for the test algorithm, which would publish them");
    SubscriptionKeys keys;
    keys.algorithm = request.algorithm;
    keys.k = SecretBytes(request.algorithm == Algorithm::tuak_256 ? 32 : 16);
    keys.opc = SecretBytes(request.algorithm == Algorithm::milenage ? 16 : 32);
    keys.operator_id = request.operator_id;
    random_.fill(expose_mutable(keys.k));
    random_.fill(expose_mutable(keys.opc));
    TRY(signer::Subscription subscription, wrap(request.imsi, keys));
    return Response(std::move(subscription));
}

Result<Response> Custody::answer(const signer::WrapSubscription& request) const {
    using Constant = signer::WrapSubscription::Constant;
    SubscriptionKeys keys;
    keys.algorithm = request.algorithm;
    keys.k = request.k.copy();
    keys.opc = request.constant.copy();
    keys.operator_id = request.operator_id;
    if (request.algorithm == Algorithm::test) keys.res_octets = 16;
    CHECKED(check(keys));
    if (request.constant_is == Constant::op && request.algorithm == Algorithm::milenage) {
        TRY(const auto k, Secret<16>::copy_of(expose(keys.k)));
        TRY(const auto op, Secret<16>::copy_of(expose(keys.opc)));
        keys.opc = SecretBytes::copy_of(expose(aka::opc_from_op(k, op)));
    }
    TRY(signer::Subscription subscription, wrap(request.imsi, keys));
    return Response(std::move(subscription));
}

Result<Response> Custody::answer(const signer::RewrapSubscription& request) const {
    TRY(const SubscriptionKeys keys, unwrap(request.imsi, request.keys));
    TRY(signer::Subscription subscription, wrap(request.imsi, keys));
    return Response(std::move(subscription.keys));
}

// ---------------------------------------------------------------- vectors

Result<Response> Custody::answer(const signer::GenerateVectors& request) const {
    TRY(const SubscriptionKeys keys, unwrap(request.imsi, request.keys));
    TRY(const aka::Algorithm functions, functions_of(keys));
    std::vector<signer::Vector> vectors;
    vectors.reserve(request.challenges.size());
    for (const auto& [sqn, rand] : request.challenges) {
        auto number = aka::Sqn::from_number(sqn);
        if (!number) return std::move(number).error().within("challenges.sqn");
        aka::Vector v = aka::make_vector(functions, *number, request.amf, rand);
        vectors.push_back({v.rand, v.autn, std::move(v.xres), std::move(v.ck), std::move(v.ik)});
    }
    return Response(std::move(vectors));
}

Result<Response> Custody::answer(const signer::Resynchronise& request) const {
    TRY(const SubscriptionKeys keys, unwrap(request.imsi, request.keys));
    TRY(const aka::Algorithm functions, functions_of(keys));
    signer::Resynchronise::Response out;
    if (const auto sqn = aka::open_auts(functions, request.rand, request.auts)) out.sqn_ms = sqn->number();
    return Response(out);
}

}  // namespace mcim::custody
