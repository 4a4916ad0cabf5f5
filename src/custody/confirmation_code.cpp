// Confirmation codes at rest, SGP.22 5.6.2: what is kept is SHA-256 of the code, and wrapped, for the codes are short.
#include "mcim/crypto/hash.h"
#include "mcim/custody/custody.h"

namespace mcim::custody {
namespace {

std::string holder_of(const std::string& order_id) { return "order " + order_id; }

}  // namespace

Result<signer::Response> Custody::answer(const signer::WrapConfirmationCode& request) const {
    if (request.code.empty()) return fail(Errc::bad_length, "code", "an empty code confirms nothing");
    const auto digest = SecretBytes::copy_of(crypto::sha256(expose(request.code)));
    return signer::Response(signer::WrappedConfirmationCode{
        keys_.wrapping.wrap(Purpose::confirmation_code, holder_of(request.order_id), expose(digest), random_)});
}

Result<signer::Response> Custody::answer(const signer::CheckConfirmationCode& request) const {
    auto digest = keys_.wrapping.unwrap(Purpose::confirmation_code, holder_of(request.order_id), request.code.octets);
    if (!digest) return std::move(digest).error().within("code");
    const SecretBytes hashed(concat({expose(*digest), request.transaction_id}));
    const bool holds = crypto::constant_time_equal(crypto::sha256(expose(hashed)), request.hash_cc);
    return signer::Response(signer::CheckConfirmationCode::Response{holds});
}

}  // namespace mcim::custody
