#include "mcim/apps/common/pki_folder.h"

#include <algorithm>
#include <system_error>

#include "mcim/apps/common/certificates.h"
#include "mcim/apps/common/files.h"
#include "mcim/apps/common/key_files.h"
#include "mcim/custody/key_folder.h"
#include "mcim/x509/time.h"

namespace mcim::apps {

namespace fs = std::filesystem;

namespace {

constexpr std::array<std::string_view, 3> parts{"ci", "eum", "dp"};
constexpr std::chrono::hours backdated{1};  // clocks of devices run behind
constexpr std::chrono::days ci_life{30 * 365};
constexpr std::chrono::days eum_life{25 * 365};
constexpr std::chrono::days dp_life{10 * 365};

// ---------------------------------------------------------------- what is asked for

bool is_host_name(std::string_view host) {
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
    };
    return !host.empty() && host.size() <= 64 && host.front() != '.' && host.back() != '.' && host.front() != '-' &&
           std::ranges::all_of(host, allowed);
}

bool is_ein(std::string_view ein) {
    return ein.size() >= 2 && ein.size() <= 20 && std::ranges::all_of(ein, [](char c) { return c >= '0' && c <= '9'; });
}

Status check(const PkiPlan& plan) {
    if (!is_host_name(plan.dp_host))
        return fail(Errc::bad_value, "--dp-host",
                    "a host name of letters, digits, '-' and '.' is wanted, at most 64, not \"" + plan.dp_host + '"');
    if (plan.country.size() != 2)
        return fail(Errc::bad_value, "--country", "two letters (ISO 3166), not \"" + plan.country + '"');
    if (plan.eins.empty()) return fail(Errc::missing_field, "--eum-ein", "an EUM needs at least one EIN");
    for (const auto& ein : plan.eins)
        if (!is_ein(ein))
            return fail(Errc::bad_value, "--eum-ein", "2 to 20 digits with which EIDs begin, not \"" + ein + '"');
    return ok();
}

Status check_absent(const fs::path& root) {
    std::error_code ignored;
    for (const auto part : parts)
        if (fs::exists(root / part, ignored))
            return fail(Errc::conflict, (root / part).string(),
                        "there is a PKI already, and keys are never overwritten; name another folder with --dir");
    return ok();
}

// ---------------------------------------------------------------- making

struct Made {
    crypto::PrivateKey key;
    x509::Certificate certificate;
};

Result<Made> certify(const x509::TbsCertificate& draft, crypto::PrivateKey key, const crypto::PrivateKey& issuer) {
    TRY(auto certificate, x509::parse_certificate(x509::sign(draft, issuer)));
    return Made{std::move(key), std::move(certificate)};
}

struct Pki {
    Made ci;
    Made eum;
    Made dp_auth;
    Made dp_pb;
    Made dp_tls;
};

class Maker {
public:
    Maker(const PkiPlan& plan, Time now, Random& random)
        : plan_(plan),
          from_(std::chrono::floor<std::chrono::seconds>(now - backdated)),
          random_(random),
          crl_uris_{plan.crl_uri.empty() ? "http://" + plan.dp_host + "/crl/ci.crl" : plan.crl_uri} {}

    Result<Pki> make() {
        TRY(Made ci, make_ci());
        TRY(Made eum, make_eum(ci));
        TRY(Made auth, make_dp(ci, x509::Role::dp_auth, "SM-DP+ authentication"));
        TRY(Made pb, make_dp(ci, x509::Role::dp_pb, "SM-DP+ profile binding"));
        TRY(Made tls, make_dp(ci, x509::Role::dp_tls, plan_.dp_host));
        return Pki{std::move(ci), std::move(eum), std::move(auth), std::move(pb), std::move(tls)};
    }

private:
    Result<Made> make_ci() {
        const x509::CiProfile profile{plan_.organization,
                                      "CI",
                                      plan_.organization + " CI root",
                                      plan_.country,
                                      *der::Oid::parse("2.999.1"),
                                      crl_uris_,
                                      lasting(ci_life)};
        auto key = new_key();
        const auto draft = x509::draft_ci(profile, key.public_key(), random_);
        return certify(draft, key, key);
    }
    Result<Made> make_eum(const Made& ci) {
        const x509::EumProfile profile{plan_.organization, plan_.organization + " EUM",
                                       plan_.country,      *der::Oid::parse("2.999.5"),
                                       plan_.eins,         crl_uris_,
                                       lasting(eum_life)};
        auto key = new_key();
        const auto draft = x509::draft_eum(profile, key.public_key(), ci.certificate, random_);
        return certify(draft, std::move(key), ci.key);
    }
    Result<Made> make_dp(const Made& ci, x509::Role role, std::string common_name) {
        const x509::ServerProfile profile{role,          plan_.organization, std::move(common_name), plan_.dp_oid,
                                          plan_.dp_host, crl_uris_,          lasting(dp_life)};
        auto key = new_key();
        const auto draft = x509::draft_server(profile, key.public_key(), ci.certificate, random_);
        return certify(draft, std::move(key), ci.key);
    }
    [[nodiscard]] crypto::PrivateKey new_key() const { return crypto::PrivateKey::generate(plan_.curve, random_); }
    [[nodiscard]] x509::Validity lasting(std::chrono::days life) const { return {from_, from_ + life}; }

    const PkiPlan& plan_;
    Time from_;
    Random& random_;
    std::vector<std::string> crl_uris_;
};

template <class T>
Status verifies(const x509::Verdict<T>& verdict) {
    if (verdict) return ok();
    return fail(Errc::bad_value, "PKI", "what was made would not verify: " + to_string(verdict.refused()));
}

/// As everybody else will see it; a plan with, say, an organisation of 200 characters ends here.
Status verify(const Pki& pki, Time now) {
    x509::TrustAnchors anchors;
    CHECKED(verifies(anchors.add(pki.ci.certificate)));
    CHECKED(verifies(x509::verify_eum(pki.eum.certificate.der, anchors, now)));
    const auto auth = x509::verify_server(x509::Role::dp_auth, pki.dp_auth.certificate.der, anchors, now);
    CHECKED(verifies(auth));
    CHECKED(verifies(x509::verify_dp_pb(pki.dp_pb.certificate.der, *auth, anchors, now)));
    return verifies(x509::verify_server(x509::Role::dp_tls, pki.dp_tls.certificate.der, anchors, now));
}

// ---------------------------------------------------------------- writing

Status write_certificate_pem(const fs::path& path, const x509::Certificate& c) {
    return write_new_file(path, as_view(pem("CERTIFICATE", c.der)));
}
Status write_key(const fs::path& path, const crypto::PrivateKey& key) {
    return custody::write_private_file(path, expose(private_key_pem(key)));
}

Status write(const PkiPaths& to, const Pki& pki, Random& random) {
    CHECKED(custody::ensure_private_folder(to.root));
    for (const auto part : parts) CHECKED(custody::ensure_private_folder(to.root / part));
    CHECKED(write_new_file(to.ci_certificate(), pki.ci.certificate.der));
    CHECKED(write_certificate_pem(to.ci_certificate_pem(), pki.ci.certificate));
    CHECKED(write_key(to.ci_key(), pki.ci.key));
    CHECKED(write_new_file(to.eum_certificate(), pki.eum.certificate.der));
    CHECKED(write_key(to.eum_key(), pki.eum.key));
    CHECKED(write_new_file(to.dp_auth(), pki.dp_auth.certificate.der));
    CHECKED(write_new_file(to.dp_pb(), pki.dp_pb.certificate.der));
    CHECKED(write_new_file(to.dp_tls(), pki.dp_tls.certificate.der));
    CHECKED(write_certificate_pem(to.dp_tls_pem(), pki.dp_tls.certificate));
    CHECKED(write_key(to.dp_tls_key(), pki.dp_tls.key));
    TRY(auto keys, custody::KeyFolder::create(to.dp_keys(), random));
    CHECKED(keys.add_signing_key({std::string(dp_auth_key_name)}, pki.dp_auth.key, random));
    return keys.add_signing_key({std::string(dp_pb_key_name)}, pki.dp_pb.key, random);
}

/// Written beside its place and moved there when complete, so that a full disk leaves no half of a PKI.
Status write_whole(const PkiPaths& to, const Pki& pki, Random& random) {
    const PkiPaths staging{to.root / ".pki-being-made"};
    std::error_code failed;
    fs::create_directories(to.root, failed);
    if (!failed) fs::remove_all(staging.root, failed);  // left by an interrupted run
    if (failed) return fail(Errc::io, to.root.string(), "cannot prepare the folder: " + failed.message());
    auto written = write(staging, pki, random);
    for (auto part = parts.begin(); written && part != parts.end(); ++part) {
        fs::rename(staging.root / *part, to.root / *part, failed);
        if (failed)
            written = fail(Errc::io, (to.root / *part).string(), "cannot move it to its place: " + failed.message());
    }
    std::error_code ignored;
    fs::remove_all(staging.root, ignored);
    return written;
}

Result<x509::Certificate> load(const fs::path& path) {
    auto certificate = read_certificate(path);
    if (!certificate && certificate.error().code == Errc::not_found)
        return fail(Errc::not_found, path.string(),
                    "it is not there, so the folder is no PKI; \"mcim pki init --dir FOLDER\" makes one");
    return certificate;
}

}  // namespace

Result<PkiCertificates> make_pki(const PkiPaths& paths, const PkiPlan& plan, Time now, Random& random) {
    CHECKED(check(plan));
    CHECKED(check_absent(paths.root));
    TRY(Pki pki, Maker(plan, now, random).make());
    CHECKED(verify(pki, now));
    CHECKED(write_whole(paths, pki, random));
    return PkiCertificates{std::move(pki.ci.certificate), std::move(pki.eum.certificate),
                           std::move(pki.dp_auth.certificate), std::move(pki.dp_pb.certificate),
                           std::move(pki.dp_tls.certificate)};
}

Result<PkiCertificates> load_pki(const PkiPaths& paths) {
    TRY(auto ci, load(paths.ci_certificate()));
    TRY(auto eum, load(paths.eum_certificate()));
    TRY(auto auth, load(paths.dp_auth()));
    TRY(auto pb, load(paths.dp_pb()));
    TRY(auto tls, load(paths.dp_tls()));
    return PkiCertificates{std::move(ci), std::move(eum), std::move(auth), std::move(pb), std::move(tls)};
}

Result<std::string> first_ein(const PkiPaths& paths) {
    TRY(const auto pki, load_pki(paths));
    const auto& constraints = pki.eum.name_constraints;
    const auto ein = constraints && !constraints->permitted.empty()
                         ? constraints->permitted.front().find_sole(x509::oid::serial_number)
                         : std::nullopt;
    if (!ein)
        return fail(Errc::refused, paths.eum_certificate().string(), "the EUM has no EIN; name the card with --eid");
    return std::string(*ein);
}

Result<CardIdentity> make_card_identity(const PkiPaths& paths, const Eid& eid, Time now, Random& random) {
    TRY(const auto ci, load(paths.ci_certificate()));
    TRY(const auto eum, load(paths.eum_certificate()));
    TRY(const SecretBytes pem_text, custody::read_private_file(paths.eum_key()));
    const View octets = expose(pem_text);
    auto eum_key = crypto::PrivateKey::from_pem({reinterpret_cast<const char*>(octets.data()), octets.size()});
    if (!eum_key) return std::move(eum_key).error().within(paths.eum_key().string());
    auto key = crypto::PrivateKey::generate(eum_key->curve(), random);
    const x509::Validity validity{std::chrono::floor<std::chrono::seconds>(now - backdated), x509::no_expiry()};
    TRY(Bytes der, x509::issue_euicc({eid, "eUICC", validity}, key.public_key(), eum, *eum_key, random));
    return CardIdentity{eid, std::move(key), std::move(der), eum.der, ci.der};
}

}  // namespace mcim::apps
