// Private to the module: the tables, as a list of steps from each version to the next.
#pragma once
#include <span>

#include "mcim/store/sqlite.h"

namespace mcim::store {

[[nodiscard]] std::int64_t newest_schema();
/// Brings the database to a version, each step in a transaction of its own. Refuses one that is newer than any here.
[[nodiscard]] Status migrate(Database&, std::int64_t to = newest_schema());

}  // namespace mcim::store
