// For fuzzing: what somebody on the authentication centre's socket can send.
#pragma once
#include "mcim/base/bytes.h"

namespace mcim::auc {

/// What parses comes back from render_datagram as it was, or this aborts.
void exercise_datagram(View);

}  // namespace mcim::auc
