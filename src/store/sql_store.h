// Private to the module: the Store over a Database that speaks SQL (sqlite.h, postgres.h).
#pragma once
#include "mcim/store/sql_changes.h"
#include "mcim/store/sql_rows.h"

namespace mcim::store::sql {

template <class Database>
class SqlStore : public Store {
public:
    explicit SqlStore(std::unique_ptr<Database> db) : db_(std::move(db)) {}

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
    Result<std::optional<smdp::Order>> find_order_by_iccid(const Iccid& iccid) override {
        return one(order_by_iccid, order_at, std::string_view(iccid.text()));
    }
    Result<std::vector<smdp::Order>> orders_that_leave(const Iccid& iccid) override {
        return all(orders_leaving, order_at, std::string_view(iccid.text()));
    }
    Result<std::vector<smdp::Order>> orders_of(const Eid& eid) override {
        return all(orders_by_eid, order_at, std::string_view(eid.text()));
    }
    Result<std::vector<smdp::Order>> expired_with_events(Time now, std::size_t at_most) override {
        return all(expired_orders_with_events, order_at, now, static_cast<std::int64_t>(at_most));
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
        TRY(auto* s, db_->prepare("SELECT 1 FROM notifications WHERE digest=?"));
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
    Result<std::vector<Subscription>> find_in_stock(std::string_view profile_type, std::string_view operator_id,
                                                    std::size_t lines_max) override {
        return all(subscriptions_in_stock, subscription_at, profile_type, operator_id,
                   static_cast<std::int64_t>(lines_max));
    }
    Result<std::vector<std::string>> operators_of_type(std::string_view profile_type) override {
        return all(operators_of_a_type, first_text_at, profile_type);
    }
    Result<std::vector<KeyExport>> exports_of(const Iccid& iccid) override {
        return all("SELECT iccid, at, operator_id, transport_key, user_id FROM exports WHERE iccid=? ORDER BY number",
                   export_at, std::string_view(iccid.text()));
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

protected:
    [[nodiscard]] Database& database() { return *db_; }

private:
    Status run(const char* sql) {
        TRY(auto* s, db_->prepare(sql));
        return s->run();
    }
    Status write(const Batch& batch) {
        for (const Change& change : batch) CHECKED(sql::apply(*db_, change));
        return ok();
    }
    /// All of the group, or nothing.
    Status together(std::span<const Batch> group) {
        CHECKED(db_->begin());
        Status done = ok();
        for (const Batch& batch : group)
            if (done) done = write(batch);
        if (done) done = db_->commit();
        if (!done) db_->roll_back();
        return done;
    }
    std::vector<Status> one_by_one(std::span<const Batch> group) {
        std::vector<Status> out;
        const auto all = [&](const Error& e) { return std::vector<Status>(group.size(), Status(e)); };
        if (auto begun = db_->begin(); !begun) return all(begun.error());
        for (const Batch& batch : group) {
            out.push_back(fenced(batch));
            const Status& last = out.back();
            if (!last && last.error().code == Errc::io) db_->roll_back();
            if (!db_->in_transaction()) return all(last.error());
        }
        if (auto done = db_->commit(); !done) {
            db_->roll_back();
            return all(done.error());
        }
        return out;
    }
    /// A batch that fails is taken back alone.
    Status fenced(const Batch& batch) {
        CHECKED(run("SAVEPOINT batch"));
        Status done = write(batch);
        if (done) done = db_->settle();
        if (!done) CHECKED(run("ROLLBACK TO batch"));
        CHECKED(run("RELEASE batch"));
        return done;
    }

    /// What `read` makes of a row.
    template <class Read>
    using Read_t = std::remove_cvref_t<decltype(*std::declval<Read>()(std::declval<typename Database::Statement&>()))>;
    template <class Read, class... Keys>
    Result<std::vector<Read_t<Read>>> all(const char* sql, const Read& read, const Keys&... keys) {
        TRY(auto* s, db_->prepare(sql));
        Query query(*s);
        (query->bind(keys), ...);
        std::vector<Read_t<Read>> out;
        for (;;) {
            TRY(const bool there, query->step());
            if (!there) return out;
            TRY(auto row, read(std::as_const(*query)));
            out.push_back(std::move(row));
        }
    }
    template <class Read, class... Keys>
    Result<std::optional<Read_t<Read>>> one(const char* sql, const Read& read, const Keys&... keys) {
        TRY(auto* s, db_->prepare(sql));
        Query query(*s);
        (query->bind(keys), ...);
        TRY(const bool there, query->step());
        if (!there) return std::optional<Read_t<Read>>{};
        TRY(auto row, read(std::as_const(*query)));
        return std::optional(std::move(row));
    }

    std::unique_ptr<Database> db_;
};

}  // namespace mcim::store::sql
