#include "mcim/apps/mcimd/identity.h"

#include <algorithm>

#include "mcim/apps/common/files.h"
#include "mcim/apps/common/key_files.h"

namespace mcim::apps::mcimd {

Result<http::TlsIdentity> tls_identity(const TlsConfig& config) {
    http::TlsIdentity out;
    for (const auto& file : config.certificate) {
        TRY(auto certificate, read_certificate(file));
        out.chain.push_back(std::move(certificate.der));
    }
    TRY(const auto key, read_private_key(config.key));
    TRY(const auto leaf, read_certificate(config.certificate.front()));
    TRY(const auto certified, leaf.public_key());
    if (!(certified == key.public_key()))
        return fail(Errc::conflict, config.key, "it is not the key of " + config.certificate.front().string());
    out.key_pkcs8 = key.to_pkcs8();
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

Result<smdp::Server> dp_server(const DpConfig& config, SecretBytes challenge_key, const custody::Custody& keys,
                               Time now) {
    smdp::Server out;
    out.address = config.address;
    out.challenge_key = std::move(challenge_key);
    TRY(out.anchors, trust_anchors(config.ci));
    TRY(const auto auth, read_certificate(config.auth_certificate));
    TRY(const auto pb, read_certificate(config.pb_certificate));
    TRY(auto credential, smdp::make_credential(auth.der, pb.der, {config.auth_key}, {config.pb_key}, out.anchors, now));
    for (const auto& [certificate, name] : {std::pair(&auth, &config.auth_key), std::pair(&pb, &config.pb_key)}) {
        TRY(const auto certified, certificate->public_key());
        TRY(const auto held, keys.public_key({*name}));
        if (!(certified == held))
            return fail(Errc::conflict, "keys/signing/" + *name, "it is not the key of its certificate");
    }
    TRY(out.oid, der::Oid::parse(auth.registered_ids.front()));
    out.credentials.push_back(std::move(credential));
    return out;
}

Result<std::vector<CertificateInUse>> certificates_in_use(const Config& config, const smdp::Server* dp) {
    std::vector<CertificateInUse> out;
    const auto is_ours = [&](const x509::Certificate& ci) {
        return std::ranges::any_of(dp->credentials,
                                   [&](const smdp::Credential& c) { return ci.subject_key_id == c.ci_key_id; });
    };
    const auto add = [&](std::string_view key, const std::vector<std::filesystem::path>& files) -> Status {
        for (std::size_t i = 0; i < files.size(); ++i) {
            TRY(const auto certificate, read_certificate(files[i]));
            out.push_back({key, i, certificate.validity, key != "dp.ci" || is_ours(certificate)});
        }
        return ok();
    };
    if (config.tls) CHECKED(add("server.tls_certificate", config.tls->certificate));
    if (!config.dp || dp == nullptr) return out;
    CHECKED(add("dp.ci", config.dp->ci));
    CHECKED(add("dp.auth_certificate", {config.dp->auth_certificate}));
    CHECKED(add("dp.pb_certificate", {config.dp->pb_certificate}));
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
