#include "watchdog.h"

#include <unistd.h>

namespace mcim::signer_program {

Watchdog::Watchdog(std::function<Duration()> busy_for, Duration limit, std::function<void()> last_words)
    : busy_for_(std::move(busy_for)), limit_(limit), last_words_(std::move(last_words)), thread_([this] { watch(); }) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return begun_; });
}

Watchdog::~Watchdog() {
    {
        const std::scoped_lock lock(mutex_);
        ending_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

void Watchdog::watch() {
    std::unique_lock lock(mutex_);
    begun_ = true;
    changed_.notify_all();
    while (!changed_.wait_for(lock, std::chrono::milliseconds(500), [&] { return ending_; })) {
        if (busy_for_() < limit_) continue;
        last_words_();
        _exit(1);
    }
}

}  // namespace mcim::signer_program
