// What the files of `mcim subscription` share.
#pragma once
#include <filesystem>

#include "mcim/apps/mcim/commands.h"
#include "mcim/base/secret.h"

namespace mcim::apps {

/// K and OPc of an operator who has them already, from a file that only its owner may read:
///   k=465B5CE8B199B49FAA5F0A2EE238A6BC
///   opc=CD63CB71954A9F4E48A5994E37A02BAF
/// "opc" is absent for the test algorithm. Empty lines and lines that begin with '#' are passed over.
struct KeyFile {
    SecretBytes k;
    SecretBytes opc;
};
[[nodiscard]] Result<KeyFile> read_key_file(const std::filesystem::path&);

/// mcim subscription import
void add_subscription_import(CLI::App& subscription, Console&);
/// mcim subscription export
void add_subscription_export(CLI::App& subscription, Console&);
/// mcim subscription list, show, bar, unbar, close
void add_subscription_list(CLI::App& subscription, Console&);
void add_subscription_show(CLI::App& subscription, Console&);
void add_subscription_bars(CLI::App& subscription, Console&);

}  // namespace mcim::apps
