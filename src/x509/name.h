// Distinguished names, as far as SGP.22 4.5.2 uses them: attributes of text, nearly always one to an RDN.
#pragma once
#include "mcim/x509/oids.h"
#include "mcim/x509/structure.h"

namespace mcim::x509 {

struct Attribute {
    std::string type;  ///< dotted object identifier: oid::organization ...
    std::string text;  ///< UTF-8
    friend bool operator==(const Attribute&, const Attribute&) = default;
};

/// Equal names have the same attributes with the same text in the same order. The string type does not count (issuers
/// do change from PrintableString to UTF8String); letter case and spaces do, which is stricter than RFC 5280 7.1.
struct Name {
    std::vector<Attribute> attributes;
    /// The text of the only attribute of this type; nullopt where there is none or more than one.
    [[nodiscard]] std::optional<std::string_view> find_sole(std::string_view type) const;
    [[nodiscard]] bool has(std::string_view type) const;
    friend bool operator==(const Name&, const Name&) = default;
};

inline constexpr std::size_t name_attributes_max = 16;
inline constexpr std::size_t attribute_octets_max = 128;

/// UTF8String, PrintableString and IA5String without control characters; anything else is refused.
[[nodiscard]] Result<Name> parse_name(const RdnSequence&);
/// UTF8String, but PrintableString for country and serialNumber (RFC 5280 Appendix A.1).
[[nodiscard]] RdnSequence to_rdn_sequence(const Name&);
/// "CN=EUM Test, O=RSP Test EUM, C=ES" in the order of the certificate.
[[nodiscard]] std::string to_string(const Name&);

}  // namespace mcim::x509
