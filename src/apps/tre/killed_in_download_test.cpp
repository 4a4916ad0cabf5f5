// mcim-tre killed while it takes a bound package: the card that starts again has the whole profile or nothing of it,
// knows which, and takes the download then.
#include <algorithm>
#include <iterator>

#include "mcim/agent/es10.h"
#include "mcim/apps/tre/process_for_test.h"
#include "mcim/euicc/card_for_test.h"
#include "mcim/msg/manage.h"

namespace mcim::tre {
namespace {

using euicc::for_test::Smdp;

/// The card at its socket, on the basic channel. A command can be left under way.
class Wire {
public:
    explicit Wire(const std::string& path) : socket_(*card::connect_unix(path)) {
        EXPECT_EQ(hex(exchange(*from_hex("00A4040C10A0000005591010FFFFFFFF8900000100"))), "9000");
    }
    void send(View command) { EXPECT_TRUE(card::write_all(socket_, card::frame(command))); }
    /// Empty where the card is gone.
    Bytes receive() {
        for (;;) {
            if (auto answer = frames_.next()) return *std::move(answer);
            const auto octets = card::read_some(socket_);
            if (!octets || octets->empty()) return {};
            frames_.add(*octets);
        }
    }
    Bytes exchange(View command) {
        send(command);
        return receive();
    }
    /// A command, and all that 61xx announces; without the status word.
    Bytes collect(View command) {
        Bytes all, part = exchange(command);
        for (; part.size() >= 2 && part[part.size() - 2] == 0x61; part = exchange({{0x80, 0xC0, 0, 0, part.back()}}))
            append(all, View(part).first(part.size() - 2));
        EXPECT_EQ(hex(View(part).last(std::min<std::size_t>(part.size(), 2))), "9000");
        append(all, View(part).first(part.size() < 2 ? 0 : part.size() - 2));
        return all;
    }
    template <class Response, class Request>
    Response call(const Request& request) {
        Bytes answer;
        for (const Bytes& block : agent::store_data_blocks(0, der::encode(request))) answer = collect(block);
        auto decoded = der::decode<Response>(answer);
        EXPECT_TRUE(decoded) << to_string(decoded.error()) << ' ' << hex(answer);
        return decoded ? *std::move(decoded) : Response{};
    }

private:
    posix::Descriptor socket_;
    card::FrameBuffer frames_;
};

/// What a card says that it holds.
struct Holdings {
    std::size_t profiles = 0;
    std::string free_memory;
    friend bool operator==(const Holdings&, const Holdings&) = default;
    friend std::ostream& operator<<(std::ostream& out, const Holdings& h) {
        return out << h.profiles << " profiles, memory " << h.free_memory;
    }
};
Holdings holdings(Wire& card) {
    const auto list = card.call<msg::ProfileInfoListResponse>(msg::ProfileInfoListRequest{});
    const auto info = card.call<msg::EUICCInfo2>(msg::GetEuiccInfo2Request{});
    return {std::get<0>(list.value).size(), hex(info.ext_card_resource.bytes)};
}

/// The results that wait for the server: true of a success.
std::vector<bool> results(Wire& card) {
    const auto list = card.call<msg::RetrieveNotificationsListResponse>(msg::RetrieveNotificationsListRequest{});
    std::vector<bool> out;
    for (const auto& pending : std::get<0>(list.value))
        if (const auto* result = std::get_if<msg::ProfileInstallationResult>(&pending.value))
            out.push_back(euicc::for_test::installed(*result));
    return out;
}

/// The commands that carry the package of a new session.
std::vector<Bytes> commands_of_a_download(Wire& card, test::Pki& pki) {
    Smdp smdp(pki);
    const auto challenge = card.call<msg::GetEuiccChallengeResponse>(msg::GetEuiccChallengeRequest{});
    const auto authenticated =
        card.call<msg::AuthenticateServerResponse>(smdp.authenticate(challenge.euicc_challenge.bytes));
    const auto* ok = std::get_if<msg::AuthenticateResponseOk>(&authenticated.value);
    EXPECT_NE(ok, nullptr) << der::print(authenticated);
    const auto prepared = card.call<msg::PrepareDownloadResponse>(smdp.prepare(*ok));
    const Bytes bound = smdp.bind(prepared, euicc::for_test::Order{});
    const auto pieces = *bpp::split_for_card(bound);
    std::vector<Bytes> out;
    for (const View piece : pieces) {
        auto blocks = agent::store_data_blocks(0, piece);
        std::ranges::move(blocks, std::back_inserter(out));
    }
    return out;
}

struct KilledInDownload : TreProcess {
    /// The card as it left the factory, once more.
    void make_copy() {
        fs::remove_all(path("copy"));
        fs::copy(path("state"), path("copy"), fs::copy_options::recursive);
    }
    [[nodiscard]] std::vector<std::string> copy_line() const { return run_line("copy", passphrase_seal()); }
    /// What a card holds that nobody disturbs.
    Holdings after_a_whole_download() {
        make_copy();
        Process process(copy_line());
        EXPECT_TRUE(process.says("answers at")) << process.said;
        Wire card(path("card"));
        before = holdings(card);
        const auto commands = commands_of_a_download(card, pki);
        count = commands.size();
        for (const auto& command : commands) static_cast<void>(card.collect(command));
        EXPECT_EQ(results(card), std::vector<bool>{true});
        const auto after = holdings(card);
        EXPECT_EQ(process.kill(SIGTERM), 0);
        return after;
    }
    enum class Moment : std::uint8_t { under_way, answered };
    void kill_at(std::size_t command, Moment moment) {
        make_copy();
        Process process(copy_line());
        ASSERT_TRUE(process.says("answers at")) << process.said;
        Wire card(path("card"));
        const auto commands = commands_of_a_download(card, pki);
        ASSERT_EQ(commands.size(), count);
        for (std::size_t i = 0; i < command; ++i) static_cast<void>(card.collect(commands[i]));
        card.send(commands[command]);
        if (moment == Moment::answered) {
            ASSERT_FALSE(card.receive().empty());
        }
        process.kill(SIGKILL);
    }
    Holdings before;
    std::size_t count = 0;
};

TEST_F(KilledInDownload, HasTheWholeProfileOrNothingOfItAndTakesItThen) {
    make(passphrase_seal());
    const Holdings whole = after_a_whole_download();
    ASSERT_EQ(before.profiles, 0U);
    ASSERT_EQ(whole.profiles, 1U);
    ASSERT_NE(whole.free_memory, before.free_memory);
    ASSERT_GT(count, 4U);

    test::SeededRandom random(16);
    std::vector<std::pair<std::size_t, Moment>> moments{
        {0, Moment::under_way}, {count - 1, Moment::under_way}, {count - 1, Moment::answered}};
    while (moments.size() < 9)
        moments.emplace_back(random.below(count), random.below(2) == 0 ? Moment::under_way : Moment::answered);
    for (const auto& [command, moment] : moments) {
        SCOPED_TRACE("command " + std::to_string(command) + " of " + std::to_string(count) +
                     (moment == Moment::answered ? ", answered" : ", under way"));
        ASSERT_NO_FATAL_FAILURE(kill_at(command, moment));
        Process process(copy_line());
        ASSERT_TRUE(process.says("answers at")) << process.said;
        Wire card(path("card"));
        const Holdings found = holdings(card);
        const bool installed = found.profiles == 1;
        EXPECT_EQ(found, installed ? whole : before);
        EXPECT_TRUE(!installed || command == count - 1) << "the package was not there yet";
        EXPECT_TRUE(installed || command < count - 1 || moment == Moment::under_way) << "it had been answered";
        // the server hears how it ended: once, where the card had begun
        const auto told = results(card);
        EXPECT_LE(told.size(), 1U);
        if (installed || (command > 0 && command < count - 1)) {
            EXPECT_EQ(told, std::vector<bool>{installed});
        }
        if (installed) continue;
        for (const auto& again : commands_of_a_download(card, pki)) static_cast<void>(card.collect(again));
        EXPECT_EQ(holdings(card), whole);
        EXPECT_TRUE(results(card).back());
    }
}

}  // namespace
}  // namespace mcim::tre
