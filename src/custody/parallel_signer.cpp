#include "mcim/custody/parallel_signer.h"

namespace mcim::custody {

struct ParallelSigner::Batch {
    explicit Batch(std::span<const signer::Request> all) : requests(all), results(all.size()) {}
    /// Whoever comes takes the next one, until there is none.
    void take_part(signer::Signer& signer) {
        for (std::size_t i = next++; i < requests.size(); i = next++)
            results[i].emplace(signer.execute_one(requests[i]));
    }
    [[nodiscard]] bool taken() const { return next >= requests.size(); }

    std::span<const signer::Request> requests;
    std::vector<std::optional<Result<signer::Response>>> results;
    std::atomic<std::size_t> next = 0;
};

ParallelSigner::ParallelSigner(signer::Signer& behind, std::size_t threads) : behind_(behind) {
    for (std::size_t i = 1; i < threads; ++i) threads_.emplace_back([this] { work(); });
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return begun_ == threads_.size(); });
}

ParallelSigner::~ParallelSigner() {
    {
        const std::scoped_lock lock(mutex_);
        ending_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) thread.join();
}

std::vector<Result<signer::Response>> ParallelSigner::execute(std::span<const signer::Request> requests) {
    if (requests.size() <= 1 || threads_.empty()) return behind_.execute(requests);
    const std::scoped_lock alone(one_batch_);
    Batch batch(requests);
    {
        const std::scoped_lock lock(mutex_);
        batch_ = &batch;
    }
    changed_.notify_all();
    batch.take_part(behind_);
    {
        std::unique_lock lock(mutex_);
        batch_ = nullptr;
        changed_.wait(lock, [&] { return inside_ == 0; });
    }
    std::vector<Result<signer::Response>> out;
    out.reserve(requests.size());
    for (auto& result : batch.results) out.push_back(*std::move(result));
    return out;
}

void ParallelSigner::work() {
    std::unique_lock lock(mutex_);
    ++begun_;
    changed_.notify_all();
    while (true) {
        changed_.wait(lock, [&] { return ending_ || (batch_ != nullptr && !batch_->taken()); });
        if (ending_) return;
        Batch& batch = *batch_;
        ++inside_;
        lock.unlock();
        batch.take_part(behind_);
        lock.lock();
        --inside_;
        changed_.notify_all();
    }
}

}  // namespace mcim::custody
