// mcim operator client
#pragma once
#include "mcim/apps/mcim/commands.h"

namespace mcim::apps {

void add_operator_client(CLI::App& parent, Console&);

}  // namespace mcim::apps
