// Private to the module: each Change as SQL.
#pragma once
#include "mcim/store/sqlite.h"
#include "mcim/store/store.h"

namespace mcim::store {

[[nodiscard]] Status apply(Database&, const Change&);

}  // namespace mcim::store
