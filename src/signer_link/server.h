// The other end: answers whoever connects with a Signer. One thread; what a slow client keeps waiting is its own answer
// only.
#pragma once
#include <sys/types.h>

#include <functional>

#include "mcim/posix/descriptor.h"
#include "mcim/signer/public_keys.h"

namespace mcim::signer_link {

struct Hosting {
    std::string program;         ///< and version, as clients are told
    signer::PublicKeys keys;     ///< as clients are told
    std::vector<uid_t> clients;  ///< whose processes are answered
    /// What the log may say: of a request its description and never its content.
    std::function<void(const std::string& sentence)> note = [](const std::string&) {};
};

/// Until `stop` is readable: then nobody new is let in, and what has begun to arrive is answered. Errc::io where that
/// is not done within a few seconds, or the listener failed.
[[nodiscard]] Status serve(signer::Signer&, const posix::Descriptor& listener, int stop, const Hosting&);

}  // namespace mcim::signer_link
