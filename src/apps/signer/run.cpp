#include <sys/stat.h>
#include <unistd.h>

#include <csignal>

#include "key_source.h"
#include "log.h"
#include "mcim/apps/common/file_rules.h"
#include "mcim/apps/common/hardening.h"
#include "mcim/base/version.h"
#include "mcim/custody/parallel_signer.h"
#include "mcim/posix/stop_signals.h"
#include "mcim/posix/unix_stream.h"
#include "mcim/posix/user.h"
#include "mcim/signer_link/server.h"
#include "watchdog.h"

namespace mcim::signer_program {
namespace {

namespace fs = std::filesystem;

constexpr int backlog = 16;

/// Whoever may write there can put a socket of his own into the place of this one, and is brought K.
Status check_own_folder(const fs::path& folder) {
    struct stat status {};
    if (::stat(folder.c_str(), &status) != 0 || !S_ISDIR(status.st_mode))
        return fail(Errc::not_found, folder, "this is no folder: make one for the socket, with mode 0700");
    if (status.st_uid != ::geteuid())
        return fail(Errc::refused, folder, "the folder of the socket is another user's: one of its own is wanted");
    if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        return fail(Errc::refused, folder, "others may write into the folder of the socket: chmod go-w it");
    return ok();
}

Result<std::vector<uid_t>> client_users(const std::vector<std::string>& names) {
    if (names.empty()) return std::vector{::geteuid()};
    std::vector<uid_t> out;
    for (const auto& name : names) {
        TRY(out.emplace_back(), posix::find_user(name));
    }
    return out;
}

apps::Network network_of(const Options& options) {
    if (!options.token) return apps::Network::none;
    return options.token->connects ? apps::Network::outgoing_and_local_streams : apps::Network::refused;
}

std::size_t threads_here() {
    std::error_code ignored;
    return static_cast<std::size_t>(std::distance(fs::directory_iterator("/proc/self/task", ignored), {}));
}

std::string names_of(const signer::PublicKeys& keys) {
    std::string out;
    for (const auto& [name, key] : keys.by_name) out += (out.empty() ? "" : ", ") + name.text;
    return out;
}

}  // namespace

Status run(const Options& options) {
    std::signal(SIGPIPE, SIG_IGN);
    const Log log(options.log_format);
    for (const std::string& note : apps::protect_memory()) log.warning(note);
    const fs::path socket = fs::absolute(options.socket);
    SystemRandom random;
    TRY(LoadedKeys loaded, load_keys(options, [&](const std::string& sentence) { log.warning(sentence); }));
    custody::Custody custody(std::move(loaded.keys), options.policy, random);
    TRY(auto clients, client_users(options.clients));
    CHECKED(check_own_folder(socket.parent_path()));
    TRY(const posix::Descriptor stop, posix::stop_signals());
    const auto file = options.clients.empty() ? posix::SocketFile::of_owner : posix::SocketFile::of_everybody;
    TRY(const posix::Descriptor listener, posix::listen_unix_stream(socket, file, backlog));

    if (threads_here() > 1)
        log.warning(
            "the module has started threads of its own: the files that this user may touch stay in their reach");
    TRY(const auto files,
        apps::confine_files(options.token ? options.token->folders : std::vector<fs::path>(), socket));
    if (files == apps::FileRules::not_in_this_kernel)
        log.warning("this kernel has no Landlock: every file of this user stays within reach");
    // threads only where a token is waited for: as many as there are sessions
    custody::ParallelSigner signer(custody, options.token ? options.token->sessions : 1);
    std::optional<Watchdog> watchdog;
    if (loaded.token)
        watchdog.emplace([&] { return loaded.token->busy_for(); }, options.token->timeout,
                         [&] { log.warning("the token has not come back from a call; this process ends"); });
    CHECKED(apps::enter_sandbox(network_of(options)));
    const signer_link::Hosting hosting{named_version("mcim-signer"), custody.public_keys(), std::move(clients),
                                       [&](const std::string& sentence) { log.warning(sentence); }};
    log.info("answering at " + socket.string() + " with the signing keys " + names_of(hosting.keys));
    const Status ended = signer_link::serve(signer, listener, stop.get(), hosting);
    ::unlink(socket.c_str());
    log.info("stopped");
    return ended;
}

}  // namespace mcim::signer_program
