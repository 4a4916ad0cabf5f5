// Private to the module: a connection to PostgreSQL, made or refused in words that carry no secret.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "mcim/base/result.h"

struct pg_conn;
struct pg_result;

namespace mcim::store::postgres {

using Clock = std::chrono::steady_clock;

/// Waits until PQgetResult has its next result without waiting. false: `until` has passed, or the connection is lost
/// and message_of says why.
[[nodiscard]] bool await_result(pg_conn*, Clock::time_point until);
/// Connected, with the settings of a session; the schema is as it is found.
[[nodiscard]] Result<pg_conn*> connect(const std::string& connection);
/// Statements without parameters, separated by semicolons.
[[nodiscard]] Status run(pg_conn*, const std::string& sql, std::chrono::seconds within = std::chrono::seconds(10));
/// The one number that a query answers; nothing where it is NULL.
[[nodiscard]] Result<std::optional<std::int64_t>> ask_number(pg_conn*, const std::string& sql);
/// "orders.iccid" is the name of the constraint that keeps it unique: a conflict there.
[[nodiscard]] Error error_of(const pg_result*);
/// The connection is gone, or will be in a moment.
[[nodiscard]] bool ends_connection(const pg_result*);
/// What libpq says of the connection, in one line.
[[nodiscard]] std::string message_of(const pg_conn*);

}  // namespace mcim::store::postgres
