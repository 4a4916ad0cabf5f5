// mcim operator client, progress, show, policy, metadata
#pragma once
#include "mcim/apps/mcim/commands.h"
#include "mcim/base/bytes.h"

namespace mcim::apps {

void add_operator_client(CLI::App& parent, Console&);
void add_operator_progress(CLI::App& parent, Console&);
void add_operator_show(CLI::App& parent, Console&);
void add_operator_policy(CLI::App& parent, Console&);
void add_operator_metadata(CLI::App& parent, Console&);

/// DER, of whatever PKI: the platform looks inside.
[[nodiscard]] Result<Bytes> read_any_certificate(const std::string& path);

}  // namespace mcim::apps
