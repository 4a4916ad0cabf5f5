#include "mcim/x509/verify.h"

#include <algorithm>

#include "mcim/base/ascii.h"

namespace mcim::x509 {
namespace {

using Check = std::optional<Refused>;  ///< nullopt: nothing to object to

/// The certificate above, as far as the one below is held against it.
struct Issuer {
    const Name& name;
    const Bytes& key_id;
    const crypto::PublicKey& key;
};

/// What the profiles of SGP.22 4.5.2.1 demand of each role.
struct Profile {
    Role role;
    KeyUse use;
    bool issues;
    bool tls;
};
constexpr Profile profile_of(Role role) {
    const bool issues = role == Role::ci || role == Role::eum;
    const bool tls = role == Role::dp_tls || role == Role::ds_tls;
    return {role, issues ? KeyUse::key_cert_sign : KeyUse::digital_signature, issues, tls};
}

Verdict<Certificate> parse(View der, Role role) {
    auto parsed = parse_certificate(der);
    if (!parsed) return Refused{Refusal::malformed, role, to_string(parsed.error())};
    return *std::move(parsed);
}

Check check_algorithm(const Certificate& c, Role role) {
    if (c.signature_algorithm != oid::ecdsa_with_sha256)
        return Refused{Refusal::unsupported_algorithm, role, "signed with " + c.signature_algorithm};
    if (!c.key) return Refused{Refusal::unsupported_algorithm, role, "its key is not on NIST P-256 or brainpoolP256r1"};
    return {};
}

Check check_signature(const Certificate& c, Role role, const Issuer& issuer) {
    if (c.issuer != issuer.name)
        return Refused{Refusal::wrong_issuer, role,
                       "names " + to_string(c.issuer) + " as its issuer, not " + to_string(issuer.name)};
    if (!c.authority_key_id) return Refused{Refusal::missing_extension, role, "no authorityKeyIdentifier"};
    if (*c.authority_key_id != issuer.key_id)
        return Refused{Refusal::wrong_issuer, role,
                       "signed by key " + hex(*c.authority_key_id) + ", not by " + hex(issuer.key_id)};
    if (c.key->curve != issuer.key.curve())
        return Refused{Refusal::curve_mismatch, role, "its key is not on the curve of its issuer's"};
    if (auto s = issuer.key.verify_der(c.tbs(), c.signature); !s)
        return Refused{Refusal::bad_signature, role, "the signature does not hold under key " + hex(issuer.key_id)};
    return {};
}

Check check_dates(const Certificate& c, Role role, Now now) {
    if (!now) return {};
    if (*now < c.validity.not_before)
        return Refused{Refusal::not_yet_valid, role, "valid from " + to_rfc3339(c.validity.not_before)};
    // notAfter names a second that still counts, to its end.
    if (*now >= c.validity.not_after + std::chrono::seconds{1})
        return Refused{Refusal::expired, role, "valid until " + to_rfc3339(c.validity.not_after)};
    return {};
}

Check check_issuing(const Certificate& c, const Profile& p) {
    if (p.issues && !c.is_ca())
        return Refused{Refusal::not_a_ca, p.role, "basicConstraints does not allow it to issue"};
    if (!p.issues && (c.is_ca() || c.allows(KeyUse::key_cert_sign)))
        return Refused{Refusal::unexpected_ca, p.role, "it could issue certificates itself"};
    // 4.5.2.1: the EUM's has pathLenConstraint 0; the CI's, if it has one, leaves room for the EUM.
    if (p.role == Role::eum && c.basic_constraints->path_length != 0)
        return Refused{Refusal::path_length, p.role, "pathLenConstraint is 0 in an EUM's certificate"};
    if (p.role == Role::ci && c.basic_constraints->path_length == 0)
        return Refused{Refusal::path_length, p.role, "pathLenConstraint 0 leaves no room for an EUM"};
    return {};
}

Check check_profile(const Certificate& c, const Profile& p) {
    const auto critical =
        std::ranges::find_if(c.other_extensions, [](const Extension& e) { return e.critical.value_or(false); });
    if (critical != c.other_extensions.end())
        return Refused{Refusal::unknown_critical_extension, p.role, "critical extension " + critical->id.text()};
    if (!c.subject_key_id) return Refused{Refusal::missing_extension, p.role, "no subjectKeyIdentifier"};
    if (c.policies.empty()) return Refused{Refusal::missing_extension, p.role, "no certificatePolicies"};
    if (c.role() != p.role)
        return Refused{Refusal::wrong_role, p.role, "its policies do not name the role " + oid_of(p.role)};
    if (!c.key_usage) return Refused{Refusal::missing_extension, p.role, "no keyUsage"};
    if (!c.allows(p.use))
        return Refused{Refusal::wrong_key_usage, p.role,
                       "keyUsage lacks " + std::string(p.issues ? "keyCertSign" : "digitalSignature")};
    if (p.tls && std::ranges::find(c.extended_key_usage, oid::server_auth) == c.extended_key_usage.end())
        return Refused{Refusal::wrong_extended_key_usage, p.role, "extKeyUsage lacks serverAuth"};
    return check_issuing(c, p);
}

Check check_revoked(const Certificate& c, Role role, const TrustAnchors& anchors) {
    if (!anchors.is_revoked(c)) return {};
    return Refused{Refusal::revoked, role, "its issuer has revoked it, by serial number " + hex(c.serial)};
}

/// Everything of one certificate under the one above it that stays as it is, identity excepted. What time changes
/// comes behind all that: SGP.22 5.6.3 has a code for a certificate that is invalid, and one for a valid one that has
/// expired.
Check check_certificate(const Certificate& c, Role role, const Issuer& issuer) {
    if (auto no = check_algorithm(c, role)) return no;
    if (auto no = check_signature(c, role, issuer)) return no;
    return check_profile(c, profile_of(role));
}

Verdict<const TrustAnchor*> find_ci(const Certificate& c, Role role, const TrustAnchors& anchors, Now now) {
    if (!c.authority_key_id) return Refused{Refusal::missing_extension, role, "no authorityKeyIdentifier"};
    const TrustAnchor* ci = anchors.find(*c.authority_key_id);
    if (ci == nullptr)
        return Refused{Refusal::unknown_ci, role, "no trusted CI has key identifier " + hex(*c.authority_key_id)};
    if (auto no = check_dates(ci->certificate, Role::ci, now)) return *std::move(no);
    return ci;
}

Issuer as_issuer(const TrustAnchor& ci) { return {ci.certificate.subject, ci.key_id(), ci.key}; }

// ---------------------------------------------------------------- the range of an EUM (SGP.22 4.5.2.1,
// nameConstraints)

bool all_digits(std::string_view s) {
    return std::ranges::all_of(s, [](char c) { return c >= '0' && c <= '9'; });
}

/// Organisation and EIN, each once and nothing else: what 4.5.2.1 allows and what is compared below.
bool usable_subtree(const Name& subtree) {
    const auto ein = subtree.find_sole(oid::serial_number);
    return subtree.attributes.size() == 2 && subtree.find_sole(oid::organization) && ein && ein->size() < 32 &&
           all_digits(*ein);
}

Check check_constraints(const Certificate& eum) {
    const auto& nc = eum.name_constraints;
    if (!nc) return Refused{Refusal::missing_extension, Role::eum, "no nameConstraints"};
    if (!nc->directory_names_only || nc->permitted.empty() || !std::ranges::all_of(nc->permitted, usable_subtree))
        return Refused{Refusal::name_constraint, Role::eum,
                       "nameConstraints are permitted subtrees of one organisation and one EIN each"};
    return {};
}

Check check_range(const Certificate& euicc, const Eid& eid, const Certificate& eum) {
    const auto organization = euicc.subject.find_sole(oid::organization);
    bool organization_known = false;
    for (const Name& subtree : eum.name_constraints->permitted) {
        if (organization != subtree.find_sole(oid::organization)) continue;
        organization_known = true;
        if (eid.text().starts_with(*subtree.find_sole(oid::serial_number))) return {};
    }
    if (!organization_known)
        return Refused{Refusal::name_constraint, Role::euicc, "its organisation is none that the EUM may name"};
    return Refused{Refusal::eid_out_of_range, Role::euicc, "EID " + eid.text() + " lies outside of the EUM's ranges"};
}

Verdict<VerifiedEum> verify_eum_under_ci(Certificate c, const TrustAnchors& anchors, Now now) {
    const auto ci = find_ci(c, Role::eum, anchors, now);
    if (!ci) return ci.refused();
    if (auto no = check_certificate(c, Role::eum, as_issuer(**ci))) return *std::move(no);
    if (auto no = check_constraints(c)) return *std::move(no);
    auto key = c.public_key();
    if (!key) return Refused{Refusal::malformed, Role::eum, "its key is no point of its curve"};
    if (auto no = check_dates(c, Role::eum, now)) return *std::move(no);
    return VerifiedEum{std::move(c), *std::move(key), (*ci)->key_id()};
}

/// Whether either was revoked comes last: until then neither has lied.
Verdict<VerifiedEuicc> verify_under(Certificate c, const VerifiedEum& eum, const TrustAnchors& anchors, Now now) {
    const Issuer issuer{eum.certificate.subject, *eum.certificate.subject_key_id, eum.key};
    if (auto no = check_certificate(c, Role::euicc, issuer)) return *std::move(no);
    const auto eid = c.eid();
    if (!eid) return Refused{Refusal::bad_eid, Role::euicc, to_string(eid.error())};
    auto key = c.public_key();
    if (!key) return Refused{Refusal::malformed, Role::euicc, "its key is no point of its curve"};
    if (auto no = check_dates(c, Role::euicc, now)) return *std::move(no);
    if (auto no = check_range(c, *eid, eum.certificate)) return *std::move(no);
    if (auto no = check_revoked(eum.certificate, Role::eum, anchors)) return *std::move(no);
    if (auto no = check_revoked(c, Role::euicc, anchors)) return *std::move(no);
    return VerifiedEuicc{std::move(c), *std::move(key), *eid, eum.ci_key_id, eum.certificate.serial};
}

/// An EUM whose signature is known to hold may have expired since, and so may its CI.
Check check_again(const VerifiedEum& eum, const TrustAnchors& anchors, Now now) {
    if (auto no = check_dates(anchors.find(eum.ci_key_id)->certificate, Role::ci, now)) return no;
    return check_dates(eum.certificate, Role::eum, now);
}

}  // namespace

// ---------------------------------------------------------------- trust anchors

Verdict<Unit> TrustAnchors::add(View der) {
    auto c = parse(der, Role::ci);
    if (!c) return c.refused();
    return add(*std::move(c));
}

Verdict<Unit> TrustAnchors::add(Certificate c) {
    if (auto no = check_algorithm(c, Role::ci)) return *std::move(no);
    auto key = c.public_key();
    if (!key) return Refused{Refusal::malformed, Role::ci, "its key is no point of its curve"};
    if (auto no = check_profile(c, profile_of(Role::ci))) return *std::move(no);
    if (c.issuer != c.subject || (c.authority_key_id && c.authority_key_id != c.subject_key_id))
        return Refused{Refusal::wrong_issuer, Role::ci, "a root is its own issuer"};
    if (c.name_constraints)
        return Refused{Refusal::name_constraint, Role::ci,
                       "nameConstraints of a CI are not evaluated here, so it is not taken"};
    if (auto s = key->verify_der(c.tbs(), c.signature); !s)
        return Refused{Refusal::bad_signature, Role::ci, "the root's signature does not hold under its own key"};
    TrustAnchor anchor{std::move(c), *std::move(key), {}};
    anchor.fingerprint = crypto::sha256(anchor.certificate.der);
    const auto known =
        std::ranges::find_if(anchors_, [&](const TrustAnchor& a) { return a.key_id() == anchor.key_id(); });
    if (known != anchors_.end())
        *known = std::move(anchor);
    else
        anchors_.push_back(std::move(anchor));
    return Unit{};
}

const TrustAnchor* TrustAnchors::find(View key_id) const {
    const auto at = std::ranges::find_if(anchors_, [&](const TrustAnchor& a) { return equal(a.key_id(), key_id); });
    return at == anchors_.end() ? nullptr : &*at;
}

bool TrustAnchors::is_revoked(const Certificate& c) const {
    return std::ranges::any_of(revoked_, [&](const RevocationList& list) {
        return c.authority_key_id == list.issuer_key_id && c.issuer == list.issuer && list.names(c.serial);
    });
}

bool TrustAnchors::is_revoked(View issuer_key_id, View serial) const {
    return std::ranges::any_of(revoked_, [&](const RevocationList& list) {
        return equal(list.issuer_key_id, issuer_key_id) && list.names(serial);
    });
}

const VerifiedEum* EumCache::find(const crypto::Sha256& certificate_digest, const TrustAnchors& anchors) const {
    for (const Entry& e : entries_) {
        if (e.certificate_digest != certificate_digest) continue;
        const TrustAnchor* ci = anchors.find(e.eum.ci_key_id);
        if (ci != nullptr && ci->fingerprint == e.ci_fingerprint) return &e.eum;
    }
    return nullptr;
}

void EumCache::keep(const crypto::Sha256& certificate_digest, const TrustAnchor& signed_by, VerifiedEum eum) {
    entries_.push_front({certificate_digest, signed_by.fingerprint, std::move(eum)});
    if (entries_.size() <= entries_max_) return;
    const auto oldest = std::ranges::find(entries_.rbegin(), entries_.rend(), false, &Entry::prepared);
    entries_.erase(std::prev(oldest.base()));
}

void EumCache::count(const crypto::Sha256& certificate_digest) {
    const auto at = std::ranges::find(entries_, certificate_digest, &Entry::certificate_digest);
    if (at == entries_.end() || at->prepared || ++at->cards < cards_until_prepared) return;
    if (prepared_ >= entries_max_ / 2) return;
    at->eum.key = at->eum.key.prepared();
    at->prepared = true;
    ++prepared_;
}

// ---------------------------------------------------------------- chains

Verdict<VerifiedServer> verify_server(Role role, View der, const TrustAnchors& anchors, Now now) {
    auto c = parse(der, role);
    if (!c) return c.refused();
    const auto ci = find_ci(*c, role, anchors, now);
    if (!ci) return ci.refused();
    if (auto no = check_certificate(*c, role, as_issuer(**ci))) return *std::move(no);
    if (c->registered_ids.size() != 1)
        return Refused{Refusal::bad_oid, role, "subjectAltName holds exactly one registeredID"};
    auto key = c->public_key();
    if (!key) return Refused{Refusal::malformed, role, "its key is no point of its curve"};
    if (auto no = check_dates(*c, role, now)) return *std::move(no);
    if (auto no = check_revoked(*c, role, anchors)) return *std::move(no);
    std::string oid = c->registered_ids.front();
    return VerifiedServer{*std::move(c), *std::move(key), role, std::move(oid), (*ci)->key_id()};
}

Verdict<VerifiedServer> verify_dp_pb(View der, const VerifiedServer& dp_auth, const TrustAnchors& anchors, Now now) {
    auto pb = verify_server(Role::dp_pb, der, anchors, now);
    if (!pb) return pb;
    if (pb->ci_key_id != dp_auth.ci_key_id)
        return Refused{Refusal::ci_mismatch, Role::dp_pb,
                       "chains to another CI than the certificate of authentication"};
    if (pb->oid != dp_auth.oid)
        return Refused{Refusal::oid_mismatch, Role::dp_pb,
                       "belongs to SM-DP+ " + pb->oid + ", the certificate of authentication to " + dp_auth.oid};
    return pb;
}

Verdict<VerifiedEum> verify_eum(View der, const TrustAnchors& anchors, Now now) {
    auto c = parse(der, Role::eum);
    if (!c) return c.refused();
    auto eum = verify_eum_under_ci(*std::move(c), anchors, now);
    if (!eum) return eum;
    if (auto no = check_revoked(eum->certificate, Role::eum, anchors)) return *std::move(no);
    return eum;
}

Verdict<VerifiedEuicc> verify_euicc(View euicc_der, View eum_der, const TrustAnchors& anchors, Now now) {
    EumCache no_other(1);
    return verify_euicc(euicc_der, eum_der, anchors, now, no_other);
}

Verdict<VerifiedEuicc> verify_euicc(View euicc_der, View eum_der, const TrustAnchors& anchors, Now now,
                                    EumCache& cache) {
    const auto digest = crypto::sha256(eum_der);
    const VerifiedEum* known = cache.find(digest, anchors);
    // both are read before either is judged
    std::optional<Certificate> unknown;
    if (known == nullptr) {
        auto c = parse(eum_der, Role::eum);
        if (!c) return c.refused();
        unknown = *std::move(c);
    }
    auto euicc = parse(euicc_der, Role::euicc);
    if (!euicc) return euicc.refused();
    if (known != nullptr) {
        if (auto no = check_again(*known, anchors, now)) return *std::move(no);
        auto out = verify_under(*std::move(euicc), *known, anchors, now);
        if (out) cache.count(digest);
        return out;
    }
    auto eum = verify_eum_under_ci(*std::move(unknown), anchors, now);
    if (!eum) return eum.refused();
    auto out = verify_under(*std::move(euicc), *eum, anchors, now);
    const TrustAnchor& ci = *anchors.find(eum->ci_key_id);
    cache.keep(digest, ci, *std::move(eum));
    if (out) cache.count(digest);
    return out;
}

bool names_host(const Certificate& c, std::string_view host) {
    return std::ranges::any_of(c.dns_names,
                               [&](const std::string& name) { return ascii::equal_but_for_case(name, host); });
}

// ---------------------------------------------------------------- words

std::string_view to_string(Refusal reason) {
    switch (reason) {
        using enum Refusal;
        case malformed: return "malformed";
        case unsupported_algorithm: return "unsupported algorithm";
        case unknown_ci: return "unknown CI";
        case wrong_issuer: return "wrong issuer";
        case curve_mismatch: return "curve differs within the chain";
        case bad_signature: return "bad signature";
        case revoked: return "revoked";
        case not_yet_valid: return "not yet valid";
        case expired: return "expired";
        case unknown_critical_extension: return "unknown critical extension";
        case missing_extension: return "missing extension";
        case wrong_role: return "wrong role";
        case wrong_key_usage: return "wrong key usage";
        case wrong_extended_key_usage: return "wrong extended key usage";
        case not_a_ca: return "may not issue";
        case path_length: return "wrong path length";
        case unexpected_ca: return "may issue but should not";
        case name_constraint: return "outside of name constraints";
        case bad_eid: return "no valid EID";
        case eid_out_of_range: return "EID out of the EUM's range";
        case bad_oid: return "no single identity OID";
        case oid_mismatch: return "different SM-DP+";
        case ci_mismatch: return "different CI";
    }
    return "unknown";
}

std::string to_string(const Refused& r) {
    return std::string(to_string(r.certificate)) + " certificate: " + std::string(to_string(r.reason)) + ": " +
           r.detail;
}

}  // namespace mcim::x509
