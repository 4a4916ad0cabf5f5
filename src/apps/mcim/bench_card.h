// A card in this process that downloads one profile from a server over the network: the agent's machine, its card in
// memory, a connection of its own.
#pragma once
#include <memory>

#include "mcim/agent/download.h"
#include "mcim/apps/agent/isdr.h"
#include "mcim/apps/common/pki_folder.h"
#include "mcim/euicc/inserted_card.h"
#include "mcim/euicc/stored_keys.h"
#include "mcim/http/client.h"

namespace mcim::apps {

/// A card as it leaves the factory, in memory.
class SoftCard {
public:
    [[nodiscard]] static Result<std::unique_ptr<SoftCard>> make(const CardIdentity&);
    /// One ES10 request and its answer.
    [[nodiscard]] Result<Bytes> call(View request) { return isdr_->call(request); }

private:
    SoftCard() = default;
    [[nodiscard]] Result<Bytes> transmit(View command);

    SystemRandom random_;
    Time now_ = system_now();
    uicc::MemoryStorage storage_;
    std::unique_ptr<euicc::CardSigner> signer_;
    std::optional<euicc::InsertedCard> card_;
    std::optional<agent::Isdr> isdr_;
};

/// Complete when the server has the installation result.
class BenchDownload : public std::enable_shared_from_this<BenchDownload> {
public:
    struct Outcome {
        Status status;
        bool installed = false;          ///< on the card, also where the server has not been told yet
        std::uint64_t wire_octets = 0;   ///< payload of TCP, both ways
        std::size_t package_octets = 0;  ///< of the bound package
    };
    using Finished = std::function<void(Outcome)>;
    /// Called when the server has authenticated the card and made its offer; the download goes on when `go_on` is
    /// called.
    using Offered = std::function<void(std::function<void()> go_on)>;

    BenchDownload(http::Loop&, const http::ClientConfig&, std::shared_ptr<SoftCard>, agent::Order, Finished);
    void wait_when_offered(Offered offered) { offered_ = std::move(offered); }
    void start();

private:
    using Next = std::optional<agent::Event>;  ///< nullopt: it comes later, from the loop
    void go_on(agent::Event);
    [[nodiscard]] Next perform(const agent::CallCard&);
    [[nodiscard]] Next perform(const agent::PostEs9&);
    [[nodiscard]] Next perform(const agent::Attest&);
    [[nodiscard]] Next perform(const agent::AskOwner&);
    [[nodiscard]] Next perform(const agent::SaveSpool&);
    [[nodiscard]] Next perform(const agent::DropSpool&);
    [[nodiscard]] Next perform(const agent::WaitFor&);
    [[nodiscard]] Next perform(const agent::Done&);
    void send(http::Request);
    void finish(Status);

    http::Loop& loop_;
    const http::ClientConfig& config_;
    std::shared_ptr<SoftCard> card_;
    http::HostPort server_;
    agent::State state_;
    Finished finished_;
    Offered offered_;
    std::optional<http::Connection> connection_;
    std::size_t package_octets_ = 0;
    bool installed_ = false;
};

/// A request of ES9+, as an agent makes it.
[[nodiscard]] http::Request es9_request(const agent::PostEs9&);

}  // namespace mcim::apps
