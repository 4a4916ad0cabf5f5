// What the process takes away from itself (requirements OB1, OB2): its memory is not dumped, not traced, not swapped;
// after start it can do only what serving needs.
#pragma once
#include <string>
#include <vector>

#include "mcim/base/result.h"

namespace mcim::apps {

/// No core dumps, no ptrace by others, pages locked. What could not be had is returned as sentences for the log: a
/// machine without the right to lock memory still serves.
[[nodiscard]] std::vector<std::string> protect_memory();

/// A filter of system calls does not see addresses: with outgoing_streams, which --vpcd needs, a process that was taken
/// over can connect to anything. That is for a laboratory.
/// For a PKCS#11 module, which logs through syslog() and must not end the process by that: with `refused` each socket,
/// with outgoing_and_local_streams each for datagrams is EPERM. The latter, for a module that keeps a connection to its
/// device, lets UNIX sockets pass as well.
enum class Network : std::uint8_t { none, refused, outgoing_streams, outgoing_and_local_streams };
/// A seccomp allow-list, for all threads there are: any other system call kills the process. Files may be opened
/// (file_rules.h says which), sockets only as `Network` says; no program and no thread can be started, no memory made
/// executable, nobody else sent a signal.
[[nodiscard]] Status enter_sandbox(Network);

}  // namespace mcim::apps
