#include "support/swtpm.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstring>

namespace mcim::test {
namespace {

namespace fs = std::filesystem;
using std::chrono::steady_clock;

constexpr auto start_deadline = std::chrono::seconds{10};
constexpr int poll_ms = 5;

class Descriptor {
public:
    explicit Descriptor(int fd) : fd_(fd) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (fd_ >= 0) close(fd_);
    }
    [[nodiscard]] int get() const { return fd_; }

private:
    int fd_;
};

bool accepts(const fs::path& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.string().size() >= sizeof(address.sun_path)) return false;
    path.string().copy(address.sun_path, sizeof(address.sun_path) - 1);
    const Descriptor fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    return connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
}

/// Waits until both sockets accept, the process ends, or the deadline passes. The wait between two attempts is one for
/// the process's end.
Status wait_until_ready(int pid, const fs::path& socket, const fs::path& control) {
    const Descriptor process(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
    const auto deadline = steady_clock::now() + start_deadline;
    while (!accepts(socket) || !accepts(control)) {
        pollfd ended{process.get(), POLLIN, 0};
        if (poll(&ended, 1, poll_ms) > 0)
            return fail(Errc::io, "swtpm",
                        "it ended at once; its words are in " + (socket.parent_path() / "log").string());
        if (steady_clock::now() > deadline) return fail(Errc::io, "swtpm", "it did not answer within ten seconds");
    }
    return ok();
}

[[noreturn]] void become_swtpm(const fs::path& folder, pid_t parent) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // a crashed test leaves nothing behind
    if (getppid() != parent) _exit(1);
    const int log = open((folder / "log").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    dup2(log, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
    const std::string state =
        "dir=" + (folder / "state").string();  // an absolute path: a relative one puts it into failure mode
    const std::string server = "type=unixio,path=" + (folder / "tpm").string();
    const std::string control = server + ".ctrl";
    execlp("swtpm", "swtpm", "socket", "--tpm2", "--tpmstate", state.c_str(), "--server", server.c_str(), "--ctrl",
           control.c_str(), "--flags", "not-need-init,startup-clear", static_cast<char*>(nullptr));
    _exit(127);
}

}  // namespace

bool Swtpm::installed() {
    for (const char* const path : {"/usr/bin/swtpm", "/usr/local/bin/swtpm", "/bin/swtpm"})
        if (access(path, X_OK) == 0) return true;
    return false;
}

Result<Swtpm> Swtpm::start() {
    std::string folder = (fs::temp_directory_path() / "mcim-swtpm-XXXXXX").string();
    if (mkdtemp(folder.data()) == nullptr) return fail(Errc::io, folder, std::strerror(errno));
    Swtpm out(folder, true);
    CHECKED(out.launch());
    return out;
}

Result<Swtpm> Swtpm::start_in(const fs::path& folder) {
    Swtpm out(fs::absolute(folder), false);
    CHECKED(out.launch());
    return out;
}

Swtpm::Swtpm(Swtpm&& other) noexcept
    : folder_(std::move(other.folder_)),
      temporary_(std::exchange(other.temporary_, false)),
      pid_(std::exchange(other.pid_, 0)) {}

Swtpm::~Swtpm() {
    end();
    std::error_code ignored;
    if (temporary_) fs::remove_all(folder_, ignored);
}

Status Swtpm::power_cycle() {
    end();
    return launch();
}

Status Swtpm::launch() {
    setenv("TSS2_LOG", "all+none", 0);  // expected refusals would fill the test's output
    std::error_code problem;
    fs::create_directories(folder_ / "state", problem);
    if (problem) return fail(Errc::io, (folder_ / "state").string(), problem.message());
    const pid_t parent = getpid();
    pid_ = fork();
    if (pid_ < 0) return fail(Errc::io, "fork", std::strerror(errno));
    if (pid_ == 0) become_swtpm(folder_, parent);
    return wait_until_ready(pid_, socket(), socket().string() + ".ctrl");
}

void Swtpm::end() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    pid_ = 0;
    std::error_code ignored;
    fs::remove(socket(), ignored);
    fs::remove(socket().string() + ".ctrl", ignored);
}

}  // namespace mcim::test
