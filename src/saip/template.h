// The project's own profile: a USIM for one machine, built from parts, and made somebody's by Variables.
#pragma once
#include "mcim/base/ids.h"
#include "mcim/saip/package.h"

namespace mcim::saip {

/// Major, of the package format: its files are those of the newest templates.
inline constexpr std::uint8_t template_version = 3;

/// What is the same for all subscriptions of an operator.
struct ProfileTemplate {
    std::string profile_type = "mcim machine profile";
    std::string spn = "mcim";  ///< shown where there is a display; 1 to 16 ASCII characters
    /// Preloaded entries of DF_TELECOM's phonebook, 44 octets each: service numbers, 0 to 254. None: no phonebook.
    std::uint8_t phonebook_entries = 0;
};

/// What makes a profile one subscription's, all but the keys of authentication.
struct Variables {
    Iccid iccid;
    Imsi imsi;
    std::uint8_t mnc_digits = 2;  ///< 2 or 3
    std::optional<Msisdn> msisdn;
    std::optional<Msisdn> smsc;  ///< international number of the short message service centre
    Bytes gid1;                  ///< at most 8 octets; empty: no EF_GID1
    Secret<8> pin1, pin2, puk1, puk2, adm1;
    Secret<16> ota_encryption, ota_integrity, ota_key_encryption;  ///< AES keys KIc, KID, KIK of the operator's domain
};
/// 4 to 8 digits, padded as VERIFY PIN wants them.
[[nodiscard]] Result<Secret<8>> pin_from_digits(std::string_view);
/// With codes and keys of zeros: what is made of them is to be looked at, and for no card.
[[nodiscard]] Result<Variables> blank_variables(Iccid, Imsi);

/// Everything but K and OPc, which stand there as zeros until insert_keys().
[[nodiscard]] Result<ProfilePackage> personalise(const ProfileTemplate&, const Variables&);
/// With keys at once: whoever calls this holds K.
[[nodiscard]] Result<ProfilePackage> personalise(const ProfileTemplate&, const Variables&, const Secret<16>& k,
                                                 const Secret<16>& opc);

/// K and OPc put in the place of the zeros of an encoded package, in memory that zeroises: what a signer does last.
/// Refuses a package without such a place, and one whose keys are there already.
[[nodiscard]] Result<SecretBytes> insert_keys(View der_without_keys, const Secret<16>& k, const Secret<16>& opc);

/// The template with so many phonebook entries that the encoded package has at least so many octets; 254 entries, the
/// most that there may be, make about 13.5 KB.
[[nodiscard]] Result<ProfileTemplate> padded(ProfileTemplate, const Variables&, std::size_t octets_min);

}  // namespace mcim::saip
