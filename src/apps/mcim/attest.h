// What the files of `mcim attest` share with their test.
#pragma once
#include "mcim/apps/mcim/admin.h"

namespace mcim::apps {

/// What the verifier knows of a device: evidence that was refused since, and of each operator the newest verdict, which
/// is the one that says how the device stands. `session`: the only one that was asked about; empty: about all.
[[nodiscard]] Status print_verdicts(const jose::Object& answer, std::string_view session, std::ostream&);

}  // namespace mcim::apps
