// OpenSSL's decoders of private keys leave what they read in memory that they free.
#pragma once

namespace mcim::crypto {

/// From here on OpenSSL wipes whatever it frees. For a command that reads other people's keys, before it does anything
/// else; not for a server, which frees much. False where OpenSSL has allocated something already: nothing changes then.
[[nodiscard]] bool wipe_freed_memory();

}  // namespace mcim::crypto
