#include "mcim/apps/mcimd/signing_desk.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <semaphore>

namespace mcim::apps::mcimd {
namespace {

using namespace std::chrono_literals;
using Way = SigningDesk::Way;

/// Signs by saying whose key it was; knows when it is asked, and answers when it may.
class Slow final : public signer::Signer {
public:
    std::vector<Result<signer::Response>> execute(std::span<const signer::Request> requests) override {
        if (!open) may_answer.acquire();
        std::vector<Result<signer::Response>> out;
        for (const auto& request : requests) {
            const auto& key = std::get<signer::SignMessage>(request).key.text;
            out.push_back(answer(key));
        }
        sizes.push_back(requests.size());
        if (leaves_one_out) out.pop_back();
        return out;
    }
    static Result<signer::Response> answer(const std::string& key) {
        if (key == "unknown") return fail(Errc::not_found, key, "no such key");
        signer::Signature signature;
        signature.octets[0] = static_cast<std::uint8_t>(std::stoi(key));
        return signer::Response(signature);
    }
    std::atomic<bool> open = false;
    bool leaves_one_out = false;
    std::counting_semaphore<> may_answer{0};
    std::vector<std::size_t> sizes;  ///< of the messages; read when the desk is done
};

class Desk : public testing::Test {
protected:
    void ask(SigningDesk& desk, const std::string& key) {
        desk.ask(signer::SignMessage{{key}, {}}, [this](const Result<signer::Response>& response) {
            if (!response) return static_cast<void>(heard.emplace_back(to_string(response.error().code)));
            heard.push_back(std::to_string(std::get<signer::Signature>(*response).octets[0]));
            about.push_back(log_subject().request);
        });
    }
    /// Until as many have been called back.
    void run_until(std::size_t count) {
        const auto until = std::chrono::steady_clock::now() + 20s;
        while (heard.size() < count && std::chrono::steady_clock::now() < until) loop.run_for(1ms);
        ASSERT_EQ(heard.size(), count);
    }
    static std::vector<std::string> numbers(int from, int to) {
        std::vector<std::string> out;
        for (int i = from; i <= to; ++i) out.push_back(std::to_string(i));
        return out;
    }
    http::Loop loop;
    Slow signer;
    std::vector<std::string> heard;
    std::vector<std::uint64_t> about;
};

TEST_F(Desk, AnswersAtOnceWhereTheKeysAreHere) {
    SigningDesk desk(loop, signer, Way::at_once);
    signer.open = true;
    ask(desk, "7");
    EXPECT_EQ(heard, numbers(7, 7)) << "before anybody ran the loop";
    EXPECT_FALSE(desk.waited());
}

TEST_F(Desk, WhatComesInOneTurnOfTheLoopIsOneMessage) {
    SigningDesk desk(loop, signer, Way::together);
    signer.open = true;
    for (const auto& key : numbers(1, 5)) ask(desk, key);
    EXPECT_TRUE(heard.empty());
    run_until(5);
    EXPECT_EQ(heard, numbers(1, 5));
    EXPECT_EQ(signer.sizes, std::vector<std::size_t>{5});
    EXPECT_EQ(desk.messages(), 1U);
    EXPECT_EQ(desk.requests(), 5U);
}

TEST_F(Desk, WhatComesWhileAMessageIsUnderWayIsTheNext) {
    SigningDesk desk(loop, signer, Way::together);
    ask(desk, "1");
    const auto until = std::chrono::steady_clock::now() + 20s;
    while (!desk.waited() && std::chrono::steady_clock::now() < until) loop.run_for(1ms);
    ASSERT_TRUE(desk.waited());
    for (const auto& key : numbers(2, 4)) {
        ask(desk, key);
        loop.run_for(2ms);  // each in a turn of its own
    }
    EXPECT_TRUE(heard.empty()) << "the loop went on meanwhile";
    signer.may_answer.release(2);
    run_until(4);
    EXPECT_EQ(heard, numbers(1, 4));
    EXPECT_EQ(signer.sizes, (std::vector<std::size_t>{1, 3}));
}

TEST_F(Desk, EachHasItsOwnAnswerAndItsOwnRequestInTheLog) {
    SigningDesk desk(loop, signer, Way::together);
    signer.open = true;
    for (const auto& [request, key] : {std::pair(11U, "1"), {12U, "unknown"}, {13U, "3"}}) {
        const LogScope scope({request});
        ask(desk, key);
    }
    run_until(3);
    EXPECT_EQ(heard, (std::vector<std::string>{"1", std::string(to_string(Errc::not_found)), "3"}));
    EXPECT_EQ(about, (std::vector<std::uint64_t>{11, 13}));
    EXPECT_EQ(log_subject().request, 0U);
}

TEST_F(Desk, AnswerThatIsMissingIsAnError) {
    SigningDesk desk(loop, signer, Way::together);
    signer.open = true;
    signer.leaves_one_out = true;
    for (const auto& key : numbers(1, 2)) ask(desk, key);
    run_until(2);
    EXPECT_EQ(heard, (std::vector<std::string>{"1", std::string(to_string(Errc::unexpected_event))}));
}

TEST_F(Desk, MoreThanAMessageTakesIsSeveralAndMoreThanWaitHoldsUpTheLoop) {
    SigningDesk desk(loop, signer, Way::together);
    for (std::size_t i = 0; i < SigningDesk::waiting_max; ++i) ask(desk, "1");
    loop.run_for(1ms);
    ask(desk, "2");
    auto turn = std::async(std::launch::async, [&] { loop.run_for(1ms); });
    EXPECT_EQ(turn.wait_for(50ms), std::future_status::ready) << "the first message has made room";
    for (std::size_t i = 0; i < SigningDesk::together_max; ++i) ask(desk, "3");
    loop.run_for(1ms);
    ask(desk, "4");
    auto held_up = std::async(std::launch::async, [&] { loop.run_for(1ms); });
    EXPECT_EQ(held_up.wait_for(50ms), std::future_status::timeout);
    signer.open = true;
    signer.may_answer.release(100);
    held_up.get();
    const std::size_t all = SigningDesk::waiting_max + SigningDesk::together_max + 2;
    run_until(all);
    EXPECT_EQ(heard.back(), "4");
    EXPECT_EQ(std::ranges::max(signer.sizes), SigningDesk::together_max);
}

TEST_F(Desk, LoopHasSomethingToWaitForUntilAllAreAnswered) {
    SigningDesk desk(loop, signer, Way::together);
    ask(desk, "1");
    EXPECT_FALSE(loop.run_for(20ms)) << "it ended before the answer came";
    signer.may_answer.release();
    EXPECT_TRUE(loop.run_for(20s));
    EXPECT_EQ(heard, numbers(1, 1));
}

TEST_F(Desk, NobodyIsCalledBackWhenItIsGone) {
    {
        SigningDesk desk(loop, signer, Way::together);
        ask(desk, "1");
        loop.run_for(1ms);
        ask(desk, "2");
        signer.open = true;
        signer.may_answer.release();
    }
    loop.run_for(20ms);
    EXPECT_TRUE(heard.empty());
}

}  // namespace
}  // namespace mcim::apps::mcimd
