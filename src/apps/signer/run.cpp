#include <sys/stat.h>
#include <unistd.h>

#include <csignal>

#include "log.h"
#include "mcim/apps/common/file_rules.h"
#include "mcim/apps/common/hardening.h"
#include "mcim/apps/common/key_files.h"
#include "mcim/base/version.h"
#include "mcim/custody/key_folder.h"
#include "mcim/posix/stop_signals.h"
#include "mcim/posix/unix_stream.h"
#include "mcim/posix/user.h"
#include "mcim/signer_link/server.h"

namespace mcim::signer_program {
namespace {

namespace fs = std::filesystem;

constexpr int backlog = 16;

Result<custody::KeyFolder> open_keys(const Options& options) {
    if (options.passphrase_file.empty()) return custody::KeyFolder::open(options.keys);
    CHECKED(apps::check_apart(options.passphrase_file, options.keys));
    TRY(const SecretBytes passphrase, apps::read_passphrase(options.passphrase_file));
    return custody::KeyFolder::open(options.keys, passphrase);
}

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
    TRY(const auto folder, open_keys(options));
    TRY(const auto custody, custody::Custody::load(folder, options.policy, random));
    TRY(auto clients, client_users(options.clients));
    CHECKED(check_own_folder(socket.parent_path()));
    TRY(const posix::Descriptor stop, posix::stop_signals());
    const auto file = options.clients.empty() ? posix::SocketFile::of_owner : posix::SocketFile::of_everybody;
    TRY(const posix::Descriptor listener, posix::listen_unix_stream(socket, file, backlog));

    TRY(const auto files, apps::confine_files({}, socket));
    if (files == apps::FileRules::not_in_this_kernel)
        log.warning("this kernel has no Landlock: every file of this user stays within reach");
    CHECKED(apps::enter_sandbox(apps::Network::none));
    const signer_link::Hosting hosting{named_version("mcim-signer"), custody->public_keys(), std::move(clients),
                                       [&](const std::string& sentence) { log.warning(sentence); }};
    log.info("answering at " + socket.string() + " with the signing keys " + names_of(hosting.keys));
    const Status ended = signer_link::serve(*custody, listener, stop.get(), hosting);
    ::unlink(socket.c_str());
    log.info("stopped");
    return ended;
}

}  // namespace mcim::signer_program
