#include "mcim/signer/signer.h"

namespace mcim::signer {
namespace {

template <class... F>
struct Overload : F... {
    using F::operator()...;
};
template <class... F>
Overload(F...) -> Overload<F...>;

std::string under(const std::string& operator_id, std::uint8_t transport_key) {
    return " of " + operator_id + ", transport key " + std::to_string(transport_key);
}

}  // namespace

std::string_view to_string(Algorithm a) {
    switch (a) {
        using enum Algorithm;
        case milenage: return "MILENAGE";
        case tuak_128: return "TUAK-128";
        case tuak_256: return "TUAK-256";
        case test: return "test algorithm";
    }
    return "unknown algorithm";
}

std::string describe(const Request& request) {
    return std::visit(
        Overload{
            [](const SignMessage& r) { return "SignMessage " + r.key.text; },
            [](const NewSubscriptionKeys& r) { return "NewSubscriptionKeys IMSI " + r.imsi.text(); },
            [](const WrapSubscription& r) { return "WrapSubscription IMSI " + r.imsi.text(); },
            [](const RewrapSubscription& r) { return "RewrapSubscription IMSI " + r.imsi.text(); },
            [](const WrapPackage& r) { return "WrapPackage ICCID " + r.iccid.text(); },
            [](const RewrapPackage& r) { return "RewrapPackage ICCID " + r.iccid.text(); },
            [](const ExtractSubscription& r) { return "ExtractSubscription ICCID " + r.iccid.text(); },
            [](const WrapConfirmationCode& r) { return "WrapConfirmationCode order " + r.order_id; },
            [](const CheckConfirmationCode& r) { return "CheckConfirmationCode order " + r.order_id; },
            [](const SealProfile& r) { return "SealProfile EID " + r.eid.text() + " key " + r.signing_key.text; },
            [](const GenerateVectors& r) {
                return "GenerateVectors IMSI " + r.imsi.text() + " x" + std::to_string(r.challenges.size());
            },
            [](const Resynchronise& r) { return "Resynchronise IMSI " + r.imsi.text(); },
            [](const ImportSubscription& r) {
                return "ImportSubscription IMSI " + r.imsi.text() + under(r.operator_id, r.transport_key);
            },
            [](const ExportSubscription& r) {
                return "ExportSubscription IMSI " + r.imsi.text() + under(r.operator_id, r.transport_key);
            },
        },
        request);
}

Result<Response> Signer::execute_one(const Request& request) {
    auto results = execute(std::span(&request, 1));
    if (results.size() != 1) return fail(Errc::unexpected_event, "", "the signer left a request without its response");
    return std::move(results.front());
}

Result<Signature> Signer::sign(const KeyName& key, View message) { return ask(SignMessage{key, to_bytes(message)}); }

Result<Subscription> Signer::new_subscription_keys(const Imsi& imsi, Algorithm algorithm, std::string operator_id) {
    return ask(NewSubscriptionKeys{imsi, algorithm, std::move(operator_id)});
}

Result<Vector> Signer::vector(const Imsi& imsi, const WrappedSubscription& keys, Sqn sqn,
                              std::array<std::uint8_t, 2> amf, const Rand& rand) {
    TRY(std::vector<Vector> vectors, ask(GenerateVectors{imsi, keys, amf, {{sqn, rand}}}));
    if (vectors.size() != 1) return fail(Errc::unexpected_event, "", "the signer made another number of vectors");
    return std::move(vectors.front());
}

}  // namespace mcim::signer
