#include "typed_code.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "mcim/custody/private_file.h"
#include "mcim/posix/descriptor.h"
#include "support/temp_folder.h"

namespace mcim::agent {
namespace {

std::string text_of(const Result<ConfirmationCode>& code) {
    return code ? std::string(code->begin(), code->end()) : to_string(code.error());
}

/// The content is what the process reads from its standard input, as long as this lives.
class StandardInput {
public:
    explicit StandardInput(const std::string& content) : before_(::dup(STDIN_FILENO)) {
        std::array<int, 2> ends{};
        EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
        const posix::Descriptor out(ends[0]);
        const posix::Descriptor in(ends[1]);
        EXPECT_EQ(::write(in.get(), content.data(), content.size()), static_cast<ssize_t>(content.size()));
        EXPECT_EQ(::dup2(out.get(), STDIN_FILENO), STDIN_FILENO);
    }
    StandardInput(const StandardInput&) = delete;
    StandardInput& operator=(const StandardInput&) = delete;
    ~StandardInput() { ::dup2(before_.get(), STDIN_FILENO); }

private:
    posix::Descriptor before_;
};

TEST(TypedCode, IsTheFirstLineOfAFileOfItsOwner) {
    const test::TempFolder folder;
    const auto in_file = [&](const std::string& name, std::string_view content) {
        EXPECT_TRUE(custody::write_private_file(folder / name, as_view(content)));
        return read_confirmation_code((folder / name).string());
    };
    EXPECT_EQ(text_of(in_file("unix", "4711\nof the order of May\n")), "4711");
    EXPECT_EQ(text_of(in_file("dos", "4711\r\n")), "4711");
    EXPECT_EQ(text_of(in_file("bare", "4711")), "4711");
    EXPECT_EQ(in_file("empty", "").error().code, Errc::bad_value);
    EXPECT_EQ(in_file("empty line", "\n4711\n").error().code, Errc::bad_value);
    EXPECT_FALSE(read_confirmation_code((folder / "absent").string()));
}

TEST(TypedCode, IsNotTakenFromAFileThatOthersMayRead) {
    const test::TempFolder folder;
    std::ofstream(folder / "code") << "4711\n";
    std::filesystem::permissions(folder / "code", std::filesystem::perms(0644));
    EXPECT_EQ(read_confirmation_code((folder / "code").string()).error().code, Errc::refused);
}

TEST(TypedCode, IsReadFromStandardInput) {
    {
        const StandardInput typed("4711\nmore");
        EXPECT_EQ(text_of(read_confirmation_code("-")), "4711");
    }
    {
        const StandardInput typed("4711");
        EXPECT_EQ(text_of(read_confirmation_code("-")), "4711");
    }
    {
        const StandardInput typed(std::string(5000, '7'));
        EXPECT_EQ(read_confirmation_code("-").error().code, Errc::too_large);
    }
    const StandardInput nothing("");
    EXPECT_EQ(read_confirmation_code("-").error().code, Errc::bad_value);
}

}  // namespace
}  // namespace mcim::agent
