// For what every store has to do: a test of a suite over AnyStore runs in memory, over SQLite and over PostgreSQL.
#pragma once
#include <gtest/gtest.h>

#include "mcim/store/rows_for_test.h"
#include "support/postgres.h"
#include "support/temp_folder.h"

namespace mcim::store {

class AnyStore : public testing::TestWithParam<std::string_view> {
protected:
    AnyStore() { reopen(); }
    void reopen() {
        store.reset();
        if (GetParam() == "memory") {
            store = open_memory_store();
        } else {
            if (GetParam() == "postgres" && database.empty())
                database = test::Postgres::of_this_process().fresh_database();
            auto opened = database.empty() ? open_sqlite_store(folder / "db") : open_postgres_store(database);
            if (!opened) throw std::runtime_error(to_string(opened.error()));
            store = *std::move(opened);
        }
    }
    /// What is read next comes from the disk, where there is one.
    void reopen_where_it_lasts() {
        if (GetParam() != "memory") reopen();
    }
    Status commit(Batch batch) { return store::commit(*store, std::move(batch)); }
    static std::string conflict(const Status& s) {
        if (s) return "no conflict";
        return s.error().code == Errc::conflict ? s.error().path : to_string(s.error());
    }
    test::TempFolder folder;
    std::string database;  ///< of PostgreSQL
    std::unique_ptr<Store> store;
};

}  // namespace mcim::store
