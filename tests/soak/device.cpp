#include "soak/device.h"

namespace mcim::soak {
namespace {

constexpr std::chrono::milliseconds pause{100};

}  // namespace

// ---------------------------------------------------------------- delivery

void Delivery::start() { take(agent::delivery::start()); }

void Delivery::take(agent::delivery::Step step) {
    state_ = std::move(step.next);
    if (auto event = std::visit([this](const auto& action) { return perform(action); }, step.action))
        go_on(*std::move(event));
}

void Delivery::go_on(agent::Event event) {
    auto step = agent::delivery::step(state_, std::move(event));
    if (step) return take(*std::move(step));
    agent::delivery::Report report;
    report.stopped = to_string(step.error());
    finished_(std::move(report));
}

Delivery::Next Delivery::perform(const agent::CallCard& action) {
    auto answer = card_->call(action.request);
    if (!answer) return agent::CardFailed{std::move(answer).error()};
    return agent::CardAnswered{*std::move(answer)};
}

Delivery::Next Delivery::perform(const agent::PostEs9& action) {
    http::Connection::open(loop_, client_, {action.address},
                           [self = shared_from_this(), request = apps::es9_request(action)](auto opened) {
                               if (!opened) return self->go_on(agent::ServerUnreachable{std::move(opened).error()});
                               self->connection_ = *std::move(opened);
                               self->connection_->send(request, [self](Result<http::Response> response) {
                                   if (!response)
                                       return self->go_on(agent::ServerUnreachable{std::move(response).error()});
                                   self->go_on(agent::ServerAnswered{response->status, std::move(response->body), {}});
                               });
                           });
    return std::nullopt;
}

Delivery::Next Delivery::perform(const agent::delivery::Finish& action) {
    finished_(action.report);
    return std::nullopt;
}

// ---------------------------------------------------------------- device

void Device::download() {
    auto order = apps::order_of(customer_);
    order.attempts = 1;
    std::make_shared<apps::BenchDownload>(loop_, client_, customer_.card, std::move(order),
                                          [self = shared_from_this()](const apps::BenchDownload::Outcome& outcome) {
                                              self->installed_ = outcome.installed;
                                              if (outcome.status) return self->done_(self);
                                              self->failed(to_string(outcome.status.error()), &Device::deliver);
                                          })
        ->start();
}

/// What the card has to tell, be it that an installation failed, comes before another download.
void Device::deliver() {
    std::make_shared<Delivery>(loop_, client_, customer_.card,
                               [self = shared_from_this()](const agent::delivery::Report& report) {
                                   for (const auto& entry : report.entries)
                                       if (!entry.failure.empty()) return self->failed(entry.failure, &Device::deliver);
                                   if (!report.stopped.empty()) return self->failed(report.stopped, &Device::deliver);
                                   if (self->installed_) return self->done_(self);
                                   self->download();
                               })
        ->start();
}

void Device::failed(std::string why, void (Device::*again)()) {
    ++in_vain_;
    last_failure_ = std::move(why);
    loop_.after(pause, [self = shared_from_this(), again] { ((*self).*again)(); });
}

}  // namespace mcim::soak
