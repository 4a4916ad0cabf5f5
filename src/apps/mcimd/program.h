// The running platform: opens what the configuration names, listens, and ends in good order.
#pragma once
#include <functional>

#include "mcim/apps/mcimd/config.h"
#include "mcim/signer/signer.h"
#include "mcim/store/store.h"

namespace mcim::apps::mcimd {

/// What a program has around it. A test puts its own clock there, and a store or a signer that fails before the real
/// one.
struct Surroundings {
    std::function<Time()> clock = system_now;
    std::function<std::unique_ptr<store::Store>(std::unique_ptr<store::Store>)> before_store = {};
    std::function<std::unique_ptr<signer::Signer>(std::unique_ptr<signer::Signer>)> before_signer = {};
};

class Program {
public:
    /// Errors name the file or key that is at fault. Nothing listens then.
    [[nodiscard]] static Result<std::unique_ptr<Program>> start(const Config&, http::Loop&,
                                                                const Surroundings& = Surroundings());
    ~Program();
    /// Nothing where no role is served over TLS.
    [[nodiscard]] std::optional<std::uint16_t> port() const;
    /// Of ES2+; nothing where it is not served.
    [[nodiscard]] std::optional<std::uint16_t> es2_port() const;
    /// Of /metrics, /healthz and /readyz; nothing where they are not served.
    [[nodiscard]] std::optional<std::uint16_t> operation_port() const;
    /// Reads the certificates, the keys of TLS and the revocation lists again that the configuration names, for
    /// connections and requests from now on. Where one is at fault nothing changes. What waits to be told to others is
    /// told now, in either case.
    [[nodiscard]] Status renew();
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
