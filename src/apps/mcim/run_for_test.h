// The command line as people use it, in the test's own process.
#pragma once
#include <sstream>
#include <string>
#include <vector>

#include "mcim/apps/mcim/commands.h"

namespace mcim::test {

struct Ran {
    int code;
    std::string out;
    std::string err;
    [[nodiscard]] bool says(std::string_view part) const { return out.find(part) != std::string::npos; }
    [[nodiscard]] bool complains(std::string_view part) const { return err.find(part) != std::string::npos; }
};

inline Ran mcim(const std::vector<std::string>& args) {
    std::vector<const char*> argv{"mcim"};
    for (const auto& a : args) argv.push_back(a.c_str());
    std::ostringstream out;
    std::ostringstream err;
    const int code = apps::run_mcim(static_cast<int>(argv.size()), argv.data(), out, err);
    return {code, out.str(), err.str()};
}

}  // namespace mcim::test
