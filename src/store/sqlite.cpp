#include "mcim/store/sqlite.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include "mcim/store/gathered_wal.h"

namespace mcim::store {
namespace {

/// "UNIQUE constraint failed: orders.iccid" is a conflict at orders.iccid. Which reference leads nowhere SQLite does
/// not say.
Error error_of(sqlite3* db) {
    const std::string message = sqlite3_errmsg(db);
    const int extended = sqlite3_extended_errcode(db);
    const int code = extended & 0xFF;
    if (code == SQLITE_BUSY)
        return fail(Errc::io, "database", "another process has it open: is mcimd running already?");
    if (code != SQLITE_CONSTRAINT) return fail(Errc::io, "database", message);
    const auto colon = message.rfind(": ");
    const bool unique = extended == SQLITE_CONSTRAINT_UNIQUE || extended == SQLITE_CONSTRAINT_PRIMARYKEY;
    return fail(Errc::conflict, colon == std::string::npos ? "reference" : message.substr(colon + 2),
                unique ? "it exists already" : "a rule of the database forbids it");
}

/// Counting what it has allocated, SQLite takes a mutex for every allocation; nobody asks for that number.
void do_not_count_memory() {
    static const int done = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    static_cast<void>(done);
}

}  // namespace

Statement::~Statement() { sqlite3_finalize(statement_); }

Statement& Statement::bind(std::int64_t v) {
    sqlite3_bind_int64(statement_, next_++, v);
    return *this;
}
Statement& Statement::bind(std::string_view v) {
    sqlite3_bind_text64(statement_, next_++, v.data() == nullptr ? "" : v.data(), v.size(), SQLITE_STATIC, SQLITE_UTF8);
    return *this;
}
Statement& Statement::bind(View v) {
    static constexpr std::uint8_t nothing = 0;
    sqlite3_bind_blob64(statement_, next_++, v.empty() ? &nothing : v.data(), v.size(), SQLITE_STATIC);
    return *this;
}
Statement& Statement::bind(Time v) { return bind(static_cast<std::int64_t>(v.time_since_epoch().count())); }
Statement& Statement::bind_null() {
    sqlite3_bind_null(statement_, next_++);
    return *this;
}

Result<bool> Statement::step() {
    switch (sqlite3_step(statement_)) {
        case SQLITE_ROW: return true;
        case SQLITE_DONE: return false;
        default: return error_of(db_);
    }
}
Status Statement::run() {
    const auto row = step();
    reset();
    if (!row) return row.error();
    return ok();
}
Result<std::int64_t> Statement::run_counting() {
    CHECKED(run());
    return std::int64_t{sqlite3_changes64(db_)};
}
Status Statement::run_on_one(Errc code, const char* path, const char* reason) {
    TRY(const std::int64_t changed, run_counting());
    if (changed != 1) return fail(code, path, reason);
    return ok();
}
void Statement::reset() {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
    next_ = 1;
}

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(statement_, column); }
std::string Statement::text(int column) const {
    const auto* text = sqlite3_column_text(statement_, column);
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
    return text == nullptr ? std::string() : std::string(reinterpret_cast<const char*>(text), size);
}
Bytes Statement::blob(int column) const {
    const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
    return data == nullptr ? Bytes() : Bytes(data, data + size);
}
Time Statement::time(int column) const { return Time(std::chrono::milliseconds(integer(column))); }
bool Statement::is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

Result<std::unique_ptr<Database>> Database::open(const std::filesystem::path& file) {
    // SQLite gives its WAL the mode of the database: make that first, for the owner alone
    const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) return fail(Errc::io, file, "cannot open the database");
    ::close(fd);
    do_not_count_memory();
    sqlite3* db = nullptr;
    if (sqlite3_open_v2(file.c_str(), &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, gathered_wal_vfs()) !=
        SQLITE_OK) {
        auto error = fail(Errc::io, file, db == nullptr ? "no memory" : sqlite3_errmsg(db));
        sqlite3_close(db);
        return error;
    }
    std::unique_ptr<Database> out(new Database(db, file));
    sqlite3_extended_result_codes(db, 1);
    CHECKED(
        // one process, one connection: no locks to take for every statement, and a second process is turned away
        out->run("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                 "PRAGMA secure_delete = ON; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = "
                 "-8192;"));
    return out;
}

Database::~Database() {
    statements_.clear();
    sqlite3_close(db_);
}

Status Database::run(const std::string& sql) {
    if (sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) return error_of(db_);
    return ok();
}

Result<Statement*> Database::prepare(const char* sql) {
    auto& kept = statements_[sql];
    if (!kept) {
        sqlite3_stmt* statement = nullptr;
        if (sqlite3_prepare_v3(db_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr) != SQLITE_OK)
            return error_of(db_);
        kept = std::make_unique<Statement>(db_, statement);
    }
    return kept.get();
}

Status Database::run_kept(const char* sql) {
    TRY(Statement * s, prepare(sql));
    return s->run();
}
bool Database::in_transaction() const { return sqlite3_get_autocommit(db_) == 0; }

}  // namespace mcim::store
