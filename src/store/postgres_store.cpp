#include <libpq-fe.h>

#include "mcim/store/postgres.h"
#include "mcim/store/postgres_connection.h"
#include "mcim/store/postgres_schema.h"
#include "mcim/store/sql_store.h"

namespace mcim::store {
namespace {

class PostgresStore final : public sql::SqlStore<postgres::Database> {
public:
    using SqlStore::SqlStore;
    /// A connection breaks where PostgreSQL was started anew: what was not to be committed yet is done again, once.
    /// Where the answer to COMMIT is missing nobody may do that: the error says so, and the versions of rows decide
    /// what becomes of a request that comes again (docs/adr/0063-postgresql.md).
    std::vector<Status> commit(std::span<const Batch> group) override {
        auto done = SqlStore::commit(group);
        if (database().broke_before_commit() && !database().is_left_alone()) done = SqlStore::commit(group);
        return done;
    }
};

}  // namespace

bool is_postgres(std::string_view database) {
    if (database.starts_with("postgresql://") || database.starts_with("postgres://")) return true;
    const auto end = database.find_first_not_of("abcdefghijklmnopqrstuvwxyz_");
    const auto equals = database.find_first_not_of(' ', end);
    return end != 0 && equals != std::string_view::npos && database[equals] == '=';
}

Status check_postgres(const std::string& connection) {
    TRY(pg_conn * pg, postgres::connect(connection));
    const auto found = postgres::schema_of(pg);
    PQfinish(pg);
    return found ? ok() : Status(found.error());
}

Result<std::unique_ptr<Store>> open_postgres_store(const std::string& connection,
                                                   std::chrono::milliseconds answer_max) {
    TRY(auto db, postgres::Database::open(connection, answer_max));
    return std::unique_ptr<Store>(std::make_unique<PostgresStore>(std::move(db)));
}

}  // namespace mcim::store
