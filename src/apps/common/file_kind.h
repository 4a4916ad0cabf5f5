// What a file seems to be, for who names one where another kind is wanted.
#pragma once
#include <string>

#include "mcim/base/bytes.h"

namespace mcim::apps {

/// "a private key (PEM)": by its first characters, with its article.
[[nodiscard]] std::string kind_of_file(View content);

}  // namespace mcim::apps
