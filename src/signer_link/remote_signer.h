// The port to a signer in another process, over a UNIX socket.
#pragma once
#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <mutex>

#include "mcim/posix/descriptor.h"
#include "mcim/signer/public_keys.h"
#include "mcim/signer_wire/messages.h"

namespace mcim::signer_link {

struct Place {
    std::filesystem::path socket;
    uid_t user{};  ///< whose process listens there: another one's is not asked
    std::chrono::milliseconds time_max{5000};
};

/// Connects when it is first asked, and again whenever the connection is lost. What it cannot have answered is
/// Errc::io, with a sentence that says what to do, for each request; the next call tries again.
///
/// A lost connection is made anew and the message sent once more, within the same time: every request of the port may
/// be repeated, since none changes anything in the signer, and of an answer that nobody got nothing remains.
/// A signer that lets the time pass is left alone for as long again, so that a thread that serves others does not spend
/// all of its time waiting.
class RemoteSigner final : public signer::Signer {
public:
    explicit RemoteSigner(Place place) : place_(std::move(place)) {}

    [[nodiscard]] std::vector<Result<signer::Response>> execute(std::span<const signer::Request>) override;
    /// As it says them when it is connected to, whatever is expected.
    [[nodiscard]] Result<signer::PublicKeys> public_keys();
    /// From now on: a signer that was started anew and has others is not asked. What they sign no certificate vouches
    /// for.
    void expect(signer::PublicKeys);
    /// Whether it answers now.
    [[nodiscard]] Status check();

private:
    using TimePoint = std::chrono::steady_clock::time_point;
    void append_answers(std::span<const signer::Request>, signer_wire::Results& out);
    [[nodiscard]] Result<signer_wire::Answer> converse(const SecretBytes& message);
    [[nodiscard]] Result<signer_wire::Answer> exchange(const SecretBytes& message, TimePoint until);
    [[nodiscard]] Status connect(TimePoint until);
    [[nodiscard]] Status check_locked();
    [[nodiscard]] Error gone(const Error& why) const;

    const Place place_;
    std::mutex mutex_;  ///< one conversation at a time
    posix::Descriptor connection_;
    signer::PublicKeys keys_;
    std::optional<signer::PublicKeys> expected_{};
    TimePoint silent_until_{};
};

}  // namespace mcim::signer_link
