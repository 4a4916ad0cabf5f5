// What profiles say of themselves beyond ICCID, names and class (SGP.22 5.5.3, StoreMetadataRequest): icon, policy
// rules, owner, who is notified. Their operator sets it for all his lines, for those of a profile type, or for one
// line; the nearest of these documents counts, as a whole. An order takes what counts when it is made.
#pragma once
#include "mcim/apps/mcimd/platform.h"
#include "mcim/jose/json.h"
#include "mcim/msg/metadata.h"

namespace mcim::apps::mcimd {

/// SGP.22 5.5.3 profileOwner: the card compares it with EF_IMSI, EF_GID1 and EF_GID2 of the profile.
struct OwnerSetting {
    std::string network;  ///< "262-01": MCC and MNC; "imsi": those of the line's IMSI
    Bytes gid1{};         ///< empty: none
    Bytes gid2{};
    friend bool operator==(const OwnerSetting&, const OwnerSetting&) = default;
};
/// Told besides the platform, which every change of a profile is reported to.
struct NotifySetting {
    std::vector<msg::NotificationEventBit> events;
    std::string address;
    friend bool operator==(const NotifySetting&, const NotifySetting&) = default;
};
struct MetadataSettings {
    Bytes icon{};  ///< PNG or JPEG; empty: none
    std::vector<msg::PprBit> policy_rules{};
    std::optional<OwnerSetting> owner{};
    std::vector<NotifySetting> notifications{};
    friend bool operator==(const MetadataSettings&, const MetadataSettings&) = default;
};

/// As the administration takes and the store keeps it: {"icon":"<base64url>","policy_rules":["ppr1"],"owner":"262-01",
/// "gid1":"<hex>","gid2":"<hex>","notifications":[{"events":["enable"],"address":"a.example"}]}. Errors name the
/// member.
[[nodiscard]] Result<MetadataSettings> read_metadata_settings(const jose::Object&);
/// The same, with "icon_type".
[[nodiscard]] jose::ObjectWriter json_of(const MetadataSettings&);

/// Whether a card could take a profile of this line that says so: its IMSI is of the owner's network, and the template
/// can carry the group identifiers.
[[nodiscard]] Status check_fits(const MetadataSettings&, const store::Subscription&);
/// serviceProviderName and profileName are of a length that StoreMetadataRequest has.
[[nodiscard]] Status check_names(const store::Subscription&);

/// Whose document counts for a line.
enum class MetadataFrom : std::uint8_t { platform, operator_, profile_type, line };
std::string_view to_string(MetadataFrom);
struct AppliedMetadata {
    MetadataFrom from = MetadataFrom::platform;
    MetadataSettings settings{};
};
[[nodiscard]] Result<AppliedMetadata> metadata_for(store::Store&, const store::Subscription&);
/// What counts for a line without a document of its own.
[[nodiscard]] Result<AppliedMetadata> inherited_metadata(store::Store&, const store::Subscription&);
/// The line's own document, where it has one.
[[nodiscard]] Result<std::optional<MetadataSettings>> own_metadata(store::Store&, const Iccid&);

/// Puts or drops (nullopt) a document.
[[nodiscard]] Status set_line_metadata(store::Store&, const Iccid&, const std::optional<MetadataSettings>&,
                                       store::Batch& out);
[[nodiscard]] Status set_operator_metadata(store::Store&, const std::string& operator_id,
                                           const std::optional<std::string>& profile_type,
                                           const std::optional<MetadataSettings>&, store::Batch& out);
/// The documents of an operator; without a type: of all his lines.
struct OperatorMetadata {
    std::optional<std::string> profile_type;
    MetadataSettings settings;
};
[[nodiscard]] Result<std::vector<OperatorMetadata>> metadata_of_operator(store::Store&, std::string_view operator_id);

/// StoreMetadataRequest, DER, as an order of the line that is made now carries it.
[[nodiscard]] Result<Bytes> metadata_of(Platform&, const store::Subscription&, msg::ProfileClass);
/// What an order carries.
[[nodiscard]] Result<jose::ObjectWriter> json_of_metadata(View store_metadata_request);
/// EF_GID1 of the template is what the owner in the metadata names; empty where none is.
[[nodiscard]] Result<Bytes> gid1_in(View store_metadata_request);

}  // namespace mcim::apps::mcimd
