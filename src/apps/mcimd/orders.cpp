#include "mcim/apps/mcimd/orders.h"

#include "mcim/apps/common/typing_errors.h"
#include "mcim/apps/mcimd/metadata.h"
#include "mcim/apps/mcimd/ports.h"
#include "mcim/apps/mcimd/verifier.h"

namespace mcim::apps::mcimd {
namespace {

constexpr std::uint64_t template_octets = 32 * 1024;  ///< what the project's template takes on a card, rounded up

}  // namespace

smdp::Es2Known OrderedProfile::known() const {
    smdp::Es2Known out;
    if (line)
        out.profile =
            smdp::Es2Profile{line->operator_id, line->standing == store::Standing::closed, line->profile_type};
    out.order = order;
    out.left = left;
    out.smds = smds;
    return out;
}

Result<OrderedProfile> find_profile(Platform& p, const Iccid& iccid) {
    OrderedProfile out;
    TRY(out.line, p.store.find_subscription(iccid));
    TRY(out.order, p.store.find_order_by_iccid(iccid));
    TRY(out.left, p.store.orders_that_leave(iccid));
    for (const auto& one : p.smds) out.smds.push_back(one.address);
    return out;
}

Result<smdp::Order> draft_order(Platform& p, const store::Subscription& line, msg::ProfileClass profile_class) {
    smdp::Order order{smdp::fresh_order_id(p.now(), p.random), line.operator_id, line.iccid,
                      smdp::fresh_matching_id(p.random)};
    TRY(order.metadata, metadata_of(p, line, profile_class));
    order.package_octets = line.package_octets != 0 ? line.package_octets : template_octets + line.package_octets_min;
    order.needs_javacard = line.needs_javacard;
    order.package_version = line.package_version;
    order.created_at = p.now();
    return order;
}

Status check_device(Platform& p, smdp::GatePolicy policy, const Eid& eid) {
    if (!p.verifier || policy == smdp::GatePolicy::open) return ok();
    TRY(const auto device, find_device(p, eid));
    auto wrong = typing_error(eid);
    if (device || !wrong) return ok();
    return fail(Errc::bad_value, "eid",
                *std::move(wrong) + "; of a test card that has such an EID, enrol the device first");
}

Result<Bytes> wrapped_confirmation_code(Platform& p, const std::string& order_id, SecretBytes code) {
    TRY(auto wrapped, p.signer.ask(signer::WrapConfirmationCode{order_id, std::move(code)}));
    return std::move(wrapped.octets);
}

Result<std::optional<transfer::Refused>> missing_consent(Platform& p, const smdp::Order& o) {
    std::optional<transfer::Refused> none;
    if (!o.eid || !smdp::downloadable(o, p.now())) return none;
    TRY(auto decision, decide_consent(p, {o.id, o.operator_id, *o.eid, o.release}));
    if (auto* refused = std::get_if<transfer::Refused>(&decision)) return std::optional(std::move(*refused));
    return none;
}

store::Batch notes_of(const Platform& p, const smdp::Order& order, std::string_view what,
                      const std::optional<transfer::Refused>& missing) {
    store::Batch out{smdp::Note{order.id, p.now(), std::string(what)}};
    if (missing) out.emplace_back(smdp::Note{order.id, p.now(), "waits for consent: " + missing->sentence});
    return out;
}

store::Batch cancellation(const Platform& p, const smdp::Order& cancelled, std::string_view by) {
    return {smdp::PutOrder{cancelled}, store::DropReservations{cancelled.id},
            smdp::Note{cancelled.id, p.now(), "cancelled " + std::string(by)}};
}

}  // namespace mcim::apps::mcimd
