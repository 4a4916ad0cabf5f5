#include "mcim/card/reader.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

namespace mcim::card {
namespace {

constexpr std::size_t connections_max = 16;
constexpr int reconnect_ms = 1000;

}  // namespace

Reader::Reader(CardPort& card, posix::Descriptor listener, int stop)
    : card_(card), listener_(std::move(listener)), stop_(stop) {}

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
    const bool lacks_vpcd =
        vpcd_address_ && std::ranges::none_of(connections_, [](const auto& c) { return c.peer == Peer::vpcd; });
    if (poll(waiting.data(), waiting.size(), lacks_vpcd ? reconnect_ms : -1) < 0)
        return errno == EINTR ? ok() : fail(Errc::io, "reader", "cannot wait for commands");

    stopped_ = waiting[0].revents != 0;
    std::size_t i = 2;
    for (Connection& c : connections_)
        if (waiting[i++].revents != 0) CHECKED(serve_connection(c));
    CHECKED(remove_those_gone());
    if (waiting[1].revents != 0) accept_local();
    return ok();
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

void Reader::accept_local() {
    posix::Descriptor accepted(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!accepted.valid() || connections_.size() >= connections_max) return;
    add(std::move(accepted), Peer::local);
}

void Reader::add(posix::Descriptor socket, Peer peer) {
    connections_.push_back({.socket = std::move(socket), .peer = peer, .number = ++newest_});
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
    while (const auto payload = connection.frames.next()) {
        TRY(const Bytes reply, answer(connection, *payload));
        if (!reply.empty() && !write_all(connection.socket, frame(reply))) {
            connection.gone = true;
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
