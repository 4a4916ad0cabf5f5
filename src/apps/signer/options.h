// The command line of mcim-signer as data.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "mcim/base/result.h"
#include "mcim/custody/custody.h"

namespace mcim::signer_program {

enum class LogFormat : std::uint8_t { text, json };

struct Options {
    std::filesystem::path keys;
    std::filesystem::path passphrase_file;  ///< empty: the keys lie open in their folder
    std::filesystem::path socket;
    std::vector<std::string> clients;  ///< users; empty: its own only
    custody::Policy policy;
    LogFormat log_format = LogFormat::text;
};

/// Answers until SIGTERM or SIGINT.
[[nodiscard]] Status run(const Options&);

}  // namespace mcim::signer_program
