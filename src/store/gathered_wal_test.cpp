// That the WAL is written later, and in larger pieces, changes nothing that SQLite promises.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "mcim/store/rows_for_test.h"
#include "mcim/store/sqlite.h"
#include "support/temp_folder.h"

namespace mcim::store {
namespace {

using test::TempFolder;

PutRow row_of(int n, std::size_t octets) {
    return PutRow{{"card", std::to_string(n), Bytes(octets, static_cast<std::uint8_t>(n))}};
}

/// Runs in a process of its own, which dies with the store open. Where something did not go as it was to, there is
/// none.
bool goes_well_until_its_process_dies(const std::function<std::unique_ptr<Store>()>& work) {
    const pid_t child = fork();
    if (child == 0) {
        const auto store = work();
        kill(getpid(), store ? SIGKILL : SIGTERM);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

TEST(GatheredWal, HoldsATransactionOfAnySizeWhenItIsCommitted) {
    const TempFolder folder;
    // above what SQLite keeps of a database in memory, above and below one call of the file
    static constexpr std::array<std::size_t, 4> sizes{20'000'000, 500'000, 130'000, 100};
    ASSERT_TRUE(goes_well_until_its_process_dies([&] {
        auto store = *open_sqlite_store(folder / "db");
        for (int n = 0; n < 4; ++n)
            if (store && !store->commit_one({row_of(n, sizes.at(static_cast<std::size_t>(n)))})) store.reset();
        return store;
    }));
    const auto store = open_sqlite_store(folder / "db");
    ASSERT_TRUE(store) << to_string(store.error());
    for (int n = 0; n < 4; ++n) {
        const auto row = *(*store)->find_row("card", std::to_string(n));
        ASSERT_TRUE(row) << n;
        EXPECT_EQ(row->body, row_of(n, sizes.at(static_cast<std::size_t>(n))).row.body) << n;
    }
}

/// Of this process so far.
std::uint64_t write_calls() {
    std::ifstream io("/proc/self/io");
    for (std::string word; io >> word;)
        if (word == "syscw:") {
            io >> word;
            return std::stoull(word);
        }
    return 0;
}

TEST(GatheredWal, AGroupIsWrittenWithAFewCalls) {
    const TempFolder folder;
    const auto store = open_sqlite_store(folder / "db");
    ASSERT_TRUE(store);
    ASSERT_TRUE((*store)->commit_one({row_of(0, 1)}));
    Batch group;
    for (int n = 1; n <= 20; ++n) group.emplace_back(row_of(n, 3000));
    const auto before = write_calls();
    ASSERT_NE(before, 0U);
    ASSERT_TRUE((*store)->commit_one(std::move(group)));
    EXPECT_LE(write_calls() - before, 2U) << "for twenty pages and more";
}

TEST(GatheredWal, ATransactionSeesWhatItHasWrittenBeforeItIsCommitted) {
    const TempFolder folder;
    const auto db = Database::open(folder / "db");
    ASSERT_TRUE(db);
    // a few pages of cache: what was written goes to the WAL and is read again from there
    ASSERT_TRUE((*db)->run("PRAGMA cache_size = 10; CREATE TABLE t (n INTEGER PRIMARY KEY, body BLOB); BEGIN"));
    Statement* insert = *(*db)->prepare("INSERT INTO t VALUES (?, ?)");
    const Bytes body(3000, 0x5A);
    for (std::int64_t n = 0; n < 500; ++n) ASSERT_TRUE(insert->bind(n).bind(View(body)).run());
    Statement* read = *(*db)->prepare("SELECT body FROM t WHERE n=?");
    for (std::int64_t n = 0; n < 500; ++n) {
        Query query(*read);
        const auto there = query->bind(n).step();
        ASSERT_TRUE(there && *there) << n;
        ASSERT_EQ(query->blob(0), body) << n;
    }
    ASSERT_TRUE((*db)->run("ROLLBACK"));
    Query count(**(*db)->prepare("SELECT count(*) FROM t"));
    ASSERT_TRUE(count->step());
    EXPECT_EQ(count->integer(0), 0);
}

TEST(GatheredWal, AFullDiskFailsTheTransactionAndNoLaterOne) {
    const TempFolder folder;
    ASSERT_TRUE(goes_well_until_its_process_dies([&] {
        auto store = *open_sqlite_store(folder / "db");
        const bool before = store->commit_one({row_of(1, 1000)}).has_value();
        signal(SIGXFSZ, SIG_IGN);
        rlimit limit{};
        getrlimit(RLIMIT_FSIZE, &limit);
        const rlimit small{300'000, limit.rlim_max};
        setrlimit(RLIMIT_FSIZE, &small);
        const Status full = store->commit_one({row_of(2, 400'000)});
        setrlimit(RLIMIT_FSIZE, &limit);
        const bool refused = !full && full.error().code == Errc::io;
        const bool after = store->commit_one({row_of(3, 1000)}).has_value();
        return before && refused && after ? std::move(store) : nullptr;
    }));
    const auto store = open_sqlite_store(folder / "db");
    ASSERT_TRUE(store) << to_string(store.error());
    EXPECT_TRUE(*(*store)->find_row("card", "1"));
    EXPECT_FALSE(*(*store)->find_row("card", "2"));
    EXPECT_TRUE(*(*store)->find_row("card", "3"));
}

}  // namespace
}  // namespace mcim::store
