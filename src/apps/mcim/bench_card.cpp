#include "mcim/apps/mcim/bench_card.h"

#include "mcim/euicc/manufacture.h"

namespace mcim::apps {

// ---------------------------------------------------------------- card

Result<std::unique_ptr<SoftCard>> SoftCard::make(const CardIdentity& identity) {
    const euicc::Birth birth{.eid = identity.eid,
                             .credentials = {{identity.key, identity.certificate, identity.eum_certificate}},
                             .ci_certificates = {identity.ci_certificate},
                             .rules = euicc::rules_for_every_operator()};
    std::unique_ptr<SoftCard> out(new SoftCard);
    TRY(const auto entries, euicc::manufacture(birth));
    CHECKED(out->storage_.commit(entries));
    TRY(out->signer_, euicc::StoredKeys::load(out->storage_));
    TRY(auto inserted, euicc::InsertedCard::insert(out->storage_));
    out->card_.emplace(std::move(inserted));
    TRY(auto isdr, agent::Isdr::open([card = out.get()](View command) { return card->transmit(command); }));
    out->isdr_.emplace(std::move(isdr));
    return out;
}

Result<Bytes> SoftCard::transmit(View command) {
    euicc::Env env{random_, *signer_, now_};
    return card_->transmit(command, env);
}

// ---------------------------------------------------------------- download

BenchDownload::BenchDownload(http::Loop& loop, const http::ClientConfig& config, std::shared_ptr<SoftCard> card,
                             agent::Order order, Finished finished)
    : loop_(loop),
      config_(config),
      card_(std::move(card)),
      server_{order.code.smdp_address},
      state_(agent::new_download(std::move(order))),
      finished_(std::move(finished)) {}

void BenchDownload::start() { go_on(agent::Start{}); }

void BenchDownload::go_on(agent::Event event) {
    for (Next next = std::move(event); next;) {
        auto step = agent::step(state_, *std::move(next));
        if (!step) return finish(step.error());
        state_ = std::move(step->next);
        next = std::visit([this](const auto& action) { return perform(action); }, step->action);
    }
}

BenchDownload::Next BenchDownload::perform(const agent::CallCard& action) {
    auto answer = card_->call(action.request);
    if (!answer) return agent::CardFailed{std::move(answer).error()};
    return agent::CardAnswered{*std::move(answer)};
}

http::Request es9_request(const agent::PostEs9& action) {
    return {.method = "POST",
            .target = "/gsma/rsp2/es9plus/" + std::string(action.function),
            .headers = {{"Content-Type", "application/json"}, {"X-Admin-Protocol", "gsma/rsp/v2.5.0"}},
            .body = action.body};
}

BenchDownload::Next BenchDownload::perform(const agent::PostEs9& action) {
    http::Request request = es9_request(action);
    if (connection_) {
        send(std::move(request));
        return std::nullopt;
    }
    http::Connection::open(loop_, config_, server_,
                           [self = shared_from_this(), request = std::move(request)](auto opened) {
                               if (!opened) return self->go_on(agent::ServerUnreachable{std::move(opened).error()});
                               self->connection_ = *std::move(opened);
                               self->send(request);
                           });
    return std::nullopt;
}

void BenchDownload::send(http::Request request) {
    connection_->send(std::move(request), [self = shared_from_this()](Result<http::Response> response) {
        if (!response) return self->go_on(agent::ServerUnreachable{std::move(response).error()});
        self->go_on(agent::ServerAnswered{response->status, std::move(response->body), {}});
    });
}

BenchDownload::Next BenchDownload::perform(const agent::Attest&) {
    return agent::AttestationFailed{fail(Errc::refused, "attestation", "the bench's orders ask for none")};
}
BenchDownload::Next BenchDownload::perform(const agent::AskOwner&) {
    if (!offered_) return agent::OwnerDecided{};
    offered_([self = shared_from_this()] { self->go_on(agent::OwnerDecided{}); });
    return std::nullopt;
}
BenchDownload::Next BenchDownload::perform(const agent::SaveSpool& action) {
    package_octets_ = action.spool.bound_package.bytes.size();
    return agent::Stored{};
}
BenchDownload::Next BenchDownload::perform(const agent::DropSpool&) { return agent::Stored{}; }
BenchDownload::Next BenchDownload::perform(const agent::WaitFor& action) {
    loop_.after(action.time, [self = shared_from_this()] { self->go_on(agent::Waited{}); });
    return std::nullopt;
}

BenchDownload::Next BenchDownload::perform(const agent::Done& done) {
    const auto* installed = std::get_if<agent::Installed>(&done.outcome);
    installed_ = installed != nullptr;
    if (installed == nullptr) {
        const auto& stopped = std::get<agent::Stopped>(done.outcome);
        finish(fail(Errc::refused, stopped.step, stopped.sentence));
    } else if (installed->result != agent::Installed::Result::delivered) {
        finish(fail(Errc::io, "ES9+.HandleNotification", "the server did not take the installation result"));
    } else {
        finish(ok());
    }
    return std::nullopt;
}

/// The card goes with the connection: what a thousand cards hold is not what is measured.
void BenchDownload::finish(Status status) {
    Outcome outcome{std::move(status), installed_, 0, package_octets_};
    if (connection_) outcome.wire_octets = connection_->octets_on_wire();
    connection_.reset();
    card_.reset();
    std::exchange(finished_, nullptr)(std::move(outcome));
}

}  // namespace mcim::apps
