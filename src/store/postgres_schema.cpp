#include "mcim/store/postgres_schema.h"

#include <array>
#include <string>

#include "mcim/store/postgres_connection.h"
#include "mcim/store/rules.h"

namespace mcim::store::postgres {
namespace {

// The columns of each table stand as in schema.cpp, which sql_changes.h and sql_rows.h rely on. The name of a unique
// constraint is the path of its conflict (store.h). Keys are in the order of their octets, as in SQLite, whatever the
// collation of the cluster is, and whatever becomes of it.
constexpr const char* version_1 = R"sql(
CREATE TABLE operators (
    id TEXT COLLATE "C" CONSTRAINT "operators.id" PRIMARY KEY, name TEXT NOT NULL, key_spki BYTEA NOT NULL, created_at BIGINT NOT NULL
);

CREATE TABLE orders (
    id TEXT COLLATE "C" CONSTRAINT "orders.id" PRIMARY KEY, operator_id TEXT NOT NULL, iccid TEXT COLLATE "C" NOT NULL,
    matching_id TEXT COLLATE "C" NOT NULL CONSTRAINT "orders.matching_id" UNIQUE,
    state BIGINT NOT NULL CONSTRAINT "orders.state" CHECK (state BETWEEN 0 AND 8),
    policy BIGINT NOT NULL CONSTRAINT "orders.policy" CHECK (policy BETWEEN 0 AND 1),
    eid TEXT COLLATE "C", expires_at BIGINT, outstanding TEXT NOT NULL, refused BIGINT NOT NULL,
    attempts BIGINT NOT NULL, attempts_max BIGINT NOT NULL,
    package_octets BIGINT NOT NULL, metadata BYTEA NOT NULL, release TEXT, created_at BIGINT NOT NULL,
    last_sequence BIGINT, version BIGINT NOT NULL, eid_from_package BIGINT NOT NULL,
    ended_by BIGINT CONSTRAINT "orders.ended_by" CHECK (ended_by BETWEEN 0 AND 2),
    confirmation_code BYTEA, wrong_codes BIGINT NOT NULL,
    protection_keys BIGINT NOT NULL, euicc_otpk BYTEA, binding BYTEA
);
CREATE UNIQUE INDEX "orders.iccid" ON orders (iccid) WHERE state <> 8;
CREATE INDEX orders_of_iccid ON orders (iccid);
CREATE INDEX orders_of_eid ON orders (eid) WHERE eid IS NOT NULL;

CREATE TABLE notes (
    order_id TEXT COLLATE "C" NOT NULL, number BIGINT NOT NULL, at BIGINT NOT NULL, sentence TEXT NOT NULL,
    code TEXT, transaction_id BYTEA, times BIGINT, last_at BIGINT, kind BIGINT NOT NULL,
    CONSTRAINT "notes.number" PRIMARY KEY (order_id, number)
);

CREATE TABLE sessions (
    transaction_id BYTEA CONSTRAINT "sessions.transaction_id" PRIMARY KEY, order_id TEXT NOT NULL, state BYTEA NOT NULL,
    offered_until BIGINT
);
CREATE INDEX offers ON sessions (offered_until) WHERE offered_until IS NOT NULL;

CREATE TABLE notifications (
    digest BYTEA CONSTRAINT "notifications.digest" PRIMARY KEY, at BIGINT NOT NULL, trust BIGINT NOT NULL,
    sentence TEXT NOT NULL, octets BYTEA NOT NULL, order_id TEXT COLLATE "C",
    rowid BIGINT GENERATED ALWAYS AS IDENTITY
);
CREATE INDEX unverified_notifications ON notifications (at) WHERE trust = 1;
CREATE INDEX notifications_of_order ON notifications (order_id, rowid) WHERE order_id IS NOT NULL;

CREATE TABLE subscriptions (
    iccid TEXT COLLATE "C" CONSTRAINT "subscriptions.iccid" PRIMARY KEY,
    imsi TEXT COLLATE "C" NOT NULL CONSTRAINT "subscriptions.imsi" UNIQUE, msisdn TEXT, operator_id TEXT COLLATE "C" NOT NULL,
    algorithm BIGINT NOT NULL, keys BYTEA NOT NULL,
    fingerprint BYTEA NOT NULL CONSTRAINT "subscriptions.fingerprint" UNIQUE,
    service_provider_name TEXT NOT NULL, profile_name TEXT NOT NULL, eid TEXT COLLATE "C",
    standing BIGINT NOT NULL CONSTRAINT "subscriptions.standing" CHECK (standing BETWEEN 0 AND 4),
    created_at BIGINT NOT NULL,
    mnc_digits BIGINT NOT NULL, package_octets_min BIGINT NOT NULL, package_octets BIGINT NOT NULL,
    version BIGINT NOT NULL, profile_type TEXT COLLATE "C"
);
CREATE UNIQUE INDEX "subscriptions.eid" ON subscriptions (eid) WHERE standing = 2;
CREATE INDEX subscriptions_of_eid ON subscriptions (eid) WHERE eid IS NOT NULL;
CREATE INDEX subscriptions_of_type ON subscriptions (profile_type, operator_id) WHERE profile_type IS NOT NULL;

CREATE TABLE packages (iccid TEXT COLLATE "C" CONSTRAINT "packages.iccid" PRIMARY KEY, octets BYTEA NOT NULL);

CREATE TABLE auc (
    imsi TEXT COLLATE "C" CONSTRAINT "auc.imsi" PRIMARY KEY, keys BYTEA NOT NULL, amf BYTEA NOT NULL, sqn BIGINT NOT NULL,
    status BIGINT NOT NULL CONSTRAINT "auc.status" CHECK (status BETWEEN 0 AND 2), sync_failures BIGINT NOT NULL,
    delta BIGINT, age_limit BIGINT
);

CREATE TABLE releases (
    operator_id TEXT COLLATE "C" NOT NULL, jti TEXT COLLATE "C" NOT NULL, order_id TEXT COLLATE "C" NOT NULL, gives_up TEXT NOT NULL,
    consumed BIGINT NOT NULL,
    CONSTRAINT "releases.jti" PRIMARY KEY (operator_id, jti)
);
CREATE INDEX releases_of_order ON releases (order_id);

CREATE TABLE rows (
    kind TEXT COLLATE "C" NOT NULL, key TEXT COLLATE "C" NOT NULL, body BYTEA NOT NULL, version BIGINT NOT NULL,
    CONSTRAINT "rows.key" PRIMARY KEY (kind, key)
);
)sql";

// As version_8 in schema.cpp.
constexpr const char* version_2 = R"sql(
ALTER TABLE orders ADD COLUMN smds_address TEXT COLLATE "C";
ALTER TABLE orders ADD COLUMN event BIGINT NOT NULL DEFAULT 0 CONSTRAINT "orders.event" CHECK (event BETWEEN 0 AND 5);
CREATE INDEX orders_with_events ON orders (expires_at) WHERE event IN (1, 2) AND expires_at IS NOT NULL;
)sql";

// As version_9 there.
constexpr const char* version_3 = R"sql(
ALTER TABLE subscriptions ADD COLUMN taken BIGINT NOT NULL DEFAULT 0;
UPDATE subscriptions SET taken=1 WHERE profile_type IS NOT NULL AND EXISTS (SELECT 1 FROM orders AS o WHERE
    o.iccid=subscriptions.iccid AND (o.state<>8 OR o.outstanding<>'' OR (o.ended_by IN (0,1) AND o.last_sequence IS NOT NULL)));
CREATE INDEX subscriptions_in_stock ON subscriptions (profile_type, operator_id, created_at, iccid)
    WHERE profile_type IS NOT NULL AND standing=0 AND taken=0;
)sql";

// As version_10 there.
constexpr const char* version_4 = R"sql(
ALTER TABLE operators ADD COLUMN refused TEXT NOT NULL DEFAULT '', ADD COLUMN allowed TEXT NOT NULL DEFAULT '',
    ADD COLUMN applets BIGINT NOT NULL DEFAULT 0 CONSTRAINT "operators.applets" CHECK (applets BETWEEN 0 AND 1);
ALTER TABLE subscriptions ADD COLUMN needs_javacard BIGINT NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN needs_javacard BIGINT NOT NULL DEFAULT 0;
)sql";

// As version_11 there.
constexpr const char* version_5 = R"sql(
CREATE TABLE exports (
    iccid TEXT COLLATE "C" NOT NULL, number BIGINT NOT NULL, at BIGINT NOT NULL, operator_id TEXT NOT NULL,
    transport_key BIGINT NOT NULL, user_id BIGINT, CONSTRAINT "exports.number" PRIMARY KEY (iccid, number)
);
)sql";

// As version_12 there.
constexpr const char* version_6 = R"sql(
ALTER TABLE subscriptions ADD COLUMN package_version BIGINT NOT NULL DEFAULT 2;
ALTER TABLE orders ADD COLUMN package_version BIGINT NOT NULL DEFAULT 2;
UPDATE subscriptions SET package_version=3 WHERE package_octets=0;
UPDATE orders SET package_version=3 WHERE iccid IN (SELECT iccid FROM subscriptions WHERE package_octets=0);
)sql";

// As version_13 there.
constexpr const char* version_7 = R"sql(
INSERT INTO rows (kind, key, body, version) SELECT 'bar', s.iccid, ''::bytea, 1 FROM subscriptions AS s, auc AS a
    WHERE a.imsi=s.imsi AND s.standing IN (1,2) AND a.status=1 ON CONFLICT DO NOTHING;
)sql";

/// As the last step there. Looked at beside each new row from now on; what is here and leads nowhere stays.
std::string rules() {
    std::string out =
        "CREATE FUNCTION forbids() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'forbidden by a rule: "
        "%', TG_ARGV[0] USING ERRCODE = 'check_violation', CONSTRAINT = TG_ARGV[0]; END $$;";
    const auto add = [&](const char* table, const char* name) {
        out += std::string("ALTER TABLE ") + table + " ADD CONSTRAINT \"" + name + "\" ";
    };
    for (const auto& c : checks) {
        add(c.table, c.name);
        out += std::string("CHECK (") + c.holds + ");";
    }
    for (const auto& r : references) {
        add(r.table, r.name);
        out += std::string("FOREIGN KEY (") + r.column + ") REFERENCES " + r.to + " NOT VALID;";
    }
    for (const auto& f : forbidden)
        out += std::string("CREATE TRIGGER \"") + f.name + "\" BEFORE " + f.change + " ON " + f.table +
               " FOR EACH ROW WHEN (" + f.where + ") EXECUTE FUNCTION forbids('" + f.name + "');";
    return out;
}

const std::array<std::string, 8>& steps() {
    static const std::array<std::string, 8> all{version_1, version_2, version_3, version_4,
                                                version_5, version_6, version_7, brought_into_range + rules()};
    return all;
}

std::int64_t newest() { return static_cast<std::int64_t>(steps().size()); }

/// Any number will do that no other program takes for its own lock: these are the octets of "mcim".
/// An index over all that is there takes its time, and a node that comes meanwhile waits for it.
constexpr const char* begin_alone =
    "BEGIN; SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0; SET LOCAL idle_in_transaction_session_timeout "
    "= 0; SELECT pg_advisory_xact_lock(1835231597);";
constexpr std::chrono::hours migration_max{1};
constexpr const char* make_schema = R"sql(
CREATE SCHEMA IF NOT EXISTS mcim;
CREATE TABLE IF NOT EXISTS mcim.schema_versions (version BIGINT PRIMARY KEY, since TIMESTAMPTZ NOT NULL DEFAULT now());
)sql";

Status take_steps(pg_conn* pg) {
    CHECKED(run(pg, make_schema, migration_max));
    TRY(const std::int64_t found, schema_of(pg));
    for (auto i = static_cast<std::size_t>(found); i < steps().size(); ++i) {
        CHECKED(run(pg, steps().at(i), migration_max));
        CHECKED(run(pg, "INSERT INTO mcim.schema_versions (version) VALUES (" + std::to_string(i + 1) + ")"));
    }
    return ok();
}

}  // namespace

Result<std::int64_t> schema_of(pg_conn* pg) {
    TRY(const auto there, ask_number(pg, "SELECT to_regclass('mcim.schema_versions')::oid::bigint"));
    if (!there) return 0;
    TRY(const auto found, ask_number(pg, "SELECT max(version) FROM mcim.schema_versions"));
    if (found.value_or(0) > newest())
        return fail(Errc::refused, "postgresql",
                    "its schema is of version " + std::to_string(*found) + ", this program knows up to " +
                        std::to_string(newest()) + ": use a newer program");
    return found.value_or(0);
}

Status migrate(pg_conn* pg) {
    TRY(const std::int64_t found, schema_of(pg));
    if (found == newest()) return ok();
    CHECKED(run(pg, begin_alone, migration_max));
    if (auto done = take_steps(pg); !done) {
        static_cast<void>(run(pg, "ROLLBACK"));
        return done;
    }
    return run(pg, "COMMIT", migration_max);
}

}  // namespace mcim::store::postgres
