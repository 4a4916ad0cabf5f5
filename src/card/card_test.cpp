#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <fstream>
#include <future>
#include <thread>

#include "mcim/card/channel.h"
#include "mcim/card/reader.h"
#include "support/temp_folder.h"

namespace mcim::card {
namespace {

/// Answers every command with itself, backwards; but opens channel 1, as often as it is asked to, and closes it.
class EchoCard final : public CardPort {
public:
    [[nodiscard]] Bytes answer_to_reset() override { return {0x3B, 0x00}; }
    void reset() override { ++resets; }
    [[nodiscard]] Result<Bytes> transmit(View command) override {
        if (command[0] == 0xFF) return fail(Errc::io, "card", "broken");
        if (command[1] == 0x70) {
            managed.push_back(hex(command));
            return command[2] == 0x00 ? Bytes{0x01, 0x90, 0x00} : Bytes{0x90, 0x00};
        }
        return Bytes(command.rbegin(), command.rend());
    }
    std::vector<std::string> managed;  ///< MANAGE CHANNEL, in their order
    std::atomic<int> resets = 0;
};

class ReaderTest : public testing::Test {
protected:
    ReaderTest() { EXPECT_EQ(pipe(stop), 0); }
    ~ReaderTest() override {
        finish();
        ::close(stop[0]);
    }
    void start(std::optional<TcpAddress> vpcd = {}) {
        auto listener = listen_unix(path());
        ASSERT_TRUE(listener) << to_string(listener.error());
        reader.emplace(card, *std::move(listener), stop[0], limits);
        reader->tell_of_closed([this](const std::string& why) { closed.push_back(why); });
        if (vpcd)
            reader->keep_connected(*vpcd, [this](const Status& there) {
                vpcd_news.push_back(there.operator bool());
                if (vpcd_news.size() == 1) first_news.set_value();
            });
        thread = std::thread([this] { result.emplace(reader->serve()); });
    }
    void finish() {
        if (stop[1] >= 0) ::close(std::exchange(stop[1], -1));
        if (thread.joinable()) thread.join();
    }
    /// Whether the reader closes it; not for ever, so that a reader which does not is a failure and no test that hangs.
    static bool is_closed(const posix::Descriptor& client) {
        EXPECT_TRUE(limit_reading(client, std::chrono::seconds(20)));
        std::array<std::uint8_t, 1> octet{};
        const ssize_t n = ::recv(client.get(), octet.data(), octet.size(), 0);
        return n == 0 || (n < 0 && errno == ECONNRESET);
    }
    /// One with half a frame.
    [[nodiscard]] posix::Descriptor half_a_frame() const {
        auto client = *connect_unix(path());
        EXPECT_TRUE(write_all(client, Bytes{0x00}));
        return client;
    }
    [[nodiscard]] std::string path() const { return (folder / "card").string(); }
    ApduChannel connect() { return *ApduChannel::connect(path()); }

    test::TempFolder folder;
    int stop[2] = {-1, -1};
    EchoCard card;
    ReaderLimits limits;
    std::vector<std::string> closed;  ///< to be read when the reader has finished
    std::vector<bool> vpcd_news;      ///< to be read when the reader has finished
    std::promise<void> first_news;
    std::optional<Reader> reader;
    std::optional<Status> result;
    std::thread thread;
};

TEST(FrameBuffer, HandsOutWholeFramesHoweverTheyArrive) {
    const Bytes octets = concat({frame(Bytes{1, 2, 3}), frame({}), frame(Bytes(300, 7))});
    FrameBuffer buffer;
    std::vector<Bytes> payloads;
    for (const auto octet : octets) {
        buffer.add(Bytes{octet});
        while (auto payload = buffer.next()) payloads.push_back(*std::move(payload));
    }
    EXPECT_EQ(payloads, (std::vector<Bytes>{{1, 2, 3}, {}, Bytes(300, 7)}));
    EXPECT_TRUE(buffer.empty());
}

TEST_F(ReaderTest, AnswersCommandsOfSeveralClients) {
    start();
    auto one = connect();
    auto two = connect();
    EXPECT_EQ(hex(*one.transmit(Bytes{1, 2, 3, 4})), "04030201");
    EXPECT_EQ(hex(*two.transmit(Bytes{5, 6, 7, 8})), "08070605");
    EXPECT_EQ(hex(*one.answer_to_reset()), "3B00");
    EXPECT_TRUE(one.reset());
    EXPECT_EQ(hex(*one.transmit(Bytes(261, 9))), hex(Bytes(261, 9)));
    EXPECT_EQ(card.resets, 1);
    EXPECT_EQ(one.transmit(Bytes{1}).error().code, Errc::bad_length);
}

TEST_F(ReaderTest, TheSocketIsItsOwnersOnly) {
    start();
    struct stat s {};
    ASSERT_EQ(::stat(path().c_str(), &s), 0);
    EXPECT_EQ(s.st_mode & 0777U, 0600U);
}

TEST_F(ReaderTest, TakesThePlaceOfADeadSocketOnly) {
    { const auto dead = listen_unix(path()); }
    start();
    EXPECT_EQ(listen_unix(path()).error().code, Errc::conflict);
    std::ofstream(folder / "file") << "x";
    EXPECT_EQ(listen_unix(folder / "file").error().code, Errc::conflict);
    EXPECT_EQ(listen_unix(std::string(200, 'x')).error().code, Errc::bad_value);
}

TEST_F(ReaderTest, LeavesTheSocketOfAnotherServerWhereItIs) {
    const posix::Descriptor other(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path().copy(static_cast<char*>(address.sun_path), sizeof address.sun_path - 1);
    ASSERT_EQ(::bind(other.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(listen_unix(path()).error().code, Errc::conflict);
    struct stat s {};
    EXPECT_EQ(::stat(path().c_str(), &s), 0);
}

TEST_F(ReaderTest, AClientThatBreaksOffDisturbsNobody) {
    start();
    {
        auto half = connect_unix(path());
        ASSERT_TRUE(write_all(*half, Bytes{0x00}));
    }
    auto other = connect();
    EXPECT_EQ(hex(*other.transmit(Bytes{1, 2, 3, 4})), "04030201");
}

TEST_F(ReaderTest, HalfAFrameIsWaitedForSoLongOnly) {
    limits.frame_time_max = std::chrono::milliseconds(20);
    start();
    auto idle = connect();
    EXPECT_EQ(hex(*idle.transmit(Bytes{1, 2, 3, 4})), "04030201");
    EXPECT_TRUE(is_closed(half_a_frame()));
    const posix::Descriptor after_a_whole_one = *connect_unix(path());
    ASSERT_TRUE(write_all(after_a_whole_one, concat({frame(Bytes{0x02}), Bytes{0x00, 0x04, 0x00}})));
    EXPECT_TRUE(is_closed(after_a_whole_one));
    EXPECT_EQ(hex(*idle.transmit(Bytes{1, 2, 3, 4})), "04030201") << "who has begun nothing stays";
    finish();
    EXPECT_EQ(card.resets, 1);
    ASSERT_EQ(closed.size(), 2U);
    EXPECT_NE(closed.front().find("a part of a command"), std::string::npos) << closed.front();
}

TEST_F(ReaderTest, AFullHouseServesANewcomer) {
    limits.frame_time_max = std::chrono::hours(1);
    start();
    auto with_channel = connect();
    EXPECT_EQ(hex(*with_channel.transmit(*from_hex("0070000001"))), "019000");
    auto busy = connect();
    std::vector<posix::Descriptor> halves;
    for (std::size_t i = 2; i < limits.clients_max; ++i) halves.push_back(half_a_frame());
    // one is let in a round, and a round serves a command: all are in, and what they sent is read
    for (std::size_t i = 0; i <= limits.clients_max; ++i) EXPECT_TRUE(busy.answer_to_reset());
    auto newcomer = connect();
    const auto answer = newcomer.transmit(Bytes{1, 2, 3, 4});
    ASSERT_TRUE(answer) << to_string(answer.error());
    EXPECT_EQ(hex(*answer), "04030201");
    EXPECT_TRUE(is_closed(halves.front())) << "who had sent nothing whole for longest";
    EXPECT_TRUE(with_channel.answer_to_reset()) << "who has a channel open stays, though idle for longer";
    EXPECT_TRUE(busy.answer_to_reset());
    finish();
    ASSERT_EQ(closed.size(), 1U);
    EXPECT_NE(closed.front().find("places at the socket"), std::string::npos) << closed.front();
}

TEST_F(ReaderTest, WhoTakesNoAnswerIsLeft) {
    limits.write_time_max = std::chrono::milliseconds(20);
    start();
    const posix::Descriptor deaf = *connect_unix(path());
    const timeval patience{20, 0};
    ASSERT_EQ(::setsockopt(deaf.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience), 0);
    const Bytes command = frame(Bytes(60'000, 7));
    while (::send(deaf.get(), command.data(), command.size(), MSG_NOSIGNAL) > 0) {
    }
    ASSERT_TRUE(errno == EPIPE || errno == ECONNRESET) << std::strerror(errno);
    auto other = connect();
    EXPECT_EQ(hex(*other.transmit(Bytes{1, 2, 3, 4})), "04030201");
    finish();
    ASSERT_EQ(closed.size(), 1U);
    EXPECT_NE(closed.front().find("did not take its answer"), std::string::npos) << closed.front();
}

TEST_F(ReaderTest, ClosesTheChannelsOfADeadClientAndNobodyElses) {
    start();
    std::optional<ApduChannel> one = connect();
    std::optional<ApduChannel> two = connect();
    const Bytes open = *from_hex("0070000001");
    EXPECT_EQ(hex(*one->transmit(open)), "019000");
    EXPECT_EQ(hex(*two->transmit(*from_hex("00708001"))), "9000");
    EXPECT_EQ(hex(*two->transmit(open)), "019000") << "the same channel, another client's";
    auto third = connect();
    std::vector<std::string> told{"0070000001", "00708001", "0070000001"};
    for (auto* gone : {&one, &two}) {
        gone->reset();
        // in the round after the one that saw it go
        for (int i = 0; i < 2; ++i) EXPECT_TRUE(third.transmit(Bytes{1, 2, 3, 4}));
        if (gone == &two) told.emplace_back("00708001");
        EXPECT_EQ(card.managed, told);
    }
}

TEST_F(ReaderTest, EndsWhenTheCardIsBroken) {
    start();
    auto client = connect();
    EXPECT_EQ(client.transmit(Bytes{0xFF, 0, 0, 0}).error().code, Errc::io);
    thread.join();
    ASSERT_TRUE(result);
    EXPECT_FALSE(*result);
}

TEST_F(ReaderTest, EndsWhenAsked) {
    start();
    auto client = connect();
    EXPECT_TRUE(client.answer_to_reset());
    finish();
    ASSERT_TRUE(result);
    EXPECT_TRUE(*result);
}

/// A free port of loopback, where nobody listens yet.
struct VpcdPort {
    VpcdPort() : socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof(address);
        EXPECT_EQ(::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
        EXPECT_EQ(::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size), 0);
        name = "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
    }
    void listen() const { ASSERT_EQ(::listen(socket.get(), 1), 0); }
    [[nodiscard]] posix::Descriptor accept() const {
        return posix::Descriptor(::accept(socket.get(), nullptr, nullptr));
    }
    posix::Descriptor socket;
    std::string name;
};

TEST_F(ReaderTest, ServesVpcdAndConnectsToItAgain) {
    const VpcdPort port;
    port.listen();
    start(*resolve_tcp(port.name));
    for (int round = 0; round < 2; ++round) {
        const posix::Descriptor vpcd = port.accept();
        ASSERT_TRUE(vpcd.valid());
        ASSERT_TRUE(write_all(vpcd, concat({frame(Bytes{1}), frame(Bytes{4}), frame(Bytes{0, 1, 2, 3, 4})})));
        FrameBuffer frames;
        std::vector<Bytes> answers;
        while (answers.size() < 2) {
            frames.add(*read_some(vpcd));
            while (auto payload = frames.next()) answers.push_back(*std::move(payload));
        }
        EXPECT_EQ(answers, (std::vector<Bytes>{{0x3B, 0x00}, {4, 3, 2, 1, 0}}));
    }
    finish();
    EXPECT_EQ(vpcd_news, std::vector<bool>{true});
}

TEST_F(ReaderTest, TellsThatNoVpcdIsThereAndWhenItComes) {
    const VpcdPort port;
    start(*resolve_tcp(port.name));
    first_news.get_future().wait();
    port.listen();
    ASSERT_TRUE(port.accept().valid());
    finish();
    EXPECT_EQ(vpcd_news, (std::vector<bool>{false, true}));
}

TEST(ResolveTcp, NamesWhatIsWrong) {
    EXPECT_EQ(resolve_tcp("localhost").error().code, Errc::bad_value);
    EXPECT_EQ(resolve_tcp(":35963").error().code, Errc::bad_value);
}

TEST(ApduChannel, DoesNotWaitForAStoppedCardForEver) {
    const test::TempFolder folder;
    const auto listener = listen_unix((folder / "card").string());
    ASSERT_TRUE(listener);
    auto channel = ApduChannel::connect((folder / "card").string(), std::chrono::milliseconds(20));
    ASSERT_TRUE(channel);
    const auto answer = channel->transmit(*from_hex("00A40000"));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, Errc::io);
    EXPECT_NE(answer.error().detail.find("no answer in time"), std::string::npos) << answer.error().detail;
    // or the late answer would be taken for that of the next command
    const auto next = channel->transmit(*from_hex("00A40000"));
    ASSERT_FALSE(next);
    EXPECT_EQ(next.error().detail.find("in time"), std::string::npos) << next.error().detail;
}

TEST(ApduChannel, SaysThatNoCardIsThere) { EXPECT_EQ(ApduChannel::connect("/nowhere/card").error().code, Errc::io); }

}  // namespace
}  // namespace mcim::card
