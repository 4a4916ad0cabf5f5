// What the ISD-R keeps: the durable part of the card, in memory and by its keys in storage.
//
//   euicc/card              BirthRecord: written once, by manufacture()
//   euicc/identity/<i>      StoredChain: certificates of signing key i; euicc/identity/<i>/key its PKCS#8
//   euicc/settings          Settings: what may change and is no profile
//   euicc/counters          Counters
//   euicc/profile/<slot>    InstalledProfile; its files are below profile/<slot>/ (uicc/entries.h)
//   euicc/notification/<n>  PendingNotification with sequence number n
//   euicc/otpk/<n>          StoredOneTimeKey; euicc/otpk/<n>/key its PKCS#8
//   euicc/installation      OpenInstallation: while a bound package is being taken
//
// Every structure of this module begins with a format version; a reader refuses versions that it does not know. Keys
// and profiles stand in entries of their own, so that one change is one small write.
#pragma once
#include <map>

#include "mcim/msg/manage.h"
#include "mcim/msg/notification.h"
#include "mcim/uicc/changes.h"
#include "mcim/x509/verify.h"

namespace mcim::euicc {

inline constexpr std::uint8_t stored_version = 1;

/// A lab card takes what nobody should meet in the field: test profiles and the 3GPP test algorithm.
enum class CardClass : std::int32_t { production = 0, lab = 1 };
std::string_view to_string(CardClass);

/// What EUICCInfo2 carries: some deployed eIMs decode and re-encode signed data and lose what they do not know.
enum class InfoFields : std::int32_t { all = 0, version2_0 = 1 };

struct BirthRecord {
    std::uint8_t version = stored_version;
    msg::Octet16 eid;
    CardClass card_class = CardClass::production;
    InfoFields info_fields = InfoFields::all;
    std::uint32_t memory_octets = 0;  ///< for profiles
    msg::Utf8 root_ds_address;
    std::vector<msg::Certificate> ci_certificates;
    std::vector<msg::ProfilePolicyAuthorisationRule> rules;  ///< the Rules Authorisation Table
    std::uint8_t identities = 0;
    static constexpr auto asn1 =
        der::sequence("BirthRecord", der::field<&BirthRecord::version>("version", der::Tag{0x80}),
                      der::field<&BirthRecord::eid>("eid", der::Tag{0x81}),
                      der::field<&BirthRecord::card_class>("cardClass", der::Tag{0x82}),
                      der::field<&BirthRecord::info_fields>("infoFields", der::Tag{0x83}),
                      der::field<&BirthRecord::memory_octets>("memoryOctets", der::Tag{0x84}),
                      der::field<&BirthRecord::root_ds_address>("rootDsAddress", der::Tag{0x85}),
                      der::field<&BirthRecord::ci_certificates>("ciCertificates", der::Tag{0xA6}),
                      der::field<&BirthRecord::rules>("rules", der::Tag{0xA7}),
                      der::field<&BirthRecord::identities>("identities", der::Tag{0x88}));
};

struct StoredChain {
    std::uint8_t version = stored_version;
    msg::Certificate euicc_certificate;
    msg::Certificate eum_certificate;
    static constexpr auto asn1 =
        der::sequence("StoredChain", der::field<&StoredChain::version>("version", der::Tag{0x80}),
                      der::field<&StoredChain::euicc_certificate>("euiccCertificate"),
                      der::field<&StoredChain::eum_certificate>("eumCertificate"));
};
/// What vouches for a signing key of the card; the key itself is behind the port (card_signer.h).
struct SigningIdentity {
    StoredChain chain;
    Bytes ci_key_id;
};

struct Settings {
    std::uint8_t version = stored_version;
    msg::Utf8 default_dp_address;
    std::int64_t time_floor_ms = 0;  ///< no moment before this one is now (time_floor.h)
    /// The operational profile that was enabled before a test profile took its place (SGP.22 5.7.16).
    std::optional<msg::IccidOctets> enabled_before_test;
    static constexpr auto asn1 =
        der::sequence("Settings", der::field<&Settings::version>("version", der::Tag{0x80}),
                      der::field<&Settings::default_dp_address>("defaultDpAddress", der::Tag{0x81}),
                      der::field<&Settings::time_floor_ms>("timeFloor", der::Tag{0x82}),
                      der::field<&Settings::enabled_before_test>("enabledBeforeTest", der::Tag{0x83}));
};

struct Counters {
    std::uint8_t version = stored_version;
    std::int64_t next_notification = 1;
    std::uint32_t next_slot = 0;  ///< never used twice, so that an ISD-P AID names one profile for ever
    std::uint32_t next_one_time_key = 0;
    static constexpr auto asn1 =
        der::sequence("Counters", der::field<&Counters::version>("version", der::Tag{0x80}),
                      der::field<&Counters::next_notification>("nextNotification", der::Tag{0x81}),
                      der::field<&Counters::next_slot>("nextSlot", der::Tag{0x82}),
                      der::field<&Counters::next_one_time_key>("nextOneTimeKey", der::Tag{0x83}));
};

struct InstalledProfile {
    std::uint8_t version = stored_version;
    std::uint32_t slot = 0;
    msg::ProfileState state = msg::ProfileState::disabled;
    der::Utf8String<0, 64> nickname;
    std::uint32_t footprint = 0;  ///< octets of memory that deleting it gives back
    std::uint8_t identity = 0;    ///< the signing key of the session that loaded it: signs its notifications
    msg::StoreMetadataRequest metadata;
    std::optional<msg::DpProprietaryData> dp_proprietary_data;
    static constexpr auto asn1 =
        der::sequence("InstalledProfile", der::field<&InstalledProfile::version>("version", der::Tag{0x80}),
                      der::field<&InstalledProfile::slot>("slot", der::Tag{0x81}),
                      der::field<&InstalledProfile::state>("state", der::Tag{0x82}),
                      der::field<&InstalledProfile::nickname>("nickname", der::Tag{0x83}),
                      der::field<&InstalledProfile::footprint>("footprint", der::Tag{0x84}),
                      der::field<&InstalledProfile::identity>("identity", der::Tag{0x85}),
                      der::field<&InstalledProfile::metadata>("metadata"),
                      der::field<&InstalledProfile::dp_proprietary_data>("dpProprietaryData", der::Tag{0xB8}));

    [[nodiscard]] const msg::IccidOctets& iccid() const { return metadata.iccid; }
    [[nodiscard]] bool enabled() const { return state == msg::ProfileState::enabled; }
    [[nodiscard]] bool has_rule(msg::PprBit) const;
    [[nodiscard]] Bytes isdp_aid() const;           ///< 16 octets
    [[nodiscard]] std::string uicc_prefix() const;  ///< "profile/3/"
};
/// Slots from here on have no ISD-P AID left.
inline constexpr std::uint32_t slots_max = 0xE000;
[[nodiscard]] Bytes isdp_aid(std::uint32_t slot);
[[nodiscard]] std::string uicc_prefix(std::uint32_t slot);

struct StoredOneTimeKey {
    std::uint8_t version = stored_version;
    der::Oid smdp_oid;
    static constexpr auto asn1 =
        der::sequence("StoredOneTimeKey", der::field<&StoredOneTimeKey::version>("version", der::Tag{0x80}),
                      der::field<&StoredOneTimeKey::smdp_oid>("smdpOid", der::Tag{0x81}));
};
/// otSK.EUICC.ECKA of a download that has not ended well: the server may ask for it again by its public half, and send
/// the package that it bound to it (SGP.22 3.1.3.2).
struct OneTimeKey {
    std::string smdp_oid;
    crypto::PrivateKey key;
};
inline constexpr std::size_t one_time_keys_max = 4;

/// A bound package of which the card has taken the first piece and not yet the last: what has to be known after a power
/// cut to tell its server (interruption.h). Nothing of the profile is in it.
struct OpenInstallation {
    std::uint8_t version = stored_version;
    msg::TransactionId transaction_id;
    msg::Utf8 server_address;
    der::Oid server_oid;
    std::uint8_t identity = 0;                                      ///< signing key of the session
    msg::BppCommandId command = msg::BppCommandId::configure_isdp;  ///< the next one
    std::optional<msg::IccidOctets> iccid;                          ///< once the metadata said it
    static constexpr auto asn1 =
        der::sequence("OpenInstallation", der::field<&OpenInstallation::version>("version", der::Tag{0x80}),
                      der::field<&OpenInstallation::transaction_id>("transactionId", der::Tag{0x81}),
                      der::field<&OpenInstallation::server_address>("serverAddress", der::Tag{0x82}),
                      der::field<&OpenInstallation::server_oid>("serverOid", der::Tag{0x83}),
                      der::field<&OpenInstallation::identity>("identity", der::Tag{0x84}),
                      der::field<&OpenInstallation::command>("command", der::Tag{0x85}),
                      der::field<&OpenInstallation::iccid>("iccid", msg::tag_iccid));
};

struct DurableState {
    BirthRecord birth;
    std::vector<SigningIdentity> identities;  ///< at least one
    x509::TrustAnchors anchors;
    Settings settings;
    Counters counters;
    std::map<std::uint32_t, InstalledProfile> profiles;              ///< by slot
    std::map<std::int64_t, msg::PendingNotification> notifications;  ///< by sequence number
    std::map<std::uint32_t, OneTimeKey> one_time_keys;               ///< oldest first
    std::optional<OpenInstallation> open_installation;

    [[nodiscard]] static Result<DurableState> load(const uicc::Entries&);

    [[nodiscard]] Eid eid() const;
    [[nodiscard]] CardClass card_class() const { return birth.card_class; }
    [[nodiscard]] std::size_t free_memory() const;
    [[nodiscard]] InstalledProfile* find_profile(const msg::IccidOctets&);
    [[nodiscard]] InstalledProfile* find_profile_by_aid(View isdp_aid);
    [[nodiscard]] InstalledProfile* find_enabled();
    [[nodiscard]] const InstalledProfile* find_enabled() const;
    [[nodiscard]] const SigningIdentity* find_identity(View ci_key_id) const;
};

/// The entry of signing identity i, and the private key that belongs to an entry: "<entry>/key".
[[nodiscard]] std::string identity_entry(std::size_t i);
[[nodiscard]] Result<crypto::PrivateKey> load_key(const uicc::Entries&, const std::string& entry);

// Each puts one entry as it stands in the state.
void put_settings(uicc::Changes&, const Settings&);
void put_counters(uicc::Changes&, const Counters&);
void put_profile(uicc::Changes&, const InstalledProfile&);
void erase_profile(uicc::Changes&, const InstalledProfile&);  ///< its files too
void put_notification(uicc::Changes&, const msg::PendingNotification&);
void erase_notification(uicc::Changes&, std::int64_t sequence_number);
void put_one_time_key(uicc::Changes&, std::uint32_t number, const OneTimeKey&);
void erase_one_time_key(uicc::Changes&, std::uint32_t number);
void put_open_installation(uicc::Changes&, const OpenInstallation&);
void erase_open_installation(uicc::Changes&);

}  // namespace mcim::euicc
