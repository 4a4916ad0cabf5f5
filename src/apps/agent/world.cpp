#include "world.h"

#include <boost/json/parse.hpp>
#include <cstdio>

#include "mcim/apps/common/certificates.h"
#include "mcim/card/channel.h"
#include "mcim/evidence/evidence.h"
#include "mcim/msg/info.h"
#include "mcim/tpm/tpm.h"
#include "mcim/x509/verify.h"
#include "message_folder.h"

namespace mcim::agent {
namespace {

/// HOST[:PORT]=IP:PORT
Result<std::pair<http::HostPort, http::HostPort>> parse_resolve(std::string_view text) {
    const auto equals = text.find('=');
    if (equals == std::string_view::npos)
        return fail(Errc::bad_value, "--resolve", "it is written HOST[:PORT]=IP:PORT, not " + std::string(text));
    TRY(http::HostPort from, http::parse_host_port(text.substr(0, equals)));
    TRY(http::HostPort to, http::parse_host_port(text.substr(equals + 1)));
    return std::pair{std::move(from), std::move(to)};
}

std::optional<std::chrono::seconds> retry_after(const http::Response& response) {
    const auto header = response.find_header("Retry-After");
    if (!header || header->empty() || header->size() > 5 ||
        header->find_first_not_of("0123456789") != std::string_view::npos)
        return {};
    return std::chrono::seconds(std::stoi(std::string(*header)));
}

}  // namespace

struct World::Impl {
    WorldConfig config;
    SpoolFile spool;
    http::Client http;
    std::optional<card::ApduChannel> channel;
    std::optional<Isdr> isdr;
    std::optional<apdu::StatusWord> refused_with;  ///< the word of the last call, where it said no
    MessageFolder messages;

    Impl(WorldConfig c, http::ClientConfig client)
        : config(std::move(c)), spool(config.state_folder), http(std::move(client)), messages(config.messages_folder) {}

    void keep(std::string_view name, std::string_view ending, std::string_view content) {
        if (const Status kept = messages.keep(name, ending, content); !kept)
            std::fprintf(stderr, "mcim-agent: a message is not kept: %s\n", to_string(kept.error()).c_str());
    }
    Result<http::Response> post(const std::string& address, std::string target, std::string body,
                                std::vector<http::Header> headers);
    Status open_card();
    Result<evidence::Evidence> make_evidence(const Eid&, View session, const evidence::Challenge&) const;
    Status attest(const Eid&, View session);
};

Result<http::Response> World::Impl::post(const std::string& address, std::string target, std::string body,
                                         std::vector<http::Header> headers) {
    TRY(const http::HostPort server, http::parse_host_port(address));
    http::Request request;
    request.target = std::move(target);
    request.headers = std::move(headers);
    request.body = std::move(body);
    return http.send(server, std::move(request));
}

Status World::Impl::open_card() {
    if (isdr) return ok();
    TRY(channel, card::ApduChannel::connect(config.card_socket));
    TRY(Isdr opened, Isdr::open([this](View apdu) { return channel->transmit(apdu); }));
    isdr.emplace(std::move(opened));
    return ok();
}

Result<evidence::Evidence> World::Impl::make_evidence(const Eid& eid, View session,
                                                      const evidence::Challenge& challenge) const {
    TRY(tpm::Tpm tpm, tpm::Tpm::open(config.tpm));
    return tpm.evidence(eid, session, challenge.nonce, challenge.selection);
}

Status World::Impl::attest(const Eid& eid, View session) {
    const std::vector<http::Header> json{{"Content-Type", "application/json"}};
    const std::string request = to_json(evidence::ChallengeRequest{eid, to_bytes(session)});
    keep("attestation-challenge-request", "json", request);
    TRY(const http::Response challenged, post(config.verifier, "/mcim/pva/v1/nonce", request, json));
    keep("attestation-challenge", "json", challenged.body);
    if (challenged.status != 200) return fail(Errc::refused, "verifier", said_by_verifier(challenged));
    TRY(const evidence::Challenge challenge, evidence::parse_challenge(challenged.body));
    TRY(const evidence::Evidence evidence, make_evidence(eid, session, challenge));
    const std::string body = to_json(evidence);
    keep("attestation-evidence", "json", body);
    TRY(const http::Response judged, post(config.verifier, "/mcim/pva/v1/evidence", body, json));
    keep("attestation-verdict", "json", judged.body);
    if (judged.status != 200) return fail(Errc::refused, "verifier", said_by_verifier(judged));
    return ok();
}

std::string said_by_verifier(const http::Response& refusal) {
    boost::system::error_code error;
    const auto problem = boost::json::parse(refusal.body, error);
    const auto* detail = !error && problem.is_object() ? problem.get_object().if_contains("detail") : nullptr;
    if (detail == nullptr || !detail->is_string()) return "HTTP status " + std::to_string(refusal.status);
    std::string out(detail->get_string());
    if (out.ends_with('.')) out.pop_back();
    return out;
}

World::World(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
World::~World() = default;

Result<std::unique_ptr<World>> World::open(const WorldConfig& config) {
    http::ClientConfig client;
    for (const auto& file : config.ci_files) {
        TRY(auto root, apps::read_certificate("--ci", file, x509::Role::ci));
        if (const auto fit = x509::TrustAnchors().add(root); !fit)
            return fail(Errc::bad_value, "--ci " + file, "nobody can be trusted by it: " + to_string(fit.refused()));
        client.roots.push_back(std::move(root.der));
    }
    for (const auto& text : config.resolve) {
        TRY(auto pair, parse_resolve(text));
        client.resolve.insert(std::move(pair));
    }
    return std::unique_ptr<World>(new World(std::make_unique<Impl>(config, std::move(client))));
}

Result<Bytes> World::call_card(View request) {
    impl_->refused_with.reset();
    CHECKED(impl_->open_card());
    const std::string name = "es10-" + hex(request.first(std::min<std::size_t>(2, request.size())));
    impl_->keep(name + "-request", "der", as_text(request));
    auto reply = impl_->isdr->call(request);
    if (reply && !reply->empty()) impl_->keep(name + "-response", "der", as_text(*reply));
    impl_->refused_with = impl_->isdr->refused_with();
    if (!reply) {  // a card that was reset has closed the channel: the next call opens one
        impl_->isdr.reset();
        impl_->channel.reset();
    }
    return reply;
}

Event World::perform(const CallCard& action) {
    auto reply = call_card(action.request);
    if (!reply) return CardFailed{std::move(reply).error(), impl_->refused_with};
    return CardAnswered{*std::move(reply)};
}

Event World::perform(const PostEs9& action) {
    const std::string function(action.function);
    impl_->keep("es9-" + function + "-request", "json", action.body);
    auto response = impl_->post(action.address, "/gsma/rsp2/es9plus/" + function, action.body,
                                {{"Content-Type", "application/json"},
                                 {"X-Admin-Protocol", "gsma/rsp/v2.5.0"},
                                 {"User-Agent", "gsma-rsp-lpad"}});
    if (!response) return ServerUnreachable{std::move(response).error()};
    impl_->keep("es9-" + function + "-response", "json", response->body);
    return ServerAnswered{response->status, response->body, retry_after(*response)};
}

Event World::perform(const Attest& action) {
    const auto eid_of_card = eid();
    if (!eid_of_card) return AttestationFailed{eid_of_card.error()};
    if (const Status done = impl_->attest(*eid_of_card, action.transaction_id.bytes); !done)
        return AttestationFailed{done.error()};
    return Attested{};
}

const SpoolFile& World::spool() const { return impl_->spool; }
bool World::can_attest() const { return !impl_->config.tpm.empty() && !impl_->config.verifier.empty(); }

Status World::ready_for_servers() const {
    const WorldConfig& config = impl_->config;
    if (config.ci_files.empty())
        return fail(Errc::missing_field, "--ci",
                    "no server is trusted without it: name the certificate of the CI above the servers, for example "
                    "platform/ci.der");
    if (config.tpm.empty() != config.verifier.empty())
        return fail(Errc::missing_field, config.tpm.empty() ? "--tpm" : "--verifier",
                    "attestation needs both --tpm TCTI and --verifier HOST:PORT; give the other one too, or neither");
    return ok();
}

Result<Eid> World::eid() {
    TRY(const auto data, call_card<msg::GetEuiccDataResponse>(msg::GetEuiccDataRequest{}));
    return Eid::from_octets(data.eid_value.bytes);
}

}  // namespace mcim::agent
