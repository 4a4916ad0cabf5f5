#include "mcim/posix/stop_signals.h"

#include <sys/signalfd.h>

#include <csignal>

namespace mcim::posix {

Result<Descriptor> stop_signals() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigprocmask(SIG_BLOCK, &set, nullptr);
    Descriptor out(signalfd(-1, &set, SFD_CLOEXEC));
    if (!out.valid()) return fail(Errc::io, "signalfd", "cannot be made");
    return out;
}

}  // namespace mcim::posix
