#include <unistd.h>

#include <csignal>
#include <cstdio>

#include "commands.h"
#include "mcim/apps/common/file_rules.h"
#include "mcim/apps/common/files.h"
#include "mcim/apps/common/hardening.h"
#include "mcim/card/reader.h"
#include "mcim/euicc/inserted_card.h"
#include "mcim/euicc/stored_keys.h"
#include "mcim/posix/stop_signals.h"
#include "state_folder.h"

namespace mcim::tre {
namespace {

/// Remembers that a commit failed. Whether it reached the disk is known only after the folder was opened again, so the
/// process ends, and whoever supervises it starts it anew.
class WatchedStorage final : public uicc::Storage {
public:
    explicit WatchedStorage(uicc::Storage& inner) : inner_(inner) {}
    [[nodiscard]] Status commit(const uicc::Changes& changes) override {
        Status status = inner_.commit(changes);
        if (!status) failure = status.error();
        return status;
    }
    [[nodiscard]] Result<uicc::Entries> load() override { return inner_.load(); }
    std::optional<Error> failure;

private:
    uicc::Storage& inner_;
};

class ServedCard final : public card::CardPort {
public:
    ServedCard(euicc::InsertedCard card, euicc::CardSigner& signer, WatchedStorage& storage, Random& random)
        : card_(std::move(card)), signer_(signer), storage_(storage), random_(random) {}
    [[nodiscard]] Bytes answer_to_reset() override { return euicc::answer_to_reset(); }
    void reset() override { card_.reset(); }
    [[nodiscard]] Result<Bytes> transmit(View command) override {
        euicc::Env env{random_, signer_, system_now()};
        TRY(Bytes answer, card_.transmit(command, env));
        if (storage_.failure) return *storage_.failure;
        return answer;
    }

private:
    euicc::InsertedCard card_;
    euicc::CardSigner& signer_;
    WatchedStorage& storage_;
    Random& random_;
};

/// pcscd may start later than the card, so that nobody in the reader is no reason to end.
void tell_of_reader(const std::string& address, const Status& connected) {
    if (connected)
        std::fprintf(stderr, "mcim-tre: the card is in the reader at %s\n", address.c_str());
    else
        std::fprintf(stderr,
                     "mcim-tre: no reader for the card yet: %s. Is pcscd running, with the driver vpcd (Debian: "
                     "vsmartcard-vpcd)? It is tried each second\n",
                     to_string(connected.error()).c_str());
}

}  // namespace

Status run(const RunOptions& options) {
    std::signal(SIGPIPE, SIG_IGN);
    TRY(const Seal seal, parse_seal(options.seal));
    SystemRandom random;
    TRY(StateFolder folder, StateFolder::open(options.state, seal, random));
    WatchedStorage storage(folder.storage());
    TRY(euicc::InsertedCard inserted, euicc::InsertedCard::insert(storage));
    const std::string eid = inserted.card().state().eid().text();
    TRY(const auto signer, euicc::StoredKeys::load(storage));
    ServedCard served(std::move(inserted), *signer, storage, random);

    TRY(const posix::Descriptor stop, posix::stop_signals());
    CHECKED(apps::check_folder_of(options.socket));
    TRY(posix::Descriptor listener, card::listen_unix(options.socket));
    card::Reader reader(served, std::move(listener), stop.get());
    reader.tell_of_closed([](const std::string& why) { std::fprintf(stderr, "mcim-tre: %s\n", why.c_str()); });
    if (!options.vpcd.empty()) {
        auto vpcd = card::resolve_tcp(options.vpcd);
        if (!vpcd) return fail(vpcd.error().code, "--vpcd", "\"" + options.vpcd + "\": " + vpcd.error().detail);
        reader.keep_connected(*std::move(vpcd),
                              [&](const Status& connected) { tell_of_reader(options.vpcd, connected); });
    }
    TRY(const apps::FileRules files, apps::confine_files({options.state}, options.socket));
    if (files == apps::FileRules::not_in_this_kernel)
        std::fprintf(stderr, "mcim-tre: this kernel has no Landlock: every file of this user stays within reach\n");
    CHECKED(apps::enter_sandbox(options.vpcd.empty() ? apps::Network::none : apps::Network::outgoing_streams));
    std::printf("mcim-tre: card %s answers at %s\n", eid.c_str(), options.socket.c_str());
    std::fflush(stdout);
    const Status status = reader.serve();
    ::unlink(options.socket.c_str());
    return status;
}

}  // namespace mcim::tre
