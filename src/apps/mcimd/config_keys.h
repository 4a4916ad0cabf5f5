// Every key of the configuration, for those who write one: `mcimd --print-config` and docs/mcimd.md are made of this.
#pragma once
#include <span>
#include <string>
#include <string_view>

namespace mcim::apps::mcimd {

enum class Presence {
    wanted,    ///< `value` is an example
    optional,  ///< `value` is what holds where the key is absent
    further,   ///< of tables that may be absent, or several, [[table]]; `value` is an example
};
struct ConfigKey {
    std::string_view table;
    std::string_view name;
    Presence presence;
    std::string_view value;  ///< as TOML writes it
    std::string_view meaning;
};

/// Table by table.
[[nodiscard]] std::span<const ConfigKey> config_keys();
/// A configuration with all of them; those that may be absent are commented out.
[[nodiscard]] std::string commented_config();

}  // namespace mcim::apps::mcimd
