// Groups the commits of concurrent sessions: they go to the disk together, at most once in `interval`, and each reply
// waits for its group. Who comes alone after a pause does not wait.
#pragma once
#include <functional>
#include <optional>

#include "mcim/apps/mcimd/log_subject.h"
#include "mcim/http/loop.h"
#include "mcim/store/store.h"

namespace mcim::apps::mcimd {

class Committer {
public:
    using Done = std::function<void(Status)>;
    Committer(http::Loop& loop, store::Store& store) : loop_(loop), store_(store) {}
    /// Calls back on the loop, after the batch is on the disk, or with the reason why it is not.
    void commit(store::Batch, Done);
    [[nodiscard]] std::uint64_t groups() const { return groups_; }
    [[nodiscard]] std::uint64_t batches() const { return batches_; }
    /// Of the last group, where the database failed: nothing of it was written.
    [[nodiscard]] const std::optional<Error>& failure() const { return failure_; }

private:
    static constexpr std::chrono::milliseconds interval{10};
    void flush();
    http::Loop& loop_;
    store::Store& store_;
    std::vector<store::Batch> waiting_;
    std::vector<Done> callbacks_;
    std::vector<LogSubject> subjects_;  ///< for the lines that the callbacks write
    std::chrono::steady_clock::time_point last_{};
    std::uint64_t groups_ = 0;
    std::uint64_t batches_ = 0;
    std::optional<Error> failure_;
};

}  // namespace mcim::apps::mcimd
