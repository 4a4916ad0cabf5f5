// Where requests of this program's one thread wait for the signer. One that holds its keys in this process answers at
// once. One in a process of its own is asked on a thread of the desk's, so that the loop goes on meanwhile: what comes
// within one turn of the loop, and while a message is under way, goes into the next message together.
#pragma once
#include <chrono>
#include <functional>
#include <memory>

#include "mcim/apps/mcimd/log_subject.h"
#include "mcim/http/loop.h"
#include "mcim/signer/signer.h"

namespace mcim::apps::mcimd {

class SigningDesk {
public:
    using Done = std::function<void(Result<signer::Response>)>;
    enum class Way : std::uint8_t { at_once, together };

    static constexpr std::size_t together_max = 64;  ///< requests in one message

    /// That wait: whoever comes then holds up the loop until there is room again, so that what
    /// requests carry does not pile up in memory before a signer that is slow.
    static constexpr std::size_t waiting_max = 512;

    /// Both outlive it.
    SigningDesk(http::Loop&, signer::Signer&, Way);
    /// Waits for the message that is under way. Nobody is called back any more.
    ~SigningDesk();
    SigningDesk(const SigningDesk&) = delete;
    SigningDesk& operator=(const SigningDesk&) = delete;

    /// at_once: calls back before it returns. together: on the loop, later. Errors are the signer's (signer.h).
    void ask(signer::Request, Done);

    /// Requests that were answered, and the messages that they went in.
    [[nodiscard]] std::uint64_t requests() const { return requests_; }
    [[nodiscard]] std::uint64_t messages() const { return messages_; }
    /// How long the message has been under way that is now; nothing: none is.
    [[nodiscard]] std::optional<std::chrono::nanoseconds> waited() const;

private:
    /// What goes to the signer together.
    struct Round {
        std::vector<signer::Request> requests;
        std::vector<Done> callbacks;
        std::vector<LogSubject> subjects;  ///< for the lines that the callbacks write
    };
    struct Worker;
    void hand_over();
    void finish(Round&, std::vector<Result<signer::Response>>);

    http::Loop& loop_;
    signer::Signer& signer_;
    std::uint64_t requests_ = 0;
    std::uint64_t messages_ = 0;
    Round gathered_;                  ///< in this turn of the loop
    std::size_t outstanding_ = 0;     ///< with the worker
    http::Loop::Hold loop_stays_{};   ///< while there are some
    std::unique_ptr<Worker> worker_;  ///< of Way::together
};

}  // namespace mcim::apps::mcimd
