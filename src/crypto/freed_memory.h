// OpenSSL's decoders of private keys leave what they read in memory that they free.
#pragma once

namespace mcim::crypto {

/// From here on OpenSSL wipes whatever it frees. For programs that read other people's keys: first of all in main(),
/// since OpenSSL must not have allocated anything yet.
void wipe_freed_memory();

}  // namespace mcim::crypto
