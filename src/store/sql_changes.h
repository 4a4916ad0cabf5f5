// Private to the module: each Change as SQL that SQLite and PostgreSQL understand alike, through the Database and
// Statement of either (sqlite.h, postgres.h).
#pragma once
#include "mcim/store/store.h"

namespace mcim::store::sql {

template <class E>
    requires std::is_enum_v<E>
std::int64_t number(E e) {
    return static_cast<std::int64_t>(e);
}
std::optional<std::string_view> text_of(const auto& id) {
    if (!id) return std::nullopt;
    return std::string_view(id->text());
}
inline std::optional<std::int64_t> number_of(const std::optional<std::uint64_t>& n) {
    if (!n) return std::nullopt;
    return static_cast<std::int64_t>(*n);
}
inline std::optional<std::int64_t> number_of(const std::optional<smdp::OrderEnd>& e) {
    if (!e) return std::nullopt;
    return number(*e);
}
/// Empty is NULL.
inline std::optional<View> octets_of(const Bytes& octets) {
    if (octets.empty()) return std::nullopt;
    return View(octets);
}
inline std::optional<std::string_view> text_or_null(const std::string& s) {
    if (s.empty()) return std::nullopt;
    return std::string_view(s);
}
inline std::optional<std::string_view> view_of(const std::optional<std::string>& s) {
    if (!s) return std::nullopt;
    return std::string_view(*s);
}

inline std::string text_of(const std::vector<Bytes>& transactions) {
    std::string out;
    for (const Bytes& id : transactions) out += (out.empty() ? "" : " ") + hex(id);
    return out;
}

inline std::string text_of(const std::vector<std::string>& words) {
    std::string out;
    for (const auto& word : words) out += (out.empty() ? "" : " ") + word;
    return out;
}
struct PolicyColumns {
    explicit PolicyColumns(const saip::PackagePolicy& policy)
        : refused(text_of(words_of(policy).refuse)),
          allowed(text_of(words_of(policy).allow)),
          applets(number(policy.applets)) {}
    std::string refused, allowed;
    std::int64_t applets;
};

inline constexpr const char* row_outdated = "it changed meanwhile";

/// The columns from "state" to "release", in which both statements about a whole order agree.
auto& bind_course(auto& s, const smdp::Order& o, const std::string& outstanding) {
    return s.bind(number(o.state))
        .bind(number(o.policy))
        .bind_optional(text_of(o.eid))
        .bind_optional(o.expires_at)
        .bind(outstanding)
        .bind(std::int64_t{o.refused})
        .bind(std::int64_t{o.attempts})
        .bind(std::int64_t{o.attempts_max})
        .bind(static_cast<std::int64_t>(o.package_octets))
        .bind(View(o.metadata))
        .bind_optional(view_of(o.release));
}

/// Where others write too: a statement that waits for a row looks at the others as they were before it waited, and
/// would count orders without the one that was added meanwhile. The statement behind this one sees it.
template <class Database>
Status wait_for_subscription(Database& db, const Iccid& iccid) {
    if constexpr (Database::writes_alone) return ok();
    TRY(auto* s,
        db.prepare("SELECT 1 FROM subscriptions WHERE iccid=?1 AND profile_type IS NOT NULL FOR NO KEY UPDATE"));
    return s->bind(iccid.text()).run();
}
/// Whether an order has the subscription, or one that has ended has left it on a card: not in stock then. Only of those
/// that are ordered by their type.
Status write_taken(auto& db, const Iccid& iccid) {
    CHECKED(wait_for_subscription(db, iccid));
    TRY(auto* s, db.prepare("UPDATE subscriptions SET taken=(SELECT count(*) FROM (SELECT 1 FROM orders AS o WHERE "
                            "o.iccid=?1 AND (o.state<>8 OR o.outstanding<>'' OR (o.ended_by IN (0,1) AND "
                            "o.last_sequence IS NOT NULL)) LIMIT 1) AS one) WHERE iccid=?1 AND profile_type IS NOT "
                            "NULL"));
    return s->bind(iccid.text()).run();
}

Status write(auto& db, const AddOrder& c) {
    TRY(auto* s, db.prepare("INSERT INTO orders VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,1,?,?,?,?,?,?,?,?,?,?,?)"));
    const auto& o = c.order;
    const std::string outstanding = text_of(o.outstanding);
    s->bind(o.id).bind(o.operator_id).bind(o.iccid.text()).bind(o.matching_id);
    CHECKED(bind_course(*s, o, outstanding)
                .bind(o.created_at)
                .bind_optional(o.last_sequence)
                .bind(std::int64_t{o.eid_from_package})
                .bind_optional(number_of(o.ended_by))
                .bind_optional(octets_of(o.confirmation_code))
                .bind(std::int64_t{o.wrong_codes})
                .bind(std::int64_t{o.protection_keys})
                .bind_optional(octets_of(o.euicc_otpk))
                .bind_optional(octets_of(o.binding))
                .bind_optional(text_or_null(o.smds_address))
                .bind(number(o.event))
                .bind(std::int64_t{o.needs_javacard})
                .bind(std::int64_t{o.package_version})
                .run());
    return write_taken(db, o.iccid);
}
Status write(auto& db, const NameOrder& c) {
    TRY(auto* s, db.prepare("UPDATE orders SET matching_id=?, confirmation_code=?, smds_address=? WHERE id=?"));
    s->bind(c.matching_id)
        .bind_optional(octets_of(c.confirmation_code))
        .bind_optional(text_or_null(c.smds_address))
        .bind(c.order_id);
    return s->run_on_one(Errc::not_found, "orders");
}
Status write(auto& db, const MoveEvent& c) {
    TRY(auto* s, db.prepare(c.from ? "UPDATE orders SET event=? WHERE id=? AND event=?"
                                   : "UPDATE orders SET event=? WHERE id=?"));
    s->bind(number(c.to)).bind(c.order_id);
    if (c.from) s->bind(number(*c.from));
    return s->run();
}
/// Whose it is, its profile and how its package is protected never change; what NameOrder and
/// MoveEvent set changes with them alone.
Status write(auto& db, const smdp::PutOrder& c) {
    TRY(auto* s,
        db.prepare(
            "UPDATE orders SET state=?, policy=?, eid=?, expires_at=?, outstanding=?, refused=?, attempts=?, "
            "attempts_max=?, package_octets=?, metadata=?, release=?, last_sequence=?, eid_from_package=?, ended_by=?, "
            "wrong_codes=?, euicc_otpk=?, binding=?, version=version+1 WHERE id=? AND version=?"));
    const auto& o = c.order;
    const std::string outstanding = text_of(o.outstanding);
    bind_course(*s, o, outstanding)
        .bind_optional(o.last_sequence)
        .bind(std::int64_t{o.eid_from_package})
        .bind_optional(number_of(o.ended_by))
        .bind(std::int64_t{o.wrong_codes})
        .bind_optional(octets_of(o.euicc_otpk))
        .bind_optional(octets_of(o.binding))
        .bind(o.id)
        .bind(o.version);
    CHECKED(s->run_on_one(Errc::conflict, "orders.version", row_outdated));
    // one that lives has its subscription since it was added
    return o.state == smdp::OrderState::unavailable ? write_taken(db, o.iccid) : ok();
}
/// One offer of a transaction is the one that its card hears of: of two made at once the second finds the first.
Status write(auto& db, const smdp::PutSession& c) {
    const bool begins = std::holds_alternative<smdp::Offered>(c.state);
    TRY(auto* s,
        db.prepare(begins ? "INSERT INTO sessions VALUES (?,?,?,?)"
                          : "INSERT INTO sessions VALUES (?,?,?,?) ON CONFLICT (transaction_id) DO UPDATE SET "
                            "order_id=excluded.order_id, state=excluded.state, offered_until=excluded.offered_until"));
    const Bytes state = smdp::encode_state(c.state);
    return s->bind(View(c.transaction_id))
        .bind(c.order_id)
        .bind(View(state))
        .bind_optional(smdp::over_at(c.state))
        .run();
}
Status write(auto& db, const PurgeSessions& c) {
    TRY(auto* s, db.prepare("DELETE FROM sessions WHERE offered_until <= ?"));
    return s->bind(std::chrono::floor<std::chrono::seconds>(c.now).time_since_epoch().count()).run();
}
Status write(auto& db, const PurgeNotifications& c) {
    TRY(auto* s, db.prepare("DELETE FROM notifications WHERE trust=1 AND digest NOT IN "
                            "(SELECT digest FROM notifications WHERE trust=1 ORDER BY at DESC LIMIT ?)"));
    return s->bind(static_cast<std::int64_t>(c.keep)).run();
}
/// With VALUES, for SELECT from the table it writes to would go through a table of its own.
Status write(auto& db, const smdp::Note& c) {
    TRY(auto* s, db.prepare("INSERT INTO notes (order_id, number, at, sentence, kind) VALUES (?1, (SELECT "
                            "coalesce(max(number), 0) + 1 FROM notes WHERE order_id=?1), ?2, ?3, ?4)"));
    CHECKED(s->bind(c.order_id).bind(c.at).bind(c.sentence).bind(number(c.kind)).run());
    if (c.kind == smdp::NoteKind::milestone) return ok();
    TRY(auto* bound,
        db.prepare("DELETE FROM notes WHERE order_id=?1 AND kind=1 AND number <= (SELECT number FROM notes WHERE "
                   "order_id=?1 AND kind=1 ORDER BY number DESC LIMIT 1 OFFSET ?2)"));
    return bound->bind(c.order_id).bind(static_cast<std::int64_t>(routine_kept)).run();
}
/// The line that says the same since the last other event, counted once more; or a new one, and the oldest give way.
Status write(auto& db, const smdp::NoteRefusal& c) {
    TRY(auto* again,
        db.prepare("UPDATE notes SET times=times+1, last_at=?1, transaction_id=?2 WHERE order_id=?3 AND code=?4 AND "
                   "sentence=?5 AND number > coalesce((SELECT max(number) FROM notes WHERE order_id=?3 AND code IS "
                   "NULL), 0)"));
    again->bind(c.at).bind(View(c.transaction_id)).bind(c.order_id).bind(c.code).bind(c.sentence);
    TRY(const std::int64_t counted, again->run_counting());
    if (counted != 0) return ok();
    TRY(auto* first, db.prepare("INSERT INTO notes VALUES (?1, (SELECT coalesce(max(number), 0) + 1 FROM notes WHERE "
                                "order_id=?1), ?2, ?3, ?4, ?5, 1, ?2, 0)"));
    first->bind(c.order_id).bind(c.at).bind(c.sentence).bind(c.code).bind(View(c.transaction_id));
    CHECKED(first->run());
    TRY(auto* bound,
        db.prepare("DELETE FROM notes WHERE order_id=?1 AND code IS NOT NULL AND number <= (SELECT number FROM notes "
                   "WHERE order_id=?1 AND code IS NOT NULL ORDER BY number DESC LIMIT 1 OFFSET ?2)"));
    return bound->bind(c.order_id).bind(static_cast<std::int64_t>(refusals_kept)).run();
}
Status write(auto& db, const smdp::RecordNotification& c) {
    TRY(auto* s, db.prepare(c.trust == smdp::Trust::verified
                                ? "INSERT INTO notifications VALUES (?,?,?,?,?,?)"
                                : "INSERT INTO notifications VALUES (?,?,?,?,?,?) ON CONFLICT DO NOTHING"));
    const bool about_an_order = !c.order_id.empty();
    s->bind(View(c.digest)).bind(c.at).bind(number(c.trust)).bind(c.sentence).bind(View(c.octets));
    CHECKED(s->bind_optional(about_an_order ? std::optional<std::string_view>(c.order_id) : std::nullopt).run());
    if (!about_an_order) return ok();
    TRY(auto* bound,
        db.prepare("DELETE FROM notifications WHERE order_id=?1 AND rowid <= (SELECT rowid FROM notifications "
                   "WHERE order_id=?1 ORDER BY rowid DESC LIMIT 1 OFFSET ?2)"));
    return bound->bind(c.order_id).bind(static_cast<std::int64_t>(verified_kept)).run();
}
Status write(auto& db, const AddSubscription& c) {
    TRY(auto* s, db.prepare("INSERT INTO subscriptions VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,1,?,0,?,?)"));
    const auto& v = c.subscription;
    s->bind(v.iccid.text())
        .bind(v.imsi.text())
        .bind_optional(text_of(v.msisdn))
        .bind(v.operator_id)
        .bind(number(v.algorithm))
        .bind(View(v.keys.octets))
        .bind(View(v.fingerprint.octets))
        .bind(v.service_provider_name)
        .bind(v.profile_name);
    s->bind_optional(text_of(v.eid))
        .bind(number(v.standing))
        .bind(v.created_at)
        .bind(std::int64_t{v.mnc_digits})
        .bind(std::int64_t{v.package_octets_min})
        .bind(std::int64_t{v.package_octets})
        .bind_optional(view_of(v.profile_type))
        .bind(std::int64_t{v.needs_javacard})
        .bind(std::int64_t{v.package_version});
    CHECKED(s->run());
    CHECKED(write_taken(db, v.iccid));
    if (!c.package) return ok();
    TRY(auto* package, db.prepare("INSERT INTO packages VALUES (?,?)"));
    return package->bind(v.iccid.text()).bind(View(c.package->octets)).run();
}
/// Who a subscription belongs to, its numbers and its keys never change.
Status write(auto& db, const PutSubscription& c) {
    TRY(auto* s, db.prepare("UPDATE subscriptions SET eid=?, standing=?, version=version+1 "
                            "WHERE iccid=? AND version=?"));
    const auto& v = c.subscription;
    s->bind_optional(text_of(v.eid)).bind(number(v.standing)).bind(v.iccid.text()).bind(v.version);
    return s->run_on_one(Errc::conflict, "subscriptions.version", row_outdated);
}
Status write(auto& db, const RecordExport& c) {
    TRY(auto* s, db.prepare("INSERT INTO exports VALUES (?1, (SELECT coalesce(max(number), 0) + 1 FROM exports WHERE "
                            "iccid=?1), ?2, ?3, ?4, ?5)"));
    return s->bind(c.row.iccid.text())
        .bind(c.row.at)
        .bind(c.row.operator_id)
        .bind(std::int64_t{c.row.transport_key})
        .bind_optional(number_of(c.row.user))
        .run();
}
Status write(auto& db, const AddOperator& c) {
    TRY(auto* s, db.prepare("INSERT INTO operators VALUES (?,?,?,?,?,?,?)"));
    const PolicyColumns policy(c.row.policy);
    return s->bind(c.row.id)
        .bind(c.row.name)
        .bind(View(c.row.key_spki))
        .bind(c.row.created_at)
        .bind(policy.refused)
        .bind(policy.allowed)
        .bind(policy.applets)
        .run();
}
Status write(auto& db, const SetPackagePolicy& c) {
    TRY(auto* s, db.prepare("UPDATE operators SET refused=?, allowed=?, applets=? WHERE id=?"));
    const PolicyColumns policy(c.policy);
    s->bind(policy.refused).bind(policy.allowed).bind(policy.applets).bind(c.operator_id);
    return s->run_on_one(Errc::not_found, "operators");
}
Status write(auto& db, const AddAuc& c) {
    TRY(auto* s, db.prepare("INSERT INTO auc VALUES (?,?,?,?,?,?,?,?)"));
    const auto& v = c.row;
    s->bind(v.imsi.text())
        .bind(View(v.keys.octets))
        .bind(View(v.amf))
        .bind(static_cast<std::int64_t>(v.sqn.number()))
        .bind(number(v.status))
        .bind(std::int64_t{v.sync_failures})
        .bind_optional(number_of(v.card_limits.delta))
        .bind_optional(number_of(v.card_limits.age_limit));
    return s->run();
}
Status write(auto& db, const auc::Update& c) {
    TRY(auto* s, db.prepare("UPDATE auc SET sqn=?, sync_failures=? WHERE imsi=? AND sqn=? AND status=?"));
    s->bind(static_cast<std::int64_t>(c.subscription.sqn.number()))
        .bind(std::int64_t{c.subscription.sync_failures})
        .bind(c.subscription.imsi.text())
        .bind(static_cast<std::int64_t>(c.expected.number()))
        .bind(number(c.subscription.status));
    return s->run_on_one(Errc::conflict, "auc.sqn", row_outdated);
}
Status write(auto& db, const SetAucStatus& c) {
    TRY(auto* s, db.prepare("UPDATE auc SET status=? WHERE imsi=?"));
    s->bind(number(c.status)).bind(c.imsi.text());
    return s->run_on_one(Errc::not_found, "auc");
}
Status write(auto& db, const ReserveRelease& c) {
    TRY(auto* s, db.prepare("INSERT INTO releases VALUES (?,?,?,?,0) ON CONFLICT (operator_id, jti) "
                            "DO UPDATE SET order_id=excluded.order_id WHERE releases.order_id=excluded.order_id"));
    s->bind(c.operator_id).bind(c.jti).bind(c.order_id).bind(c.gives_up.text());
    return s->run_on_one(Errc::conflict, "releases.jti", "it serves another order");
}
Status write(auto& db, const ConsumeReleases& c) {
    TRY(auto* s, db.prepare("UPDATE releases SET consumed=1 WHERE order_id=?"));
    return s->bind(c.order_id).run();
}
Status write(auto& db, const DropReservations& c) {
    TRY(auto* s, db.prepare("DELETE FROM releases WHERE order_id=? AND consumed=0"));
    return s->bind(c.order_id).run();
}
Status write(auto& db, const PutRow& c) {
    if (c.row.version == 0) {
        TRY(auto* s, db.prepare("INSERT INTO rows VALUES (?,?,?,1) ON CONFLICT (kind, key) DO NOTHING"));
        s->bind(c.row.kind).bind(c.row.key).bind(View(c.row.body));
        return s->run_on_one(Errc::conflict, "rows.version", row_outdated);
    }
    TRY(auto* s, db.prepare("UPDATE rows SET body=?, version=version+1 WHERE kind=? AND key=? AND version=?"));
    s->bind(View(c.row.body)).bind(c.row.kind).bind(c.row.key).bind(c.row.version);
    return s->run_on_one(Errc::conflict, "rows.version", row_outdated);
}
Status write(auto& db, const DropRow& c) {
    TRY(auto* s, db.prepare("DELETE FROM rows WHERE kind=? AND key=?"));
    s->bind(c.kind).bind(c.key);
    return s->run_on_one(Errc::not_found, "rows");
}

Status apply(auto& db, const Change& change) {
    return std::visit([&](const auto& c) { return write(db, c); }, change);
}

}  // namespace mcim::store::sql
