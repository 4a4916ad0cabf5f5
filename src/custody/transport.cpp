// K and OPc under transport keys: opened and wrapped inside, for the operator whose they are (ADR 0053).
#include "mcim/custody/custody.h"
#include "mcim/saip/known_keys.h"

namespace mcim::custody {

using signer::Response;

namespace {

Result<SecretBytes> unwrapped(const TransportKey& key, const std::string& name, View wrapped) {
    auto plain = unwrap_block(key, wrapped);
    if (!plain) return std::move(plain).error().within(name);
    return plain;
}

/// Keys that everybody has, where the platform takes them and their operator does not.
Status check_for_operator(const signer::ImportSubscription& request, const std::string& name, View key) {
    const auto refusal = [&](const std::string& why) {
        return fail(
            Errc::refused, name,
            why + ": everybody has this key, and the policy of operator \"" + request.operator_id + "\" refuses it");
    };
    if (const auto source = saip::published_key(key); source && request.refuse_published)
        return refusal("it is published in " + std::string(*source));
    if (const auto kind = saip::default_key_name(key); kind && request.refuse_unchosen)
        return refusal("it is a key that nobody chose: " + std::string(*kind));
    return ok();
}

}  // namespace

Result<const TransportKey*> Custody::transport_key(TransportIndex index, const std::string& operator_id,
                                                   TransportUse wanted) const {
    const std::string name = "transport key " + std::to_string(index);
    const auto at = keys_.transport.find(index);
    if (at == keys_.transport.end())
        return fail(Errc::not_found, "transport_key",
                    "there is no " + name + " here; \"mcim-signer transport-key list\" shows those that are");
    if (at->second.operator_id != operator_id)
        return fail(Errc::refused, "transport_key", name + " is another operator's, not that of " + operator_id);
    if (!allows(at->second.use, wanted))
        return fail(Errc::refused, "transport_key",
                    name + " is for " + std::string(to_string(at->second.use)) + " only");
    return &at->second;
}

Result<Response> Custody::answer(const signer::ImportSubscription& request) const {
    TRY(const TransportKey* key, transport_key(request.transport_key, request.operator_id, TransportUse::import));
    SubscriptionKeys keys;
    keys.algorithm = signer::Algorithm::milenage;
    keys.operator_id = request.operator_id;
    TRY(keys.k, unwrapped(*key, "k", request.k));
    TRY(keys.opc, unwrapped(*key, "opc", request.opc));
    if (policy_.known_keys == Policy::KnownKeys::refused) {
        CHECKED(saip::check_own_key("k", expose(keys.k)));
        CHECKED(saip::check_own_key("opc", expose(keys.opc)));
    }
    CHECKED(check_for_operator(request, "k", expose(keys.k)));
    CHECKED(check_for_operator(request, "opc", expose(keys.opc)));
    TRY(signer::Subscription subscription, wrap(request.imsi, keys));
    return Response(std::move(subscription));
}

Result<Response> Custody::answer(const signer::ExportSubscription& request) const {
    TRY(const TransportKey* key, transport_key(request.transport_key, request.operator_id, TransportUse::export_));
    TRY(const SubscriptionKeys keys, unwrap(request.imsi, request.keys));
    if (keys.operator_id != request.operator_id)
        return fail(Errc::refused, "keys", "they were not taken in as those of a line of " + request.operator_id);
    if (keys.algorithm != signer::Algorithm::milenage || keys.constants != aka::MilenageConstants{})
        return fail(Errc::refused, "keys",
                    "K and OPc of MILENAGE with the constants of TS 35.206 can be exported, and nothing else");
    TRY(Bytes k, wrap_block(*key, keys.k));
    TRY(Bytes opc, wrap_block(*key, keys.opc));
    return Response(signer::ExportSubscription::Response{std::move(k), std::move(opc)});
}

}  // namespace mcim::custody
