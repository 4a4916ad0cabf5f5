#include "mcim/smdp/server.h"

namespace mcim::smdp {
namespace {

Error refused(std::string_view which, const x509::Refused& why) {
    return fail(Errc::refused, std::string(which), x509::to_string(why));
}

}  // namespace

Result<Credential> make_credential(View auth_certificate, View pb_certificate, signer::KeyName auth_key,
                                   signer::KeyName pb_key, const x509::TrustAnchors& anchors, Time now) {
    const auto auth = x509::verify_server(x509::Role::dp_auth, auth_certificate, anchors, now);
    if (!auth) return refused("CERT.DPauth", auth.refused());
    const auto pb = x509::verify_dp_pb(pb_certificate, *auth, anchors, now);
    if (!pb) return refused("CERT.DPpb", pb.refused());
    return Credential{auth->ci_key_id,          auth->key.curve(),   to_bytes(auth_certificate),
                      to_bytes(pb_certificate), std::move(auth_key), std::move(pb_key)};
}

}  // namespace mcim::smdp
