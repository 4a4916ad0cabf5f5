// A device that wants its profile and does not give up: it downloads until the profile is installed, and tells the
// server until it is believed. Its card and its agent live; whatever it talks to may be killed.
#pragma once
#include "mcim/agent/delivery.h"
#include "mcim/apps/mcim/bench_customers.h"

namespace mcim::soak {

/// What waits on the card's list goes to the server, once.
class Delivery : public std::enable_shared_from_this<Delivery> {
public:
    using Finished = std::function<void(agent::delivery::Report)>;
    Delivery(http::Loop& loop, const http::ClientConfig& client, std::shared_ptr<apps::SoftCard> card,
             Finished finished)
        : loop_(loop), client_(client), card_(std::move(card)), finished_(std::move(finished)) {}
    void start();

private:
    using Next = std::optional<agent::Event>;
    void go_on(agent::Event);
    [[nodiscard]] Next perform(const agent::CallCard&);
    [[nodiscard]] Next perform(const agent::PostEs9&);
    [[nodiscard]] Next perform(const agent::delivery::Finish&);
    void take(agent::delivery::Step);

    http::Loop& loop_;
    const http::ClientConfig& client_;
    std::shared_ptr<apps::SoftCard> card_;
    Finished finished_;
    agent::delivery::State state_ = agent::delivery::Finished{};
    std::optional<http::Connection> connection_;
};

class Device : public std::enable_shared_from_this<Device> {
public:
    using Done = std::function<void(std::shared_ptr<Device>)>;
    Device(http::Loop& loop, const http::ClientConfig& client, apps::Customer customer, Done done)
        : loop_(loop), client_(client), customer_(std::move(customer)), done_(std::move(done)) {}

    void download();
    [[nodiscard]] const apps::Customer& customer() const { return customer_; }
    /// Downloads and deliveries that came to nothing.
    [[nodiscard]] std::size_t in_vain() const { return in_vain_; }
    /// The last of them.
    [[nodiscard]] const std::string& last_failure() const { return last_failure_; }

private:
    void deliver();
    void failed(std::string why, void (Device::*again)());

    http::Loop& loop_;
    const http::ClientConfig& client_;
    apps::Customer customer_;
    Done done_;
    bool installed_ = false;
    std::size_t in_vain_ = 0;
    std::string last_failure_;
};

}  // namespace mcim::soak
