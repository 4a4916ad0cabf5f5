// What the process takes away from itself (requirements OB1, OB2): its memory is not dumped, not traced, not swapped;
// after start it can do only what serving a card needs.
#pragma once
#include <string>
#include <vector>

#include "mcim/base/result.h"

namespace mcim::tre {

/// No core dumps, no ptrace by others, pages locked. What could not be had is returned as sentences for the log: a
/// machine without the right to lock memory still runs a card.
[[nodiscard]] std::vector<std::string> protect_memory();

enum class Network : std::uint8_t { none, one_connection };
/// A seccomp allow-list: any other system call kills the process. Files may be opened, sockets only as `Network` says;
/// no program can be started and no memory made executable.
[[nodiscard]] Status enter_sandbox(Network);

}  // namespace mcim::tre
