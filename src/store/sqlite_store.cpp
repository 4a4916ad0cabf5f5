#include "mcim/store/schema.h"
#include "mcim/store/sql_store.h"

namespace mcim::store {

Result<std::unique_ptr<Store>> open_sqlite_store(const std::filesystem::path& file) {
    TRY(auto db, Database::open(file));
    CHECKED(migrate(*db));
    return std::unique_ptr<Store>(std::make_unique<sql::SqlStore<Database>>(std::move(db)));
}

}  // namespace mcim::store
