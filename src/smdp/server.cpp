#include "mcim/smdp/server.h"

#include <algorithm>

namespace mcim::smdp {
namespace {

Error refused(std::string_view which, const x509::Refused& why) {
    return fail(Errc::refused, std::string(which), x509::to_string(why));
}

}  // namespace

Result<Credential> make_credential(View auth_certificate, View pb_certificate, signer::KeyName auth_key,
                                   signer::KeyName pb_key, const x509::TrustAnchors& anchors) {
    x509::TrustAnchors roots = anchors;
    roots.set_revocation_lists({});
    const auto auth = x509::verify_server(x509::Role::dp_auth, auth_certificate, roots, {});
    if (!auth) return refused("CERT.DPauth", auth.refused());
    const auto pb = x509::verify_dp_pb(pb_certificate, *auth, roots, {});
    if (!pb) return refused("CERT.DPpb", pb.refused());
    const auto& ci = anchors.find(auth->ci_key_id)->certificate.validity;
    const auto& [of_auth, of_pb] = std::pair(auth->certificate.validity, pb->certificate.validity);
    return Credential{auth->ci_key_id,
                      auth->key.curve(),
                      to_bytes(auth_certificate),
                      to_bytes(pb_certificate),
                      std::move(auth_key),
                      std::move(pb_key),
                      {std::max({ci.not_before, of_auth.not_before, of_pb.not_before}),
                       std::min({ci.not_after, of_auth.not_after, of_pb.not_after})},
                      anchors.is_revoked(auth->certificate) || anchors.is_revoked(pb->certificate)};
}

bool in_force(const Credential& c, Time now) {
    return !c.revoked && c.validity.not_before <= now && now < c.validity.not_after + std::chrono::seconds(1);
}

}  // namespace mcim::smdp
