#include "power_cut.h"

#include <sys/syscall.h>
#include <unistd.h>

#include "mcim/apdu/command.h"
#include "mcim/card/channel.h"
#include "mcim/card/reader.h"

namespace mcim::demo {
namespace {

/// The first block of STORE DATA begins with the request's tag (SGP.22 5.7.2).
bool begins_request(View octets, der::Tag request) {
    const auto command = apdu::parse_command(octets);
    return command && command->instruction() == apdu::Ins::store_data && command->p2 == 0 &&
           der::Reader(command->data).peek() == request;
}

/// The card behind it, until the request comes.
class CardUntil final : public card::CardPort {
public:
    CardUntil(card::ApduChannel card, der::Tag request, Child& agent)
        : card_(std::move(card)), request_(request), agent_(agent) {}
    [[nodiscard]] Bytes answer_to_reset() override {
        auto answer = card_.answer_to_reset();
        return answer ? *std::move(answer) : Bytes{};
    }
    void reset() override { (void)card_.reset(); }
    [[nodiscard]] Result<Bytes> transmit(View command) override {
        if (!begins_request(command, request_)) return card_.transmit(command);
        agent_.kill();
        was_cut = true;
        return fail(Errc::io, "power", "cut");
    }
    bool was_cut = false;

private:
    card::ApduChannel card_;
    der::Tag request_;
    Child& agent_;
};

}  // namespace

Status cut_power_at(der::Tag request, std::vector<std::string> agent, const CardSockets& sockets,
                    const std::string& log) {
    TRY(posix::Descriptor listener, card::listen_unix(sockets.way.string()));
    TRY(card::ApduChannel channel, card::ApduChannel::connect(sockets.card.string()));
    TRY(Child child, Child::start(std::move(agent), log));
    // the C library's own function has no C linkage in glibc 2.36
    const posix::Descriptor ended(static_cast<int>(::syscall(SYS_pidfd_open, child.pid(), 0)));
    if (!ended.valid()) return fail(Errc::io, "pidfd_open", "cannot watch the agent");
    CardUntil port(std::move(channel), request, child);
    const Status served = card::Reader(port, std::move(listener), ended.get()).serve();
    std::filesystem::remove(sockets.way);
    if (port.was_cut) return ok();
    CHECKED(served);
    return fail(Errc::unexpected_event, "agent", "it ended by itself; see " + log);
}

}  // namespace mcim::demo
