#include "support/postgres.h"

#include <fcntl.h>
#include <grp.h>
#include <libpq-fe.h>
#include <poll.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <vector>

namespace mcim::test {
namespace {

using std::chrono::steady_clock;

constexpr const char* programs = "/usr/lib/postgresql/15/bin/";
constexpr std::array settings{"--listen_addresses=",  "--dynamic_shared_memory_type=mmap",
                              "--fsync=off",          "--full_page_writes=off",
                              "--shared_buffers=8MB", "--max_connections=20",
                              "--autovacuum=off",     "--deadlock_timeout=300ms"};
constexpr auto start_deadline = std::chrono::seconds{20};
constexpr int poll_ms = 5;

/// PostgreSQL does not run as root: then as the user of its package, or as nobody.
const passwd* user_to_be() {
    if (geteuid() != 0) return nullptr;
    const passwd* found = getpwnam("postgres");
    return found != nullptr ? found : getpwnam("nobody");
}

[[noreturn]] void become(const std::string& log, std::vector<std::string> words, pid_t parent) {
    const int out = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    dup2(out, STDOUT_FILENO);
    dup2(out, STDERR_FILENO);
    if (const passwd* user = user_to_be())
        if (setgroups(0, nullptr) != 0 || setgid(user->pw_gid) != 0 || setuid(user->pw_uid) != 0) _exit(126);
    // a crashed test leaves nothing behind: this is an immediate shutdown, of all its processes
    prctl(PR_SET_PDEATHSIG, SIGQUIT);
    if (getppid() != parent) _exit(1);
    setpgid(0, 0);
    words.front() = programs + words.front();
    if (chdir("/") != 0) _exit(1);
    std::vector<char*> arguments;
    for (auto& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    std::array<char*, 2> environment{const_cast<char*>("LC_ALL=C"), nullptr};
    execve(words.front().c_str(), arguments.data(), environment.data());
    _exit(127);
}

pid_t spawn(const std::string& log, std::vector<std::string> words) {
    const pid_t parent = getpid();
    const pid_t pid = fork();
    if (pid == 0) become(log, std::move(words), parent);
    return pid;
}

/// Whether the process ended within so long; it is left to be waited for.
bool ends_within(pid_t pid, int milliseconds) {
    const int process = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
    if (process < 0) return true;
    pollfd ended{process, POLLIN, 0};
    const bool out = poll(&ended, 1, milliseconds) > 0;
    close(process);
    return out;
}

std::vector<pid_t> children_of(pid_t pid) {
    const std::string task = std::to_string(pid);
    std::ifstream in("/proc/" + task + "/task/" + task + "/children");
    return {std::istream_iterator<pid_t>(in), {}};
}

}  // namespace

PostgresSession::PostgresSession(const std::string& connection) : pg_(PQconnectdb(connection.c_str())) {
    run("SET search_path = mcim");
}

PostgresSession::~PostgresSession() { PQfinish(pg_); }

std::int64_t PostgresSession::run(const std::string& sql) {
    const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(pg_, sql.c_str()), &PQclear);
    const auto status = PQresultStatus(result.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        throw std::runtime_error(sql + ": " + PQerrorMessage(pg_));
    return PQntuples(result.get()) == 0 ? 0 : std::strtoll(PQgetvalue(result.get(), 0, 0), nullptr, 10);
}

void PostgresSession::await(const std::string& query, std::int64_t at_least) {
    const auto deadline = steady_clock::now() + start_deadline;
    while (run(query) < at_least)
        if (steady_clock::now() > deadline) throw std::runtime_error("not in time: " + query);
}
void PostgresSession::await_waiting(std::int64_t others) {
    await("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type='Lock' AND datname=current_database()", others);
}

Result<std::unique_ptr<Postgres>> Postgres::start() {
    if (access((std::string(programs) + "postgres").c_str(), X_OK) != 0)
        return fail(Errc::not_found, programs, "the package postgresql-15 is not installed: ./dev setup stores");
    std::unique_ptr<Postgres> out(new Postgres);
    CHECKED(out->make_cluster());
    CHECKED(out->launch());
    return out;
}

Postgres& Postgres::of_this_process() {
    static const auto started = start();
    if (!started) throw std::runtime_error(to_string(started.error()));
    return **started;
}

/// At once, and without what it shares among its processes being left behind.
Postgres::~Postgres() {
    if (pid_ <= 0) return;
    kill(pid_, SIGQUIT);
    waitpid(pid_, nullptr, 0);
}

std::string Postgres::said() const {
    std::ifstream log(folder_ / "log");
    std::ostringstream text;
    text << log.rdbuf();
    const std::string all = text.str();
    return all.size() < 600 ? all : all.substr(all.size() - 600);
}

Status Postgres::make_cluster() {
    if (const passwd* user = user_to_be())
        if (chown(folder_.path().c_str(), user->pw_uid, user->pw_gid) != 0)
            return fail(Errc::io, folder_.path(), "cannot be given to " + std::string(user->pw_name));
    const pid_t pid = spawn(folder_ / "log", {"initdb", "-D", folder_ / "data", "-U", "mcim", "-A", "trust", "-E",
                                              "UTF8", "--locale=C", "--no-sync", "--wal-segsize=1"});
    int status = 0;
    if (waitpid(pid, &status, 0) != pid || status != 0) return fail(Errc::io, "initdb", said());
    return ok();
}

Status Postgres::launch() {
    std::vector<std::string> words{"postgres"};
    for (const char* setting : settings) words.emplace_back(setting);
    words.insert(words.end(), {"-D", folder_ / "data", "-k", folder_.path()});
    pid_ = spawn(folder_ / "log", std::move(words));
    const auto deadline = steady_clock::now() + start_deadline;
    while (!ends_within(pid_, poll_ms) && steady_clock::now() < deadline)
        if (answers()) return ok();
    return fail(Errc::io, "postgres", said());
}

void Postgres::kill_it() {
    if (pid_ <= 0) return;
    kill(pid_, SIGSTOP);  // it makes no new ones meanwhile
    const auto children = children_of(pid_);
    kill(pid_, SIGKILL);
    waitpid(std::exchange(pid_, 0), nullptr, 0);
    for (const pid_t child : children) kill(child, SIGKILL);
    for (const pid_t child : children) ends_within(child, 10'000);
}

std::string Postgres::connection(const std::string& database) const {
    return "host=" + folder_.path().string() + " user=mcim dbname=" + database;
}

bool Postgres::answers() const { return PQping(connection("postgres").c_str()) == PQPING_OK; }

std::string Postgres::fresh_database() {
    const std::string name = "test" + std::to_string(++databases_);
    PostgresSession(connection("postgres")).run("CREATE DATABASE " + name);
    return connection(name);
}

}  // namespace mcim::test
