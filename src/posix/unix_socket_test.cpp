#include "mcim/posix/unix_socket.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <filesystem>
#include <fstream>

#include "mcim/posix/descriptor.h"
#include "support/temp_folder.h"

namespace mcim::posix {
namespace {

struct UnixSocketName : testing::Test {
    [[nodiscard]] static sockaddr_un address_of(const std::string& path) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.copy(static_cast<char*>(address.sun_path), sizeof address.sun_path - 1);
        return address;
    }
    [[nodiscard]] Descriptor bound(int type) const {
        Descriptor out(::socket(AF_UNIX, type | SOCK_CLOEXEC, 0));
        const auto address = address_of(path);
        EXPECT_EQ(::bind(out.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
        return out;
    }
    [[nodiscard]] bool there() const { return std::filesystem::exists(std::filesystem::symlink_status(path)); }
    /// The code of the refusal; nothing where there is room.
    [[nodiscard]] std::optional<Errc> refused(UnixSocketKind kind) const {
        const Status status = clear_stale_unix_socket(path, kind);
        if (status) return {};
        return status.error().code;
    }

    test::TempFolder folder;
    std::string path = (folder / "socket").string();
};

TEST_F(UnixSocketName, OfAKilledProcessGivesWay) {
    for (const auto& [type, kind] :
         {std::pair{SOCK_STREAM, UnixSocketKind::stream}, std::pair{SOCK_DGRAM, UnixSocketKind::datagram}}) {
        {
            const Descriptor killed = bound(type);
        }
        ASSERT_TRUE(there());
        EXPECT_EQ(refused(kind), std::nullopt);
        EXPECT_FALSE(there());
        EXPECT_EQ(refused(kind), std::nullopt) << "nothing has the name";
    }
}

TEST_F(UnixSocketName, OfAServerThatAnswersStays) {
    const Descriptor server = bound(SOCK_STREAM);
    ASSERT_EQ(::listen(server.get(), 1), 0);
    EXPECT_EQ(refused(UnixSocketKind::stream), Errc::conflict);
    EXPECT_TRUE(there());
}

TEST_F(UnixSocketName, OfAServerThatIsTooBusyToAnswerStays) {
    const Descriptor server = bound(SOCK_STREAM);
    ASSERT_EQ(::listen(server.get(), 0), 0);
    const auto address = address_of(path);
    std::vector<Descriptor> clients;
    do clients.emplace_back(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    while (::connect(clients.back().get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    ASSERT_EQ(errno, EAGAIN);
    EXPECT_EQ(refused(UnixSocketKind::stream), Errc::conflict);
    EXPECT_TRUE(there());
}

TEST_F(UnixSocketName, OfAServerOfAnotherKindStays) {
    {
        const Descriptor datagrams = bound(SOCK_DGRAM);
        EXPECT_EQ(refused(UnixSocketKind::stream), Errc::conflict);
        EXPECT_TRUE(there());
        std::filesystem::remove(path);
    }
    const Descriptor stream = bound(SOCK_STREAM);
    ASSERT_EQ(::listen(stream.get(), 1), 0);
    EXPECT_EQ(refused(UnixSocketKind::datagram), Errc::conflict);
    EXPECT_TRUE(there());
}

/// A datagram socket that talks to one peer takes no other: whether it is alive, connecting does not tell.
TEST_F(UnixSocketName, OfWhichNobodyCanTellStays) {
    const Descriptor datagrams = bound(SOCK_DGRAM);
    const auto address = address_of(path);
    ASSERT_EQ(::connect(datagrams.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(refused(UnixSocketKind::datagram), Errc::io);
    EXPECT_TRUE(there());
}

TEST_F(UnixSocketName, OfSomethingElseIsRefused) {
    std::ofstream(path) << "a file";
    EXPECT_EQ(refused(UnixSocketKind::stream), Errc::conflict);
    EXPECT_TRUE(there());
}

}  // namespace
}  // namespace mcim::posix
