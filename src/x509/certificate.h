// A certificate of the SGP.22 world, parsed strictly and completely: what the profiles of 4.5.2 can say is a field
// here, what they cannot is either refused or kept where verify.h sees it. Parsing says nothing about trust.
#pragma once
#include "mcim/base/ids.h"
#include "mcim/base/ports.h"
#include "mcim/crypto/ec.h"
#include "mcim/x509/name.h"

namespace mcim::x509 {

/// The largest in the GSMA test set has 700 octets.
inline constexpr std::size_t certificate_octets_max = 4096;
inline constexpr std::size_t extensions_max = 24;

struct Validity {
    Time not_before;
    Time not_after;  ///< the last second that counts
};

/// A point that nobody has yet checked to lie on its curve: that costs time, and happens when a signature is verified.
struct EcKey {
    crypto::Curve curve;
    Bytes point;
};

/// Bits of KeyUsage (RFC 5280 4.2.1.3).
enum class KeyUse : std::uint8_t {
    digital_signature,
    content_commitment,
    key_encipherment,
    data_encipherment,
    key_agreement,
    key_cert_sign,
    crl_sign,
    encipher_only,
    decipher_only
};
/// As RFC 5280 spells it: "digitalSignature".
[[nodiscard]] std::string_view to_string(KeyUse);

struct BasicConstraints {
    bool ca = false;
    std::optional<std::uint16_t> path_length;
};

struct NameConstraints {
    std::vector<Name> permitted;       ///< the directoryNames
    bool directory_names_only = true;  ///< false: there is something this code does not evaluate
};

struct Certificate {
    Bytes der;  ///< as it came
    Bytes serial;
    Name issuer;
    Name subject;
    Bytes subject_der;  ///< SEQUENCE, for the issuer field of what it signs
    Validity validity;
    std::optional<EcKey> key;  ///< nullopt: no EC key, or not on a curve of SGP.22 2.6.7
    std::string signature_algorithm;
    Bytes signature;  ///< SEQUENCE { r, s }

    std::optional<Bytes> subject_key_id;
    std::optional<Bytes> authority_key_id;
    std::optional<der::BitString> key_usage;
    std::optional<BasicConstraints> basic_constraints;
    std::vector<std::string> policies;
    std::vector<std::string> extended_key_usage;
    std::vector<std::string> dns_names;
    std::vector<std::string> registered_ids;  ///< dotted; SGP.22: the identity of an SM-DP+, an EUM, a CI
    std::optional<NameConstraints> name_constraints;
    std::vector<std::string> crl_uris;
    std::vector<Extension> other_extensions;  ///< unknown ones; verify_ refuses where one is critical

    [[nodiscard]] View tbs() const;  ///< what the signature is over
    [[nodiscard]] Result<crypto::PublicKey> public_key() const;
    [[nodiscard]] bool allows(KeyUse) const;             ///< false also where there is no keyUsage extension
    [[nodiscard]] std::vector<KeyUse> key_uses() const;  ///< all that it allows
    [[nodiscard]] bool is_ca() const { return basic_constraints && basic_constraints->ca; }
    /// The role of its policies; nullopt where they name none, several, or one unknown.
    [[nodiscard]] std::optional<Role> role() const;
    /// The serialNumber attribute as an EID.
    [[nodiscard]] Result<Eid> eid() const;
};

/// Refuses octets after the certificate, BER, doubled extensions, versions other than 3, unlike algorithm fields.
[[nodiscard]] Result<Certificate> parse_certificate(View der);

/// For people, a line each.
[[nodiscard]] std::string print(const Certificate&);

}  // namespace mcim::x509
