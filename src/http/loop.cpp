#include "mcim/http/loop.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>

#include "mcim/http/loop_impl.h"

namespace mcim::http {

Loop::Loop() : impl_(std::make_unique<Impl>()) {}
Loop::~Loop() = default;

void Loop::run() { impl_->context.run(); }

bool Loop::run_for(std::chrono::milliseconds limit) {
    impl_->context.restart();
    impl_->context.run_for(limit);
    return impl_->context.stopped();
}

void Loop::stop() { impl_->context.stop(); }

void Loop::post(std::function<void()> f) { boost::asio::post(impl_->context, std::move(f)); }

Loop::Hold Loop::hold() {
    using Guard = boost::asio::executor_work_guard<boost::asio::io_context::executor_type>;
    return std::make_shared<const Guard>(impl_->context.get_executor());
}

void Loop::after(std::chrono::milliseconds delay, std::function<void()> f) {
    auto timer = std::make_shared<boost::asio::steady_timer>(impl_->context, delay);
    timer->async_wait([timer, f = std::move(f)](boost::system::error_code error) {
        if (!error) f();
    });
}

struct Timer::Impl : std::enable_shared_from_this<Timer::Impl> {
    Impl(Loop& loop, std::chrono::milliseconds every, std::function<void()> call)
        : timer(loop.impl().context), period(every), f(std::move(call)) {}
    void wait() {
        timer.expires_after(period);
        timer.async_wait([weak = weak_from_this()](boost::system::error_code error) {
            const auto self = weak.lock();
            if (error || !self) return;
            self->f();
            self->wait();
        });
    }
    boost::asio::steady_timer timer;
    std::chrono::milliseconds period;
    std::function<void()> f;
};

Timer::Timer(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
Timer::~Timer() = default;
std::unique_ptr<Timer> Timer::every(Loop& loop, std::chrono::milliseconds period, std::function<void()> f) {
    auto impl = std::make_shared<Impl>(loop, period, std::move(f));
    impl->wait();
    return std::make_unique<Timer>(std::move(impl));
}

void Loop::on_hangup(std::function<void()> f) {
    impl_->at_hangup = std::move(f);
    impl_->hangups.add(SIGHUP);
    impl_->await_hangup();
}

void Loop::on_termination(std::function<void()> f) {
    impl_->signals.add(SIGTERM);
    impl_->signals.add(SIGINT);
    impl_->signals.async_wait([f = std::move(f)](boost::system::error_code error, int) {
        if (!error) f();
    });
}

}  // namespace mcim::http
