// A PostgreSQL server for tests: its own cluster in a temporary folder, reached by a UNIX socket there, gone with the
// object. It writes nothing to the disk; what it has committed survives its own death, as tests of that want it.
#pragma once
#include <sys/types.h>

#include <memory>
#include <string>

#include "mcim/base/result.h"
#include "support/temp_folder.h"

struct pg_conn;

namespace mcim::test {

/// A connection of the test's own. Throws where something fails.
class PostgresSession {
public:
    explicit PostgresSession(const std::string& connection);
    ~PostgresSession();
    PostgresSession(const PostgresSession&) = delete;
    PostgresSession& operator=(const PostgresSession&) = delete;
    /// Statements, separated by semicolons; the number that the last one answers, 0 where it answers none.
    std::int64_t run(const std::string& sql);
    /// Returns when the query answers at least that.
    void await(const std::string& query, std::int64_t at_least);
    /// Returns when so many others wait for a lock in this database.
    void await_waiting(std::int64_t others);

private:
    pg_conn* pg_;
};

class Postgres {
public:
    [[nodiscard]] static Result<std::unique_ptr<Postgres>> start();
    /// One for all tests of this process, started when it is first asked for. Throws where that fails.
    static Postgres& of_this_process();
    ~Postgres();
    Postgres(const Postgres&) = delete;
    Postgres& operator=(const Postgres&) = delete;

    /// The connection string of a database that nobody used before.
    [[nodiscard]] std::string fresh_database();
    /// kill -9: no process of it lives when this returns, and none has written anything more.
    void kill_it();
    /// On what is there; again after kill_it.
    [[nodiscard]] Status launch();

private:
    Postgres() = default;
    [[nodiscard]] Status make_cluster();
    [[nodiscard]] bool answers() const;
    [[nodiscard]] std::string connection(const std::string& database) const;
    [[nodiscard]] std::string said() const;  ///< the last of its log

    TempFolder folder_{TempFolder::On::memory};
    pid_t pid_ = 0;
    int databases_ = 0;
};

}  // namespace mcim::test
