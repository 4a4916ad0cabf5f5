// Is this certificate what it claims to be? The rules of SGP.22 v2.5 4.5.2.2 for each role: one answer or one reason.
//
//   chains:  CI <- SM-DP+ (auth, pb, TLS), SM-DS          verify_server
//            CI <- EUM <- eUICC                           verify_euicc
//
// What is checked, in this order, from the CI downwards: form, known CI, same curve, signature, revocation (by the
// lists that are known: crl.h), dates, critical extensions, role, key usage, may issue or may not, identity (OID, EID
// within the EUM's range).
#pragma once
#include <list>

#include "mcim/crypto/hash.h"
#include "mcim/x509/certificate.h"
#include "mcim/x509/crl.h"

namespace mcim::x509 {

/// Why a certificate is refused. Servers make a status code of it (SGP.22 5.6.3), cards an AuthenticateErrorCode.
enum class Refusal : std::uint8_t {
    malformed,
    unsupported_algorithm,  ///< no ECDSA with SHA-256, or a key on a foreign curve
    unknown_ci,             ///< the CI root that it names is not among the trust anchors
    wrong_issuer,           ///< issuer's name or key identifier is not that of the certificate above
    curve_mismatch,         ///< a chain is on one curve (SGP.22 2.6.7.2)
    bad_signature,
    revoked,  ///< named in a revocation list of its issuer
    not_yet_valid,
    expired,
    unknown_critical_extension,  ///< RFC 5280 4.2: must be refused
    missing_extension,           ///< one that the profile of 4.5.2.1 makes mandatory
    wrong_role,
    wrong_key_usage,
    wrong_extended_key_usage,
    not_a_ca,
    path_length,
    unexpected_ca,    ///< a leaf that might issue
    name_constraint,  ///< unusable constraints in the EUM's, or a subject outside of them other than by EID
    bad_eid,
    eid_out_of_range,
    bad_oid,       ///< no identity OID, or more than one
    oid_mismatch,  ///< DPauth and DPpb are not of one SM-DP+
    ci_mismatch    ///< DPauth and DPpb chain to different CI
};
inline constexpr std::size_t refusal_count = 23;
[[nodiscard]] std::string_view to_string(Refusal);

/// One certificate of a chain was refused: which, why, and a sentence for the log.
struct Refused {  // NOLINT(clang-analyzer-core.uninitialized.Assign): the analyzer loses sight of it in a variant
    Refusal reason{};
    Role certificate{};  ///< the role that it was to play: tells EUM (8.1.2) from eUICC (8.1.3)
    std::string detail;
};
[[nodiscard]] std::string to_string(const Refused&);

/// A value or a Refused: the answer of a protocol, not an Error.
template <class T>
class [[nodiscard]] Verdict {
public:
    Verdict(T value) : v_(std::in_place_index<0>, std::move(value)) {}
    Verdict(Refused refused) : v_(std::in_place_index<1>, std::move(refused)) {}
    explicit operator bool() const { return v_.index() == 0; }
    const T& operator*() const& { return std::get<0>(v_); }
    T&& operator*() && { return std::get<0>(std::move(v_)); }
    const T* operator->() const { return &std::get<0>(v_); }
    [[nodiscard]] const Refused& refused() const { return std::get<1>(v_); }

private:
    std::variant<T, Refused> v_;
};

/// A CI root that was checked once, with its key ready.
struct TrustAnchor {
    Certificate certificate;
    crypto::PublicKey key;
    crypto::Sha256 fingerprint;
    [[nodiscard]] const Bytes& key_id() const { return *certificate.subject_key_id; }
};

/// The CI roots that somebody trusts, found by SubjectKeyIdentifier (euiccCiPKIdListForVerification).
class TrustAnchors {
public:
    /// Self-signed, role CI, may issue. Dates are looked at when it is used. Adding one twice changes nothing; another
    /// certificate with a known key identifier replaces it (a renewed root).
    Verdict<Unit> add(View der);
    Verdict<Unit> add(Certificate);
    [[nodiscard]] const TrustAnchor* find(View key_id) const;
    [[nodiscard]] const std::vector<TrustAnchor>& all() const { return anchors_; }
    /// Of these CIs, or of EUMs under them: lists that were verified (crl.h). All that are known, in the place of those
    /// before.
    void set_revocation_lists(std::vector<RevocationList> lists) { revoked_ = std::move(lists); }
    [[nodiscard]] const std::vector<RevocationList>& revocation_lists() const { return revoked_; }
    [[nodiscard]] bool is_revoked(const Certificate&) const;
    /// One of which no more is kept, under whatever name its issuer has this key.
    [[nodiscard]] bool is_revoked(View issuer_key_id, View serial) const;

private:
    std::vector<TrustAnchor> anchors_;
    std::vector<RevocationList> revoked_;
};

/// Now; or nullopt for a card without a clock, which cannot tell dates (SGP.22 4.5.2.2 leaves it out for the eUICC).
/// A server always knows the time.
using Now = std::optional<Time>;

struct VerifiedServer {
    Certificate certificate;
    crypto::PublicKey key;
    Role role;
    std::string oid;  ///< its registeredID
    Bytes ci_key_id;
};
struct VerifiedEum {
    Certificate certificate;
    crypto::PublicKey key;
    Bytes ci_key_id;
};
struct VerifiedEuicc {
    Certificate certificate;
    crypto::PublicKey key;
    Eid eid;
    Bytes ci_key_id;
    Bytes eum_serial;
};

/// EUM certificates whose signature by a CI held. A server meets few EUMs and many cards: the second card of an EUM
/// saves a signature check. Keyed by the digests of both certificates, so nothing else can be mistaken for it; dates
/// are checked at every use. The caller owns it, and locks it where several threads verify.
///
/// The key of an EUM whose cards keep coming is prepared. That takes 20 ms, and certificates are no secret: half of the
/// entries are prepared at most, and those stay, so that nobody can have it done again and again.
class EumCache {
public:
    explicit EumCache(std::size_t entries_max = 64) : entries_max_(entries_max) {}
    /// Only under a CI that is still an anchor, and still the same certificate.
    [[nodiscard]] const VerifiedEum* find(const crypto::Sha256& certificate_digest, const TrustAnchors&) const;
    void keep(const crypto::Sha256& certificate_digest, const TrustAnchor& signed_by, VerifiedEum);
    /// A card's certificate held under this one.
    void count(const crypto::Sha256& certificate_digest);
    [[nodiscard]] std::size_t size() const { return entries_.size(); }
    [[nodiscard]] std::size_t prepared() const { return prepared_; }

private:
    struct Entry {
        crypto::Sha256 certificate_digest;
        crypto::Sha256 ci_fingerprint;
        VerifiedEum eum;
        std::size_t cards = 0;  ///< that held under it
        bool prepared = false;
    };
    static constexpr std::size_t cards_until_prepared = 16;
    std::size_t entries_max_;
    std::size_t prepared_ = 0;
    std::list<Entry> entries_;  ///< newest first; the oldest that is not prepared gives way
};

/// dp_auth, dp_pb, dp_tls, ds_auth or ds_tls under one of the anchors.
Verdict<VerifiedServer> verify_server(Role, View der, const TrustAnchors&, Now);
/// CERT.DPpb beside the CERT.DPauth of the same session: same CI, and the same SM-DP+ by its OID (SGP.22 5.7.5).
Verdict<VerifiedServer> verify_dp_pb(View der, const VerifiedServer& dp_auth, const TrustAnchors&, Now);

Verdict<VerifiedEum> verify_eum(View der, const TrustAnchors&, Now);
Verdict<VerifiedEuicc> verify_euicc(View euicc_der, View eum_der, const TrustAnchors&, Now);
Verdict<VerifiedEuicc> verify_euicc(View euicc_der, View eum_der, const TrustAnchors&, Now, EumCache&);

/// A TLS certificate and the host that was dialled: an exact dNSName, letter case aside. No wildcards.
[[nodiscard]] bool names_host(const Certificate&, std::string_view host);

}  // namespace mcim::x509
