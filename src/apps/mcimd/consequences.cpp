#include "mcim/apps/mcimd/consequences.h"

#include "mcim/apps/mcimd/progress.h"
#include "mcim/apps/mcimd/smds_events.h"

#include <spdlog/spdlog.h>

namespace mcim::apps::mcimd {
namespace {

using store::Standing;
using store::Subscription;

/// A row under the IMSI of a line that takes another's place: the ICCID of that one, a space, and the EID of their
/// card.
constexpr const char* handover_kind = "handover";

/// A row under the ICCID of a line that its operator has barred, and not let in again.
constexpr const char* bar_kind = "bar";

/// On this card, or on its way to it. One that its card has deleted may be on its way to another.
Result<bool> is_line_of(Platform& p, const Subscription& line, const Eid& eid) {
    TRY(const auto order, p.store.find_order_by_iccid(line.iccid));
    if (line.standing == Standing::deleted && order && on_its_way(*order)) return order->eid == eid;
    return line.eid == eid || (order && order->eid == eid);
}

/// What this line takes the place of, while that is still open and on the card that they had in common.
Result<std::optional<Subscription>> left_behind(Platform& p, const Imsi& imsi) {
    TRY(const auto row, p.store.find_row(handover_kind, imsi.text()));
    if (!row) return std::optional<Subscription>{};
    const std::string body = as_text(row->body);
    const std::string_view text = body;
    const auto space = std::min(text.find(' '), text.size());
    TRY(const Iccid iccid, Iccid::parse_unchecked(text.substr(0, space)));
    TRY(auto left, p.store.find_subscription(iccid));
    if (!left || left->standing == Standing::closed) return std::optional<Subscription>{};
    TRY(const Eid eid, Eid::parse_unchecked(text.substr(std::min(space + 1, text.size()))));
    TRY(const bool still_here, is_line_of(p, *left, eid));
    if (!still_here) return std::optional<Subscription>{};
    return left;
}

/// The same, and what that one was itself to take the place of and has not yet; the nearest first. It all ends when
/// this line serves, or ends: nobody else would end it.
Result<std::vector<Subscription>> all_left_behind(Platform& p, const Imsi& imsi) {
    std::vector<Subscription> out;
    TRY(auto left, left_behind(p, imsi));
    while (left && std::ranges::find(out, left->iccid, &Subscription::iccid) == out.end()) {
        out.push_back(*std::move(left));
        TRY(left, left_behind(p, out.back().imsi));
    }
    return out;
}

/// This line takes nobody's place any more.
Status hand_nothing_over(Platform& p, const Subscription& line, store::Batch& out) {
    TRY(const auto row, p.store.find_row(handover_kind, line.imsi.text()));
    if (row) out.emplace_back(store::DropRow{handover_kind, line.imsi.text()});
    return ok();
}

Status close_all(Platform& p, const std::vector<Subscription>& lines, std::string_view why, store::Batch& out) {
    for (const auto& line : lines) {
        CHECKED(hand_nothing_over(p, line, out));
        CHECKED(close_line(p, line, why, out));
    }
    return ok();
}

/// The rows of the cards that these lines are on, each once.
Status put_cards_of(Platform& p, const std::vector<Subscription>& lines, store::Batch& out) {
    std::vector<Eid> put;
    for (const auto& line : lines) {
        if (!line.eid || std::ranges::find(put, *line.eid) != put.end()) continue;
        TRY(auto card, card_row(p, *line.eid));
        out.emplace_back(store::PutRow{std::move(card)});
        put.push_back(*line.eid);
    }
    return ok();
}

/// Before one subscription of a card is enabled, the one that was enabled is not: a card enables one profile at a time.
/// The one that it takes the place of is what the move has left behind: closed for good, its numbers served no more.
/// Which was enabled first on the card is not known here: notifications come late, and the old line's may be the last.
Status give_way(Platform& p, const Subscription& enabled, store::Batch& out) {
    if (!enabled.eid) return ok();
    TRY(const auto left, all_left_behind(p, enabled.imsi));
    CHECKED(close_all(p, left, "its device moved to operator " + enabled.operator_id, out));
    const auto is_left = [&](const Iccid& iccid) {
        return std::ranges::find(left, iccid, &Subscription::iccid) != left.end();
    };
    TRY(auto others, p.store.subscriptions_of(*enabled.eid));
    for (auto& other : others) {
        if (other.iccid == enabled.iccid || is_left(other.iccid) || other.standing != Standing::enabled) continue;
        other.standing = Standing::installed;
        out.emplace_back(store::PutSubscription{std::move(other)});
    }
    return ok();
}

/// What the device deleted of an operator needs no word of his any more where he has given it another profile.
Status replace_deleted(Platform& p, const Subscription& installed, store::Batch& out) {
    TRY(auto others, p.store.subscriptions_of(*installed.eid));
    for (auto& other : others) {
        if (other.iccid == installed.iccid || other.standing != Standing::deleted ||
            other.operator_id != installed.operator_id)
            continue;
        TRY(const bool here, is_line_of(p, other, *installed.eid));
        if (here) CHECKED(close_line(p, std::move(other), "its operator gave the device another", out));
    }
    return ok();
}

/// The lines that the releases of an order name, as far as they were on this card or on their way to it; each once.
/// One of another card, to which the order was offered before, has not been let go.
Result<std::vector<Subscription>> let_go(Platform& p, const std::vector<store::ReleaseUse>& releases, const Eid& eid) {
    std::vector<Subscription> out;
    for (const auto& release : releases) {
        if (std::ranges::find(out, release.gives_up, &Subscription::iccid) != out.end()) continue;
        TRY(auto left, p.store.find_subscription(release.gives_up));
        if (!left) continue;
        TRY(const bool was_here, is_line_of(p, *left, eid));
        if (was_here) out.push_back(*std::move(left));
    }
    return out;
}

/// What was let go serves until the new line does; where there is nothing to serve, it ends now. One of them serves at
/// most: consent lets no order leave two that do.
Status hand_over(Platform& p, const std::string& order_id, const Subscription& installed, store::Batch& out) {
    TRY(const auto releases, p.store.releases_of(order_id));
    if (releases.empty()) return ok();
    TRY(auto gone, let_go(p, releases, *installed.eid));
    if (gone.empty()) {
        out.emplace_back(store::DropReservations{order_id});
        return ok();
    }
    out.emplace_back(store::ConsumeReleases{order_id});
    std::optional<Iccid> serving;
    for (auto& left : gone) {
        if (left.standing == Standing::installed || left.standing == Standing::enabled)
            serving = left.iccid;
        else if (left.standing != Standing::closed)
            CHECKED(close_line(p, std::move(left), "it was released to operator " + installed.operator_id, out));
    }
    if (!serving) return ok();
    TRY(auto row, p.store.find_row(handover_kind, installed.imsi.text()));
    const auto version = row ? row->version : 0;
    const std::string body = serving->text() + " " + installed.eid->text();
    out.emplace_back(store::PutRow{{handover_kind, installed.imsi.text(), to_bytes(as_view(body)), version}});
    return ok();
}

/// Installed again after its device had deleted it, by consent of whoever came since: what was to take its place does
/// not any more.
Status stay(Platform& p, const Subscription& back, store::Batch& out) {
    TRY(const auto others, p.store.subscriptions_of(*back.eid));
    for (const auto& other : others) {
        TRY(const auto left, left_behind(p, other.imsi));
        if (left && left->iccid == back.iccid) out.emplace_back(store::DropRow{handover_kind, other.imsi.text()});
    }
    return ok();
}

Status apply(Platform& p, const smdp::ProfileChanged& change, store::Batch& out) {
    TRY(auto found, p.store.find_subscription(change.iccid));
    if (!found) return ok();  // a profile that was ordered without a line of ours
    Subscription s = *std::move(found);
    TRY(auto card, card_row(p, change.eid));
    out.emplace_back(store::PutRow{std::move(card)});
    if (s.standing == Standing::closed) return ok();  // what is closed stays closed
    if (s.standing == Standing::deleted && change.event != smdp::ProfileEvent::installed) return ok();
    s.eid = change.eid;
    // only then, and not what its operator has barred, before or since: the device lifts no bar
    const bool opens = s.standing == Standing::reserved || s.standing == Standing::deleted;
    TRY(const bool barred, is_barred(p, s.iccid));
    if (opens && !barred && change.event != smdp::ProfileEvent::deleted)
        out.emplace_back(store::SetAucStatus{s.imsi, auc::Status::active});
    switch (change.event) {
        case smdp::ProfileEvent::installed:
            if (s.standing == Standing::deleted) CHECKED(stay(p, s, out));
            if (opens) s.standing = Standing::installed;
            CHECKED(replace_deleted(p, s, out));
            CHECKED(hand_over(p, change.order_id, s, out));
            break;
        case smdp::ProfileEvent::enabled:
            CHECKED(give_way(p, s, out));
            s.standing = Standing::enabled;
            break;
        case smdp::ProfileEvent::disabled: s.standing = Standing::installed; break;
        case smdp::ProfileEvent::deleted:
            s.standing = Standing::deleted;
            CHECKED(hand_nothing_over(p, s, out));
            out.emplace_back(store::SetAucStatus{s.imsi, auc::Status::barred});
            break;
    }
    spdlog::info("profile {} {} on {}", masked(s.iccid.text()), to_string(change.event), masked(change.eid.text()));
    out.emplace_back(store::PutSubscription{std::move(s)});
    return ok();
}

/// Whether this notification has a place among those that nobody vouches for.
bool takes_place(Platform& p, const smdp::RecordNotification& n) {
    if (n.trust == smdp::Trust::verified) return true;
    spdlog::info("notification not verified: {}", n.sentence);
    if (p.unverified_left == 0) return false;
    --p.unverified_left;
    return true;
}

}  // namespace

bool is_bootstrap(const smdp::Order& order) {
    const auto metadata = der::decode<msg::StoreMetadataRequest>(order.metadata);
    return metadata && metadata->profile_class == msg::ProfileClass::provisioning;
}
Result<bool> is_bootstrap(store::Store& store, const Iccid& iccid) {
    TRY(const auto order, store.find_order_by_iccid(iccid));
    return order && is_bootstrap(*order);
}

Result<bool> is_barred(Platform& p, const Iccid& iccid) {
    TRY(const auto row, p.store.find_row(bar_kind, iccid.text()));
    return row.has_value();
}
Status put_bar(Platform& p, const Iccid& iccid, store::Batch& out) {
    TRY(const bool barred, is_barred(p, iccid));
    if (!barred) out.emplace_back(store::PutRow{{bar_kind, iccid.text(), {}}});
    return ok();
}
Status lift_bar(Platform& p, const Iccid& iccid, store::Batch& out) {
    TRY(const bool barred, is_barred(p, iccid));
    if (barred) out.emplace_back(store::DropRow{bar_kind, iccid.text()});
    return ok();
}

Status close_line(Platform& p, Subscription s, std::string_view why, store::Batch& out) {
    spdlog::info("subscription {} is closed: {}", masked(s.iccid.text()), why);
    TRY(auto order, p.store.find_order_by_iccid(s.iccid));
    if (order)
        if (auto cancelled = after(*std::move(order), smdp::OrderEvent::cancel)) {
            cancelled->ended_by = smdp::OrderEnd::subscription_closed;
            out.emplace_back(smdp::Note{cancelled->id, p.now(), "cancelled: its subscription is closed"});
            out.emplace_back(store::DropReservations{cancelled->id});
            out.emplace_back(smdp::PutOrder{*std::move(cancelled)});
        }
    const Iccid iccid = s.iccid;
    out.emplace_back(store::SetAucStatus{s.imsi, auc::Status::closed});
    s.standing = Standing::closed;
    out.emplace_back(store::PutSubscription{std::move(s)});
    // behind the line itself, whose version tells of somebody who lifted it meanwhile: this is begun again then
    return lift_bar(p, iccid, out);
}

Status close_by_operator(Platform& p, Subscription s, std::string_view why, store::Batch& out) {
    TRY(const auto left, all_left_behind(p, s.imsi));
    std::vector<Subscription> all{s};
    all.insert(all.end(), left.begin(), left.end());
    CHECKED(put_cards_of(p, all, out));
    CHECKED(close_all(p, left, "the line that was to take its place is closed", out));
    return close_all(p, {std::move(s)}, why, out);
}

Result<store::Batch> take_over(Platform& p, const Imsi& imsi) {
    TRY(const auto row, p.store.find_row(handover_kind, imsi.text()));
    if (!row) return store::Batch{};
    store::Batch batch{store::DropRow{handover_kind, imsi.text()}};
    TRY(const auto left, all_left_behind(p, imsi));
    CHECKED(put_cards_of(p, left, batch));
    CHECKED(close_all(p, left, "the line that takes its place is in use", batch));
    keep_events(p, batch);
    return batch;
}

Result<store::Row> card_row(Platform& p, const Eid& eid) {
    TRY(auto found, p.store.find_row("card", eid.text()));
    return std::move(found).value_or(store::Row{"card", eid.text(), {}});
}

Result<store::Batch> changes_of(Platform& p, std::vector<smdp::Effect> effects) {
    store::Batch out;
    for (auto& effect : effects) {
        Status done = ok();
        std::visit(
            [&](auto& e) {
                using E = std::remove_cvref_t<decltype(e)>;
                if constexpr (std::same_as<E, smdp::ProfileChanged>) {
                    done = apply(p, e, out);
                } else {
                    if constexpr (std::same_as<E, smdp::RecordNotification>)
                        if (!takes_place(p, e)) return;
                    // any card's: the next one may be nobody's customer, and needs no release
                    if constexpr (std::same_as<E, smdp::PutOrder>)
                        if (!e.order.eid) out.emplace_back(store::DropReservations{e.order.id});
                    if constexpr (std::same_as<E, smdp::PutOrder>) done = tell_operator(p, e.order, out);
                    out.emplace_back(std::move(e));
                }
            },
            effect);
        CHECKED(done);
    }
    keep_events(p, out);
    return out;
}

}  // namespace mcim::apps::mcimd
