// The datagrams by which hostapd asks an authentication centre (eap_sim_db=unix:PATH), as text in and text out:
//   AKA-REQ-AUTH <imsi>               answered by  AKA-RESP-AUTH <imsi> <rand> <autn> <ik> <ck> <res>
//                                             or   AKA-RESP-AUTH <imsi> FAILURE
//   AKA-AUTS <imsi> <auts> <rand>     not answered: hostapd asks again
//   SIM-REQ-AUTH <imsi> <count>       answered by  SIM-RESP-AUTH <imsi> FAILURE: a triplet has no proof of the
//                                     network in it, and shares K with AKA; this centre gives none
// Hexadecimal digits of either case, one space between, no end of line.
#pragma once
#include <variant>

#include "mcim/signer/signer.h"

namespace mcim::auc {

struct VectorWanted {
    Imsi imsi;
    friend bool operator==(const VectorWanted&, const VectorWanted&) = default;
};
struct CardOutOfStep {
    Imsi imsi;
    signer::Rand rand{};
    signer::Auts auts{};
    friend bool operator==(const CardOutOfStep&, const CardOutOfStep&) = default;
};
struct TripletsWanted {
    Imsi imsi;
    friend bool operator==(const TripletsWanted&, const TripletsWanted&) = default;
};
using Datagram = std::variant<VectorWanted, CardOutOfStep, TripletsWanted>;

/// Longer ones are refused unread.
inline constexpr std::size_t datagram_octets_max = 256;
[[nodiscard]] Result<Datagram> parse_datagram(View);
/// As hostapd writes it; it asks for three triplets.
[[nodiscard]] std::string render_datagram(const Datagram&);

/// Secret, since CK and IK are in it. Refuses vectors that the datagram has no room for: CK or IK of other than 16
/// octets, RES of more than 16 or less than 4.
[[nodiscard]] Result<SecretBytes> render_vector(const Imsi&, const signer::Vector&);
[[nodiscard]] std::string render_failure(const VectorWanted&);
[[nodiscard]] std::string render_failure(const TripletsWanted&);

}  // namespace mcim::auc
