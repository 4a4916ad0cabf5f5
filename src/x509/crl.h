// Certificate revocation lists (RFC 5280 section 5, SGP.22 4.5.2.1): which certificates their issuer has taken back.
//
// A CI lists EUMs and servers, an EUM its eUICCs. What a list names counts as revoked from the moment that the list is
// known here, whatever the date and the reason beside it, a hold included. Lists may cover a part of what their issuer
// gave out (issuingDistributionPoint): each of them counts.
#pragma once
#include "mcim/x509/certificate.h"

namespace mcim::x509 {

/// About 200,000 entries.
inline constexpr std::size_t revocation_list_octets_max = 8 * 1024 * 1024;

struct RevocationList {
    Bytes tbs;  ///< what the signature is over
    Bytes signature;
    Name issuer;
    Bytes issuer_key_id;
    Time this_update;
    std::optional<Time> next_update;
    std::vector<Bytes> serials;  ///< sorted

    [[nodiscard]] bool names(View serial) const;
};

/// Version 2, complete, about its issuer's own certificates: refused are deltas, indirect lists, critical extensions
/// that are unknown, other signatures than ecdsa-with-SHA256.
[[nodiscard]] Result<RevocationList> parse_revocation_list(View der);

/// Signed by this issuer, which may sign lists (an EUM may, without cRLSign: docs/divergences.md). Errc::conflict: it
/// is another issuer's. Errc::bad_crypto: the signature does not hold.
[[nodiscard]] Status verify_revocation_list(const RevocationList&, const Certificate& issuer);

struct RevocationListProfile {
    Validity validity;  ///< thisUpdate and nextUpdate
    std::uint32_t number = 1;
    struct Entry {
        Bytes serial;
        Time revoked_at;
    };
    std::vector<Entry> entries;
};
/// The list, DER.
[[nodiscard]] Bytes issue_revocation_list(const RevocationListProfile&, const Certificate& issuer,
                                          const crypto::PrivateKey& issuer_key);

}  // namespace mcim::x509
