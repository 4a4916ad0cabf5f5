// Private to the module: PostgreSQL by libpq, with Results. What changes something is sent without waiting for its
// answer (libpq's pipeline mode) until somebody has to know: a group of commits takes two round trips, however much is
// in it. Statements are prepared once in each connection.
#pragma once
#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mcim/base/bytes.h"
#include "mcim/base/ports.h"
#include "mcim/store/postgres_connection.h"
#include "mcim/store/query.h"

namespace mcim::store::postgres {

class Database;

struct FreeResult {
    void operator()(pg_result*) const;
};
using Answer = std::unique_ptr<pg_result, FreeResult>;

/// As the Statement of sqlite.h.
class Statement {
public:
    Statement(Database& db, std::string name, std::string sql)
        : db_(db), name_(std::move(name)), sql_(std::move(sql)) {}

    // Parameters in their order, never part of the text. What is bound must live until the statement is reset.
    Statement& bind(std::int64_t);
    Statement& bind(std::string_view);
    Statement& bind(View);
    Statement& bind(Time);
    Statement& bind_null();
    template <class T>
    Statement& bind_optional(const std::optional<T>& v) {
        return v ? bind(*v) : bind_null();
    }

    /// Of a query: true: a row is there; false: done. A connection that was lost is made again, once.
    [[nodiscard]] Result<bool> step();
    /// Sent; whether it went through says settle() of the Database, or what follows there.
    [[nodiscard]] Status run();
    /// run(), and settle(), and how many rows it changed.
    [[nodiscard]] Result<std::int64_t> run_counting();
    /// run(), which changes exactly one row; if not, settle() fails with the others.
    [[nodiscard]] Status run_on_one(Errc, const char* path, const char* reason = "");
    void reset();

    // Columns of the current row.
    [[nodiscard]] std::int64_t integer(int column) const;
    [[nodiscard]] std::string text(int column) const;
    [[nodiscard]] Bytes blob(int column) const;
    [[nodiscard]] Time time(int column) const;
    [[nodiscard]] bool is_null(int column) const;

private:
    friend Database;
    struct Parameter {
        const char* data;  ///< nullptr where it is a number
        int octets;
        std::array<char, 8> number;
        bool null;
    };
    [[nodiscard]] View octets(int column) const;
    Database& db_;
    std::string name_;
    std::string sql_;
    std::vector<Parameter> parameters_{};
    Answer rows_{};
    int row_ = -1;
    std::uint64_t prepared_in_ = 0;  ///< the number of the connection
};

class Database {
public:
    using Statement = postgres::Statement;
    static constexpr bool writes_alone = false;
    /// `connection` is libpq's: "postgresql://..." or "host=... dbname=...". No error repeats it.
    /// `answer_max`: that long somebody waits for PostgreSQL at a time. Then the connection is given up and PostgreSQL
    /// left alone for as long as that took, or all of the caller's time would go by waiting; for twice as long each
    /// time until it has committed something, since a COMMIT that hangs stays there with its process.
    [[nodiscard]] static Result<std::unique_ptr<Database>> open(std::string connection,
                                                                std::chrono::milliseconds answer_max);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    /// The same statement for the same text, with ? or ?1 for parameters; `sql` is a literal. Never null.
    [[nodiscard]] Result<Statement*> prepare(const char* sql);
    [[nodiscard]] Status begin();
    /// Errc::io: where the connection broke meanwhile nobody knows whether it happened, and the error says so.
    [[nodiscard]] Status commit();
    void roll_back();
    /// The first error of what was sent since the last time.
    [[nodiscard]] Status settle();
    [[nodiscard]] bool in_transaction() const { return in_transaction_; }
    /// The last transaction ended with its connection, and before it was to be committed: nothing of it happened.
    [[nodiscard]] bool broke_before_commit() const { return broke_before_commit_; }
    /// Nothing is asked for now.
    [[nodiscard]] bool is_left_alone() const { return Clock::now() < alone_until_; }

private:
    friend Statement;
    struct Sent {
        Statement* prepares = nullptr;
        std::optional<Error> unless_one_row{};
    };
    Database(std::string connection, std::chrono::milliseconds answer_max)
        : connection_(std::move(connection)), answer_max_(answer_max) {}
    [[nodiscard]] Status connected();
    [[nodiscard]] Status connect_anew();
    [[nodiscard]] Status send(Statement&, std::optional<Error> unless_one_row = {});
    /// Of what was sent last.
    [[nodiscard]] Result<Answer> await();
    [[nodiscard]] Result<Answer> ask(Statement&);
    [[nodiscard]] Result<Answer> await_one(Sent&);
    /// The next result, nullptr at the end of a statement's; an Error: the connection is lost.
    [[nodiscard]] Result<Answer> next_result();
    [[nodiscard]] Error lost(std::string_view why = {});
    void leave_alone(Clock::duration, Error why);
    void disconnect();

    std::string connection_;
    std::chrono::milliseconds answer_max_;
    Clock::time_point asked_at_{};
    Clock::time_point alone_until_{};
    Error why_alone_{};
    int hangs_ = 0;  ///< since the last commit
    pg_conn* pg_ = nullptr;
    std::uint64_t number_ = 0;  ///< of the connection
    std::vector<Sent> sent_{};
    bool in_transaction_ = false;
    bool committing_ = false;
    bool broke_before_commit_ = false;
    std::map<const char*, std::unique_ptr<Statement>> statements_{};
};

}  // namespace mcim::store::postgres
