// Ends the process where a call of the token does not come back: no other way leads out of a module that hangs. Every
// request may be repeated, so whoever asked asks the process that is started next.
#pragma once
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace mcim::signer_program {

class Watchdog {
public:
    using Duration = std::chrono::steady_clock::duration;
    /// `busy_for`: since when a call is under way. `last_words` comes before the end, with 1. Its thread runs before a
    /// sandbox is entered.
    Watchdog(std::function<Duration()> busy_for, Duration limit, std::function<void()> last_words);
    ~Watchdog();
    Watchdog(const Watchdog&) = delete;
    Watchdog& operator=(const Watchdog&) = delete;

private:
    void watch();

    const std::function<Duration()> busy_for_;
    const Duration limit_;
    const std::function<void()> last_words_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool begun_ = false;
    bool ending_ = false;
    std::thread thread_;
};

}  // namespace mcim::signer_program
