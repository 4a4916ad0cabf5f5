#include <sys/socket.h>
#include <sys/stat.h>

#include <atomic>

#include "frame.h"
#include "hosted_for_test.h"
#include "mcim/signer_wire/greeting.h"
#include "support/temp_folder.h"

namespace mcim::signer_link::test {
namespace {

using namespace std::chrono_literals;

/// Signs by repeating the message's first octet. Seals as many octets as it is told, refuses what nobody ordered.
class Echo final : public signer::Signer {
public:
    std::vector<Result<signer::Response>> execute(std::span<const signer::Request> requests) override {
        ++batches;
        std::vector<Result<signer::Response>> out;
        for (const auto& request : requests)
            out.push_back(std::visit([&](const auto& r) { return answer(r); }, request));
        return out;
    }
    std::atomic<int> batches = 0;
    std::size_t sealed_octets = 10;

private:
    static Result<signer::Response> answer(const signer::SignMessage& r) {
        signer::Signature out;
        out.octets.fill(r.message.empty() ? std::uint8_t{0} : r.message.front());
        return signer::Response(out);
    }
    Result<signer::Response> answer(const signer::WrapPackage&) const {
        return signer::Response(signer::WrappedPackage{Bytes(sealed_octets, 7)});
    }
    static Result<signer::Response> answer(const auto&) { return fail(Errc::refused, "here", "nobody ordered it"); }
};

signer::Request sign(std::uint8_t octet) { return signer::SignMessage{{"a"}, {octet}}; }
signer::Request wrap(std::size_t octets) {
    return signer::WrapPackage{*Iccid::parse_unchecked("8900010123456789012"), SecretBytes(octets)};
}

class Link : public testing::Test {
protected:
    void start(Hosting hosting = for_this_user()) { hosted.emplace(echo, socket(), std::move(hosting)); }
    [[nodiscard]] std::filesystem::path socket() const { return folder / "signer.sock"; }
    [[nodiscard]] Place place(std::chrono::milliseconds time_max = 5s) const {
        return {socket(), ::geteuid(), time_max};
    }
    /// Somebody who writes octets of his own there, after the greeting.
    [[nodiscard]] posix::Descriptor stranger() const {
        auto out = posix::connect_unix_stream(socket());
        EXPECT_TRUE(out);
        EXPECT_TRUE(receive_message(*out, signer_wire::greeting_octets_max, Clock::now() + 5s));
        return *std::move(out);
    }
    static bool says(const Result<signer::Response>& result, std::uint8_t octet) {
        const auto* signature = result ? std::get_if<signer::Signature>(&*result) : nullptr;
        return signature != nullptr && signature->octets.front() == octet;
    }
    mcim::test::TempFolder folder;
    Echo echo;
    std::optional<Hosted> hosted;
};

TEST_F(Link, GivesEachRequestItsAnswer) {
    start();
    RemoteSigner remote(place());
    std::vector<signer::Request> requests;
    requests.push_back(sign(1));
    requests.emplace_back(signer::RewrapPackage{*Iccid::parse_unchecked("8900010123456789012"), {}});
    requests.push_back(sign(2));
    const auto answers = remote.execute(requests);
    ASSERT_EQ(answers.size(), 3U);
    EXPECT_TRUE(says(answers[0], 1));
    EXPECT_EQ(to_string(answers[1].error()), to_string(fail(Errc::refused, "here", "nobody ordered it")));
    EXPECT_TRUE(says(answers[2], 2));
    EXPECT_EQ(echo.batches, 1) << "one message for all of them";
    EXPECT_TRUE(remote.execute({}).empty());
}

TEST_F(Link, CarriesMoreThanAMessageMayHave) {
    start();
    RemoteSigner remote(place());
    std::vector<signer::Request> requests;
    for (int i = 0; i < 200; ++i) requests.push_back(sign(static_cast<std::uint8_t>(i)));
    const auto answers = remote.execute(requests);
    ASSERT_EQ(answers.size(), 200U);
    for (std::size_t i = 0; i < 200; ++i) EXPECT_TRUE(says(answers[i], static_cast<std::uint8_t>(i))) << i;
}

TEST_F(Link, WhatIsTooLongStopsNoneOfTheOthers) {
    start();
    RemoteSigner remote(place(60s));
    std::vector<signer::Request> requests;
    requests.push_back(sign(1));
    requests.push_back(wrap(signer_wire::message_octets_max));
    requests.push_back(sign(2));
    const auto answers = remote.execute(requests);
    ASSERT_EQ(answers.size(), 3U);
    EXPECT_TRUE(says(answers[0], 1) && says(answers[2], 2));
    EXPECT_EQ(answers[1].error().code, Errc::too_large);

    requests.clear();
    echo.sealed_octets = signer_wire::message_octets_max / 2;
    for (int i = 0; i < 3; ++i) requests.push_back(wrap(1));
    for (const auto& answer : remote.execute(requests)) EXPECT_TRUE(answer) << "answers that need a message each";
}

TEST_F(Link, TellsThePublicKeys) {
    const auto key = crypto::PrivateKey::generate(crypto::Curve::p256).public_key();
    const auto other = crypto::PrivateKey::generate(crypto::Curve::p256).public_key();
    start(for_this_user({{{{"dpauth"}, key}}}));
    RemoteSigner remote(place());
    EXPECT_TRUE(*remote.public_keys()->find({"dpauth"}) == key);
    start(for_this_user({{{{"dpauth"}, other}}}));
    EXPECT_TRUE(*remote.public_keys()->find({"dpauth"}) == other) << "of the one that was started since";
}

TEST_F(Link, SaysWhatToDoWhereNobodyAnswers) {
    RemoteSigner remote(place());
    const auto answers = remote.execute(std::vector<signer::Request>(2));
    ASSERT_EQ(answers.size(), 2U);
    for (const auto& answer : answers) {
        ASSERT_FALSE(answer);
        EXPECT_EQ(answer.error().code, Errc::io);
        EXPECT_NE(answer.error().detail.find("start it"), std::string::npos) << answer.error().detail;
    }
    EXPECT_EQ(remote.check().error().code, Errc::io);
    start();
    EXPECT_TRUE(remote.check());
    EXPECT_TRUE(remote.sign({"a"}, {}));
}

TEST_F(Link, IsMadeAnewWhereTheSignerWas) {
    start();
    RemoteSigner remote(place());
    ASSERT_TRUE(remote.sign({"a"}, {}));
    start();  // the one before is ended first
    EXPECT_TRUE(remote.sign({"a"}, {})) << "at once: the message is sent again";
    hosted.reset();
    EXPECT_EQ(remote.sign({"a"}, {}).error().code, Errc::io);
    start();
    EXPECT_TRUE(remote.sign({"a"}, {}));
}

TEST_F(Link, LeavesASignerAloneThatLetTheTimePass) {
    const auto listener = posix::listen_unix_stream(socket(), posix::SocketFile::of_owner, 8);
    ASSERT_TRUE(listener);
    RemoteSigner remote(place(200ms));
    EXPECT_NE(remote.sign({"a"}, {}).error().detail.find("takes too long"), std::string::npos);
    const auto again = remote.sign({"a"}, {});
    EXPECT_NE(again.error().detail.find("a moment ago"), std::string::npos) << again.error().detail;
}

TEST_F(Link, GivesNothingToAnothersProcess) {
    start();
    RemoteSigner remote({socket(), ::geteuid() + 1, 5s});
    const auto refused = remote.sign({"a"}, {});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::io) << "for whoever asked the signer is away, and his request is not refused";
    EXPECT_NE(refused.error().detail.find("is wanted: it is not given anything"), std::string::npos);
    EXPECT_EQ(echo.batches, 0);
}

TEST_F(Link, AnswersNobodyElsesProcess) {
    struct stat file {};
    Hosting hosting = for_this_user();
    hosting.clients = {::geteuid() + 1};
    std::atomic<int> turned_away = 0;
    hosting.note = [&](const std::string& sentence) {
        if (sentence.find("turned away") != std::string::npos) ++turned_away;
    };
    start(std::move(hosting));
    ASSERT_EQ(::stat(socket().c_str(), &file), 0);
    EXPECT_EQ(file.st_mode & 0777U, 0600U);
    RemoteSigner remote(place());
    const auto unanswered = remote.sign({"a"}, {});
    EXPECT_TRUE(!unanswered && unanswered.error().code == Errc::io);
    EXPECT_EQ(echo.batches, 0);
    EXPECT_GE(turned_away, 1);
    hosted.reset();
}

TEST_F(Link, NotesWhatFailedWithoutItsContent) {
    Hosting hosting = for_this_user();
    std::vector<std::string> notes;
    hosting.note = [&](const std::string& sentence) { notes.push_back(sentence); };
    start(std::move(hosting));
    {
        RemoteSigner remote(place());
        EXPECT_FALSE(remote.ask(signer::WrapConfirmationCode{"order 7", SecretBytes::copy_of(as_view("secret code"))}));
    }
    hosted.reset();
    ASSERT_EQ(notes.size(), 1U);
    EXPECT_EQ(notes[0].find("WrapConfirmationCode order order 7: "), 0U) << notes[0];
    EXPECT_EQ(notes[0].find("secret code"), std::string::npos);
}

TEST_F(Link, AnswersNonsenseWithARefusalAndGoesOn) {
    start();
    const auto stranger = this->stranger();
    ASSERT_TRUE(send_message(stranger, as_view("nonsense"), Clock::now() + 5s));
    const auto octets = receive_message(stranger, signer_wire::message_octets_max, Clock::now() + 5s);
    ASSERT_TRUE(octets);
    EXPECT_TRUE(std::holds_alternative<Error>(*signer_wire::decode_answer(expose(*octets))));
    ASSERT_TRUE(send_message(stranger, expose(signer_wire::encode_requests({})), Clock::now() + 5s));
    EXPECT_TRUE(receive_message(stranger, signer_wire::message_octets_max, Clock::now() + 5s));

    const auto greedy = this->stranger();
    ASSERT_TRUE(send_some(greedy, prefix_of(signer_wire::message_octets_max + 1)));
    const auto let_go = receive_message(greedy, 10, Clock::now() + 5s);
    ASSERT_FALSE(let_go);
    EXPECT_EQ(let_go.error().detail, "the connection has ended");
    RemoteSigner remote(place());
    EXPECT_TRUE(remote.sign({"a"}, {}));
}

TEST_F(Link, HalfAMessageHoldsUpNobodyElse) {
    start();
    const auto slow = stranger();
    const auto message = signer_wire::encode_requests({});
    ASSERT_TRUE(send_some(slow, prefix_of(message.size())));
    RemoteSigner remote(place());
    EXPECT_TRUE(remote.sign({"a"}, {}));
}

TEST_F(Link, EndsAfterItHasAnsweredWhatHasBegun) {
    start();
    const auto begun = stranger();
    const auto idle = stranger();
    const auto message = signer_wire::encode_requests({});
    ASSERT_TRUE(send_some(begun, prefix_of(message.size())));
    RemoteSigner remote(place());
    ASSERT_TRUE(remote.check()) << "so that what was sent before has been seen";
    hosted->ask_to_stop();
    EXPECT_FALSE(receive_message(idle, 10, Clock::now() + 5s)) << "who asks nothing is let go";
    ASSERT_TRUE(send_some(begun, expose(message)));
    EXPECT_TRUE(receive_message(begun, signer_wire::message_octets_max, Clock::now() + 5s));
    EXPECT_TRUE(hosted->stop());
}

}  // namespace
}  // namespace mcim::signer_link::test
