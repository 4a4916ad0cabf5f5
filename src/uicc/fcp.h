// File control parameters: the answer to SELECT and STATUS (TS 102 221 11.1.1.3).
#pragma once
#include "mcim/uicc/profile.h"

namespace mcim::uicc {

/// Template '62' of any file. PIN states are those of the directory itself.
[[nodiscard]] Bytes fcp(const Profile&, FileIndex);

}  // namespace mcim::uicc
