#include "mcim/store/schema.h"
#include "mcim/store/sqlite_changes.h"

namespace mcim::store {
namespace {

/// What a row says, read back strictly: a database that holds something else was changed by somebody else.
template <class E>
Result<E> enumerator(std::int64_t n, E last) {
    if (n < 0 || n > static_cast<std::int64_t>(last)) return fail(Errc::bad_value, "database", "an unknown enumerator");
    return static_cast<E>(n);
}
Result<std::optional<Eid>> eid_at(const Statement& s, int column) {
    if (s.is_null(column)) return std::optional<Eid>{};
    TRY(Eid eid, Eid::parse_unchecked(s.text(column)));
    return std::optional(std::move(eid));
}
std::optional<std::uint64_t> number_at(const Statement& s, int column) {
    if (s.is_null(column)) return std::nullopt;
    return static_cast<std::uint64_t>(s.integer(column));
}

/// "0102 0304", as sqlite_changes.cpp writes it.
Result<std::vector<Bytes>> transactions_of(std::string_view text) {
    std::vector<Bytes> out;
    while (!text.empty()) {
        const auto end = std::min(text.find(' '), text.size());
        TRY(Bytes id, from_hex(text.substr(0, end)));
        out.push_back(std::move(id));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

constexpr const char* order_by_id = "SELECT * FROM orders WHERE id=?";
constexpr const char* order_by_matching_id = "SELECT * FROM orders WHERE matching_id=?";
constexpr const char* orders_by_eid = "SELECT * FROM orders WHERE eid=? ORDER BY created_at, id";
constexpr const char* order_by_iccid =
    "SELECT * FROM orders WHERE iccid=? ORDER BY state=8, created_at DESC, id DESC LIMIT 1";
/// As smdp::leaves_profile has it. `ended_by` 0 and 1: cancelled, or its subscription closed.
constexpr const char* orders_leaving =
    "SELECT * FROM orders WHERE iccid=? AND state=8 AND (outstanding<>'' OR "
    "(ended_by IN (0,1) AND last_sequence IS NOT NULL)) ORDER BY created_at, id";
constexpr const char* all_orders = "SELECT * FROM orders ORDER BY created_at, id";

Result<smdp::Order> order_at(const Statement& s) {
    TRY(Iccid iccid, Iccid::parse_unchecked(s.text(2)));
    smdp::Order o{s.text(0), s.text(1), std::move(iccid), s.text(3)};
    TRY(o.state, enumerator(s.integer(4), smdp::OrderState::unavailable));
    TRY(o.policy, enumerator(s.integer(5), smdp::GatePolicy::attested));
    TRY(o.eid, eid_at(s, 6));
    if (!s.is_null(7)) o.expires_at = s.time(7);
    TRY(o.outstanding, transactions_of(s.text(8)));
    o.refused = s.integer(9) != 0;
    o.attempts = static_cast<std::uint32_t>(s.integer(10));
    o.attempts_max = static_cast<std::uint32_t>(s.integer(11));
    o.package_octets = static_cast<std::uint64_t>(s.integer(12));
    o.metadata = s.blob(13);
    if (!s.is_null(14)) o.release = s.text(14);
    o.created_at = s.time(15);
    if (!s.is_null(16)) o.last_sequence = s.integer(16);
    o.version = s.integer(17);
    o.eid_from_package = s.integer(18) != 0;
    if (!s.is_null(19)) {
        TRY(o.ended_by, enumerator(s.integer(19), smdp::OrderEnd::deleted));
    }
    if (!s.is_null(20)) o.confirmation_code = s.blob(20);
    o.wrong_codes = static_cast<std::uint32_t>(s.integer(21));
    o.protection_keys = s.integer(22) != 0;
    o.euicc_otpk = s.blob(23);
    o.binding = s.blob(24);
    return o;
}

constexpr const char* subscription_by_iccid = "SELECT * FROM subscriptions WHERE iccid=?";
constexpr const char* subscriptions_of_eid = "SELECT * FROM subscriptions WHERE eid=? ORDER BY iccid";
constexpr const char* subscription_in_stock =
    "SELECT * FROM subscriptions AS s WHERE profile_type=? AND operator_id=? AND standing=0 AND NOT EXISTS (SELECT 1 "
    "FROM orders AS o WHERE o.iccid=s.iccid AND (o.state<>8 OR o.outstanding<>'' OR (o.ended_by IN (0,1) AND "
    "o.last_sequence IS NOT NULL))) ORDER BY created_at, iccid LIMIT 1";
constexpr const char* all_subscriptions = "SELECT * FROM subscriptions ORDER BY iccid";

Result<Subscription> subscription_at(const Statement& s) {
    TRY(Iccid iccid, Iccid::parse_unchecked(s.text(0)));
    TRY(Imsi imsi, Imsi::parse(s.text(1)));
    TRY(const auto fingerprint, to_array<32>(s.blob(6)));
    TRY(const auto algorithm, enumerator(s.integer(4), signer::Algorithm::test));
    Subscription v{std::move(iccid), std::move(imsi), {},        s.text(3), algorithm,
                   {s.blob(5)},      {fingerprint},   s.text(7), s.text(8)};
    if (!s.is_null(2)) {
        TRY(Msisdn msisdn, Msisdn::parse(s.text(2)));
        v.msisdn = std::move(msisdn);
    }
    TRY(v.eid, eid_at(s, 9));
    TRY(v.standing, enumerator(s.integer(10), Standing::deleted));
    v.created_at = s.time(11);
    v.mnc_digits = static_cast<std::uint8_t>(s.integer(12));
    v.package_octets_min = static_cast<std::uint32_t>(s.integer(13));
    v.package_octets = static_cast<std::uint32_t>(s.integer(14));
    v.version = s.integer(15);
    if (!s.is_null(16)) v.profile_type = s.text(16);
    return v;
}

Result<auc::Subscription> auc_at(const Statement& s) {
    TRY(Imsi imsi, Imsi::parse(s.text(0)));
    auc::Subscription v{std::move(imsi), {s.blob(1)}};
    TRY(v.amf, to_array<2>(s.blob(2)));
    TRY(v.sqn, aka::Sqn::from_number(static_cast<std::uint64_t>(s.integer(3))));
    TRY(v.status, enumerator(s.integer(4), auc::Status::closed));
    v.sync_failures = static_cast<std::uint32_t>(s.integer(5));
    v.card_limits = {.delta = number_at(s, 6), .age_limit = number_at(s, 7)};
    return v;
}

Result<std::string> first_text_at(const Statement& s) { return s.text(0); }
Result<Operator> operator_at(const Statement& s) { return Operator{s.text(0), s.text(1), s.blob(2), s.time(3)}; }
Result<Row> row_at(const Statement& s) { return Row{s.text(0), s.text(1), s.blob(2), s.integer(3)}; }
Result<TimelineLine> line_at(const Statement& s) {
    TimelineLine line{s.time(0), s.text(1)};
    if (!s.is_null(2)) line.refusal = {s.text(2), s.blob(3), static_cast<std::uint32_t>(s.integer(4)), s.time(5)};
    TRY(line.kind, enumerator(s.integer(6), smdp::NoteKind::routine));
    return line;
}
Result<StoredSession> session_at(const Statement& s) { return StoredSession{s.text(0), s.blob(1)}; }
Result<signer::WrappedPackage> package_at(const Statement& s) { return signer::WrappedPackage{s.blob(0)}; }
Result<ReleaseUse> release_at(const Statement& s) {
    TRY(Iccid gives_up, Iccid::parse_unchecked(s.text(1)));
    return ReleaseUse{s.text(0), std::move(gives_up), s.integer(2) != 0};
}
Result<Notification> notification_at(const Statement& s) {
    TRY(const auto digest, to_array<32>(s.blob(0)));
    TRY(const auto trust, enumerator(s.integer(2), smdp::Trust::unverified));
    return Notification{digest, s.time(1), trust, s.text(3), s.blob(4), s.is_null(5) ? std::string{} : s.text(5)};
}

class SqliteStore final : public Store {
public:
    explicit SqliteStore(std::unique_ptr<Database> db) : db_(std::move(db)) {}

    /// Most groups go through as they are: only where a batch fails is each of them fenced off from the others.
    std::vector<Status> commit(std::span<const Batch> group) override {
        const Status done = together(group);
        const bool refused = !done && done.error().code != Errc::io;
        if (refused && group.size() > 1) return one_by_one(group);
        return std::vector<Status>(group.size(), done);
    }

    Result<std::optional<smdp::Order>> find_order(std::string_view id) override {
        return one(order_by_id, order_at, id);
    }
    Result<std::optional<smdp::Order>> find_order_by_matching_id(std::string_view id) override {
        return one(order_by_matching_id, order_at, id);
    }
    Result<std::optional<smdp::Order>> find_pending_order(const Eid& eid, Time now) override {
        TRY(auto orders, orders_of(eid));
        for (auto& o : orders)
            if (smdp::downloadable(o, now)) return std::optional(std::move(o));
        return std::optional<smdp::Order>{};
    }
    Result<std::optional<smdp::Order>> find_order_by_iccid(const Iccid& iccid) override {
        return one(order_by_iccid, order_at, std::string_view(iccid.text()));
    }
    Result<std::vector<smdp::Order>> orders_that_leave(const Iccid& iccid) override {
        return all(orders_leaving, order_at, std::string_view(iccid.text()));
    }
    Result<std::vector<smdp::Order>> orders_of(const Eid& eid) override {
        return all(orders_by_eid, order_at, std::string_view(eid.text()));
    }
    Result<std::vector<smdp::Order>> list_orders() override { return all(all_orders, order_at); }
    Result<std::vector<TimelineLine>> timeline(std::string_view id) override {
        return all(
            "SELECT at, sentence, code, transaction_id, times, last_at, kind FROM notes WHERE order_id=? ORDER BY "
            "number",
            line_at, id);
    }
    Result<std::optional<StoredSession>> find_session(View id) override {
        return one("SELECT order_id, state FROM sessions WHERE transaction_id=?", session_at, id);
    }
    Result<bool> has_notification(const crypto::Sha256& digest) override {
        TRY(Statement * s, db_->prepare("SELECT 1 FROM notifications WHERE digest=?"));
        Query query(*s);
        return query->bind(View(digest)).step();
    }
    Result<std::vector<Notification>> list_notifications() override {
        return all("SELECT * FROM notifications ORDER BY at", notification_at);
    }
    Result<std::optional<Subscription>> find_subscription(const Iccid& iccid) override {
        return one(subscription_by_iccid, subscription_at, std::string_view(iccid.text()));
    }
    Result<std::optional<signer::WrappedPackage>> find_package(const Iccid& iccid) override {
        return one("SELECT octets FROM packages WHERE iccid=?", package_at, std::string_view(iccid.text()));
    }
    Result<std::vector<Subscription>> subscriptions_of(const Eid& eid) override {
        return all(subscriptions_of_eid, subscription_at, std::string_view(eid.text()));
    }
    Result<std::vector<Subscription>> list_subscriptions() override { return all(all_subscriptions, subscription_at); }
    Result<std::optional<Subscription>> find_in_stock(std::string_view profile_type,
                                                      std::string_view operator_id) override {
        return one(subscription_in_stock, subscription_at, profile_type, operator_id);
    }
    Result<std::vector<std::string>> operators_of_type(std::string_view profile_type) override {
        return all("SELECT DISTINCT operator_id FROM subscriptions WHERE profile_type=? ORDER BY operator_id",
                   first_text_at, profile_type);
    }
    Result<std::optional<auc::Subscription>> find_auc(const Imsi& imsi) override {
        return one("SELECT * FROM auc WHERE imsi=?", auc_at, std::string_view(imsi.text()));
    }
    Result<std::optional<Operator>> find_operator(std::string_view id) override {
        return one("SELECT * FROM operators WHERE id=?", operator_at, id);
    }
    Result<std::vector<Operator>> list_operators() override {
        return all("SELECT * FROM operators ORDER BY id", operator_at);
    }
    Result<std::optional<ReleaseUse>> find_release_use(std::string_view operator_id, std::string_view jti) override {
        return one("SELECT order_id, gives_up, consumed FROM releases WHERE operator_id=? AND jti=?", release_at,
                   operator_id, jti);
    }
    Result<std::vector<ReleaseUse>> releases_of(std::string_view order_id) override {
        return all("SELECT order_id, gives_up, consumed FROM releases WHERE order_id=? ORDER BY operator_id, jti",
                   release_at, order_id);
    }
    Result<std::optional<Row>> find_row(std::string_view kind, std::string_view key) override {
        return one("SELECT * FROM rows WHERE kind=? AND key=?", row_at, kind, key);
    }
    Result<std::vector<Row>> list_rows(std::string_view kind) override {
        return all("SELECT * FROM rows WHERE kind=? ORDER BY key", row_at, kind);
    }

private:
    Status run(const char* sql) {
        TRY(Statement * s, db_->prepare(sql));
        return s->run();
    }
    Status write(const Batch& batch) {
        for (const Change& change : batch) CHECKED(apply(*db_, change));
        return ok();
    }
    /// All of the group, or nothing.
    Status together(std::span<const Batch> group) {
        CHECKED(run("BEGIN IMMEDIATE"));
        Status done = ok();
        for (const Batch& batch : group)
            if (done) done = write(batch);
        if (done) done = run("COMMIT");
        if (!done) static_cast<void>(run("ROLLBACK"));
        return done;
    }
    std::vector<Status> one_by_one(std::span<const Batch> group) {
        std::vector<Status> out;
        const auto all = [&](const Error& e) { return std::vector<Status>(group.size(), Status(e)); };
        if (auto begun = run("BEGIN IMMEDIATE"); !begun) return all(begun.error());
        for (const Batch& batch : group) {
            out.push_back(fenced(batch));
            const Status& last = out.back();
            if (!last && last.error().code == Errc::io) static_cast<void>(run("ROLLBACK"));
            if (!db_->in_transaction()) return all(last.error());
        }
        if (auto done = run("COMMIT"); !done) {
            static_cast<void>(run("ROLLBACK"));
            return all(done.error());
        }
        return out;
    }
    /// A batch that fails is taken back alone.
    Status fenced(const Batch& batch) {
        CHECKED(run("SAVEPOINT batch"));
        Status done = write(batch);
        if (!done) CHECKED(run("ROLLBACK TO batch"));
        CHECKED(run("RELEASE batch"));
        return done;
    }

    template <class T, class... Keys>
    Result<std::vector<T>> all(const char* sql, Result<T> (*read)(const Statement&), const Keys&... keys) {
        TRY(Statement * s, db_->prepare(sql));
        Query query(*s);
        (query->bind(keys), ...);
        std::vector<T> out;
        for (;;) {
            TRY(const bool there, query->step());
            if (!there) return out;
            TRY(T row, read(*query));
            out.push_back(std::move(row));
        }
    }
    template <class T, class... Keys>
    Result<std::optional<T>> one(const char* sql, Result<T> (*read)(const Statement&), const Keys&... keys) {
        TRY(Statement * s, db_->prepare(sql));
        Query query(*s);
        (query->bind(keys), ...);
        TRY(const bool there, query->step());
        if (!there) return std::optional<T>{};
        TRY(T row, read(*query));
        return std::optional(std::move(row));
    }

    std::unique_ptr<Database> db_;
};

}  // namespace

Result<std::unique_ptr<Store>> open_sqlite_store(const std::filesystem::path& file) {
    TRY(auto db, Database::open(file));
    CHECKED(migrate(*db));
    return std::unique_ptr<Store>(std::make_unique<SqliteStore>(std::move(db)));
}

}  // namespace mcim::store
