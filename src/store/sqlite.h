// Private to the module: SQLite with Results. Statements are prepared once and kept.
#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <optional>

#include "mcim/base/bytes.h"
#include "mcim/base/ports.h"
#include "mcim/store/query.h"

struct sqlite3;
struct sqlite3_stmt;

namespace mcim::store {

class Statement {
public:
    Statement(sqlite3* db, sqlite3_stmt* statement) : db_(db), statement_(statement) {}
    ~Statement();
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;

    // Parameters in their order. What is bound must live until the statement is reset.
    Statement& bind(std::int64_t);
    Statement& bind(std::string_view);
    Statement& bind(View);
    Statement& bind(Time);
    Statement& bind_null();
    template <class T>
    Statement& bind_optional(const std::optional<T>& v) {
        return v ? bind(*v) : bind_null();
    }

    /// true: a row is there; false: done. Errors: conflict for a constraint (path: table.column), else io.
    [[nodiscard]] Result<bool> step();
    /// step(), expecting no row, and reset.
    [[nodiscard]] Status run();
    /// run(), and how many rows it changed.
    [[nodiscard]] Result<std::int64_t> run_counting();
    /// run(), which changes exactly one row; if not, the others say why.
    [[nodiscard]] Status run_on_one(Errc, const char* path, const char* reason = "");
    void reset();

    // Columns of the current row.
    [[nodiscard]] std::int64_t integer(int column) const;
    [[nodiscard]] std::string text(int column) const;
    [[nodiscard]] Bytes blob(int column) const;
    [[nodiscard]] Time time(int column) const;
    [[nodiscard]] bool is_null(int column) const;

private:
    sqlite3* db_;
    sqlite3_stmt* statement_;
    int next_ = 1;
};

class Database {
public:
    using Statement = store::Statement;
    static constexpr bool writes_alone = true;  ///< from BEGIN to COMMIT
    [[nodiscard]] static Result<std::unique_ptr<Database>> open(const std::filesystem::path&);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    /// Statements without parameters and rows, separated by semicolons.
    [[nodiscard]] Status run(const std::string& sql);
    /// The same statement for the same text; `sql` is a literal. The pointer is never null.
    [[nodiscard]] Result<Statement*> prepare(const char* sql);
    [[nodiscard]] Status begin() { return run_kept("BEGIN IMMEDIATE"); }
    [[nodiscard]] Status commit() { return run_kept("COMMIT"); }
    void roll_back() { static_cast<void>(run_kept("ROLLBACK")); }
    /// What was run has been run.
    [[nodiscard]] static Status settle() { return ok(); }
    /// false after an error for which SQLite takes a whole transaction back by itself (disk full, I/O, memory).
    [[nodiscard]] bool in_transaction() const;
    [[nodiscard]] const std::string& name() const { return name_; }

private:
    [[nodiscard]] Status run_kept(const char* sql);
    Database(sqlite3* db, std::string name) : db_(db), name_(std::move(name)) {}
    sqlite3* db_;
    std::string name_;
    std::map<const char*, std::unique_ptr<Statement>> statements_;
};

}  // namespace mcim::store
