// Orders, on whatever way their operator makes, confirms, releases and cancels them: the administration and ES2+ come
// through here, so that there is one set of rules.
#pragma once
#include "mcim/apps/mcimd/platform.h"
#include "mcim/msg/metadata.h"
#include "mcim/smdp/es2.h"
#include "mcim/transfer/consent.h"

namespace mcim::apps::mcimd {

/// A profile, the order of it that lives, or the last, and the ended ones whose card may have it.
struct OrderedProfile {
    std::optional<store::Subscription> line{};
    std::optional<smdp::Order> order{};
    std::vector<smdp::Order> left{};
    std::vector<std::string> smds{};  ///< at which an order of it can have its event
    [[nodiscard]] smdp::Es2Known known() const;
};
[[nodiscard]] Result<OrderedProfile> find_profile(Platform&, const Iccid&);

/// Available, with a matching ID of its own, and the metadata that its operator has set for it by now.
[[nodiscard]] Result<smdp::Order> draft_order(Platform&, const store::Subscription& line, msg::ProfileClass);

/// An order for an EID with a typing error would wait for ever. Test cards have EIDs whose check digits do not hold
/// (SGP.26): one that is enrolled exists. Where no device has to be enrolled, nothing tells the two apart.
[[nodiscard]] Status check_device(Platform&, smdp::GatePolicy, const Eid&);

/// As it is kept with the order.
[[nodiscard]] Result<Bytes> wrapped_confirmation_code(Platform&, const std::string& order_id, SecretBytes code);

/// What stands between an order and the device that it names, as the download would hear it now; nullopt: nothing, or
/// no device is named, or there is nothing to download.
[[nodiscard]] Result<std::optional<transfer::Refused>> missing_consent(Platform&, const smdp::Order&);

/// Its line of the timeline, where there is something missing.
[[nodiscard]] store::Batch notes_of(const Platform&, const smdp::Order&, std::string_view what,
                                    const std::optional<transfer::Refused>& missing);

/// What an order that is cancelled, its profile being available again, leaves behind. `by` is for its timeline.
[[nodiscard]] store::Batch cancellation(const Platform&, const smdp::Order& cancelled,
                                        std::string_view by = "by its operator");

}  // namespace mcim::apps::mcimd
