// mcim-tre as a process: made, started, and what it says.
#pragma once
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "mcim/card/channel.h"
#include "support/pki.h"
#include "support/temp_folder.h"

namespace mcim::tre {

namespace fs = std::filesystem;

/// A program, its standard output and error collected until it has said what was waited for, or ended.
class Process {
public:
    explicit Process(std::vector<std::string> arguments) {
        int out[2];
        EXPECT_EQ(pipe2(out, O_CLOEXEC), 0);
        std::vector<char*> argv;
        for (auto& a : arguments) argv.push_back(a.data());
        argv.push_back(nullptr);
        pid = fork();
        if (pid == 0) {
            dup2(out[1], 1);
            dup2(out[1], 2);
            execv(argv[0], argv.data());
            _exit(127);
        }
        ::close(out[1]);
        output = posix::Descriptor(out[0]);
    }
    ~Process() { static_cast<void>(kill(SIGKILL)); }
    /// Until `text` was said, or the process ended.
    bool says(std::string_view text) {
        while (said.find(text) == std::string::npos) {
            std::array<char, 512> buffer{};
            const ssize_t n = ::read(output.get(), buffer.data(), buffer.size());
            if (n <= 0) return false;
            said.append(buffer.data(), static_cast<std::size_t>(n));
        }
        return true;
    }
    /// The exit status of waitpid; the process is gone afterwards.
    int wait() {
        static_cast<void>(says("\x01"));
        return reap();
    }
    int kill(int signal) {
        if (pid > 0) ::kill(pid, signal);
        return reap();
    }

    pid_t pid = -1;
    posix::Descriptor output;
    std::string said;

private:
    int reap() {
        int status = 0;
        if (pid > 0) waitpid(pid, &status, 0);
        pid = -1;
        return status;
    }
};

struct TreProcess : testing::Test {
    TreProcess() {
        write("cert.der", pki.euicc.der());
        write("eum.der", pki.eum.der());
        write("ci.der", pki.ci.der());
        write("key.der", to_bytes(expose(pki.euicc.key.to_pkcs8())));
        write("passphrase", to_bytes(as_view("correct horse\n")));
    }

    void write(const std::string& name, const Bytes& content) const {
        std::ofstream(folder / name, std::ios::binary)
            .write(reinterpret_cast<const char*>(content.data()), static_cast<std::streamsize>(content.size()));
        fs::permissions(folder / name, fs::perms::owner_read | fs::perms::owner_write);
    }
    [[nodiscard]] std::string path(const std::string& name) const { return (folder / name).string(); }
    [[nodiscard]] std::string passphrase_seal() const { return "passphrase-file:" + path("passphrase"); }

    std::vector<std::string> init_line(const std::string& seal) const {
        return {MCIM_TRE,        "init", "--state",      path("state"), "--cert",        path("cert.der"), "--eum-cert",
                path("eum.der"), "--ci", path("ci.der"), "--key",       path("key.der"), "--seal",         seal};
    }
    std::vector<std::string> run_line(const std::string& state, const std::string& seal) const {
        return {MCIM_TRE, "run", "--state", path(state), "--socket", path("card"), "--seal", seal};
    }
    std::vector<std::string> run_line() const { return run_line("state", passphrase_seal()); }
    void make(const std::string& seal) const {
        Process process(init_line(seal));
        const int status = process.wait();
        ASSERT_EQ(status, 0) << process.said;
    }
    card::ApduChannel connect() const { return *card::ApduChannel::connect(path("card")); }

    /// On the basic channel, so that nothing has to be opened again.
    static Bytes es10(card::ApduChannel& channel, View command) {
        EXPECT_EQ(hex(*channel.transmit(*from_hex("00A4040C10A0000005591010FFFFFFFF8900000100"))), "9000");
        const auto first = channel.transmit(
            concat({Bytes{0x80, 0xE2, 0x91, 0x00, static_cast<std::uint8_t>(command.size())}, command}));
        if (!first || first->size() != 2 || (*first)[0] != 0x61) return {};
        auto answer = *channel.transmit(Bytes{0x80, 0xC0, 0x00, 0x00, first->back()});
        answer.resize(answer.size() - 2);
        return answer;
    }

    test::Pki pki;
    test::TempFolder folder;
};

}  // namespace mcim::tre
