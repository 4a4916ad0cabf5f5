#include "support/softhsm.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

namespace mcim::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* program = "/usr/bin/softhsm2-util";

}  // namespace

fs::path SoftHsm::module() { return "/usr/lib/softhsm/libsofthsm2.so"; }
bool SoftHsm::installed() { return ::access(module().c_str(), R_OK) == 0 && ::access(program, X_OK) == 0; }

SoftHsm::SoftHsm(const fs::path& folder) : folder_(folder) {
    fs::create_directories(folder_ / "tokens");
    fs::permissions(folder_, fs::perms::owner_all);
    std::ofstream(folder_ / "softhsm2.conf") << "directories.tokendir = " << (folder_ / "tokens").string()
                                             << "\nobjectstore.backend = file\nlog.level = ERROR\n";
    ::setenv("SOFTHSM2_CONF", (folder_ / "softhsm2.conf").c_str(), 1);
}

Status SoftHsm::make_token(const std::string& label, const std::string& pin) const {
    const pid_t child = ::fork();
    if (child == 0) {
        const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
        ::dup2(nowhere, STDOUT_FILENO);
        ::execl(program, program, "--init-token", "--free", "--label", label.c_str(), "--so-pin", "87654321", "--pin",
                pin.c_str(), static_cast<char*>(nullptr));
        ::_exit(127);
    }
    int status = 0;
    if (child < 0 || ::waitpid(child, &status, 0) != child || status != 0)
        return fail(Errc::io, program, "it made no token");
    return ok();
}

}  // namespace mcim::test
