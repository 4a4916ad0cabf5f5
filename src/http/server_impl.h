// Private to the module: what a server's connections share.
#pragma once
#include <boost/asio/executor_work_guard.hpp>
#include <optional>
#include <utility>

#include "mcim/http/guests.h"
#include "mcim/http/loop_impl.h"
#include "mcim/http/server.h"
#include "mcim/http/stream.h"

namespace mcim::http {

struct Server::Impl : std::enable_shared_from_this<Server::Impl> {
    Impl(Loop& on, Limits within, Handler to)
        : loop(on.impl().context),
          limits(within),
          handler(std::move(to)),
          guests(within.connections_max, within.connections_per_address_max) {}
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;
    virtual ~Impl() = default;
    virtual void accept() = 0;
    virtual void close_listener() = 0;
    [[nodiscard]] virtual std::uint16_t port() const = 0;
    [[nodiscard]] virtual Result<std::function<void()>> prepare_tls(std::span<const TlsIdentity>) = 0;

    /// A connection has ended: there may be room for one that waits.
    void left(Guest& who) {
        guests.leave(who);
        somebody_must_go = false;
        if (std::exchange(newcomer, std::nullopt) && !closing) accept();
    }
    void waits(Guest& who) {
        guests.waits(who);
        if (somebody_must_go) shed_one();
    }
    void shed_one() {
        somebody_must_go = !guests.shed_one();
        if (!somebody_must_go) ++shed;
    }

    boost::asio::io_context& loop;
    Limits limits;
    Handler handler;
    Guests guests;
    /// Where there is one in the kernel's queue: nothing else may be left on the loop than answers that are being made.
    std::optional<boost::asio::executor_work_guard<Executor>> newcomer;
    bool somebody_must_go = false;  ///< for the newcomer, as soon as it waits for its client
    std::uint64_t turned_away = 0;
    std::uint64_t shed = 0;
    bool closing = false;
    std::function<void(const RefusedHandshake&)> handshake_refused{};  ///< empty: nobody wants to know
};

}  // namespace mcim::http
