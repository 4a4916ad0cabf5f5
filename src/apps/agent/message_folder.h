// Where --keep-messages puts what the agent sends and receives: NNN-NAME.der or .json, numbered through all runs that
// use the folder. Nothing in it is ever overwritten.
#pragma once
#include <filesystem>
#include <string_view>

#include "mcim/base/result.h"

namespace mcim::agent {

class MessageFolder {
public:
    /// Goes on after the highest number that is there. An empty path keeps nothing.
    explicit MessageFolder(std::filesystem::path);
    [[nodiscard]] Status keep(std::string_view name, std::string_view ending, std::string_view content);

private:
    std::filesystem::path folder_;
    unsigned last_ = 0;
};

}  // namespace mcim::agent
