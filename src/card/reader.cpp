#include "mcim/card/reader.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <tuple>

namespace mcim::card {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds reconnect{1000};

bool has_something_to_read(const posix::Descriptor& socket) {
    pollfd readable{socket.get(), POLLIN, 0};
    return poll(&readable, 1, 0) > 0;
}
std::string in_seconds(std::chrono::steady_clock::duration time) {
    const auto ms = std::chrono::duration_cast<milliseconds>(time).count();
    return std::to_string(ms / 1000) + '.' + std::to_string(ms / 100 % 10) + " s";
}

}  // namespace

Reader::Reader(CardPort& card, posix::Descriptor listener, int stop, ReaderLimits limits)
    : card_(card), listener_(std::move(listener)), stop_(stop), limits_(limits) {}

Status Reader::serve() {
    Status status = ok();
    while (status && !stopped_) status = wait_and_serve();
    connections_.clear();  // nobody waits for an answer that will not come
    return status;
}

Status Reader::wait_and_serve() {
    connect_vpcd();
    std::vector<pollfd> waiting{{stop_, POLLIN, 0}, {listener_.get(), POLLIN, 0}};
    for (const Connection& c : connections_) waiting.push_back({c.socket.get(), POLLIN, 0});
    if (poll(waiting.data(), waiting.size(), poll_ms()) < 0)
        return errno == EINTR ? ok() : fail(Errc::io, "reader", "cannot wait for commands");
    now_ = std::chrono::steady_clock::now();

    stopped_ = waiting[0].revents != 0;
    std::size_t i = 2;
    for (Connection& c : connections_)
        if (waiting[i++].revents != 0) CHECKED(serve_connection(c));
    close_those_too_slow();
    CHECKED(remove_those_gone());
    if (waiting[1].revents != 0) CHECKED(accept_local());
    return ok();
}

/// Until vpcd is tried again or the time of a begun frame is over; -1: for ever.
int Reader::poll_ms() const {
    std::optional<milliseconds> wait;
    if (vpcd_address_ && std::ranges::none_of(connections_, [](const auto& c) { return c.peer == Peer::vpcd; }))
        wait = reconnect;
    const Time now = std::chrono::steady_clock::now();
    for (const Connection& c : connections_) {
        if (!c.begun) continue;
        const auto left = std::chrono::ceil<milliseconds>(*c.begun + limits_.frame_time_max - now);
        wait = std::max(std::min(wait.value_or(left), left), milliseconds{0});
    }
    return wait ? static_cast<int>(wait->count()) : -1;
}

void Reader::connect_vpcd() {
    if (!vpcd_address_) return;
    if (std::ranges::any_of(connections_, [](const auto& c) { return c.peer == Peer::vpcd; })) return;
    auto connected = connect_tcp(*vpcd_address_);
    const bool there = connected.operator bool();
    if (there != vpcd_there_) vpcd_news_(there ? ok() : Status(connected.error()));
    vpcd_there_ = there;
    if (there) add(*std::move(connected), Peer::vpcd);
}

Status Reader::accept_local() {
    posix::Descriptor accepted(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!accepted.valid()) return ok();
    make_room();
    CHECKED(remove_those_gone());
    add(std::move(accepted), Peer::local);
    return ok();
}

/// Where the place is full, the client goes whose last command is longest ago; one in the middle of something, which
/// has a channel open or has just sent more, only after the others.
void Reader::make_room() {
    const auto clients = std::ranges::count(connections_, Peer::local, &Connection::peer);
    if (static_cast<std::size_t>(clients) < limits_.clients_max) return;
    const auto worth = [&](const Connection& c) {
        return std::tuple(c.peer != Peer::local, channels_.has_open(c.number), has_something_to_read(c.socket),
                          c.last_frame);
    };
    Connection& idle = *std::ranges::min_element(connections_, {}, worth);
    close(idle, "all " + std::to_string(limits_.clients_max) + " places at the socket were taken, and a client came; " +
                    "the one that had sent no whole command for " +
                    in_seconds(std::chrono::steady_clock::now() - idle.last_frame) + " was closed");
}

void Reader::close_those_too_slow() {
    for (Connection& c : connections_)
        if (!c.gone && c.begun && now_ - *c.begun >= limits_.frame_time_max)
            close(c, "a client sent a part of a command, and not the rest within " + in_seconds(now_ - *c.begun) +
                         "; its connection was closed");
}

void Reader::close(Connection& connection, const std::string& why) {
    connection.gone = true;
    if (closed_) closed_(why);
}

void Reader::add(posix::Descriptor socket, Peer peer) {
    connections_.push_back({.socket = std::move(socket),
                            .peer = peer,
                            .number = ++newest_,
                            .last_frame = std::chrono::steady_clock::now()});
}

/// A peer that breaks off or talks nonsense loses its connection; the card goes on.
Status Reader::serve_connection(Connection& connection) {
    if (connection.peer == Peer::vpcd) acknowledge_quickly(connection.socket);
    const auto octets = read_some(connection.socket);
    if (!octets || octets->empty()) {
        connection.gone = true;
        return ok();
    }
    connection.frames.add(*octets);
    if (!connection.begun) connection.begun = now_;
    CHECKED(answer_frames(connection));
    if (connection.frames.empty()) connection.begun.reset();
    return ok();
}

Status Reader::answer_frames(Connection& connection) {
    while (const auto payload = connection.frames.next()) {
        TRY(const Bytes reply, answer(connection, *payload));
        connection.last_frame = std::chrono::steady_clock::now();
        connection.begun = now_;  // what follows is another frame
        if (reply.empty()) continue;
        if (const Status written = write_all(connection.socket, frame(reply), limits_.write_time_max); !written) {
            close(connection,
                  "a client did not take its answer (" + written.error().detail + "); its connection was closed");
            return ok();
        }
    }
    return ok();
}

/// Where a peer broke off, the channels that it had opened are closed: else the card has none left after 19 deaths.
Status Reader::remove_those_gone() {
    for (const Connection& c : connections_)
        if (c.gone) CHECKED(channels_.leave(c.number, [this](View command) { return card_.transmit(command); }));
    std::erase_if(connections_, [](const Connection& c) { return c.gone; });
    return ok();
}

void Reader::reset_card() {
    card_.reset();
    channels_.clear();
}

Result<Bytes> Reader::answer(Connection& connection, View payload) {
    if (payload.size() > 1) {
        TRY(Bytes answer, card_.transmit(payload));
        channels_.saw(connection.number, payload, answer);
        return answer;
    }
    if (payload.empty()) return Bytes{};
    switch (static_cast<Control>(payload.front())) {
        case Control::atr: return card_.answer_to_reset();
        case Control::off:
        case Control::on:
        case Control::reset: reset_card(); break;
    }
    return Bytes{};
}

}  // namespace mcim::card
