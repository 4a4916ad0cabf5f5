// Private to the module: the tables in PostgreSQL, as a list of steps from each version to the next.
#pragma once
#include <cstdint>

#include "mcim/base/result.h"

struct pg_conn;

namespace mcim::store::postgres {

/// Nothing where there are no tables yet. Refuses a schema that is newer than this program.
[[nodiscard]] Result<std::int64_t> schema_of(pg_conn*);
/// Brings the schema to the newest version, in one transaction and under a lock: of several nodes one does it.
[[nodiscard]] Status migrate(pg_conn*);

}  // namespace mcim::store::postgres
