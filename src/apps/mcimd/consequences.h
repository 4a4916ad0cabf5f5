// What a profile's fate on its card means for the subscription behind it: the authentication centre opens and closes,
// releases are consumed, the subscription that a move leaves behind is closed.
#pragma once
#include "mcim/apps/mcimd/platform.h"
#include "mcim/smdp/session.h"

namespace mcim::apps::mcimd {

/// The row of a card. Whoever decides by what is on a card, or changes it, puts this row again in the same batch: of
/// two that read the same version, the second finds a conflict and looks again.
[[nodiscard]] Result<store::Row> card_row(Platform&, const Eid&);

/// Ordered with the provisioning class (SGP.22 2.4.5.3): it connects a device until it has a subscription, and makes
/// nobody's customer of it. It stays when the device moves.
[[nodiscard]] bool is_bootstrap(const smdp::Order&);
[[nodiscard]] Result<bool> is_bootstrap(store::Store&, const Iccid&);  ///< by its last order

/// Its operator's bar of a line, which stays whatever the card tells: an installation opens no line that has one.
/// Whoever sets or lifts it, and whoever goes by it, puts the line's own row in the same batch.
[[nodiscard]] Result<bool> is_barred(Platform&, const Iccid&);
[[nodiscard]] Status put_bar(Platform&, const Iccid&, store::Batch& out);
[[nodiscard]] Status lift_bar(Platform&, const Iccid&, store::Batch& out);

/// The end of a line: nothing more of it is served or downloaded, and its operator has no say in its device. `why` is
/// for the log.
[[nodiscard]] Status close_line(Platform&, store::Subscription, std::string_view why, store::Batch& out);

/// The same by its own operator, whatever its card tells from now on. What the line was to take the place of, and has
/// not yet, ends with it: its operator has let the device go by a release that is used up.
[[nodiscard]] Status close_by_operator(Platform&, store::Subscription, std::string_view why, store::Batch& out);

/// What goes to the disk with the first vector of a line: what its release let go is closed, so that a device never has
/// the use of both, whatever its agent tells or does not tell. Empty for every later one. Vectors that another centre
/// gives are not seen here: then the old line is served until the card tells that the new one is enabled.
[[nodiscard]] Result<store::Batch> take_over(Platform&, const Imsi&);

/// The core's effects as changes of the store.
[[nodiscard]] Result<store::Batch> changes_of(Platform&, std::vector<smdp::Effect>);

}  // namespace mcim::apps::mcimd
