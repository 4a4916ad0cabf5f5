// Download and installation of a profile (SGP.22 3.1.3) as a machine that returns the next action. It starts again by
// itself where the network fails, within the attempts it was given and within the same order; the bound package is
// spooled before the card sees its first octet, so that an agent that dies can go on; the installation result is
// delivered before it is taken off the card's list.
#pragma once
#include "mcim/agent/action.h"
#include "mcim/agent/activation_code.h"
#include "mcim/base/wiping.h"

namespace mcim::agent {

/// Digits or letters, which are zeroed when they go; empty: none.
using ConfirmationCode = std::vector<char, WipingAllocator<char>>;

struct Order {
    ActivationCode code;
    msg::DeviceInfo device_info;
    ConfirmationCode confirmation_code;
    enum class Attestation : std::uint8_t { none, before_authentication } attestation = Attestation::none;
    int attempts = 3;  ///< sessions, the first one included
};

// ---------------------------------------------------------------- what came of it

struct Installed {
    std::string iccid;
    Bytes isdp_aid;
    enum class Result : std::uint8_t { delivered, waiting_on_card } result;  ///< of the installation result's delivery
};
/// Where a download ended, and what to do about it.
struct Stopped {
    std::string step;                                ///< "ES9+.AuthenticateClient"
    std::optional<msg::StatusCodeData> server_code;  ///< what the server said
    std::string sentence;                            ///< what happened
    std::string advice;                              ///< what next
};
using Outcome = std::variant<Installed, Stopped>;
struct Done {
    Outcome outcome;
};
using Action = std::variant<CallCard, PostEs9, Attest, AskOwner, SaveSpool, DropSpool, WaitFor, Done>;

// ---------------------------------------------------------------- states: each holds what is valid in it

/// One attempt: what all states of a session know.
struct Attempt {
    Order order;
    int number = 1;
};
struct Session {
    Attempt attempt;
    msg::TransactionId transaction_id;
};
namespace state {
struct Idle {
    Attempt attempt;
};
struct ReadingInfo {
    Attempt attempt;
};
struct ReadingChallenge {
    Attempt attempt;
    msg::EUICCInfo1 info1;
};
struct Initiating {
    Attempt attempt;
    msg::Octet16 challenge;
};
struct Attesting {
    Attempt attempt;
    msg::InitiateAuthenticationOkEs9 server;
};
struct AuthenticatingServer {
    Session session;
};
struct AuthenticatingClient {
    Session session;
};
struct Deciding {
    Session session;
    msg::AuthenticateClientOk offer;
};
struct Preparing {
    Session session;
    msg::StoreMetadataRequest offered;
};
struct Fetching {
    Session session;
    msg::StoreMetadataRequest offered;
};
struct Spooling {
    Session session;
    Bytes bound_package;
};
struct Loading {
    Session session;
    Bytes bound_package;
    std::vector<std::pair<std::size_t, std::size_t>> pieces;  ///< offset and size in bound_package
    std::size_t next = 0;                                     ///< the piece whose answer is awaited
};
/// After a crash: has the card finished what the spool holds?
struct Recovering {
    Attempt attempt;
    Spool spool;
};
/// The card no longer takes the package: has it a result? It may have installed the profile, or been interrupted.
struct Inquiring {
    Session session;
};
struct DroppingSpool {
    Attempt attempt;
    std::optional<msg::ProfileInstallationResult> result;  ///< nullopt: start a new session
};
struct Delivering {
    Attempt attempt;
    msg::ProfileInstallationResult result;
};
struct Removing {
    Attempt attempt;
    msg::ProfileInstallationResult result;
};
/// ES10b.CancelSession, then ES9+.CancelSession; `stop` is what the caller will hear.
struct CancellingOnCard {
    Session session;
    Stopped stop;
};
struct CancellingAtServer {
    Stopped stop;
};
struct Waiting {
    Attempt attempt;
};
struct Finished {};
}  // namespace state
using State = std::variant<state::Idle, state::ReadingInfo, state::ReadingChallenge, state::Initiating,
                           state::Attesting, state::AuthenticatingServer, state::AuthenticatingClient, state::Deciding,
                           state::Preparing, state::Fetching, state::Spooling, state::Loading, state::Recovering,
                           state::Inquiring, state::DroppingSpool, state::Delivering, state::Removing,
                           state::CancellingOnCard, state::CancellingAtServer, state::Waiting, state::Finished>;
std::string_view name_of(const State&);

struct Step {
    State next;
    Action action;
};

[[nodiscard]] State new_download(Order);
/// With what an earlier run left in the spool.
[[nodiscard]] Result<Step> resume_download(Order, Spool);
/// Errc::unexpected_event, and the state as it was, where the event does not belong to the state: `state` is only
/// moved from when the step succeeds.
[[nodiscard]] Result<Step> step(State& state, Event);

/// The step in the words that scripts know from LPA tools: "es9p_initiate_authentication".
[[nodiscard]] std::string_view progress_name(const State&);

/// Which events each state takes, a line each: docs/agent-download.md shows it and a test compares.
[[nodiscard]] std::string transition_matrix();

}  // namespace mcim::agent
