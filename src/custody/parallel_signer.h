// A batch, spread over threads: worth it where each request waits for a security module.
#pragma once
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "mcim/signer/signer.h"

namespace mcim::custody {

class ParallelSigner final : public signer::Signer {
public:
    /// `threads` in all, that of the caller among them: so many requests are under way at once. All of them run
    /// when this returns, and none is made later: a sandbox that is entered next forbids what a thread does to begin.
    /// `behind` outlives it.
    ParallelSigner(signer::Signer& behind, std::size_t threads);
    ~ParallelSigner() override;
    [[nodiscard]] std::vector<Result<signer::Response>> execute(std::span<const signer::Request>) override;

private:
    struct Batch;
    void work();

    signer::Signer& behind_;
    std::mutex one_batch_;  ///< at a time
    std::mutex mutex_;
    std::condition_variable changed_;
    Batch* batch_ = nullptr;
    std::size_t inside_ = 0;  ///< threads that have a pointer to the batch
    std::size_t begun_ = 0;
    bool ending_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace mcim::custody
