#include "mcim/smdp/es2_progress.h"

#include "mcim/jose/json.h"

namespace mcim::smdp {

std::optional<Progress> progress_of(const Order& before, const Order& after) {
    using enum NotificationPoint;
    if (after.wrong_codes > before.wrong_codes)
        return Progress{confirmation_code, true, "8.2.7", locked_by_wrong_codes(after) ? "6.4" : "3.8"};
    if (after.state == OrderState::installed && before.state != OrderState::installed) return Progress{installation};
    if (after.attempts > before.attempts) return Progress{package};
    // by its user or card, before it was installed
    if (after.refused && !before.refused) return Progress{package, true, "8.8.5", "3.8"};
    if (after.state == OrderState::error &&
        (before.state != OrderState::error || after.outstanding != before.outstanding))
        return Progress{installation, true, "8.2.10", "4.2"};
    return std::nullopt;
}

std::string progress_json(const Progress& progress, const Order& order, const ProgressInfo& info) {
    jose::ObjectWriter status;
    status.text("status", progress.failed ? "Failed" : "Executed-Success");
    if (progress.failed)
        status.object("statusCodeData",
                      jose::ObjectWriter().text("subjectCode", progress.subject).text("reasonCode", progress.reason));
    jose::ObjectWriter out;
    out.object("header", jose::ObjectWriter()
                             .text("functionRequesterIdentifier", info.requester)
                             .text("functionCallIdentifier", info.call));
    if (order.eid) out.text("eid", order.eid->text());
    return out.text("iccid", order.iccid.text())
        .text("profileType", info.profile_type)
        .text("timestamp", to_rfc3339(info.at))
        .integer("notificationPointId", static_cast<std::int64_t>(progress.point))
        .object("notificationPointStatus", status)
        .finish();
}

}  // namespace mcim::smdp
