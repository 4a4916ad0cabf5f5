#include "mcim/apps/mcimd/identity.h"

#include <algorithm>
#include <set>

#include "mcim/apps/common/files.h"
#include "mcim/apps/common/key_files.h"
#include "mcim/x509/time.h"

namespace mcim::apps::mcimd {

namespace {

/// What all credentials of an SM-DP+ have in common, and what each has for itself.
Status check_beside(const smdp::Credential& added, const der::Oid& its_oid, const smdp::Server& server,
                    const std::filesystem::path& file) {
    if (server.credentials.empty()) return ok();
    if (its_oid != server.oid)
        return fail(Errc::conflict, file,
                    "it is of SM-DP+ " + its_oid.text() + ", the first credential of " + server.oid.text());
    for (const auto& known : server.credentials)
        if (equal(known.ci_key_id, added.ci_key_id))
            return fail(Errc::conflict, file,
                        "there is a credential under its CI " + hex(added.ci_key_id) + " already");
    return ok();
}

constexpr std::string_view begin_of_list = "-----BEGIN X509 CRL-----";

Result<x509::RevocationList> read_revocation_list(const std::filesystem::path& file) {
    TRY(const Bytes content, read_file(file, 2 * x509::revocation_list_octets_max));  // PEM is a third longer
    const std::string_view text{reinterpret_cast<const char*>(content.data()), content.size()};
    const auto first = text.find(begin_of_list);
    if (first != std::string_view::npos && text.find(begin_of_list, first + 1) != std::string_view::npos)
        return fail(Errc::bad_value, "PEM", "several lists are in it: each is wanted in a file of its own");
    TRY(const Bytes der, der_of_file("X509 CRL", content));
    return x509::parse_revocation_list(der);
}

Status check_issuer(const x509::RevocationList& list, const std::vector<x509::Certificate>& issuers,
                    const std::filesystem::path& file) {
    const auto issuer = std::ranges::find_if(issuers, [&](const x509::Certificate& c) {
        return c.subject_key_id == list.issuer_key_id && c.subject == list.issuer;
    });
    if (issuer == issuers.end())
        return fail(Errc::conflict, file,
                    "no certificate in dp.ci or dp.eum is its issuer's, " + to_string(list.issuer) + " with key " +
                        hex(list.issuer_key_id));
    if (auto verified = x509::verify_revocation_list(list, *issuer); !verified)
        return std::move(verified).error().within(file.string());
    return ok();
}

Error none_in_force(const smdp::Server& server, Time now) {
    const auto& first = server.credentials.front();
    if (first.revoked)
        return fail(Errc::refused, "certificates", "this server's were revoked, and no other of its CIs is valid now");
    const auto& [from, to] = first.validity;
    return fail(Errc::refused, "certificates",
                "this server, its CI's among them, are valid from " + to_rfc3339(from) + " to " + to_rfc3339(to) +
                    ", and now it is " + to_rfc3339(now));
}

using Part = CertificateInUse::Part;

/// The credential of ours that is under it.
std::optional<Part> part_of(const x509::Certificate& ci, const smdp::Server& server) {
    const auto& all = server.credentials;
    const auto ours = [&](const smdp::Credential& c) { return ci.subject_key_id == c.ci_key_id; };
    const auto found = std::ranges::find_if(all, ours);
    if (found == all.end()) return std::nullopt;
    return Part{Part::Of::dp, static_cast<std::size_t>(found - all.begin())};
}

}  // namespace

Result<http::TlsIdentity> tls_identity(const TlsFiles& files) {
    http::TlsIdentity out;
    for (const auto& file : files.certificate) {
        TRY(auto certificate, read_certificate(file));
        out.chain.push_back(std::move(certificate.der));
    }
    TRY(const auto key, read_private_key(files.key));
    TRY(const auto leaf, read_certificate(files.certificate.front()));
    TRY(const auto certified, leaf.public_key());
    if (!(certified == key.public_key()))
        return fail(Errc::conflict, files.key, "it is not the key of " + files.certificate.front().string());
    out.key_pkcs8 = key.to_pkcs8();
    return out;
}

Result<std::vector<http::TlsIdentity>> tls_identities(const TlsConfig& config) {
    std::vector<http::TlsIdentity> out;
    std::set<crypto::Curve> curves;
    for (const auto& files : config.identities) {
        TRY(auto identity, tls_identity(files));
        TRY(const auto leaf, x509::parse_certificate(identity.chain.front()));
        if (!curves.insert(leaf.key->curve).second)
            return fail(Errc::conflict, files.certificate.front(),
                        "there is a TLS certificate on " + std::string(to_string(leaf.key->curve)) + " already");
        out.push_back(std::move(identity));
    }
    return out;
}

Result<std::shared_ptr<const http::TlsIdentity>> identity_as_client(const Config& config) {
    TRY(auto identities, tls_identities(config.es2 ? *config.es2 : *config.tls));
    return std::make_shared<const http::TlsIdentity>(std::move(identities.front()));
}

Result<std::vector<Smds>> smds_servers(const DpConfig& config, const std::shared_ptr<const http::TlsIdentity>& shown) {
    std::vector<Smds> out;
    for (const auto& one : config.smds) {
        Smds smds{one.address, {}, {}, shown, one.forwarding};
        TRY(smds.server, http::parse_host_port(one.address));
        for (const auto& file : one.ca.empty() ? config.ci : one.ca) {
            TRY(auto root, read_certificate(file));
            smds.roots.push_back(std::move(root.der));
        }
        if (one.certificate) {
            TRY(auto own, tls_identity(*one.certificate));
            smds.identity = std::make_shared<const http::TlsIdentity>(std::move(own));
        }
        out.push_back(std::move(smds));
    }
    return out;
}

Result<x509::TrustAnchors> trust_anchors(const std::vector<std::filesystem::path>& files) {
    x509::TrustAnchors out;
    for (const auto& file : files) {
        TRY(auto ci, read_certificate(file));
        if (const auto added = out.add(std::move(ci)); !added)
            return fail(Errc::refused, file, x509::to_string(added.refused()));
    }
    return out;
}

Result<std::vector<x509::RevocationList>> revocation_lists(const DpConfig& config, const x509::TrustAnchors& anchors) {
    std::vector<x509::Certificate> issuers;
    for (const auto& anchor : anchors.all()) issuers.push_back(anchor.certificate);
    for (const auto& file : config.eum) {
        TRY(auto eum, read_certificate(file));
        if (const auto verified = x509::verify_eum(eum.der, anchors, {}); !verified)
            return fail(Errc::refused, file, x509::to_string(verified.refused()));
        issuers.push_back(std::move(eum));
    }
    std::vector<x509::RevocationList> out;
    for (const auto& file : config.revocation_lists) {
        auto list = read_revocation_list(file);
        if (!list) return std::move(list).error().within(file.string());
        CHECKED(check_issuer(*list, issuers, file));
        out.push_back(*std::move(list));
    }
    return out;
}

Status check_not_older(const std::vector<x509::RevocationList>& lists,
                       const std::vector<x509::RevocationList>& in_use) {
    for (const auto& known : in_use) {
        const auto as_new = [&](const x509::RevocationList& l) {
            return l.issuer_key_id == known.issuer_key_id && l.issuer == known.issuer &&
                   l.this_update >= known.this_update;
        };
        if (std::ranges::none_of(lists, as_new))
            return fail(Errc::conflict, "dp.revocation_lists",
                        "a list of " + to_string(known.issuer) + " of " + to_rfc3339(known.this_update) +
                            " is in use, and these are older");
    }
    return ok();
}

Result<smdp::Credential> dp_credential(const CredentialConfig& config, const x509::TrustAnchors& anchors,
                                       const signer::PublicKeys& keys) {
    TRY(const auto auth, read_certificate(config.auth_certificate));
    TRY(const auto pb, read_certificate(config.pb_certificate));
    TRY(auto credential, smdp::make_credential(auth.der, pb.der, {config.auth_key}, {config.pb_key}, anchors));
    for (const auto& [certificate, name] : {std::pair(&auth, &config.auth_key), std::pair(&pb, &config.pb_key)}) {
        TRY(const auto certified, certificate->public_key());
        TRY(const auto held, keys.find({*name}));
        if (!(certified == held))
            return fail(Errc::conflict, "keys/signing/" + *name, "it is not the key of its certificate");
    }
    return credential;
}

Result<smdp::Server> dp_server(const DpConfig& config, SecretBytes challenge_key, const signer::PublicKeys& keys,
                               Time now) {
    smdp::Server out;
    out.address = config.address;
    out.challenge_key = std::move(challenge_key);
    TRY(out.anchors, trust_anchors(config.ci));
    TRY(auto lists, revocation_lists(config, out.anchors));
    out.anchors.set_revocation_lists(std::move(lists));
    for (const auto& one : config.credentials) {
        TRY(auto credential, dp_credential(one, out.anchors, keys));
        TRY(const auto auth, x509::parse_certificate(credential.auth_certificate));
        TRY(const auto oid, der::Oid::parse(auth.registered_ids.front()));
        CHECKED(check_beside(credential, oid, out, one.auth_certificate));
        if (out.credentials.empty()) out.oid = oid;
        out.credentials.push_back(std::move(credential));
    }
    const auto valid_now = [&](const smdp::Credential& c) { return smdp::in_force(c, now); };
    if (std::ranges::none_of(out.credentials, valid_now)) return none_in_force(out, now);
    return out;
}

Result<std::vector<CertificateInUse>> certificates_in_use(const Config& config, const smdp::Server* dp) {
    std::vector<CertificateInUse> out;
    const auto add = [&](const std::string& key, const std::vector<std::filesystem::path>& files,
                         std::optional<Part> part) -> Status {
        for (std::size_t i = 0; i < files.size(); ++i) {
            TRY(const auto certificate, read_certificate(files[i]));
            const bool revoked = dp != nullptr && dp->anchors.is_revoked(certificate);
            out.push_back({key, i, certificate.validity, part ? part : part_of(certificate, *dp), revoked});
        }
        return ok();
    };
    std::size_t number = 0;
    if (config.tls)
        for (const auto& one : config.tls->identities)
            CHECKED(add(one.prefix + "certificate", one.certificate, Part{Part::Of::tls, number++}));
    if (has_own_certificate(config.es2))
        for (const auto& one : config.es2->identities)
            CHECKED(add(one.prefix + "certificate", one.certificate, Part{Part::Of::es2, 0}));
    if (!config.dp || dp == nullptr) return out;
    for (const auto& one : config.dp->smds) {
        CHECKED(add(one.prefix + "ca", one.ca, Part{Part::Of::smds, 0}));
        if (one.certificate)
            CHECKED(add(one.prefix + "certificate", one.certificate->certificate, Part{Part::Of::smds, 0}));
    }
    CHECKED(add("dp.ci", config.dp->ci, {}));
    const auto& lists = dp->anchors.revocation_lists();
    for (std::size_t i = 0; i < lists.size(); ++i)
        out.push_back(
            {"dp.revocation_lists", i, {lists[i].this_update, lists[i].next_update.value_or(x509::no_expiry())}, {}});
    number = 0;
    for (const auto& one : config.dp->credentials) {
        const Part part{Part::Of::dp, number++};
        CHECKED(add(one.prefix + "auth_certificate", {one.auth_certificate}, part));
        CHECKED(add(one.prefix + "pb_certificate", {one.pb_certificate}, part));
    }
    return out;
}

}  // namespace mcim::apps::mcimd
