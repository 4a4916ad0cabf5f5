#include "mcim/store/postgres_connection.h"

#include <libpq-fe.h>
#include <poll.h>

#include <array>
#include <cerrno>
#include <memory>
#include <string_view>

#include "mcim/store/store.h"

namespace mcim::store::postgres {
namespace {

struct Clear {
    void operator()(PGresult* r) const { PQclear(r); }
};
using Held = std::unique_ptr<PGresult, Clear>;

struct FreeOptions {
    void operator()(PQconninfoOption* o) const { PQconninfoFree(o); }
};

std::string_view field_of(const PGresult* result, int field) {
    const char* text = PQresultErrorField(result, field);
    return text == nullptr ? std::string_view() : text;
}

/// Of several lines one, without the last line's end.
std::string in_one_line(std::string text) {
    while (!text.empty() && text.back() == '\n') text.pop_back();
    for (char& c : text)
        if (c == '\n' || c == '\t') c = ' ';
    return text;
}

/// libpq's own words about a connection string may repeat a part of it, so these are not shown.
Status well_formed(const std::string& connection, std::string& password) {
    char* words = nullptr;
    const std::unique_ptr<PQconninfoOption, FreeOptions> options(PQconninfoParse(connection.c_str(), &words));
    PQfreemem(words);
    if (!options)
        return fail(Errc::bad_value, "postgresql",
                    "this is no connection string of libpq: \"postgresql://USER@HOST:PORT/DATABASE\" or "
                    "\"host=HOST user=USER dbname=DATABASE\" is one");
    for (const auto* o = options.get(); o->keyword != nullptr; ++o) {
        if (o->val == nullptr) continue;
        const std::string_view key = o->keyword;
        const std::string_view value = o->val;
        if (key == "password") password = value;
        // an '@' or a '/' of a password ends it for libpq, and the rest is taken for where the server is
        const bool misread = ((key == "host" || key == "dbname") && value.find('@') != std::string_view::npos) ||
                             (key == "port" && value.find_first_not_of("0123456789,") != std::string_view::npos);
        if (misread)
            return fail(
                Errc::bad_value, "postgresql",
                "its " + std::string(key) + " is none: in a password of a URI '@' is written %40, '/' %2F, ':' %3A");
    }
    return ok();
}

std::string without(std::string text, const std::string& secret) {
    if (secret.empty()) return text;
    static constexpr std::string_view instead = "***";
    for (auto at = text.find(secret); at != std::string::npos; at = text.find(secret, at + instead.size()))
        text.replace(at, secret.size(), instead);
    return text;
}

void say_nothing(void*, const char*) {}

/// A commit is on the disk when it returns, also where the cluster is set otherwise; no statement, no lock and no node
/// that hangs holds up the others for ever.
constexpr const char* session_settings = R"sql(
SET search_path = mcim, pg_temp;
SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') IN ('off', 'local', 'remote_write');
SET lock_timeout = '1s';
SET statement_timeout = '8s';
SET idle_in_transaction_session_timeout = '5s';
)sql";
/// The last result of what was sent, as PQexec has it, but not for ever.
Result<Held> exec(pg_conn* pg, const std::string& sql, std::chrono::seconds within) {
    if (PQsendQuery(pg, sql.c_str()) != 1) return fail(Errc::io, "postgresql", message_of(pg));
    const auto until = Clock::now() + within;
    Held last;
    for (;;) {
        if (!await_result(pg, until)) {
            if (Clock::now() >= until)
                return fail(Errc::io, "postgresql", "no answer within " + std::to_string(within.count()) + " s");
            return last ? Result<Held>(std::move(last)) : fail(Errc::io, "postgresql", message_of(pg));
        }
        Held next(PQgetResult(pg));
        if (!next) return last;
        const bool failed = last && PQresultStatus(last.get()) == PGRES_FATAL_ERROR;
        if (!failed) last = std::move(next);
    }
}

}  // namespace

std::string message_of(const pg_conn* pg) { return in_one_line(PQerrorMessage(pg)); }

Result<pg_conn*> connect(const std::string& connection) {
    std::string password;
    CHECKED(well_formed(connection, password));
    // what stands before "dbname" the connection string may say otherwise
    static constexpr std::array keys{"fallback_application_name", "connect_timeout",
                                     "keepalives_idle",           "keepalives_interval",
                                     "keepalives_count",          "tcp_user_timeout",
                                     "target_session_attrs",      "dbname",
                                     "client_encoding",           static_cast<const char*>(nullptr)};
    const std::array values{"mcimd",      "3",
                            "10",         "5",
                            "3",          "20000",
                            "read-write", connection.c_str(),
                            "UTF8",       static_cast<const char*>(nullptr)};
    pg_conn* pg = PQconnectdbParams(keys.data(), values.data(), 1);
    if (PQstatus(pg) != CONNECTION_OK) {
        auto error = fail(Errc::io, "postgresql",
                          without(message_of(pg), password) + "; see that PostgreSQL runs there and lets this user in");
        PQfinish(pg);
        return error;
    }
    PQsetNoticeProcessor(pg, say_nothing, nullptr);
    if (auto done = run(pg, session_settings); !done) {
        PQfinish(pg);
        return done.error();
    }
    return pg;
}

bool await_result(pg_conn* pg, Clock::time_point until) {
    for (;;) {
        const int flushed = PQflush(pg);
        if (flushed < 0) return false;
        if (flushed == 0 && PQisBusy(pg) == 0) return true;
        if (PQsocket(pg) < 0) return false;
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
        if (left <= std::chrono::milliseconds(0)) return false;
        pollfd wait{PQsocket(pg), static_cast<short>(POLLIN | (flushed > 0 ? POLLOUT : 0)), 0};
        if (poll(&wait, 1, static_cast<int>(left.count())) < 0 && errno != EINTR) return false;
        if ((wait.revents & ~POLLOUT) != 0 && PQconsumeInput(pg) != 1) return false;
    }
}

Status run(pg_conn* pg, const std::string& sql, std::chrono::seconds within) {
    TRY(const Held result, exec(pg, sql, within));
    const auto status = PQresultStatus(result.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) return error_of(result.get());
    return ok();
}

Result<std::optional<std::int64_t>> ask_number(pg_conn* pg, const std::string& sql) {
    TRY(const Held result, exec(pg, sql, std::chrono::seconds(10)));
    if (PQresultStatus(result.get()) != PGRES_TUPLES_OK) return error_of(result.get());
    if (PQntuples(result.get()) != 1 || PQgetisnull(result.get(), 0, 0) != 0) return std::optional<std::int64_t>{};
    return std::optional<std::int64_t>(std::strtoll(PQgetvalue(result.get(), 0, 0), nullptr, 10));
}

/// Not PG_DIAG_MESSAGE_DETAIL: it has values of the row.
Error error_of(const pg_result* result) {
    const auto state = field_of(result, PG_DIAG_SQLSTATE);
    const auto constraint = field_of(result, PG_DIAG_CONSTRAINT_NAME);
    if (state.starts_with("23"))
        return fail(Errc::conflict, std::string(constraint.empty() ? "a row" : constraint),
                    state == "23505" ? "it exists already" : "a rule of the database forbids it");
    if (state.starts_with("40"))
        return fail(Errc::conflict, "database", "another node changed the same at the same time");
    if (state == "55P03") return fail(Errc::conflict, "database", "another node holds the same, and does not go on");
    std::string message(field_of(result, PG_DIAG_MESSAGE_PRIMARY));
    if (message.empty()) message = in_one_line(PQresultErrorMessage(result));
    return fail(state.starts_with("22") ? Errc::bad_value : Errc::io, "database", std::move(message));
}

bool ends_connection(const pg_result* result) {
    const auto state = field_of(result, PG_DIAG_SQLSTATE);
    // 25006: it has become a replica, and another one is written to
    return state.starts_with("08") || state.starts_with("57P") || state == "25P03" || state == "25006";
}

}  // namespace mcim::store::postgres
