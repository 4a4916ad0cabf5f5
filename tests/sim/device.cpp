#include "device.h"

#include <algorithm>
#include <cctype>

#include "mcim/msg/manage.h"

namespace mcim::sim {
namespace {

/// The longest run of base64 in a reply: its largest structure. Empty where it has none.
std::pair<std::size_t, std::size_t> largest_base64(const std::string& body) {
    std::pair<std::size_t, std::size_t> found{};
    for (std::size_t at = 0; at < body.size();) {
        const auto end = std::min(body.find('"', at), body.size());
        const bool base64 =
            std::all_of(body.begin() + static_cast<std::ptrdiff_t>(at), body.begin() + static_cast<std::ptrdiff_t>(end),
                        [](unsigned char c) { return std::isalnum(c) || c == '+' || c == '/' || c == '='; });
        if (base64 && end - at > found.second) found = {at, end - at};
        at = end + 1;
    }
    return found;
}

void spoil(std::string& body, Fault fault) {
    const auto [at, size] = largest_base64(body);
    if (fault == Fault::cut_short)
        body = body.empty() ? R"({"header":{"functionExec)" : body.substr(0, body.size() / 2);
    if (fault == Fault::no_base64 && size > 8) body[at + 4] = '*';
    if (fault == Fault::other_der && size > 8) body.replace(at, 4, "BQAB");  // NULL, and much behind it
}

bool closes_channel(View command) { return command.size() > 2 && command[1] == 0x70 && command[2] == 0x80; }

}  // namespace

Device::Device(World& world, std::string name, std::size_t number, std::vector<Goal> goals)
    : world_(world),
      name_(std::move(name)),
      number_(number),
      card_(Factory::instance().cards.at(number), world.random.below(1U << 30U), world.now),
      tpm_(Factory::instance().tpms.at(number)),
      goals_(std::move(goals)) {}

// ---------------------------------------------------------------- the owner

bool Device::reached(const Goal& goal) const {
    const Iccid iccid = Server::iccid(goal.number);
    return goal.kind == Goal::Kind::install ? card_.holds(iccid) : card_.enabled(iccid);
}

Device::Goal* Device::next_goal() {
    for (auto& goal : goals_) {
        if (reached(goal) || (goal.attempts_max > 0 && goal.attempts >= goal.attempts_max)) continue;
        return &goal;
    }
    return nullptr;
}

bool Device::turn() {
    world_.now += std::chrono::milliseconds(20);
    try {
        if (!process_) return start_process();
        advance();
    } catch (const Killed&) {
        end_process();
        deliver_next_ = true;
    }
    return true;
}

/// After each run the owner has delivered what waits. What lies in the spool is finished before anything else.
bool Device::start_process() {
    if (std::exchange(deliver_next_, false)) {
        start_delivery();
        return true;
    }
    if (spool_) {
        const auto kept = *der::decode<agent::Spool>(*spool_);
        const auto code = *agent::parse_activation_code(kept.activation_code.text);
        for (auto& goal : goals_)
            if (world_.server.order(goal.number).matching_id == code.matching_id) return start_download(goal);
    }
    if (Goal* goal = next_goal()) {
        ++goal->attempts;
        if (goal->kind == Goal::Kind::install) return start_download(*goal);
        enable(*goal);
        deliver_next_ = true;
        return true;
    }
    if (card_.state().notifications.empty()) return false;
    start_delivery();
    return true;
}

bool Device::start_download(Goal& goal) {
    world_.server.release_if_refused(goal.number);
    const agent::ActivationCode code{std::string(host), world_.server.order(goal.number).matching_id,
                                     *der::Oid::parse("2.999.10")};
    msg::DeviceInfo info;
    info.tac.bytes = {0x35, 0x29, 0x06, 0x11};
    const agent::Order order{code, info, {}, agent::Order::Attestation::before_authentication, 3};
    world_.note(name_ + ": runs download of order " + std::to_string(goal.number + 1));
    if (spool_) {
        auto step = agent::resume_download(order, *der::decode<agent::Spool>(*spool_));
        EXPECT_TRUE(step) << to_string(step.error());
        process_.emplace(Process{*std::move(step)});
    } else {
        auto state = agent::new_download(order);
        process_.emplace(Process{*agent::step(state, agent::Start{})});
    }
    process_->connection = card_.connect();
    return true;
}

void Device::start_delivery() {
    world_.note(name_ + ": delivers notifications");
    process_.emplace(Process{agent::delivery::start()});
    process_->connection = card_.connect();
}

void Device::enable(Goal& goal) {
    world_.note(name_ + ": enables profile " + std::to_string(goal.number + 1));
    process_.emplace(Process{agent::delivery::start()});
    process_->connection = card_.connect();
    const msg::EnableProfileRequest request{{msg::to_octets(Server::iccid(goal.number))}, true, {}};
    static_cast<void>(call_card(der::encode(request)));
    end_process();
}

void Device::end_process() {
    if (!process_) return;
    disconnect();
    process_.reset();
}

// ---------------------------------------------------------------- the agent's shell

void Device::advance() {
    const bool goes_on = std::visit(
        [&]<class S>(S& step) {
            constexpr bool download = std::same_as<S, agent::Step>;
            using End = std::conditional_t<download, agent::Done, agent::delivery::Finish>;
            if (const auto* end = std::get_if<End>(&step.action)) {
                if constexpr (download) {
                    const auto* stopped = std::get_if<agent::Stopped>(&end->outcome);
                    world_.note(name_ + ": " +
                                (stopped == nullptr ? "installed" : stopped->step + ": " + stopped->sentence));
                }
                return false;
            }
            agent::Event event = std::visit(
                [&]<class A>(const A& action) -> agent::Event {
                    if constexpr (std::same_as<A, End>)
                        return agent::Waited{};
                    else
                        return perform(action);
                },
                step.action);
            auto next = [&] {
                if constexpr (download)
                    return agent::step(step.next, std::move(event));
                else
                    return agent::delivery::step(step.next, std::move(event));
            }();
            EXPECT_TRUE(next) << to_string(next.error());
            step = *std::move(next);
            return true;
        },
        process_->step);
    if (goes_on) return;
    deliver_next_ = std::holds_alternative<agent::Step>(process_->step);
    end_process();
}

Fault Device::strike(Moment moment) {
    const Fault fault = world_.chaos.at(moment);
    if (fault == Fault::none) return fault;
    world_.note(name_ + ": " + std::string(to_string(moment)) + ": " + std::string(to_string(fault)));
    switch (fault) {
        case Fault::kill_agent: disconnect(); throw Killed{};
        case Fault::cut_power: card_.cut_power(); return Fault::none;
        case Fault::cut_power_in_write:
            card_.cut_power_in_write(world_.random.below(4),
                                     nvm::for_test::losses.at(world_.random.below(nvm::for_test::losses.size())));
            return Fault::none;
        case Fault::crash_server:
            if (moment == Moment::before_commit) return fault;
            world_.server.crash();
            return Fault::none;
        case Fault::wait: world_.now += std::chrono::hours(1); return Fault::none;
        default: return fault;
    }
}

void Device::disconnect() { card_.disconnect(std::exchange(process_->connection, 0U)); }

/// What an agent sends while it dies reaches nobody: its connection is 0 then.
Result<Bytes> Device::transmit(View command) {
    const unsigned connection = process_->connection;
    if (connection == 0) return fail(Errc::io, "card", "the connection ended");
    if (closes_channel(command)) return card_.transmit(connection, command);  // a destructor says it
    const Fault before = strike(Moment::before_apdu);
    if (before == Fault::lose) disconnect();
    if (before == Fault::twice) static_cast<void>(card_.transmit(connection, command));
    auto answer = card_.transmit(process_->connection, command);
    if (strike(Moment::after_apdu) != Fault::lose) return answer;
    disconnect();
    return fail(Errc::io, "card", "the connection ended");
}

Result<Bytes> Device::call_card(View request) {
    if (!process_->isdr) {
        TRY(agent::Isdr opened, agent::Isdr::open([this](View apdu) { return transmit(apdu); }));
        process_->isdr.emplace(std::move(opened));
    }
    return process_->isdr->call(request);
}

Result<http::Response> Device::exchange(std::string target, std::string body) {
    const auto unreachable = [] { return fail(Errc::io, "server", "the connection ended"); };
    http::Request request{"POST",
                          target,
                          {{"Content-Type", "application/json"}, {"X-Admin-Protocol", "gsma/rsp/v2.5.0"}},
                          std::move(body)};
    std::vector<http::Request> arriving{request};
    const Fault before = strike(Moment::before_request);
    if (before == Fault::stale && !world_.requests.empty())
        arriving.insert(arriving.begin(), world_.requests[world_.random.below(world_.requests.size())]);
    if (before == Fault::twice) arriving.push_back(request);
    world_.requests.push_back(std::move(request));
    if (before == Fault::lose) return unreachable();

    auto answers = world_.server.serve(arriving, [&] {
        return strike(Moment::before_commit) == Fault::crash_server ? Server::Dies::before_commit : Server::Dies::no;
    });
    if (!answers.back()) return unreachable();
    http::Response answer = *std::move(answers.back());
    auto& before_it = world_.replies[target];
    const Fault after = strike(Moment::before_reply);
    if (after == Fault::lose) return unreachable();
    before_it.push_back(answer);
    spoil(answer.body, after);
    if (after == Fault::stale) answer = before_it[world_.random.below(before_it.size())];
    return answer;
}

Status Device::attest(View session) {
    const Eid& eid = Factory::instance().eids.at(number_);
    TRY(const auto challenged,
        exchange("/mcim/pva/v1/nonce", evidence::to_json(evidence::ChallengeRequest{eid, to_bytes(session)})));
    TRY(const auto challenge, evidence::parse_challenge(challenged.body));
    tpm_.clock.clock_ms += 10;
    TRY(const auto judged,
        exchange("/mcim/pva/v1/evidence", evidence::to_json(tpm_.evidence(eid, session, challenge.nonce))));
    if (judged.status != 200) return fail(Errc::refused, "verifier", judged.body);
    return ok();
}

agent::Event Device::perform(const agent::CallCard& action) {
    auto answer = call_card(action.request);
    if (answer) return agent::CardAnswered{*std::move(answer)};
    agent::CardFailed failed{std::move(answer).error()};
    if (process_->isdr) failed.status_word = process_->isdr->refused_with();
    process_->isdr.reset();  // a card that was reset has closed the channel: the next call opens one
    return failed;
}
agent::Event Device::perform(const agent::PostEs9& action) {
    auto response = exchange("/gsma/rsp2/es9plus/" + std::string(action.function), action.body);
    if (!response) return agent::ServerUnreachable{std::move(response).error()};
    return agent::ServerAnswered{response->status, std::move(response->body), {}};
}
agent::Event Device::perform(const agent::Attest& action) {
    if (auto done = attest(action.transaction_id.bytes); !done)
        return agent::AttestationFailed{std::move(done).error()};
    return agent::Attested{};
}
agent::Event Device::perform(const agent::AskOwner&) {
    if (strike(Moment::deciding) == Fault::lose) return agent::OwnerDecided{msg::CancelSessionReason::postponed};
    return agent::OwnerDecided{};
}
agent::Event Device::perform(const agent::SaveSpool& action) {
    if (strike(Moment::before_write) == Fault::lose)
        return agent::StorageFailed{fail(Errc::io, "spool", "the disk is full")};
    spool_ = der::encode(action.spool);
    static_cast<void>(strike(Moment::after_write));
    return agent::Stored{};
}
agent::Event Device::perform(const agent::DropSpool&) {
    if (strike(Moment::before_write) == Fault::lose)
        return agent::StorageFailed{fail(Errc::io, "spool", "the disk is read-only")};
    spool_.reset();
    static_cast<void>(strike(Moment::after_write));
    return agent::Stored{};
}
agent::Event Device::perform(const agent::WaitFor& action) {
    world_.now += action.time;
    return agent::Waited{};
}

}  // namespace mcim::sim
