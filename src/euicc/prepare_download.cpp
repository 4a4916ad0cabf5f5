// ES10b.PrepareDownload (SGP.22 5.7.5).
#include "mcim/euicc/session.h"
#include "mcim/euicc/time_floor.h"

namespace mcim::euicc {
namespace {

using msg::DownloadErrorCode;
template <class T>
using OrDownloadError = std::variant<T, DownloadErrorCode>;

/// The key pair that the server's earlier package was bound to, where the card still has it for this server.
const crypto::PrivateKey* find_one_time_key(const DurableState& state, const std::string& smdp_oid, View public_point) {
    for (const auto& [number, one] : state.one_time_keys)
        if (one.smdp_oid == smdp_oid && equal(one.key.public_key().point(), public_point)) return &one.key;
    return nullptr;
}

crypto::PrivateKey make_one_time_key(const std::string& smdp_oid, crypto::Curve curve, Call& call) {
    auto& keys = call.state.one_time_keys;
    if (keys.size() >= one_time_keys_max) {
        erase_one_time_key(call.changes, keys.begin()->first);
        keys.erase(keys.begin());
    }
    const std::uint32_t number = call.state.counters.next_one_time_key++;
    put_counters(call.changes, call.state.counters);
    const auto& one =
        keys.emplace(number, OneTimeKey{smdp_oid, crypto::PrivateKey::generate(curve, call.env.random)}).first->second;
    put_one_time_key(call.changes, number, one);
    return one.key;
}

/// Everything that is checked, in the order of the clause. CERT.DPpb is of the SM-DP+ that was authenticated, under the
/// same CI; an SM-DS binds no packages.
OrDownloadError<x509::VerifiedServer> check(const Authenticated& session, const msg::PrepareDownloadRequest& request,
                                            const Call& call) {
    if (session.server.role != x509::Role::dp_auth) return DownloadErrorCode::invalid_certificate;
    auto signer = x509::verify_dp_pb(request.smdp_certificate, session.server, call.state.anchors, usable_time(call));
    if (!signer) {
        const auto reason = signer.refused().reason;
        const bool curve = reason == x509::Refusal::unsupported_algorithm || reason == x509::Refusal::curve_mismatch;
        return curve ? DownloadErrorCode::unsupported_curve : DownloadErrorCode::invalid_certificate;
    }
    if (ended_before_floor(call.state, signer->certificate)) return DownloadErrorCode::invalid_certificate;
    // Signed: smdpSigned2 and euiccSignature1, both as data objects with their tags.
    const Bytes covered =
        concat({der::encode(request.smdp_signed2), der::wrap(msg::tag_signature, session.euicc_signature1)});
    if (!signer->key.verify(covered, request.smdp_signature2)) return DownloadErrorCode::invalid_signature;
    if (!(request.smdp_signed2.transaction_id == session.transaction_id))
        return DownloadErrorCode::invalid_transaction_id;
    // A server that demands the confirmation code would refuse an answer without its hash (SGP.22 5.6.2).
    if (request.smdp_signed2.cc_required_flag && !request.hash_cc) return DownloadErrorCode::undefined_error;
    return *std::move(signer);
}

crypto::PrivateKey one_time_key(const Authenticated& session, const msg::PrepareDownloadRequest& request,
                                crypto::Curve curve, Call& call) {
    const std::string& oid = session.server.oid;
    if (const auto& asked = request.smdp_signed2.bpp_euicc_otpk)
        if (const auto* kept = find_one_time_key(call.state, oid, *asked); kept != nullptr && kept->curve() == curve)
            return *kept;
    return make_one_time_key(oid, curve, call);
}

}  // namespace

/// A refusal keeps the session: the agent can still have it cancelled towards the server.
Step on(Authenticated&& session, PrepareDownload&& event, Call& call) {
    auto signer = check(session, event.request, call);
    if (const auto* code = std::get_if<DownloadErrorCode>(&signer)) {
        const msg::PrepareDownloadResponseError error{event.request.smdp_signed2.transaction_id, *code, {}};
        return {std::move(session), {der::encode(msg::PrepareDownloadResponse{error})}};
    }
    auto& verified = std::get<x509::VerifiedServer>(signer);
    raise_time_floor(call, verified.certificate);
    crypto::PrivateKey one_time = one_time_key(session, event.request, verified.key.curve(), call);

    msg::PrepareDownloadResponseOk ok;
    ok.euicc_signed2 = {session.transaction_id, {one_time.public_key().point()}, event.request.hash_cc, {}};
    ok.euicc_signature2.bytes = call.sign(
        session.identity,
        concat({der::encode(ok.euicc_signed2), der::wrap(msg::tag_signature, event.request.smdp_signature2)}));
    return {Prepared{std::move(session), std::move(verified), std::move(one_time)},
            {der::encode(msg::PrepareDownloadResponse{std::move(ok)})}};
}

}  // namespace mcim::euicc
