#include "mcim/store/postgres.h"

#include <libpq-fe.h>

#include "mcim/store/postgres_connection.h"
#include "mcim/store/postgres_schema.h"

namespace mcim::store::postgres {
namespace {

constexpr int binary = 1;
constexpr int doublings_max = 5;

/// "?" is the next parameter, "?2" the second: $1 and $2 to PostgreSQL.
std::string with_dollars(std::string_view sql) {
    std::string out;
    int next = 1;
    for (std::size_t i = 0; i < sql.size(); ++i) {
        if (sql[i] != '?') {
            out += sql[i];
            continue;
        }
        out += '$';
        const bool numbered = i + 1 < sql.size() && sql[i + 1] >= '0' && sql[i + 1] <= '9';
        if (!numbered) out += std::to_string(next++);
    }
    return out;
}

std::int64_t rows_changed_by(PGresult* result) { return std::strtoll(PQcmdTuples(result), nullptr, 10); }

bool went_through(const PGresult* result) {
    const auto status = PQresultStatus(result);
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

}  // namespace

void FreeResult::operator()(pg_result* result) const { PQclear(result); }

// ---------------------------------------------------------------- statements

Statement& Statement::bind(std::int64_t v) {
    Parameter p{nullptr, 8, {}, false};
    for (std::size_t i = 0; i < p.number.size(); ++i)
        p.number[i] = static_cast<char>(static_cast<std::uint64_t>(v) >> (8 * (p.number.size() - 1 - i)));
    parameters_.push_back(p);
    return *this;
}
Statement& Statement::bind(std::string_view v) {
    parameters_.push_back({v.empty() ? "" : v.data(), static_cast<int>(v.size()), {}, false});
    return *this;
}
Statement& Statement::bind(View v) {
    parameters_.push_back(
        {v.empty() ? "" : reinterpret_cast<const char*>(v.data()), static_cast<int>(v.size()), {}, false});
    return *this;
}
Statement& Statement::bind(Time v) { return bind(static_cast<std::int64_t>(v.time_since_epoch().count())); }
Statement& Statement::bind_null() {
    parameters_.push_back({nullptr, 0, {}, true});
    return *this;
}

Result<bool> Statement::step() {
    if (!rows_) {
        auto answer = db_.ask(*this);
        // a text that PostgreSQL cannot hold (it is not UTF-8, or has a zero octet) is the key of no row
        if (!answer && answer.error().code == Errc::bad_value) return false;
        if (!answer) return answer.error();
        rows_ = *std::move(answer);
    }
    return ++row_ < PQntuples(rows_.get());
}
Status Statement::run() {
    Status sent = db_.send(*this);
    reset();
    return sent;
}
Result<std::int64_t> Statement::run_counting() {
    CHECKED(run());
    TRY(const Answer answer, db_.await());
    return rows_changed_by(answer.get());
}
Status Statement::run_on_one(Errc code, const char* path, const char* reason) {
    Status sent = db_.send(*this, fail(code, path, reason));
    reset();
    return sent;
}
void Statement::reset() {
    parameters_.clear();
    rows_.reset();
    row_ = -1;
}

View Statement::octets(int column) const {
    const auto* data = reinterpret_cast<const std::uint8_t*>(PQgetvalue(rows_.get(), row_, column));
    return {data, static_cast<std::size_t>(PQgetlength(rows_.get(), row_, column))};
}
std::int64_t Statement::integer(int column) const {
    std::uint64_t out = 0;
    for (const std::uint8_t octet : octets(column)) out = out << 8U | octet;
    return static_cast<std::int64_t>(out);
}
std::string Statement::text(int column) const {
    const View v = octets(column);
    return {reinterpret_cast<const char*>(v.data()), v.size()};
}
Bytes Statement::blob(int column) const { return to_bytes(octets(column)); }
Time Statement::time(int column) const { return Time(std::chrono::milliseconds(integer(column))); }
bool Statement::is_null(int column) const { return PQgetisnull(rows_.get(), row_, column) != 0; }

// ---------------------------------------------------------------- the connection

Result<std::unique_ptr<Database>> Database::open(std::string connection, std::chrono::milliseconds answer_max) {
    std::unique_ptr<Database> out(new Database(std::move(connection), answer_max));
    CHECKED(out->connected());
    return out;
}

Database::~Database() { disconnect(); }

void Database::disconnect() {
    PQfinish(std::exchange(pg_, nullptr));
    sent_.clear();
    in_transaction_ = false;
    committing_ = false;
}

Status Database::connected() {
    if (pg_ != nullptr) return ok();
    const auto now = Clock::now();
    if (is_left_alone())
        return fail(why_alone_.code, why_alone_.path,
                    why_alone_.detail + "; it is left alone for another " +
                        std::to_string(std::chrono::ceil<std::chrono::milliseconds>(alone_until_ - now).count()) +
                        " ms");
    Status ready = connect_anew();
    if (!ready) leave_alone(Clock::now() - now, ready.error());
    return ready;
}

/// By another program it may have been brought to a schema that this one does not know, meanwhile.
Status Database::connect_anew() {
    TRY(pg_, connect(connection_));
    ++number_;
    Status ready = migrate(pg_);
    if (ready && (PQenterPipelineMode(pg_) != 1 || PQsetnonblocking(pg_, 1) != 0))
        ready = fail(Errc::io, "postgresql", message_of(pg_));
    if (!ready) disconnect();
    return ready;
}

void Database::leave_alone(Clock::duration time, Error why) {
    alone_until_ = Clock::now() + time;
    why_alone_ = std::move(why);
}

Error Database::lost(std::string_view reason) {
    const std::string why = reason.empty() ? message_of(pg_) : std::string(reason);
    broke_before_commit_ = in_transaction_ && !committing_;
    const bool unknown = committing_;
    disconnect();
    return fail(Errc::io, "postgresql",
                "the connection was lost (" + why + "); " +
                    (unknown ? "whether the last transaction happened shows when its requests come again"
                             : "see that PostgreSQL runs: the next request connects again"));
}

Result<Statement*> Database::prepare(const char* sql) {
    auto& kept = statements_[sql];
    if (!kept) kept = std::make_unique<Statement>(*this, "s" + std::to_string(statements_.size()), with_dollars(sql));
    return kept.get();
}

Status Database::send(Statement& s, std::optional<Error> unless_one_row) {
    // within a transaction nobody connects again: the rest of it would happen by itself
    if (pg_ == nullptr) return fail(Errc::io, "postgresql", "the connection was lost");
    if (s.prepared_in_ != number_) {
        if (PQsendPrepare(pg_, s.name_.c_str(), s.sql_.c_str(), 0, nullptr) != 1) return lost();
        s.prepared_in_ = number_;
        sent_.push_back({&s, {}});
    }
    std::vector<const char*> values;
    std::vector<int> octets;
    for (const auto& p : s.parameters_) {
        values.push_back(p.null ? nullptr : p.data == nullptr ? p.number.data() : p.data);
        octets.push_back(p.octets);
    }
    const std::vector<int> formats(values.size(), binary);
    if (PQsendQueryPrepared(pg_, s.name_.c_str(), static_cast<int>(values.size()), values.data(), octets.data(),
                            formats.data(), binary) != 1)
        return lost();
    sent_.push_back({nullptr, std::move(unless_one_row)});
    return ok();
}

Result<Answer> Database::next_result() {
    const auto until = asked_at_ + answer_max_;
    if (await_result(pg_, until)) return Answer(PQgetResult(pg_));
    if (Clock::now() < until) return lost();
    auto hangs = lost("no answer within " + std::to_string(answer_max_.count()) + " ms");
    leave_alone(answer_max_ * (1 << std::min(hangs_++, doublings_max)), hangs);
    return hangs;
}

/// Of one that was sent: an Error of its own, an empty answer where an earlier one failed, or its answer.
Result<Answer> Database::await_one(Sent& one) {
    TRY(Answer answer, next_result());
    if (!answer || PQstatus(pg_) != CONNECTION_OK || ends_connection(answer.get())) return lost();
    for (;;) {
        TRY(Answer more, next_result());
        if (!more) break;
        answer = std::move(more);
    }
    const bool through = went_through(answer.get());
    if (!through && one.prepares != nullptr) one.prepares->prepared_in_ = 0;
    if (PQresultStatus(answer.get()) == PGRES_PIPELINE_ABORTED) return Answer();
    if (!through) return error_of(answer.get());
    if (one.unless_one_row && rows_changed_by(answer.get()) != 1) return *std::move(one.unless_one_row);
    return answer;
}

Result<Answer> Database::await() {
    if (sent_.empty()) return Answer();
    if (PQpipelineSync(pg_) != 1) return lost();
    asked_at_ = Clock::now();
    std::optional<Error> first;
    Answer last;
    auto sent = std::exchange(sent_, {});
    for (Sent& one : sent) {
        auto answer = await_one(one);
        if (pg_ == nullptr) return answer.error();
        if (answer)
            last = *std::move(answer);
        else if (!first)
            first = std::move(answer).error();
    }
    TRY(const Answer end, next_result());
    if (PQresultStatus(end.get()) != PGRES_PIPELINE_SYNC) return lost();
    if (first) return *std::move(first);
    return last;
}

Status Database::settle() {
    const auto answer = await();
    return answer ? ok() : Status(answer.error());
}

/// A query changes nothing: it may be asked again in a new connection.
Result<Answer> Database::ask(Statement& s) {
    const auto once = [&]() -> Result<Answer> {
        CHECKED(connected());
        CHECKED(send(s));
        return await();
    };
    const bool kept = pg_ != nullptr;  // and may have been lost since it was used last
    auto answer = once();
    if (kept && pg_ == nullptr && !is_left_alone()) answer = once();
    if (!answer && answer.error().code == Errc::conflict)
        return fail(Errc::io, "database", "the table is locked, and stays so");  // there is nothing to look at again
    return answer;
}

// ---------------------------------------------------------------- transactions

Status Database::begin() {
    broke_before_commit_ = false;
    CHECKED(connected());
    TRY(Statement * s, prepare("BEGIN"));
    CHECKED(s->run());
    in_transaction_ = true;
    return ok();
}

/// A COMMIT that waits for a replica is not cut short by PostgreSQL: it would say that all is well.
Status Database::commit() {
    CHECKED(settle());
    TRY(Statement * in_its_time, prepare("SET LOCAL statement_timeout = 0"));
    CHECKED(in_its_time->run());
    TRY(Statement * s, prepare("COMMIT"));
    committing_ = true;
    CHECKED(s->run());
    const auto answer = await();
    committing_ = false;
    if (!answer) return answer.error();
    in_transaction_ = false;
    hangs_ = 0;
    if (std::string_view(PQcmdStatus(answer->get())) != "COMMIT")
        return fail(Errc::io, "postgresql", "the transaction was rolled back");
    return ok();
}

void Database::roll_back() {
    if (!in_transaction_) return;
    static_cast<void>(settle());
    if (pg_ == nullptr) return;
    const auto statement = prepare("ROLLBACK");
    const bool ended = (*statement)->run() && settle();
    if (!ended) disconnect();
    in_transaction_ = false;
}

}  // namespace mcim::store::postgres
