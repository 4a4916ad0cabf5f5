#include "mcim/custody/parallel_signer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

namespace mcim::custody {
namespace {

/// Answers one request with the length of its message, and waits until `together` of them are under way.
class MeetingSigner final : public signer::Signer {
public:
    explicit MeetingSigner(int together) : together_(together) {}
    std::vector<Result<signer::Response>> execute(std::span<const signer::Request> requests) override {
        std::vector<Result<signer::Response>> out;
        for (const auto& request : requests) {
            enter();
            const auto& message = std::get<signer::SignMessage>(request).message;
            signer::Signature signature;
            signature.octets[0] = static_cast<std::uint8_t>(message.size());
            if (message.empty())
                out.emplace_back(fail(Errc::io, "message", "empty"));
            else
                out.emplace_back(signature);
            const std::scoped_lock lock(mutex_);
            --inside_;
        }
        return out;
    }
    int most = 0;

private:
    void enter() {
        std::unique_lock lock(mutex_);
        most = std::max(most, ++inside_);
        met_ = met_ || inside_ == together_;
        changed_.notify_all();
        changed_.wait(lock, [&] { return met_; });
        // the first ones wait a little longer, for one too many
        if (++left_ <= together_)
            changed_.wait_for(lock, std::chrono::milliseconds(200), [&] { return inside_ > together_; });
    }
    const int together_;
    std::mutex mutex_;
    std::condition_variable changed_;
    int inside_ = 0;
    int left_ = 0;
    bool met_ = false;
};

std::vector<signer::Request> messages(std::size_t count) {
    std::vector<signer::Request> out;
    for (std::size_t i = 0; i < count; ++i) out.emplace_back(signer::SignMessage{{"key"}, Bytes(i)});
    return out;
}

TEST(ParallelSigner, AnswersInTheirOrderWithSoManyUnderWay) {
    MeetingSigner behind(3);
    ParallelSigner parallel(behind, 3);
    for (int round = 0; round < 20; ++round) {
        const auto requests = messages(64);
        const auto answers = parallel.execute(requests);
        ASSERT_EQ(answers.size(), requests.size());
        EXPECT_EQ(answers[0].error().code, Errc::io) << "one that fails stops no other";
        for (std::size_t i = 1; i < answers.size(); ++i)
            EXPECT_EQ(std::get<signer::Signature>(*answers[i]).octets[0], i);
    }
    EXPECT_EQ(behind.most, 3);
}

TEST(ParallelSigner, AsksAloneWhatIsAlone) {
    MeetingSigner behind(1);
    ParallelSigner parallel(behind, 4);
    EXPECT_EQ(parallel.execute(messages(1)).size(), 1U);
    EXPECT_EQ(parallel.execute({}).size(), 0U);
    EXPECT_EQ(behind.most, 1);
}

}  // namespace
}  // namespace mcim::custody
