// What the programs say of a command line that was not understood.
#pragma once
#include <string>

namespace CLI {
class App;
class Error;
}  // namespace CLI

namespace mcim::apps {

/// For CLI::App::failure_message: names the word that is no command or no option here, and what is near it; says what
/// an option is that is missing or has no value, and which is there twice; else what CLI11 says.
[[nodiscard]] std::string complaint(const CLI::App*, const CLI::Error&);

}  // namespace mcim::apps
