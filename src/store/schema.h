// Private to the module: the tables, as a list of steps from each version to the next.
#pragma once
#include <span>

#include "mcim/store/sqlite.h"

namespace mcim::store {

/// Brings the database to the newest version, each step in a transaction of its own. Refuses one that is newer.
[[nodiscard]] Status migrate(Database&);
[[nodiscard]] std::int64_t newest_schema();

}  // namespace mcim::store
