#include "mcim/apps/mcimd/signing_desk.h"

#include <algorithm>
#include <condition_variable>
#include <iterator>
#include <mutex>
#include <thread>

namespace mcim::apps::mcimd {
namespace {

using Clock = std::chrono::steady_clock;

template <class T>
void move_first(std::vector<T>& from, std::size_t count, std::vector<T>& to) {
    const auto end = std::next(from.begin(), static_cast<std::ptrdiff_t>(count));
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(end));
    from.erase(from.begin(), end);
}

}  // namespace

/// The thread that speaks to the signer, and what it shares with the loop's.
struct SigningDesk::Worker {
    explicit Worker(SigningDesk& desk) : thread([this, &desk] { run(desk); }) {}
    ~Worker() {
        {
            const std::lock_guard lock(mutex);
            ending = true;
        }
        changed.notify_all();
        thread.join();
    }
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    /// On the loop's thread; waits for room.
    void take_in(Round& round) {
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return waiting.requests.size() < waiting_max; });
        move_first(round.requests, round.requests.size(), waiting.requests);
        move_first(round.callbacks, round.callbacks.size(), waiting.callbacks);
        move_first(round.subjects, round.subjects.size(), waiting.subjects);
        lock.unlock();
        changed.notify_all();
    }
    /// As much as one message takes; empty: it is over.
    [[nodiscard]] Round next() {
        std::unique_lock lock(mutex);
        under_way_since.reset();
        changed.wait(lock, [&] { return ending || !waiting.requests.empty(); });
        Round round;
        if (ending) return round;
        const auto count = std::min(waiting.requests.size(), together_max);
        move_first(waiting.requests, count, round.requests);
        move_first(waiting.callbacks, count, round.callbacks);
        move_first(waiting.subjects, count, round.subjects);
        under_way_since = Clock::now();
        lock.unlock();
        changed.notify_all();
        return round;
    }
    void run(SigningDesk& desk) {
        while (true) {
            // one object, shared with the loop: a std::function wants to be copied, and requests are not
            const auto round = std::make_shared<Round>(next());
            if (round->requests.empty()) return;
            const auto results =
                std::make_shared<std::vector<Result<signer::Response>>>(desk.signer_.execute(round->requests));
            desk.loop_.post([&desk, round, results, held = std::weak_ptr(alive)] {
                if (!held.expired()) desk.finish(*round, std::move(*results));
            });
        }
    }

    std::mutex mutex;
    std::condition_variable changed;
    Round waiting{};
    std::optional<Clock::time_point> under_way_since{};
    bool ending = false;
    std::shared_ptr<const bool> alive = std::make_shared<const bool>(true);
    std::thread thread;  ///< the last: it uses the others
};

SigningDesk::SigningDesk(http::Loop& loop, signer::Signer& signer, Way way)
    : loop_(loop), signer_(signer), worker_(way == Way::together ? std::make_unique<Worker>(*this) : nullptr) {}

SigningDesk::~SigningDesk() = default;

void SigningDesk::ask(signer::Request request, Done done) {
    if (!worker_) {
        ++requests_;
        ++messages_;
        return done(signer_.execute_one(request));
    }
    if (gathered_.requests.empty())
        loop_.post([this, held = std::weak_ptr(worker_->alive)] {
            if (!held.expired()) hand_over();
        });
    gathered_.requests.push_back(std::move(request));
    gathered_.callbacks.push_back(std::move(done));
    gathered_.subjects.push_back(log_subject());
}

void SigningDesk::hand_over() {
    if (outstanding_ == 0) loop_stays_ = loop_.hold();
    outstanding_ += gathered_.requests.size();
    worker_->take_in(gathered_);
}

void SigningDesk::finish(Round& round, std::vector<Result<signer::Response>> results) {
    const std::size_t count = round.callbacks.size();
    ++messages_;
    requests_ += count;
    outstanding_ -= count;
    if (outstanding_ == 0) loop_stays_.reset();
    for (std::size_t i = 0; i < count; ++i) {
        const LogScope about(round.subjects[i]);
        round.callbacks[i](i < results.size() ? std::move(results[i])
                                              : fail(Errc::unexpected_event, "", "the signer gave too few answers"));
    }
}

std::optional<std::chrono::nanoseconds> SigningDesk::waited() const {
    if (!worker_) return std::nullopt;
    const std::lock_guard lock(worker_->mutex);
    if (!worker_->under_way_since) return std::nullopt;
    return Clock::now() - *worker_->under_way_since;
}

}  // namespace mcim::apps::mcimd
