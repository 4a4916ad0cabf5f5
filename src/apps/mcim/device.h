// What the files of `mcim device` share.
#pragma once
#include "mcim/apps/mcim/commands.h"

namespace mcim::apps {

/// mcim device make
void add_device_make(CLI::App& device, Console&);

}  // namespace mcim::apps
