// What the files of `mcim pki` share.
#pragma once
#include "mcim/apps/mcim/commands.h"

namespace mcim::apps {

/// mcim pki import FOLDER
void add_pki_import(CLI::App& pki, Console&);
/// mcim pki show FILE
void add_pki_show(CLI::App& pki, Console&);

}  // namespace mcim::apps
