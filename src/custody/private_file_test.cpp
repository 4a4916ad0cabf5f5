#include "mcim/custody/private_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <csignal>
#include <cstddef>
#include <fstream>
#include <iterator>

#include "mcim/posix/descriptor.h"
#include "support/temp_folder.h"

namespace mcim::custody {
namespace {

namespace fs = std::filesystem;

/// What the kernel answers this process to one system call from here on, if its first argument is `argument`.
void answer_to(unsigned call, unsigned argument, unsigned answer) {
    std::array<sock_filter, 6> program{{
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, argument, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, answer),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    }};
    const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0) _exit(99);
}

struct PrivateFile : testing::Test {
    /// Written by a process in which a file has been prepared for what is to happen; its wait status.
    template <class F>
    [[nodiscard]] int write_in_a_process(F prepare) const {
        const pid_t child = fork();
        if (child == 0) {
            prepare();
            _exit(write_private_file(key, content) ? 0 : 1);
        }
        int status = 0;
        waitpid(child, &status, 0);
        return status;
    }
    [[nodiscard]] std::size_t files() const {
        return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder.path()), {}));
    }
    [[nodiscard]] static std::string content_of(const fs::path& file) {
        std::ifstream in(file, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }

    test::TempFolder folder;
    fs::path key = folder / "challenge.key";
    fs::path left_over = folder / ".challenge.key.new";
    Bytes content = Bytes(32, 0x5A);
};

TEST_F(PrivateFile, IsWholeOrNotThereWhenItsWriterIsKilled) {
    // while it writes, and when all is written
    for (const unsigned call : {SYS_write, SYS_fsync}) {
        const int status = write_in_a_process([&] {
            const posix::Descriptor next(::open("/dev/null", O_RDONLY | O_CLOEXEC));
            answer_to(call, static_cast<unsigned>(next.get()), SECCOMP_RET_KILL_PROCESS);
        });
        EXPECT_TRUE(WIFSIGNALED(status));
        EXPECT_FALSE(fs::exists(key));
        EXPECT_EQ(content_of(left_over).size(), call == SYS_write ? 0U : content.size());
    }
    ASSERT_TRUE(is_left_over(left_over));
    ASSERT_TRUE(write_private_file(key, content));
    EXPECT_EQ(files(), 1U) << "what was left over is gone";
    const auto read = read_private_file(key);
    ASSERT_TRUE(read) << to_string(read.error());
    EXPECT_EQ(to_bytes(expose(*read)), content);
    struct stat s {};
    ASSERT_EQ(::stat(key.c_str(), &s), 0);
    EXPECT_EQ(s.st_mode & 07777U, 0600U);
}

TEST_F(PrivateFile, LeavesNothingWhereTheDiskFails) {
    // the file's own octets, then its name
    for (const unsigned fsync_of : {0U, 1U}) {
        const int status = write_in_a_process([&] {
            const posix::Descriptor next(::open("/dev/null", O_RDONLY | O_CLOEXEC));
            answer_to(SYS_fsync, static_cast<unsigned>(next.get()) + fsync_of, SECCOMP_RET_ERRNO | EIO);
        });
        ASSERT_TRUE(WIFEXITED(status));
        EXPECT_EQ(WEXITSTATUS(status), 1);
        EXPECT_EQ(files(), 0U) << fsync_of;
    }
}

TEST_F(PrivateFile, NeverTakesThePlaceOfAnother) {
    ASSERT_TRUE(write_private_file(key, content));
    EXPECT_EQ(write_private_file(key, Bytes(32, 0x11)).error().code, Errc::conflict);
    EXPECT_EQ(content_of(key), as_text(content));
    fs::create_symlink(folder / "nowhere", folder / "link");
    EXPECT_EQ(write_private_file(folder / "link", content).error().code, Errc::conflict);
    EXPECT_EQ(files(), 2U);
}

TEST_F(PrivateFile, IsLeftToTheProcessThatWritesIt) {
    std::ofstream(left_over) << "half";
    const posix::Descriptor writing(::open(left_over.c_str(), O_RDWR | O_CLOEXEC));
    ASSERT_EQ(::flock(writing.get(), LOCK_EX), 0);
    const Status written = write_private_file(key, content);
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code, Errc::conflict);
    EXPECT_EQ(content_of(left_over), "half");
    EXPECT_FALSE(fs::exists(key));
}

TEST_F(PrivateFile, IsNotWrittenThroughALink) {
    std::ofstream(folder / "elsewhere") << "precious";
    fs::create_symlink(folder / "elsewhere", left_over);
    EXPECT_FALSE(write_private_file(key, content));
    EXPECT_EQ(content_of(folder / "elsewhere"), "precious");
}

}  // namespace
}  // namespace mcim::custody
