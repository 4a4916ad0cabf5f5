// The running platform: opens what the configuration names, listens, and ends in good order.
#pragma once
#include <functional>

#include "mcim/apps/mcimd/config.h"

namespace mcim::apps::mcimd {

class Program {
public:
    /// Errors name the file or key that is at fault. Nothing listens then.
    [[nodiscard]] static Result<std::unique_ptr<Program>> start(const Config&, http::Loop&,
                                                                std::function<Time()> clock = system_now);
    ~Program();
    [[nodiscard]] std::uint16_t port() const;
    /// Takes no new work, lets what has begun come to its end, and leaves nothing on the loop.
    void stop();
    [[nodiscard]] bool idle() const;  ///< nobody is connected

    struct Impl;
    explicit Program(std::unique_ptr<Impl>);

private:
    std::unique_ptr<Impl> impl_;
};

/// `mcimd --config FILE [--check-config]`, `mcimd --print-config`; the exit code.
int run(int argc, const char* const* argv);

}  // namespace mcim::apps::mcimd
