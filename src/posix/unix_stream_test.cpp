#include "mcim/posix/unix_stream.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <csignal>
#include <filesystem>

#include "mcim/posix/stop_signals.h"
#include "mcim/posix/user.h"
#include "support/temp_folder.h"

namespace mcim::posix {
namespace {

mode_t mode_of(const std::filesystem::path& path) {
    struct stat status {};
    EXPECT_EQ(::stat(path.c_str(), &status), 0);
    return status.st_mode & 0777U;
}

TEST(UnixStream, IsItsOwnersOrEverybodys) {
    const test::TempFolder folder;
    const auto own = listen_unix_stream(folder / "own", SocketFile::of_owner, 1);
    const auto open = listen_unix_stream(folder / "open", SocketFile::of_everybody, 1);
    ASSERT_TRUE(own && open);
    EXPECT_EQ(mode_of(folder / "own"), 0600U);
    EXPECT_EQ(mode_of(folder / "open"), 0666U);
    EXPECT_EQ(listen_unix_stream(folder / "own", SocketFile::of_owner, 1).error().code, Errc::conflict);
    EXPECT_EQ(listen_unix_stream(std::string(200, 'x'), SocketFile::of_owner, 1).error().code, Errc::bad_value);
}

TEST(UnixStream, TellsWhoseProcessIsAtTheOtherEnd) {
    const test::TempFolder folder;
    const auto listener = listen_unix_stream(folder / "socket", SocketFile::of_owner, 1);
    const auto there = connect_unix_stream(folder / "socket");
    ASSERT_TRUE(listener && there);
    const Descriptor here(::accept(listener->get(), nullptr, nullptr));
    EXPECT_EQ(*peer_user(*there), ::geteuid());
    EXPECT_EQ(*peer_user(here), ::geteuid());
    EXPECT_EQ(connect_unix_stream(folder / "nobody").error().code, Errc::io);
}

TEST(Users, AreFoundByNameAndNumber) {
    EXPECT_EQ(*find_user("root"), 0U);
    EXPECT_EQ(*find_user("1234"), 1234U);
    for (const auto* nobody : {"", "12x", "-1", "99999999999", "no such user"})
        EXPECT_EQ(find_user(nobody).error().code, Errc::not_found) << nobody;
}

TEST(StopSignals, MakeADescriptorReadable) {
    sigset_t before;
    sigemptyset(&before);
    ASSERT_EQ(sigprocmask(SIG_BLOCK, nullptr, &before), 0);
    const auto stop = stop_signals();
    ASSERT_TRUE(stop);
    pollfd waiting{stop->get(), POLLIN, 0};
    EXPECT_EQ(::poll(&waiting, 1, 0), 0);
    ::raise(SIGTERM);
    EXPECT_EQ(::poll(&waiting, 1, 0), 1);
    std::array<char, 256> taken{};
    EXPECT_GT(::read(stop->get(), taken.data(), taken.size()), 0) << "before it is let through again";
    sigprocmask(SIG_SETMASK, &before, nullptr);
}

}  // namespace
}  // namespace mcim::posix
