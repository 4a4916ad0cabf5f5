// Private to the module: what SQLite and PostgreSQL refuse of any program (docs/adr/0054-rules-of-the-database.md), in
// SQL that both understand; memory_rules.h has the same for the store of tests. The steps to SQLite's version 14 and
// PostgreSQL's 8 write these: a rule that changes later is a step of its own. The name of a rule is the path of its
// conflict.
#pragma once
#include <array>

#include "mcim/smdp/order.h"

namespace mcim::store {

static_assert(smdp::wrong_codes_max == 3, "orders.wrong_codes says it too");

/// Of each row.
struct Check {
    const char* table;
    const char* name;
    const char* holds;
};
/// `event` 1 and 2 name an SM-DS, standings 1, 2 and 4 a card; an order that is Installed (6) or Unavailable (8) has
/// nothing to be sent again.
inline constexpr auto checks = std::to_array<Check>({
    {"orders", "orders.refused", "refused IN (0, 1)"},
    {"orders", "orders.attempts", "attempts BETWEEN 0 AND attempts_max"},
    {"orders", "orders.wrong_codes", "wrong_codes BETWEEN 0 AND 3"},
    {"orders", "orders.last_sequence", "last_sequence >= 0"},
    {"orders", "orders.package_octets", "package_octets >= 0"},
    {"orders", "orders.package_version", "package_version BETWEEN 0 AND 255"},
    {"orders", "orders.protection_keys", "protection_keys IN (0, 1)"},
    {"orders", "orders.needs_javacard", "needs_javacard IN (0, 1)"},
    {"orders", "orders.eid", "state <> 6 OR eid IS NOT NULL"},
    {"orders", "orders.eid_from_package", "eid_from_package = 0 OR (eid_from_package = 1 AND eid IS NOT NULL)"},
    {"orders", "orders.binding", "state NOT IN (6, 8) OR (binding IS NULL AND euicc_otpk IS NULL)"},
    {"orders", "orders.end", "ended_by IS NULL OR state = 8"},
    {"orders", "orders.smds_address", "event = 0 OR smds_address IS NOT NULL"},
    {"notes", "notes.position", "number >= 1"},
    {"notes", "notes.kind", "kind IN (0, 1)"},
    {"notes", "notes.refusal",
     "(code IS NULL AND transaction_id IS NULL AND times IS NULL AND last_at IS NULL) OR (code IS NOT NULL AND "
     "transaction_id IS NOT NULL AND times IS NOT NULL AND times >= 1 AND last_at IS NOT NULL AND kind = 0)"},
    {"notifications", "notifications.digest_octets", "length(digest) = 32"},
    {"notifications", "notifications.trust", "trust = 0 OR (trust = 1 AND order_id IS NULL)"},
    {"subscriptions", "subscriptions.algorithm", "algorithm BETWEEN 0 AND 3"},
    {"subscriptions", "subscriptions.fingerprint_octets", "length(fingerprint) = 32"},
    {"subscriptions", "subscriptions.mnc_digits", "mnc_digits IN (2, 3)"},
    {"subscriptions", "subscriptions.package_octets", "package_octets >= 0 AND package_octets_min >= 0"},
    {"subscriptions", "subscriptions.package_version", "package_version BETWEEN 0 AND 255"},
    {"subscriptions", "subscriptions.needs_javacard", "needs_javacard IN (0, 1)"},
    {"subscriptions", "subscriptions.taken", "taken IN (0, 1)"},
    {"subscriptions", "subscriptions.card", "standing NOT IN (1, 2, 4) OR eid IS NOT NULL"},
    {"auc", "auc.amf", "length(amf) = 2"},
    {"auc", "auc.sqn_octets", "sqn BETWEEN 0 AND 281474976710655"},
    {"auc", "auc.sync_failures", "sync_failures BETWEEN 0 AND 4294967295"},
    {"releases", "releases.consumed", "consumed IN (0, 1)"},
    {"exports", "exports.transport_key", "transport_key BETWEEN 1 AND 255"},
    {"exports", "exports.user_id", "user_id BETWEEN 0 AND 4294967295"},
});

/// To a row of another table. Rows that were here before and lead nowhere stay.
struct Reference {
    const char* table;
    const char* name;
    const char* column;
    const char* to;
};
inline constexpr auto references = std::to_array<Reference>({
    {"orders", "orders.subscription", "iccid", "subscriptions (iccid)"},
    {"notes", "notes.order", "order_id", "orders (id)"},
    {"sessions", "sessions.order", "order_id", "orders (id)"},
    {"notifications", "notifications.order", "order_id", "orders (id)"},
    {"releases", "releases.order", "order_id", "orders (id)"},
    {"packages", "packages.subscription", "iccid", "subscriptions (iccid)"},
    {"exports", "exports.subscription", "iccid", "subscriptions (iccid)"},
});

/// A change from OLD to NEW that nobody makes.
struct Forbidden {
    const char* table;
    const char* name;
    const char* change;
    const char* where;
};
/// States as numbers: 0 to 3 wait for their operator, 4, 5 and 7 (Released, Downloaded, Error) follow on each other.
/// A sequence number goes back only where the card has proved a smaller one (TS 33.102 6.3.5), which is counted.
inline constexpr auto forbidden = std::to_array<Forbidden>({
    {"orders", "orders.course", "UPDATE OF state",
     "(OLD.state < 4 AND NEW.state < OLD.state) OR (OLD.state IN (4, 5, 7) AND NEW.state < 4) OR "
     "(OLD.state = 6 AND NEW.state NOT IN (6, 8)) OR (OLD.state = 8 AND NEW.state <> 8)"},
    {"subscriptions", "subscriptions.course", "UPDATE OF standing",
     "(OLD.standing <> 0 AND NEW.standing = 0) OR (OLD.standing = 3 AND NEW.standing <> 3)"},
    {"auc", "auc.back", "UPDATE OF sqn", "NEW.sqn < OLD.sqn AND NEW.sync_failures <= OLD.sync_failures"},
    {"auc", "auc.course", "UPDATE OF status", "OLD.status = 2 AND NEW.status <> 2"},
    {"releases", "releases.course", "UPDATE", "OLD.consumed = 1 AND NEW.consumed = 0"},
    {"releases", "releases.kept", "DELETE", "OLD.consumed = 1"},
});

/// What rows of older programs may have had.
inline constexpr const char* brought_into_range =
    "UPDATE orders SET last_sequence=0 WHERE last_sequence < 0;"
    "UPDATE orders SET attempts_max=attempts WHERE attempts > attempts_max;"
    "UPDATE orders SET wrong_codes=3 WHERE wrong_codes > 3;"
    "UPDATE orders SET binding=NULL, euicc_otpk=NULL WHERE state IN (6, 8);"
    "UPDATE orders SET eid_from_package=0 WHERE eid IS NULL;"
    "UPDATE orders SET ended_by=NULL WHERE state <> 8;"
    "UPDATE orders SET event=0 WHERE smds_address IS NULL;"
    "UPDATE orders SET eid=(SELECT s.eid FROM subscriptions AS s WHERE s.iccid=orders.iccid) WHERE state=6 AND eid IS "
    "NULL;";

}  // namespace mcim::store
