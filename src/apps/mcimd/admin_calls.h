// Private to admin: its calls, by subject. Each gets the request's body, or what stands in the path after its name.
#pragma once
#include "mcim/apps/mcimd/metadata.h"
#include "mcim/apps/mcimd/platform.h"
#include "mcim/jose/json.h"
#include "mcim/saip/lint.h"
#include "mcim/saip/package.h"

namespace mcim::apps::mcimd {

using Json = jose::ObjectWriter;

// admin_lines.cpp: operators and subscriptions
[[nodiscard]] Result<Json> add_operator(Platform&, const jose::Object&);
[[nodiscard]] Result<Json> list_operators(Platform&);
[[nodiscard]] Result<Json> add_subscription(Platform&, const jose::Object&);
[[nodiscard]] Result<Json> list_subscriptions(Platform&);
/// Errc::not_found names the way to those that are here.
[[nodiscard]] Result<store::Subscription> subscription_named(Platform&, std::string_view iccid);
[[nodiscard]] Result<Json> show_subscription(Platform&, std::string_view iccid);
/// Its K and OPc, wrapped inside the signer under a transport key of its operator's. That they left, and at whose word,
/// is on the disk before they do.
[[nodiscard]] Result<Json> export_subscription(Platform&, std::string_view iccid, const jose::Object&,
                                               std::optional<std::uint32_t> user);
[[nodiscard]] Result<Json> set_bar(Platform&, std::string_view iccid, auc::Status);
[[nodiscard]] Result<Json> close_subscription(Platform&, std::string_view iccid);
[[nodiscard]] Result<Json> show_auc(Platform&, std::string_view imsi);

// admin_policy.cpp: what an operator refuses of packages that come in for him
[[nodiscard]] Json json_of(const store::Operator&);
[[nodiscard]] Result<Json> show_operator(Platform&, std::string_view id);
[[nodiscard]] Result<Json> set_package_policy(Platform&, std::string_view operator_id, const jose::Object&);
[[nodiscard]] Status check_package(const Platform&, const store::Operator&, const saip::ProfilePackage&);
/// What the template makes of the line.
[[nodiscard]] Status check_template(const Platform&, const store::Operator&, const store::Subscription&);
/// Of a key that comes alone, as the member `name`.
[[nodiscard]] Status check_key(const Platform&, const store::Operator&, std::string_view name, const SecretBytes&);
/// For who looks in another process.
[[nodiscard]] bool refuses(const Platform&, const store::Operator&, saip::Finding);

// admin_metadata.cpp: what an operator's profiles say of themselves (metadata.h)
[[nodiscard]] Result<Json> set_metadata_of_operator(Platform&, std::string_view operator_id, const jose::Object&);
[[nodiscard]] Result<Json> set_metadata_of_line(Platform&, std::string_view iccid, const jose::Object&);
/// The member "metadata"; nullopt where it is absent.
[[nodiscard]] Result<std::optional<MetadataSettings>> metadata_in(const jose::Object&);

// admin_orders.cpp
[[nodiscard]] Result<Json> add_order(Platform&, const jose::Object&);
[[nodiscard]] Result<Json> list_orders(Platform&);
[[nodiscard]] Result<Json> show_order(Platform&, std::string_view id);
[[nodiscard]] Result<Json> cancel_order(Platform&, std::string_view id);
[[nodiscard]] Result<Json> release_order(Platform&, std::string_view id, const jose::Object&);
[[nodiscard]] Result<Json> list_notifications(Platform&);

// admin_clients.cpp
[[nodiscard]] Result<Json> add_client(Platform&, const jose::Object&);
[[nodiscard]] Result<Json> list_clients(Platform&);
[[nodiscard]] Result<Json> remove_client(Platform&, std::string_view fingerprint);

// admin_progress.cpp
[[nodiscard]] Result<Json> set_progress(Platform&, std::string_view operator_id, const jose::Object&);

// admin_devices.cpp
[[nodiscard]] Json json_of(const pva::RefusedEvidence&);
[[nodiscard]] Result<Json> add_device(Platform&, const jose::Object&);
[[nodiscard]] Result<Json> list_devices(Platform&);
[[nodiscard]] Result<Json> show_device(Platform&, std::string_view eid);
[[nodiscard]] Result<Json> remove_device(Platform&, std::string_view eid);
[[nodiscard]] Result<Json> show_verdicts(Platform&, std::string_view eid, std::string_view query);
[[nodiscard]] Result<Json> add_reference_values(Platform&, const jose::Object&);

}  // namespace mcim::apps::mcimd
