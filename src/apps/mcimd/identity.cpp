#include "mcim/apps/mcimd/identity.h"

#include <algorithm>
#include <set>

#include "mcim/apps/common/files.h"
#include "mcim/apps/common/key_files.h"

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

Result<x509::TrustAnchors> trust_anchors(const std::vector<std::filesystem::path>& files) {
    x509::TrustAnchors out;
    for (const auto& file : files) {
        TRY(auto ci, read_certificate(file));
        if (const auto added = out.add(std::move(ci)); !added)
            return fail(Errc::refused, file, x509::to_string(added.refused()));
    }
    return out;
}

Result<smdp::Credential> dp_credential(const CredentialConfig& config, const x509::TrustAnchors& anchors,
                                       const custody::Custody& keys, Time now) {
    TRY(const auto auth, read_certificate(config.auth_certificate));
    TRY(const auto pb, read_certificate(config.pb_certificate));
    TRY(auto credential, smdp::make_credential(auth.der, pb.der, {config.auth_key}, {config.pb_key}, anchors, now));
    for (const auto& [certificate, name] : {std::pair(&auth, &config.auth_key), std::pair(&pb, &config.pb_key)}) {
        TRY(const auto certified, certificate->public_key());
        TRY(const auto held, keys.public_key({*name}));
        if (!(certified == held))
            return fail(Errc::conflict, "keys/signing/" + *name, "it is not the key of its certificate");
    }
    return credential;
}

Result<smdp::Server> dp_server(const DpConfig& config, SecretBytes challenge_key, const custody::Custody& keys,
                               Time now) {
    smdp::Server out;
    out.address = config.address;
    out.challenge_key = std::move(challenge_key);
    TRY(out.anchors, trust_anchors(config.ci));
    for (const auto& one : config.credentials) {
        TRY(auto credential, dp_credential(one, out.anchors, keys, now));
        TRY(const auto auth, x509::parse_certificate(credential.auth_certificate));
        TRY(const auto oid, der::Oid::parse(auth.registered_ids.front()));
        CHECKED(check_beside(credential, oid, out, one.auth_certificate));
        if (out.credentials.empty()) out.oid = oid;
        out.credentials.push_back(std::move(credential));
    }
    return out;
}

Result<std::vector<CertificateInUse>> certificates_in_use(const Config& config, const smdp::Server* dp) {
    std::vector<CertificateInUse> out;
    const auto is_ours = [&](const x509::Certificate& ci) {
        return std::ranges::any_of(dp->credentials,
                                   [&](const smdp::Credential& c) { return ci.subject_key_id == c.ci_key_id; });
    };
    const auto add = [&](const std::string& key, const std::vector<std::filesystem::path>& files) -> Status {
        for (std::size_t i = 0; i < files.size(); ++i) {
            TRY(const auto certificate, read_certificate(files[i]));
            out.push_back({key, i, certificate.validity, key != "dp.ci" || is_ours(certificate)});
        }
        return ok();
    };
    if (config.tls)
        for (const auto& one : config.tls->identities) CHECKED(add(one.prefix + "certificate", one.certificate));
    if (has_own_certificate(config.es2))
        for (const auto& one : config.es2->identities) CHECKED(add(one.prefix + "certificate", one.certificate));
    if (!config.dp || dp == nullptr) return out;
    CHECKED(add("dp.ci", config.dp->ci));
    for (const auto& one : config.dp->credentials) {
        CHECKED(add(one.prefix + "auth_certificate", {one.auth_certificate}));
        CHECKED(add(one.prefix + "pb_certificate", {one.pb_certificate}));
    }
    return out;
}

Result<SecretBytes> keys_passphrase(const Config& config) {
    CHECKED(check_apart(config.keys_passphrase_file, config.keys));
    return read_passphrase(config.keys_passphrase_file);
}

Result<custody::KeyFolder> key_folder(const Config& config) {
    if (config.keys_passphrase_file.empty()) return custody::KeyFolder::open(config.keys);
    TRY(const SecretBytes passphrase, keys_passphrase(config));
    return custody::KeyFolder::open(config.keys, passphrase);
}

custody::Policy custody_policy(const Config& config) {
    return config.auc && config.auc->laboratory ? custody::Policy::laboratory() : custody::Policy{};
}

}  // namespace mcim::apps::mcimd
