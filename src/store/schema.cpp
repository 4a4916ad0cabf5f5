#include "mcim/store/schema.h"

#include <algorithm>
#include <set>

#include "mcim/store/rules.h"

namespace mcim::store {
namespace {

// Times are milliseconds since 1970, enumerations the numbers of their C++ types: orders.state 8 is Unavailable,
// subscriptions.standing 2 enabled. Notes with a code are refusals.
constexpr const char* version_1 = R"sql(
CREATE TABLE operators (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, key_spki BLOB NOT NULL, created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE orders (
    id TEXT PRIMARY KEY, operator_id TEXT NOT NULL, iccid TEXT NOT NULL, matching_id TEXT NOT NULL UNIQUE,
    state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 8), policy INTEGER NOT NULL CHECK (policy BETWEEN 0 AND 1),
    eid TEXT, expires_at INTEGER, outstanding TEXT NOT NULL, refused INTEGER NOT NULL,
    attempts INTEGER NOT NULL, attempts_max INTEGER NOT NULL,
    package_octets INTEGER NOT NULL, metadata BLOB NOT NULL, release TEXT, created_at INTEGER NOT NULL,
    last_sequence INTEGER, version INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX one_living_order_per_iccid ON orders (iccid) WHERE state <> 8;
CREATE INDEX orders_of_iccid ON orders (iccid);
CREATE INDEX orders_of_eid ON orders (eid) WHERE eid IS NOT NULL;

CREATE TABLE notes (
    order_id TEXT NOT NULL, number INTEGER NOT NULL, at INTEGER NOT NULL, sentence TEXT NOT NULL,
    code TEXT, transaction_id BLOB, times INTEGER, last_at INTEGER, PRIMARY KEY (order_id, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
    transaction_id BLOB PRIMARY KEY, order_id TEXT NOT NULL, state BLOB NOT NULL, offered_until INTEGER
) STRICT;
CREATE INDEX offers ON sessions (offered_until) WHERE offered_until IS NOT NULL;

CREATE TABLE notifications (
    digest BLOB PRIMARY KEY, at INTEGER NOT NULL, trust INTEGER NOT NULL, sentence TEXT NOT NULL, octets BLOB NOT NULL
) STRICT;
CREATE INDEX unverified_notifications ON notifications (at) WHERE trust = 1;

CREATE TABLE subscriptions (
    iccid TEXT PRIMARY KEY, imsi TEXT NOT NULL UNIQUE, msisdn TEXT, operator_id TEXT NOT NULL,
    algorithm INTEGER NOT NULL, keys BLOB NOT NULL, fingerprint BLOB NOT NULL UNIQUE,
    service_provider_name TEXT NOT NULL, profile_name TEXT NOT NULL, eid TEXT,
    standing INTEGER NOT NULL CHECK (standing BETWEEN 0 AND 4), created_at INTEGER NOT NULL,
    mnc_digits INTEGER NOT NULL, package_octets_min INTEGER NOT NULL, package_octets INTEGER NOT NULL,
    version INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX one_enabled_subscription_per_eid ON subscriptions (eid) WHERE standing = 2;
CREATE INDEX subscriptions_of_eid ON subscriptions (eid) WHERE eid IS NOT NULL;

CREATE TABLE packages (iccid TEXT PRIMARY KEY, octets BLOB NOT NULL) STRICT;

CREATE TABLE auc (
    imsi TEXT PRIMARY KEY, keys BLOB NOT NULL, amf BLOB NOT NULL, sqn INTEGER NOT NULL,
    status INTEGER NOT NULL CHECK (status BETWEEN 0 AND 2), sync_failures INTEGER NOT NULL,
    delta INTEGER, age_limit INTEGER
) STRICT;

CREATE TABLE releases (
    operator_id TEXT NOT NULL, jti TEXT NOT NULL, order_id TEXT NOT NULL, gives_up TEXT NOT NULL,
    consumed INTEGER NOT NULL,
    PRIMARY KEY (operator_id, jti)
) STRICT, WITHOUT ROWID;
CREATE INDEX releases_of_order ON releases (order_id);

CREATE TABLE rows (
    kind TEXT NOT NULL, key TEXT NOT NULL, body BLOB NOT NULL, version INTEGER NOT NULL, PRIMARY KEY (kind, key)
) STRICT;
)sql";

// What a device can repeat is bounded for each order.
constexpr const char* version_2 = R"sql(
ALTER TABLE notes ADD COLUMN kind INTEGER NOT NULL DEFAULT 0;
ALTER TABLE notifications ADD COLUMN order_id TEXT;
CREATE INDEX notifications_of_order ON notifications (order_id) WHERE order_id IS NOT NULL;
)sql";

// Found by its key alone: one tree to change instead of two.
constexpr const char* version_3 = R"sql(
CREATE TABLE rows_by_key (
    kind TEXT NOT NULL, key TEXT NOT NULL, body BLOB NOT NULL, version INTEGER NOT NULL, PRIMARY KEY (kind, key)
) STRICT, WITHOUT ROWID;
INSERT INTO rows_by_key SELECT * FROM rows;
DROP TABLE rows;
ALTER TABLE rows_by_key RENAME TO rows;
)sql";

// Orders know what their state does not say. Of those that are here nobody knows it: they stay with their cards.
constexpr const char* version_4 = R"sql(
ALTER TABLE orders ADD COLUMN eid_from_package INTEGER NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN ended_by INTEGER CHECK (ended_by BETWEEN 0 AND 2);
)sql";

constexpr const char* version_5 = R"sql(
ALTER TABLE orders ADD COLUMN confirmation_code BLOB;
ALTER TABLE orders ADD COLUMN wrong_codes INTEGER NOT NULL DEFAULT 0;
)sql";

// What a retry of an order's last package needs.
constexpr const char* version_6 = R"sql(
ALTER TABLE orders ADD COLUMN protection_keys INTEGER NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN euicc_otpk BLOB;
ALTER TABLE orders ADD COLUMN binding BLOB;
)sql";

// Subscriptions that are ordered by their type.
constexpr const char* version_7 = R"sql(
ALTER TABLE subscriptions ADD COLUMN profile_type TEXT;
CREATE INDEX subscriptions_of_type ON subscriptions (profile_type, operator_id) WHERE profile_type IS NOT NULL;
)sql";

// Events of orders at an SM-DS: which one, and how far. 1 and 2: it is there, or on its way.
constexpr const char* version_8 = R"sql(
ALTER TABLE orders ADD COLUMN smds_address TEXT;
ALTER TABLE orders ADD COLUMN event INTEGER NOT NULL DEFAULT 0 CHECK (event BETWEEN 0 AND 5);
CREATE INDEX orders_with_events ON orders (expires_at) WHERE event IN (1, 2) AND expires_at IS NOT NULL;
)sql";

// What nobody has of a type, in the order in which it is taken: found without those that somebody has.
constexpr const char* version_9 = R"sql(
ALTER TABLE subscriptions ADD COLUMN taken INTEGER NOT NULL DEFAULT 0;
UPDATE subscriptions SET taken=1 WHERE profile_type IS NOT NULL AND EXISTS (SELECT 1 FROM orders AS o WHERE
    o.iccid=subscriptions.iccid AND (o.state<>8 OR o.outstanding<>'' OR (o.ended_by IN (0,1) AND o.last_sequence IS NOT NULL)));
CREATE INDEX subscriptions_in_stock ON subscriptions (profile_type, operator_id, created_at, iccid)
    WHERE profile_type IS NOT NULL AND standing=0 AND taken=0;
)sql";

// What operators refuse of packages, words with spaces between them; and which cards a package is for. Of those that
// are here already nobody knows it: they are any card's.
constexpr const char* version_10 = R"sql(
ALTER TABLE operators ADD COLUMN refused TEXT NOT NULL DEFAULT '';
ALTER TABLE operators ADD COLUMN allowed TEXT NOT NULL DEFAULT '';
ALTER TABLE operators ADD COLUMN applets INTEGER NOT NULL DEFAULT 0 CHECK (applets BETWEEN 0 AND 1);
ALTER TABLE subscriptions ADD COLUMN needs_javacard INTEGER NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN needs_javacard INTEGER NOT NULL DEFAULT 0;
)sql";

// Keys that left, of which line, under which transport key, at whose word.
constexpr const char* version_11 = R"sql(
CREATE TABLE exports (
    iccid TEXT NOT NULL, number INTEGER NOT NULL, at INTEGER NOT NULL, operator_id TEXT NOT NULL,
    transport_key INTEGER NOT NULL, user_id INTEGER, PRIMARY KEY (iccid, number)
) STRICT, WITHOUT ROWID;
)sql";

// The major version of the format of packages, which not every card takes. The template's is 3; of packages that are
// here already nobody knows it: they are any card's.
constexpr const char* version_12 = R"sql(
ALTER TABLE subscriptions ADD COLUMN package_version INTEGER NOT NULL DEFAULT 2;
ALTER TABLE orders ADD COLUMN package_version INTEGER NOT NULL DEFAULT 2;
UPDATE subscriptions SET package_version=3 WHERE package_octets=0;
UPDATE orders SET package_version=3 WHERE iccid IN (SELECT iccid FROM subscriptions WHERE package_octets=0);
)sql";

// What its operator has barred is told from what nobody serves yet. Of lines that no card has, nobody knows it here:
// they are let in by their installation.
constexpr const char* version_13 = R"sql(
INSERT INTO rows (kind, key, body, version) SELECT 'bar', s.iccid, x'', 1 FROM subscriptions AS s, auc AS a
    WHERE a.imsi=s.imsi AND s.standing IN (1,2) AND a.status=1 ON CONFLICT DO NOTHING;
)sql";

/// What the schema has of a table, as it was written.
Result<std::vector<std::string>> texts_of(Database& db, std::string_view table, std::string_view type) {
    TRY(Statement * s, db.prepare("SELECT sql FROM sqlite_schema WHERE tbl_name=? AND type=? AND sql IS NOT NULL"));
    Query query(*s);
    query->bind(table).bind(type);
    std::vector<std::string> out;
    for (;;) {
        TRY(const bool there, query->step());
        if (!there) return out;
        out.push_back(query->text(0));
    }
}

std::string rules_of(std::string_view table) {
    std::string out;
    for (const auto& c : checks)
        if (c.table == table) out += ", CONSTRAINT \"" + std::string(c.name) + "\" CHECK (" + c.holds + ")";
    for (const auto& r : references)
        if (r.table == table)
            out += ", CONSTRAINT \"" + std::string(r.name) + "\" FOREIGN KEY (" + r.column + ") REFERENCES " + r.to;
    return out;
}

/// SQLite adds no rule to a table that is there: it is made again, and its rows keep their order.
Status make_again_with_rules(Database& db, const std::string& table) {
    TRY(const auto made, texts_of(db, table, "table"));
    TRY(const auto indexes, texts_of(db, table, "index"));
    if (made.size() != 1) return fail(Errc::bad_value, db.name(), "it has no table " + table);
    const std::string& text = made.front();
    const auto begin = text.find('('), end = text.rfind(')');
    const bool has_rowid = text.find("WITHOUT ROWID", end) == std::string::npos;
    CHECKED(db.run("CREATE TABLE made_again " + text.substr(begin, end - begin) + rules_of(table) + text.substr(end)));
    CHECKED(db.run("INSERT INTO made_again SELECT * FROM " + table + (has_rowid ? " ORDER BY rowid" : "") +
                   "; DROP TABLE " + table + "; ALTER TABLE made_again RENAME TO " + table));
    for (const auto& index : indexes) CHECKED(db.run(index));
    return ok();
}

Status add_rules(Database& db) {
    std::set<std::string> tables;
    for (const auto& c : checks) tables.insert(c.table);
    for (const auto& r : references) tables.insert(r.table);
    for (const auto& table : tables) CHECKED(make_again_with_rules(db, table));
    for (const auto& f : forbidden)
        CHECKED(db.run("CREATE TRIGGER \"" + std::string(f.name) + "\" BEFORE " + f.change + " ON " + f.table +
                       " WHEN " + f.where + " BEGIN SELECT RAISE(ABORT, 'forbidden by a rule: " + f.name + "'); END"));
    return ok();
}

struct Step {
    const char* sql;
    Status (*then)(Database&) = nullptr;
};
constexpr std::array steps{Step{version_1},  Step{version_2},
                           Step{version_3},  Step{version_4},
                           Step{version_5},  Step{version_6},
                           Step{version_7},  Step{version_8},
                           Step{version_9},  Step{version_10},
                           Step{version_11}, Step{version_12},
                           Step{version_13}, Step{brought_into_range, add_rules}};

Status take(Database& db, const Step& step, std::int64_t version) {
    CHECKED(db.run("BEGIN IMMEDIATE"));
    CHECKED(db.run(step.sql));
    if (step.then != nullptr) CHECKED(step.then(db));
    CHECKED(db.run("PRAGMA user_version = " + std::to_string(version)));
    return db.run("COMMIT");
}

}  // namespace

std::int64_t newest_schema() { return static_cast<std::int64_t>(steps.size()); }

Status migrate(Database& db, std::int64_t to) {
    TRY(Statement * version, db.prepare("PRAGMA user_version"));
    TRY(const bool there, version->step());
    const std::int64_t found = there ? version->integer(0) : 0;
    version->reset();
    if (found > newest_schema())
        return fail(Errc::refused, db.name(),
                    "its schema is of version " + std::to_string(found) + ", this program knows up to " +
                        std::to_string(newest_schema()) + ": use a newer program");
    if (found >= to) return ok();
    // a table that is made again takes nothing with it that refers to it
    CHECKED(db.run("PRAGMA foreign_keys = OFF"));
    for (std::int64_t i = found; i < to; ++i) CHECKED(take(db, steps.at(static_cast<std::size_t>(i)), i + 1));
    return db.run("PRAGMA foreign_keys = ON");
}

}  // namespace mcim::store
