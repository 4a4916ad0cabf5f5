// What this build is, and which specifications it follows.
#pragma once
#include <string>

namespace mcim::apps {

[[nodiscard]] std::string version_text();
[[nodiscard]] std::string version_json();

}  // namespace mcim::apps
