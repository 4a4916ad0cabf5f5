// The store as plain maps: what the SQLite store is compared with by one suite.
#include <map>
#include <set>

#include "mcim/store/memory_rules.h"

namespace mcim::store {
namespace {

struct Tables {
    std::map<std::string, smdp::Order, std::less<>> orders;
    std::map<std::string, std::vector<TimelineLine>, std::less<>> timelines;
    std::map<Bytes, StoredSession> sessions;
    std::map<Bytes, std::int64_t> offers;  // seconds at which a session that has bound nothing ends
    std::map<crypto::Sha256, Notification> notifications;
    std::map<std::string, std::vector<crypto::Sha256>, std::less<>> verified;  // of an order, the oldest first
    std::map<Iccid, Subscription> subscriptions;
    std::map<Iccid, signer::WrappedPackage> packages;
    std::map<Iccid, std::vector<KeyExport>> exports;
    std::map<Imsi, auc::Subscription> auc;
    std::map<std::string, Operator, std::less<>> operators;
    std::map<std::pair<std::string, std::string>, ReleaseUse> releases;
    std::map<std::pair<std::string, std::string>, Row> rows;
};

Error conflict(std::string column) { return fail(Errc::conflict, std::move(column), "it exists already"); }
Error outdated(std::string table) { return fail(Errc::conflict, table + ".version", "it changed meanwhile"); }
Error missing(std::string table) { return fail(Errc::not_found, std::move(table)); }

bool lives(const smdp::Order& o) { return o.state != smdp::OrderState::unavailable; }

Status need_order(const Tables& t, const std::string& id, const char* rule) {
    return t.orders.contains(id) ? ok() : Status(memory::forbidden(rule));
}
Status need_line(const Tables& t, const Iccid& iccid, const char* rule) {
    return t.subscriptions.contains(iccid) ? ok() : Status(memory::forbidden(rule));
}

Status check_order(const Tables& t, const smdp::Order& order) {
    CHECKED(memory::check(order));
    for (const auto& [id, other] : t.orders) {
        if (id == order.id) continue;
        if (other.matching_id == order.matching_id) return conflict("orders.matching_id");
        if (lives(order) && lives(other) && other.iccid == order.iccid) return conflict("orders.iccid");
    }
    return ok();
}
Status check_subscription(const Tables& t, const Subscription& s) {
    CHECKED(memory::check(s));
    for (const auto& [iccid, other] : t.subscriptions) {
        if (iccid == s.iccid) continue;
        if (other.imsi == s.imsi) return conflict("subscriptions.imsi");
        if (other.fingerprint == s.fingerprint) return conflict("subscriptions.fingerprint");
        if (s.standing == Standing::enabled && other.standing == Standing::enabled && s.eid && other.eid == s.eid)
            return conflict("subscriptions.eid");
    }
    return ok();
}

Status apply(Tables& t, const AddOrder& c) {
    CHECKED(check_order(t, c.order));
    smdp::Order order = c.order;
    order.version = 1;
    if (!t.orders.emplace(order.id, order).second) return conflict("orders.id");
    return need_line(t, order.iccid, "orders.subscription");
}
Status apply(Tables& t, const NameOrder& c) {
    const auto found = t.orders.find(c.order_id);
    if (found == t.orders.end()) return missing("orders");
    smdp::Order named = found->second;
    named.matching_id = c.matching_id;
    named.confirmation_code = c.confirmation_code;
    named.smds_address = c.smds_address;
    CHECKED(check_order(t, named));
    found->second = std::move(named);
    return ok();
}
Status apply(Tables& t, const MoveEvent& c) {
    const auto found = t.orders.find(c.order_id);
    if (found == t.orders.end() || (c.from && found->second.event != *c.from)) return ok();
    found->second.event = c.to;
    return memory::check(found->second);
}
Status apply(Tables& t, const smdp::PutOrder& c) {
    const auto found = t.orders.find(c.order.id);
    if (found == t.orders.end() || found->second.version != c.order.version) return outdated("orders");
    smdp::Order next = c.order;
    next.matching_id = found->second.matching_id;  // NameOrder's
    next.confirmation_code = found->second.confirmation_code;
    next.smds_address = found->second.smds_address;
    next.event = found->second.event;  // MoveEvent's
    CHECKED(memory::check_change(found->second, next));
    CHECKED(check_order(t, next));
    ++next.version;
    found->second = std::move(next);
    return ok();
}
Status apply(Tables& t, const smdp::PutSession& c) {
    if (std::holds_alternative<smdp::Offered>(c.state) && t.sessions.contains(c.transaction_id))
        return conflict("sessions.transaction_id");
    CHECKED(need_order(t, c.order_id, "sessions.order"));
    t.sessions[c.transaction_id] = {c.order_id, smdp::encode_state(c.state)};
    t.offers.erase(c.transaction_id);
    if (const auto over = smdp::over_at(c.state)) t.offers[c.transaction_id] = *over;
    return ok();
}
Status apply(Tables& t, const PurgeSessions& c) {
    const auto now = std::chrono::floor<std::chrono::seconds>(c.now).time_since_epoch().count();
    for (const auto& [id, ends] : t.offers)
        if (ends <= now) t.sessions.erase(id);
    std::erase_if(t.offers, [&](const auto& o) { return o.second <= now; });
    return ok();
}
Status apply(Tables& t, const PurgeNotifications& c) {
    std::vector<std::pair<Time, crypto::Sha256>> unverified;
    for (const auto& [digest, n] : t.notifications)
        if (n.trust == smdp::Trust::unverified) unverified.emplace_back(n.at, digest);
    std::ranges::sort(unverified, std::greater());
    for (std::size_t i = c.keep; i < unverified.size(); ++i) t.notifications.erase(unverified[i].second);
    return ok();
}
Status apply(Tables& t, const smdp::Note& c) {
    CHECKED(need_order(t, c.order_id, "notes.order"));
    auto& lines = t.timelines[c.order_id];
    lines.push_back({c.at, c.sentence, {}, c.kind});
    const auto is_routine = [](const TimelineLine& l) { return l.kind == smdp::NoteKind::routine; };
    if (std::ranges::count_if(lines, is_routine) > std::ptrdiff_t{routine_kept})
        lines.erase(std::ranges::find_if(lines, is_routine));
    return ok();
}
Status apply(Tables& t, const smdp::NoteRefusal& c) {
    CHECKED(need_order(t, c.order_id, "notes.order"));
    auto& lines = t.timelines[c.order_id];
    for (auto line = lines.rbegin(); line != lines.rend() && line->refusal; ++line)
        if (line->refusal->code == c.code && line->sentence == c.sentence) {
            line->refusal = {c.code, c.transaction_id, line->refusal->times + 1, c.at};
            return ok();
        }
    lines.push_back({c.at, c.sentence, TimelineLine::Refusal{c.code, c.transaction_id, 1, c.at}});
    if (std::ranges::count_if(lines, [](const auto& l) { return l.refusal.has_value(); }) >
        std::ptrdiff_t{refusals_kept})
        lines.erase(std::ranges::find_if(lines, [](const auto& l) { return l.refusal.has_value(); }));
    return ok();
}
Status apply(Tables& t, const smdp::RecordNotification& c) {
    const bool added =
        t.notifications.emplace(c.digest, Notification{c.digest, c.at, c.trust, c.sentence, c.octets, c.order_id})
            .second;
    if (!added) return c.trust == smdp::Trust::unverified ? ok() : Status(conflict("notifications.digest"));
    if (c.order_id.empty()) return ok();
    if (c.trust == smdp::Trust::unverified) return memory::forbidden("notifications.trust");
    CHECKED(need_order(t, c.order_id, "notifications.order"));
    auto& of_order = t.verified[c.order_id];
    of_order.push_back(c.digest);
    if (of_order.size() > verified_kept) {
        t.notifications.erase(of_order.front());
        of_order.erase(of_order.begin());
    }
    return ok();
}
Status apply(Tables& t, const AddSubscription& c) {
    CHECKED(check_subscription(t, c.subscription));
    Subscription s = c.subscription;
    s.version = 1;
    if (!t.subscriptions.emplace(s.iccid, s).second) return conflict("subscriptions.iccid");
    if (c.package) t.packages.emplace(s.iccid, *c.package);
    return ok();
}
Status apply(Tables& t, const PutSubscription& c) {
    const auto found = t.subscriptions.find(c.subscription.iccid);
    if (found == t.subscriptions.end() || found->second.version != c.subscription.version)
        return outdated("subscriptions");
    Subscription next = found->second;  // nothing else of it changes
    next.eid = c.subscription.eid;
    next.standing = c.subscription.standing;
    CHECKED(memory::check_change(found->second, next));
    CHECKED(check_subscription(t, next));
    ++next.version;
    found->second = std::move(next);
    return ok();
}
Status apply(Tables& t, const RecordExport& c) {
    CHECKED(need_line(t, c.row.iccid, "exports.subscription"));
    if (c.row.transport_key == 0) return memory::forbidden("exports.transport_key");
    t.exports[c.row.iccid].push_back(c.row);
    return ok();
}
Status apply(Tables& t, const AddOperator& c) {
    return t.operators.emplace(c.row.id, c.row).second ? ok() : Status(conflict("operators.id"));
}
Status apply(Tables& t, const SetPackagePolicy& c) {
    const auto found = t.operators.find(c.operator_id);
    if (found == t.operators.end()) return missing("operators");
    found->second.policy = c.policy;
    return ok();
}
Status apply(Tables& t, const AddAuc& c) {
    return t.auc.emplace(c.row.imsi, c.row).second ? ok() : Status(conflict("auc.imsi"));
}
Status apply(Tables& t, const auc::Update& c) {
    const auto found = t.auc.find(c.subscription.imsi);
    if (found == t.auc.end()) return missing("auc");
    if (found->second.sqn != c.expected || found->second.status != c.subscription.status)
        return fail(Errc::conflict, "auc.sqn", "it changed meanwhile");
    CHECKED(memory::check_change(found->second, c.subscription));
    found->second = c.subscription;
    return ok();
}
Status apply(Tables& t, const SetAucStatus& c) {
    const auto found = t.auc.find(c.imsi);
    if (found == t.auc.end()) return missing("auc");
    CHECKED(memory::check_change(found->second.status, c.status));
    found->second.status = c.status;
    return ok();
}
Status apply(Tables& t, const ReserveRelease& c) {
    CHECKED(need_order(t, c.order_id, "releases.order"));
    const auto [at, added] =
        t.releases.emplace(std::pair(c.operator_id, c.jti), ReleaseUse{c.order_id, c.gives_up, false});
    return added || at->second.order_id == c.order_id ? ok() : Status(conflict("releases.jti"));
}
Status apply(Tables& t, const ConsumeReleases& c) {
    for (auto& [key, use] : t.releases)
        if (use.order_id == c.order_id) use.consumed = true;
    return ok();
}
Status apply(Tables& t, const DropReservations& c) {
    std::erase_if(t.releases, [&](const auto& r) { return r.second.order_id == c.order_id && !r.second.consumed; });
    return ok();
}
Status apply(Tables& t, const PutRow& c) {
    const std::pair key(c.row.kind, c.row.key);
    const auto found = t.rows.find(key);
    const std::int64_t stored = found == t.rows.end() ? 0 : found->second.version;
    if (stored != c.row.version) return outdated("rows");
    Row row = c.row;
    ++row.version;
    t.rows.insert_or_assign(key, std::move(row));
    return ok();
}
Status apply(Tables& t, const DropRow& c) {
    return t.rows.erase({c.kind, c.key}) == 1 ? ok() : Status(missing("rows"));
}

template <class Map, class Key>
auto find_in(const Map& map, const Key& key) -> std::optional<typename Map::mapped_type> {
    const auto found = map.find(key);
    if (found == map.end()) return std::nullopt;
    return found->second;
}
template <class Map>
auto values_of(const Map& map) {
    std::vector<typename Map::mapped_type> out;
    for (const auto& [key, value] : map) out.push_back(value);
    return out;
}

class MemoryStore final : public Store {
public:
    std::vector<Status> commit(std::span<const Batch> group) override {
        std::vector<Status> out;
        for (const Batch& batch : group) out.push_back(commit_batch(batch));
        return out;
    }

    Result<std::optional<smdp::Order>> find_order(std::string_view id) override { return find_in(t_.orders, id); }
    Result<std::optional<smdp::Order>> find_order_by_matching_id(std::string_view id) override {
        return first_order([&](const smdp::Order& o) { return o.matching_id == id; });
    }
    Result<std::optional<smdp::Order>> find_order_by_iccid(const Iccid& iccid) override {
        const auto rank = [](const smdp::Order& o) { return std::tuple(lives(o), o.created_at, o.id); };
        std::optional<smdp::Order> out;
        for (const auto& [id, order] : t_.orders)
            if (order.iccid == iccid && (!out || rank(*out) < rank(order))) out = order;
        return out;
    }
    Result<std::vector<smdp::Order>> orders_that_leave(const Iccid& iccid) override {
        TRY(auto out, list_orders());
        std::erase_if(out, [&](const smdp::Order& o) { return o.iccid != iccid || !smdp::leaves_profile(o); });
        return out;
    }
    Result<std::vector<smdp::Order>> expired_with_events(Time now, std::size_t at_most) override {
        using enum smdp::EventStanding;
        auto out = values_of(t_.orders);
        std::erase_if(out, [&](const smdp::Order& o) {
            return (o.event != queued && o.event != registered) || !o.expires_at || *o.expires_at > now;
        });
        std::ranges::stable_sort(out, {}, [](const smdp::Order& o) { return *o.expires_at; });
        out.erase(out.begin() + static_cast<std::ptrdiff_t>(std::min(at_most, out.size())), out.end());
        return out;
    }
    Result<std::vector<smdp::Order>> list_orders() override {
        auto out = values_of(t_.orders);
        std::ranges::stable_sort(out, {}, &smdp::Order::created_at);
        return out;
    }
    Result<std::vector<smdp::Order>> orders_of(const Eid& eid) override {
        TRY(auto out, list_orders());
        std::erase_if(out, [&](const smdp::Order& o) { return o.eid != eid; });
        return out;
    }
    Result<std::vector<TimelineLine>> timeline(std::string_view order_id) override {
        return find_in(t_.timelines, order_id).value_or(std::vector<TimelineLine>{});
    }
    Result<std::optional<StoredSession>> find_session(View id) override { return find_in(t_.sessions, to_bytes(id)); }
    Result<bool> has_notification(const crypto::Sha256& digest) override { return t_.notifications.contains(digest); }
    Result<std::vector<Notification>> list_notifications() override { return values_of(t_.notifications); }
    Result<std::optional<Subscription>> find_subscription(const Iccid& id) override {
        return find_in(t_.subscriptions, id);
    }
    Result<std::optional<signer::WrappedPackage>> find_package(const Iccid& id) override {
        return find_in(t_.packages, id);
    }
    Result<std::vector<Subscription>> subscriptions_of(const Eid& eid) override {
        auto out = values_of(t_.subscriptions);
        std::erase_if(out, [&](const Subscription& s) { return s.eid != eid; });
        return out;
    }
    Result<std::vector<Subscription>> list_subscriptions() override { return values_of(t_.subscriptions); }
    Result<std::vector<Subscription>> find_in_stock(std::string_view profile_type, std::string_view operator_id,
                                                    std::size_t lines_max) override {
        const auto taken = [&](const Subscription& s) {
            return std::ranges::any_of(t_.orders, [&](const auto& o) {
                return o.second.iccid == s.iccid && (lives(o.second) || smdp::leaves_profile(o.second));
            });
        };
        auto out = values_of(t_.subscriptions);
        std::erase_if(out, [&](const Subscription& s) {
            return s.profile_type != profile_type || s.operator_id != operator_id || s.standing != Standing::reserved ||
                   taken(s);
        });
        std::ranges::stable_sort(out, {}, &Subscription::created_at);  // they come by ICCID
        if (out.size() > lines_max) out.erase(out.begin() + static_cast<std::ptrdiff_t>(lines_max), out.end());
        return out;
    }
    Result<std::vector<std::string>> operators_of_type(std::string_view profile_type) override {
        std::set<std::string> out;
        for (const auto& [iccid, s] : t_.subscriptions)
            if (s.profile_type == profile_type) out.insert(s.operator_id);
        return std::vector(out.begin(), out.end());
    }
    Result<std::vector<KeyExport>> exports_of(const Iccid& iccid) override {
        return find_in(t_.exports, iccid).value_or(std::vector<KeyExport>{});
    }
    Result<std::optional<auc::Subscription>> find_auc(const Imsi& imsi) override { return find_in(t_.auc, imsi); }
    Result<std::optional<Operator>> find_operator(std::string_view id) override { return find_in(t_.operators, id); }
    Result<std::vector<Operator>> list_operators() override { return values_of(t_.operators); }
    Result<std::optional<ReleaseUse>> find_release_use(std::string_view operator_id, std::string_view jti) override {
        return find_in(t_.releases, std::pair(std::string(operator_id), std::string(jti)));
    }
    Result<std::vector<ReleaseUse>> releases_of(std::string_view order_id) override {
        std::vector<ReleaseUse> out;
        for (const auto& [key, use] : t_.releases)
            if (use.order_id == order_id) out.push_back(use);
        return out;
    }
    Result<std::optional<Row>> find_row(std::string_view kind, std::string_view key) override {
        return find_in(t_.rows, std::pair(std::string(kind), std::string(key)));
    }
    Result<std::vector<Row>> list_rows(std::string_view kind) override {
        auto out = values_of(t_.rows);
        std::erase_if(out, [&](const Row& r) { return r.kind != kind; });
        return out;
    }

private:
    Status commit_batch(const Batch& batch) {
        Tables next = t_;
        for (const Change& change : batch) CHECKED(std::visit([&](const auto& c) { return apply(next, c); }, change));
        t_ = std::move(next);
        return ok();
    }
    template <class Predicate>
    std::optional<smdp::Order> first_order(Predicate wanted) {
        std::optional<smdp::Order> out;
        for (const auto& [id, order] : t_.orders)
            if (wanted(order) && (!out || order.created_at < out->created_at)) out = order;
        return out;
    }
    Tables t_;
};

}  // namespace

std::unique_ptr<Store> open_memory_store() { return std::make_unique<MemoryStore>(); }

}  // namespace mcim::store
