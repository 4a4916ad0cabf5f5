// The command line of mcim-signer as data.
#pragma once
#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "mcim/base/result.h"
#include "mcim/custody/custody.h"

namespace mcim::signer_program {

enum class LogFormat : std::uint8_t { text, json };

/// A token of PKCS#11, and what its module is given.
struct TokenOptions {
    std::filesystem::path module;
    std::string label;  ///< or the serial number
    std::filesystem::path pin_file;
    std::size_t sessions = 4;                    ///< at once, while the process serves
    std::chrono::seconds timeout{30};            ///< of one operation, while the process serves
    std::vector<std::filesystem::path> folders;  ///< that the module has to reach while it serves
    bool connects = false;                       ///< it keeps a connection to its device
};
struct KeyFolderOptions {
    std::filesystem::path folder;
    std::filesystem::path passphrase_file;  ///< empty: the keys lie open in their folder
};

struct Options {
    KeyFolderOptions keys;  ///< where there is no token
    std::optional<TokenOptions> token;
    std::filesystem::path socket;
    std::vector<std::string> clients;  ///< users; empty: its own only
    custody::Policy policy;
    LogFormat log_format = LogFormat::text;
};

/// A transport key that is brought into a folder, from a file of hexadecimal digits that is its owner's alone.
struct NewTransportKey {
    custody::TransportIndex index{};
    std::string operator_id;
    custody::TransportUse use{};
    std::filesystem::path key_file;
};

/// Answers until SIGTERM or SIGINT.
[[nodiscard]] Status run(const Options&);
/// Brings the keys of the folder into the token, and says which.
[[nodiscard]] Status import_into_token(const KeyFolderOptions&, const TokenOptions&);

[[nodiscard]] Status add_transport_key(const KeyFolderOptions&, const NewTransportKey&);
/// Everything but the keys.
[[nodiscard]] Status list_transport_keys(const KeyFolderOptions&);
[[nodiscard]] Status remove_transport_key(const KeyFolderOptions&, custody::TransportIndex);

}  // namespace mcim::signer_program
