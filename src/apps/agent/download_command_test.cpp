#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "commands.h"
#include "mcim/apdu/command.h"
#include "mcim/card/reader.h"
#include "mcim/card/socket.h"
#include "mcim/msg/notification.h"
#include "support/pki.h"
#include "support/temp_folder.h"

namespace mcim::agent {
namespace {

/// Takes no new session.
class CardWithList final : public card::CardPort {
public:
    [[nodiscard]] Bytes answer_to_reset() override { return {0x3B, 0x00}; }
    void reset() override {}
    [[nodiscard]] Result<Bytes> transmit(View octets) override {
        const auto command = *apdu::parse_command(octets);
        if (command.instruction() == apdu::Ins::manage_channel) return from_hex(command.p1 == 0 ? "019000" : "9000");
        if (command.instruction() != apdu::Ins::store_data) return from_hex("9000");
        asked.push_back(hex(View(command.data).first(2)));
        if (asked.back() != "BF2B") return from_hex("6A88");
        criteria = hex(command.data);
        return concat({der::wrap(der::Tag{0xBF2B}, der::wrap(der::Tag{0xA0}, pending)), *from_hex("9000")});
    }
    Bytes pending;                   ///< the entries of its list; to be set before it is put in
    std::vector<std::string> asked;  ///< the tags of the ES10 requests
    std::string criteria;            ///< what was last asked of the list
};

/// A port of this machine where nobody listens, and nobody else can.
class SilentPort {
public:
    SilentPort() : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* const generic = reinterpret_cast<sockaddr*>(&address);
        EXPECT_EQ(::bind(socket_, generic, size), 0);
        EXPECT_EQ(::getsockname(socket_, generic, &size), 0);
        number_ = ntohs(address.sin_port);
    }
    SilentPort(const SilentPort&) = delete;
    SilentPort& operator=(const SilentPort&) = delete;
    ~SilentPort() { ::close(socket_); }
    [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(number_); }

private:
    int socket_;
    std::uint16_t number_ = 0;
};

msg::PendingNotification result_for(const std::string& address) {
    msg::ProfileInstallationResult result;
    result.data.transaction_id.bytes = {0xAB};
    result.data.notification_metadata.seq_number = 7;
    result.data.notification_metadata.notification_address.text = address;
    result.data.notification_metadata.profile_management_operation = msg::event(msg::NotificationEventBit::install);
    result.data.final_result.value = msg::SuccessResult{{*from_hex("A0000005591010FFFFFFFF8900001000")}, {}, {}};
    return {std::move(result)};
}

/// Everything that a download needs before it asks a server.
struct DownloadCommand : testing::Test {
    DownloadCommand() {
        EXPECT_EQ(pipe(stop), 0);
        std::ofstream(folder / "ci.der", std::ios::binary) << as_text(pki.ci.der());
    }
    ~DownloadCommand() override {
        take_the_card_out();
        ::close(stop[0]);
    }
    void put_the_card_in() {
        auto listener = card::listen_unix((folder / "card").string());
        ASSERT_TRUE(listener) << to_string(listener.error());
        thread = std::thread([this, socket = *std::move(listener)]() mutable {
            EXPECT_TRUE(card::Reader(card, std::move(socket), stop[0]).serve());
        });
    }
    void take_the_card_out() {
        if (stop[1] >= 0) ::close(std::exchange(stop[1], -1));
        if (thread.joinable()) thread.join();
    }
    /// What it says; it always fails, at the latest where the card takes no session.
    std::string run() {
        WorldConfig config;
        config.card_socket = (folder / "card").string();
        config.ci_files = {(folder / "ci.der").string()};
        config.state_folder = folder.path().string();
        DownloadOptions options;
        options.activation_code = "LPA:1$localhost:1$X";
        options.tac = "99000086";
        const auto world = World::open(config);
        EXPECT_TRUE(world);
        testing::internal::CaptureStderr();
        EXPECT_NE(download(**world, Report(Report::Form::text), options), 0);
        return testing::internal::GetCapturedStderr();
    }

    test::TempFolder folder;
    test::Pki pki;
    std::filesystem::path spool = folder / "bound-profile-package.der";
    std::filesystem::path aside = folder / "bound-profile-package.der.damaged";
    int stop[2] = {-1, -1};
    CardWithList card;  ///< to be looked at when it was taken out
    std::thread thread;
};

TEST_F(DownloadCommand, ASpoolThatCannotBeReadStopsOneRunAtMost) {
    std::ofstream(spool) << "no DER";
    put_the_card_in();
    const std::string first = run();
    EXPECT_NE(first.find(spool.string()), std::string::npos) << first;
    EXPECT_NE(first.find(aside.string()), std::string::npos) << first;
    EXPECT_FALSE(std::filesystem::exists(spool));
    EXPECT_TRUE(std::filesystem::exists(aside));
    const std::string second = run();
    EXPECT_EQ(second.find("spool"), std::string::npos) << second;
    take_the_card_out();
    EXPECT_EQ(card.asked, (std::vector<std::string>{"BF2B", "BF20", "BF20"}))
        << "what the card has to tell comes before the next session";
}

TEST_F(DownloadCommand, WhatWaitsOnTheCardIsTriedBeforeASpoolThatCannotBeReadIsSetAside) {
    const SilentPort nobody;
    card.pending = concat({der::encode(result_for(nobody.address())), *from_hex("BF4003800101")});
    std::ofstream(spool) << "no DER";
    put_the_card_in();
    const std::string said = run();
    take_the_card_out();
    const auto tried = said.find("es9p_handle_notification: " + nobody.address());
    const auto unknown = said.find("tag BF40");
    const auto set_aside = said.find(aside.string());
    ASSERT_NE(tried, std::string::npos) << said;
    ASSERT_NE(unknown, std::string::npos) << said;
    ASSERT_NE(set_aside, std::string::npos) << said;
    EXPECT_LT(tried, set_aside) << said;
    EXPECT_LT(unknown, set_aside) << said;
    msg::RetrieveNotificationsListRequest installed;
    installed.search_criteria = msg::NotificationSearchCriteria{msg::event(msg::NotificationEventBit::install)};
    EXPECT_EQ(card.criteria, hex(der::encode(installed)));
    EXPECT_EQ(card.asked, (std::vector<std::string>{"BF2B", "BF20"})) << "nothing was taken off its list";
}

TEST_F(DownloadCommand, ASpoolThatCannotBeReadStaysUntilTheCardWasAsked) {
    std::ofstream(spool) << "no DER";
    const std::string said = run();
    EXPECT_NE(said.find(spool.string()), std::string::npos) << said;
    EXPECT_TRUE(std::filesystem::exists(spool));
    EXPECT_FALSE(std::filesystem::exists(aside));
}

}  // namespace
}  // namespace mcim::agent
