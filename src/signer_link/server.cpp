#include "mcim/signer_link/server.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

#include "frame.h"
#include "mcim/posix/unix_stream.h"
#include "mcim/signer_wire/greeting.h"
#include "mcim/signer_wire/messages.h"

namespace mcim::signer_link {
namespace {

constexpr std::size_t clients_max = 64;  ///< at once
constexpr std::chrono::seconds grace{5};

/// One that is connected: what of its message has arrived, or what of the answer has left.
class Client {
public:
    Client(posix::Descriptor connection, View greeting) : connection_(std::move(connection)) { begin_answer(greeting); }

    [[nodiscard]] int descriptor() const { return connection_.get(); }
    [[nodiscard]] bool is_being_answered() const { return out_.has_value(); }
    /// Nothing has begun.
    [[nodiscard]] bool idle() const { return !out_ && !message_begun_ && filled_ == 0; }

    /// The message, when it is whole; then it is gone from here. An error where the client is to be let go.
    [[nodiscard]] Result<std::optional<SecretBytes>> receive() {
        while (true) {
            TRY(const std::size_t n, receive_some(connection_, expose_mutable(in_).subspan(filled_)));
            filled_ += n;
            if (n == 0 || filled_ != in_.size()) return std::optional<SecretBytes>();
            SecretBytes whole = std::exchange(in_, SecretBytes(prefix_octets));
            filled_ = 0;
            if (std::exchange(message_begun_, !message_begun_)) return std::optional(std::move(whole));
            const std::size_t octets = octets_after(expose(whole));
            if (octets == 0 || octets > signer_wire::message_octets_max)
                return fail(Errc::too_large, "", "a message of " + std::to_string(octets) + " octets was announced");
            in_ = SecretBytes(octets);
        }
    }
    void begin_answer(View message) {
        out_.emplace(prefix_octets + message.size());
        const auto to = expose_mutable(*out_);
        std::ranges::copy(prefix_of(message.size()), to.begin());
        std::ranges::copy(message, to.begin() + prefix_octets);
        sent_ = 0;
    }
    [[nodiscard]] Status send() {
        TRY(const std::size_t n, send_some(connection_, expose(*out_).subspan(sent_)));
        sent_ += n;
        if (sent_ == out_->size()) out_.reset();
        return ok();
    }

private:
    posix::Descriptor connection_;
    SecretBytes in_{prefix_octets};
    std::size_t filled_ = 0;
    bool message_begun_ = false;  ///< its prefix was there
    std::optional<SecretBytes> out_;
    std::size_t sent_ = 0;
};

class Service {
public:
    Service(signer::Signer& signer, const posix::Descriptor& listener, int stop, const Hosting& hosting)
        : signer_(signer),
          listener_(listener),
          stop_(stop),
          hosting_(hosting),
          greeting_(signer_wire::encode_greeting({hosting.program, hosting.keys})) {}

    [[nodiscard]] Status run() {
        while (!stopping() || !clients_.empty()) {
            if (stopping() && Clock::now() > *stop_by_)
                return fail(Errc::io, "clients", "some did not take their answers");
            CHECKED(turn());
        }
        return ok();
    }

private:
    [[nodiscard]] bool stopping() const { return stop_by_.has_value(); }

    /// Waits, and does what can be done.
    [[nodiscard]] Status turn() {
        std::vector<pollfd> waiting;
        for (const auto& client : clients_)
            waiting.push_back({client.descriptor(), client.is_being_answered() ? short{POLLOUT} : short{POLLIN}, 0});
        const bool takes_more = !stopping() && clients_.size() < clients_max;
        waiting.push_back({takes_more ? listener_.get() : -1, POLLIN, 0});
        waiting.push_back({stopping() ? -1 : stop_, POLLIN, 0});
        if (::poll(waiting.data(), waiting.size(), stopping() ? 100 : -1) < 0) {
            if (errno == EINTR) return ok();
            return fail(Errc::io, "poll", std::strerror(errno));
        }
        const bool somebody_new = waiting[clients_.size()].revents != 0;
        const bool asked_to_stop = waiting[clients_.size() + 1].revents != 0;
        std::vector<Client> kept;
        for (std::size_t i = 0; i < clients_.size(); ++i)
            if (waiting[i].revents == 0 || go_on_with(clients_[i])) kept.push_back(std::move(clients_[i]));
        clients_ = std::move(kept);
        if (somebody_new) let_in();
        if (asked_to_stop) stop_by_ = Clock::now() + grace;
        if (stopping()) std::erase_if(clients_, [](const Client& c) { return c.idle(); });
        return ok();
    }

    /// False where the client is gone, or is to go.
    [[nodiscard]] bool go_on_with(Client& client) {
        if (client.is_being_answered()) return client.send().has_value();
        auto message = client.receive();
        if (!message) {
            if (message.error().code != Errc::io) hosting_.note("a client is let go: " + to_string(message.error()));
            return false;
        }
        if (!*message) return true;
        client.begin_answer(expose(answer(expose(**message))));
        return client.send().has_value();
    }

    [[nodiscard]] SecretBytes answer(View message) {
        auto requests = signer_wire::decode_requests(message);
        if (!requests) {
            hosting_.note("a message cannot be read: " + to_string(requests.error()));
            return signer_wire::encode_answer(std::move(requests).error());
        }
        auto results = signer_.execute(*requests);
        for (std::size_t i = 0; i < results.size() && i < requests->size(); ++i) note((*requests)[i], results[i]);
        SecretBytes out = signer_wire::encode_answer(std::move(results));
        if (out.size() <= signer_wire::message_octets_max) return out;
        return signer_wire::encode_answer(fail(Errc::too_large, "answer", "longer than a message can be"));
    }

    /// What failed; and that keys left, whoever asked for it.
    void note(const signer::Request& request, const Result<signer::Response>& result) const {
        if (!result) return hosting_.note(describe(request) + ": " + to_string(result.error()));
        if (std::holds_alternative<signer::ExportSubscription>(request)) hosting_.note(describe(request) + ": done");
    }

    void let_in() {
        posix::Descriptor connection(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
        if (!connection.valid()) return;  // gone already
        const auto user = posix::peer_user(connection);
        if (!user || std::ranges::find(hosting_.clients, *user) == hosting_.clients.end())
            return hosting_.note("a process of user " + (user ? std::to_string(*user) : "unknown") +
                                 " was turned away");
        clients_.emplace_back(std::move(connection), greeting_);
    }

    signer::Signer& signer_;
    const posix::Descriptor& listener_;
    const int stop_;
    const Hosting& hosting_;
    const Bytes greeting_;
    std::vector<Client> clients_;
    std::optional<Clock::time_point> stop_by_;
};

}  // namespace

Status serve(signer::Signer& signer, const posix::Descriptor& listener, int stop, const Hosting& hosting) {
    return Service(signer, listener, stop, hosting).run();
}

}  // namespace mcim::signer_link
