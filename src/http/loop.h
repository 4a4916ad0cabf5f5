// The event loop that servers, clients and timers of one process share. One thread runs it; everything is called back
// on that thread.
#pragma once
#include <chrono>
#include <functional>
#include <memory>

namespace mcim::http {

class Loop {
public:
    Loop();
    ~Loop();
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    /// Until stop(), or until nothing is left that could call back.
    void run();
    /// The same, for at most this long; false: time is up.
    bool run_for(std::chrono::milliseconds);
    void stop();  ///< from any thread
    /// Calls `f` on the loop's thread, after what is ready now. From any thread.
    void post(std::function<void()> f);
    void after(std::chrono::milliseconds, std::function<void()> f);
    /// As long as one is kept, something is left that could call back: from a thread that the loop knows nothing of.
    using Hold = std::shared_ptr<const void>;
    [[nodiscard]] Hold hold();
    /// `f` at the first SIGTERM or SIGINT.
    void on_termination(std::function<void()> f);
    /// `f` at every SIGHUP, which would else end the process.
    void on_hangup(std::function<void()> f);

    struct Impl;
    [[nodiscard]] Impl& impl() { return *impl_; }

private:
    std::unique_ptr<Impl> impl_;
};

/// Calls back again and again until it is destroyed.
class Timer {
public:
    [[nodiscard]] static std::unique_ptr<Timer> every(Loop&, std::chrono::milliseconds period, std::function<void()>);
    ~Timer();

    struct Impl;
    explicit Timer(std::shared_ptr<Impl>);

private:
    std::shared_ptr<Impl> impl_;
};

}  // namespace mcim::http
