// What a factory puts into a card before its first power-on (SGP.22 2.4.5 to 2.4.12: ECASD, ISD-R, RAT).
#pragma once
#include "mcim/euicc/durable.h"

namespace mcim::euicc {

struct Credentials {
    crypto::PrivateKey key;   ///< SK.EUICC.ECDSA
    Bytes euicc_certificate;  ///< CERT.EUICC.ECDSA, DER
    Bytes eum_certificate;    ///< CERT.EUM.ECDSA, DER
};

/// The smallest memory that takes an ordinary profile; the largest a card claims.
inline constexpr std::uint32_t memory_octets_default = 512 * 1024;

struct Birth {
    Eid eid;
    CardClass card_class = CardClass::production;
    std::vector<Credentials> credentials;  ///< one for each CI that servers may ask for
    std::vector<Bytes> ci_certificates;    ///< DER; verify servers
    std::vector<msg::ProfilePolicyAuthorisationRule> rules;
    std::string root_ds_address = {};
    std::string default_dp_address = {};
    std::uint32_t memory_octets = memory_octets_default;
    InfoFields info_fields = InfoFields::all;
};

/// One rule: every operator may use PPR1 and PPR2, with consent, which an agent asks the owner for (SGP.22 2.9.2.4).
[[nodiscard]] std::vector<msg::ProfilePolicyAuthorisationRule> rules_for_every_operator();

/// The entries of a new card. Refuses chains that do not hold, keys that are not those of their certificates, and
/// certificates of another EID: a card that nobody would trust is not made.
[[nodiscard]] Result<uicc::Changes> manufacture(const Birth&);

}  // namespace mcim::euicc
