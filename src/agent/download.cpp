#include "mcim/agent/download.h"

#include "mcim/agent/delivery.h"
#include "mcim/agent/download_steps.h"
#include "mcim/agent/offer.h"
#include "mcim/bpp/segments.h"

namespace mcim::agent {
namespace {

using namespace state;  // NOLINT: the names below read like the picture in docs/agent-download.md
using namespace steps;  // NOLINT

// ---------------------------------------------------------------- transitions: one function per legal pair

Step on(Idle s, Start) { return {ReadingInfo{std::move(s.attempt)}, call(msg::GetEuiccInfo1Request{})}; }
Step on(Waiting s, Waited) { return {ReadingInfo{std::move(s.attempt)}, call(msg::GetEuiccInfo1Request{})}; }

Step on(ReadingInfo s, CardAnswered e) {
    auto info1 = answer_of<msg::EUICCInfo1>(e, "GetEUICCInfo1");
    if (auto* end = std::get_if<Step>(&info1)) return std::move(*end);
    return {ReadingChallenge{std::move(s.attempt), std::get<msg::EUICCInfo1>(std::move(info1))},
            call(msg::GetEuiccChallengeRequest{})};
}

Step on(ReadingChallenge s, CardAnswered e) {
    auto response = answer_of<msg::GetEuiccChallengeResponse>(e, "GetEUICCChallenge");
    if (auto* end = std::get_if<Step>(&response)) return std::move(*end);
    const auto& challenge = std::get<msg::GetEuiccChallengeResponse>(response).euicc_challenge;
    const std::string& address = s.attempt.order.code.smdp_address;
    const msg::InitiateAuthenticationRequest request{challenge, {address}, std::move(s.info1), {}};
    PostEs9 post{address, es9_initiate, msg::to_json(request)};
    return {Initiating{std::move(s.attempt), challenge}, std::move(post)};
}

Step on(Initiating s, ServerAnswered e) {
    auto reply = reply_of<msg::InitiateAuthenticationOkEs9>(e, s.attempt, "InitiateAuthentication");
    if (auto* end = std::get_if<Step>(&reply)) return std::move(*end);
    auto& server = std::get<msg::InitiateAuthenticationOkEs9>(reply);
    if (auto why = mismatch(server, s.attempt.order.code, s.challenge))
        return stopped("ES9+.InitiateAuthentication", *std::move(why),
                       "Do not trust this server. Check the activation code with the operator.");
    if (s.attempt.order.attestation == Order::Attestation::none)
        return ask_card_to_authenticate(std::move(s.attempt), std::move(server));
    Attest attest{server.transaction_id};
    return {Attesting{std::move(s.attempt), std::move(server)}, std::move(attest)};
}

Step on(Attesting s, Attested) { return ask_card_to_authenticate(std::move(s.attempt), std::move(s.server)); }
/// The server decides what it makes of a device without a verdict; an order that demands one is refused there.
Step on(Attesting s, AttestationFailed) { return ask_card_to_authenticate(std::move(s.attempt), std::move(s.server)); }

Step on(AuthenticatingServer s, CardAnswered e) {
    auto response = answer_of<msg::AuthenticateServerResponse>(e, "AuthenticateServer");
    if (auto* end = std::get_if<Step>(&response)) return std::move(*end);
    auto& answer = std::get<msg::AuthenticateServerResponse>(response);
    // nothing to cancel: the card has no session with a server that it refused, and could sign no cancellation
    if (const auto* error = std::get_if<msg::AuthenticateResponseError>(&answer.value))
        return stopped("ES10b.AuthenticateServer",
                       "The card refused the server: " + std::string(to_string(error->authenticate_error_code)) + ".",
                       error->authenticate_error_code == msg::AuthenticateErrorCode::undefined_error
                           ? "The card may hold as many results as it keeps: deliver them (notification process), and "
                             "try again."
                           : "The server is not one that this card may trust. Check the activation code.");
    const msg::AuthenticateClientRequest request{s.session.transaction_id, std::move(answer), {}};
    PostEs9 post{s.session.attempt.order.code.smdp_address, es9_authenticate, msg::to_json(request)};
    return {AuthenticatingClient{std::move(s.session)}, std::move(post)};
}

Step on(AuthenticatingClient s, ServerAnswered e) {
    auto reply = reply_of<msg::AuthenticateClientOk>(e, s.session.attempt, "AuthenticateClient");
    if (auto* end = std::get_if<Step>(&reply)) return std::move(*end);
    auto& offer = std::get<msg::AuthenticateClientOk>(reply);
    if (offer.transaction_id != s.session.transaction_id ||
        offer.smdp_signed2.transaction_id != s.session.transaction_id)
        return cancel(std::move(s.session), msg::CancelSessionReason::undefined_reason,
                      {"ES9+.AuthenticateClient",
                       {},
                       "The server answered for another transaction.",
                       "Try again; if it comes back, report it to the operator."});
    AskOwner question{offer.profile_metadata};
    return {Deciding{std::move(s.session), std::move(offer)}, std::move(question)};
}

Step on(Deciding s, OwnerDecided e) {
    if (e.cancel) return cancel(std::move(s.session), *e.cancel, declined(*e.cancel, s.offer.profile_metadata));
    const ConfirmationCode& code = s.session.attempt.order.confirmation_code;
    if (s.offer.smdp_signed2.cc_required_flag && code.empty())
        return cancel(std::move(s.session), msg::CancelSessionReason::postponed,
                      {"ES10b.PrepareDownload",
                       {},
                       "The order wants a confirmation code.",
                       "Give the code that the operator sent apart from the activation code."});
    msg::PrepareDownloadRequest request{
        s.offer.smdp_signed2, std::move(s.offer.smdp_signature2), {}, std::move(s.offer.smdp_certificate), {}};
    if (s.offer.smdp_signed2.cc_required_flag)
        request.hash_cc = hash_cc({code.data(), code.size()}, s.session.transaction_id);
    return {Preparing{std::move(s.session), std::move(s.offer.profile_metadata)}, call(request)};
}

Step on(Preparing s, CardAnswered e) {
    auto response = answer_of<msg::PrepareDownloadResponse>(e, "PrepareDownload");
    if (auto* end = std::get_if<Step>(&response)) return std::move(*end);
    auto& answer = std::get<msg::PrepareDownloadResponse>(response);
    // the card keeps its session for this (docs/euicc-session.md); without it the server would wait for a download that
    // does not come
    if (const auto* error = std::get_if<msg::PrepareDownloadResponseError>(&answer.value))
        return cancel(std::move(s.session), msg::CancelSessionReason::undefined_reason,
                      {"ES10b.PrepareDownload",
                       {},
                       "The card refused the offer: " + std::string(to_string(error->download_error_code)) + ".",
                       "Report it to the operator of the server."});
    const msg::GetBoundProfilePackageRequest request{s.session.transaction_id, std::move(answer), {}};
    PostEs9 post{s.session.attempt.order.code.smdp_address, es9_package, msg::to_json(request)};
    return {Fetching{std::move(s.session), std::move(s.offered)}, std::move(post)};
}

Step on(Fetching s, ServerAnswered e) {
    auto reply = reply_of<msg::GetBoundProfilePackageOk>(e, s.session.attempt, "GetBoundProfilePackage");
    if (auto* end = std::get_if<Step>(&reply)) return std::move(*end);
    const auto& bound = std::get<msg::GetBoundProfilePackageOk>(reply).bound_profile_package;
    Bytes package = der::encode(bound);
    if (const auto pieces = bpp::split_for_card(package); !pieces)
        return cancel(std::move(s.session), msg::CancelSessionReason::load_bpp_execution_error,
                      {"ES9+.GetBoundProfilePackage",
                       {},
                       "No card takes the package that the server sent: " + to_string(pieces.error()) + ".",
                       "Report it to the operator of the server."});
    const auto metadata = metadata_in(bound);
    if (!metadata)
        return cancel(std::move(s.session), msg::CancelSessionReason::load_bpp_execution_error,
                      {"ES9+.GetBoundProfilePackage",
                       {},
                       "The package does not say of which profile it is: " + to_string(metadata.error()) + ".",
                       "Nothing was installed. Report it to the operator of the server."});
    if (!is_as_offered(*metadata, s.offered))
        return cancel(std::move(s.session), msg::CancelSessionReason::metadata_mismatch,
                      {"ES9+.GetBoundProfilePackage",
                       {},
                       "The package is for another profile, or another kind of it, than the server offered.",
                       "Nothing was installed. Report it to the operator of the server."});
    Spool spool{{to_string(s.session.attempt.order.code)}, s.session.transaction_id, {package}, {}};
    return {Spooling{std::move(s.session), std::move(package)}, SaveSpool{std::move(spool)}};
}

Result<Step> on(Spooling s, Stored) { return start_loading(std::move(s.session), std::move(s.bound_package)); }
Step on(Spooling s, StorageFailed e) {
    return cancel(std::move(s.session), msg::CancelSessionReason::postponed,
                  {"spool",
                   {},
                   "The bound package could not be kept: " + to_string(e.error) + ".",
                   "Make room or name another folder, and try again; the order stays valid."});
}

Step on(Loading s, CardAnswered e) {
    if (e.response.empty()) {
        if (++s.next < s.pieces.size()) return send_piece(std::move(s));
        return cancel(std::move(s.session), msg::CancelSessionReason::load_bpp_execution_error,
                      {"ES10b.LoadBoundProfilePackage",
                       {},
                       "The card took the whole package and gave no result.",
                       "Report it to the maker of the card."});
    }
    auto result = answer_of<msg::ProfileInstallationResult>(e, "LoadBoundProfilePackage");
    if (auto* end = std::get_if<Step>(&result)) return std::move(*end);
    return {DroppingSpool{std::move(s.session.attempt), std::get<msg::ProfileInstallationResult>(std::move(result))},
            DropSpool{}};
}
/// A card that was reset in between has forgotten the session (6985), and closed the agent's channel (6881): the
/// package is of no use any more, the order is. Any other word (memory, a technical problem) says nothing of the
/// session.
Step on(Loading s, CardFailed e) {
    if (e.status_word == apdu::sw::conditions_not_satisfied || e.status_word == apdu::sw::channel_not_supported)
        return {Inquiring{std::move(s.session)}, call(installation_results())};
    return stopped("ES10b.LoadBoundProfilePackage", "The card did not take the package: " + to_string(e.error),
                   "The bound package is kept. Run the download again when the card is back.");
}

Result<Step> on(Recovering s, CardAnswered e) {
    if (auto result = find_result(e, s.spool.transaction_id))
        return Step{DroppingSpool{std::move(s.attempt), std::move(result)}, DropSpool{}};
    if (!bpp::split_for_card(s.spool.bound_package.bytes))
        return Step{DroppingSpool{std::move(s.attempt), std::nullopt}, DropSpool{}};
    return start_loading({std::move(s.attempt), std::move(s.spool.transaction_id)},
                         std::move(s.spool.bound_package.bytes));
}

Step on(Inquiring s, CardAnswered e) {
    auto result = find_result(e, s.session.transaction_id);
    return {DroppingSpool{std::move(s.session.attempt), std::move(result)}, DropSpool{}};
}

Step after_spool(DroppingSpool s) {
    if (s.result) return deliver(std::move(s.attempt), *std::move(s.result));
    return try_again(std::move(s.attempt), "ES10b.LoadBoundProfilePackage", "The card has lost the session.");
}
Step on(DroppingSpool s, Stored) { return after_spool(std::move(s)); }
Step on(DroppingSpool s, StorageFailed) { return after_spool(std::move(s)); }

/// What the server has not taken stays on the card's list.
Step on(Delivering s, const ServerAnswered& e) {
    if (delivery::not_taken(e)) return finish(std::move(s.attempt), s.result, Installed::Result::waiting_on_card);
    const msg::NotificationSentRequest request{s.result.data.notification_metadata.seq_number, {}};
    return {Removing{std::move(s.attempt), std::move(s.result)}, call(request)};
}
Step on(Delivering s, ServerUnreachable) {
    return finish(std::move(s.attempt), s.result, Installed::Result::waiting_on_card);
}
Step on(Removing s, CardAnswered) { return finish(std::move(s.attempt), s.result, Installed::Result::delivered); }
/// It will be delivered a second time, which servers take.
Step on(Removing s, CardFailed) { return finish(std::move(s.attempt), s.result, Installed::Result::delivered); }

Step on(CancellingOnCard s, CardAnswered e) {
    auto response = der::decode<msg::CancelSessionResponse>(e.response);
    if (!response) return untold(std::move(s.stop), to_string(response.error()));
    const msg::CancelSessionRequestEs9 request{s.session.transaction_id, *std::move(response), {}};
    PostEs9 post{s.session.attempt.order.code.smdp_address, es9_cancel, msg::to_json(request)};
    return {CancellingAtServer{std::move(s.stop)}, std::move(post)};
}
Step on(CancellingOnCard s, CardFailed e) { return untold(std::move(s.stop), to_string(e.error)); }
Step on(CancellingAtServer s, const ServerAnswered& e) {
    if (auto why = delivery::not_taken(e)) return untold(std::move(s.stop), *why);
    // unlike a notification it has an answer (5.6.5): whoever else listens there has none
    if (const auto status = msg::read_status(e.body); e.http_status != 200 || !status)
        return untold(std::move(s.stop), "that is no answer of an SM-DP+");
    return done(std::move(s.stop));
}
Step on(CancellingAtServer s, ServerUnreachable e) { return untold(std::move(s.stop), to_string(e.error)); }

Step card_gone(std::string_view function, const Error& error) {
    return stopped("ES10." + std::string(function), "The card does not answer: " + to_string(error),
                   "Check that the card is there and that no other program holds it.");
}
Step on(ReadingInfo, CardFailed e) { return card_gone("GetEUICCInfo1", e.error); }
Step on(ReadingChallenge, CardFailed e) { return card_gone("GetEUICCChallenge", e.error); }
Step on(AuthenticatingServer, CardFailed e) { return card_gone("AuthenticateServer", e.error); }
Step on(Preparing, CardFailed e) { return card_gone("PrepareDownload", e.error); }
Step on(Recovering, CardFailed e) { return card_gone("RetrieveNotificationsList", e.error); }
Step on(Inquiring, CardFailed e) { return card_gone("RetrieveNotificationsList", e.error); }

Step on(Initiating s, ServerUnreachable e) {
    if (e.error.code == Errc::io) return unreachable(std::move(s.attempt), "ES9+.InitiateAuthentication", e.error);
    // whose certificate does not hold now does not get a better one by the next attempt; a wrong address or CI file
    // neither
    const bool untrusted = e.error.code == Errc::refused;
    return stopped(
        "ES9+.InitiateAuthentication",
        (untrusted ? "The server cannot be trusted: " : "The server cannot be asked: ") + to_string(e.error) + ".",
        "Nothing more was sent to it. Check the address in the activation code, the CI certificate that this "
        "agent trusts, and the clock.");
}
Step on(AuthenticatingClient s, ServerUnreachable e) {
    return unreachable(std::move(s.session.attempt), "ES9+.AuthenticateClient", e.error);
}
Step on(Fetching s, ServerUnreachable e) {
    return unreachable(std::move(s.session.attempt), "ES9+.GetBoundProfilePackage", e.error);
}

template <class S, class E>
concept Legal = requires(S s, E e) { on(std::move(s), std::move(e)); };

template <class S>
constexpr std::string_view state_name() {
    constexpr std::array<std::string_view, std::variant_size_v<State>> names{"Idle",
                                                                             "ReadingInfo",
                                                                             "ReadingChallenge",
                                                                             "Initiating",
                                                                             "Attesting",
                                                                             "AuthenticatingServer",
                                                                             "AuthenticatingClient",
                                                                             "Deciding",
                                                                             "Preparing",
                                                                             "Fetching",
                                                                             "Spooling",
                                                                             "Loading",
                                                                             "Recovering",
                                                                             "Inquiring",
                                                                             "DroppingSpool",
                                                                             "Delivering",
                                                                             "Removing",
                                                                             "CancellingOnCard",
                                                                             "CancellingAtServer",
                                                                             "Waiting",
                                                                             "Finished"};
    return names[State(S{}).index()];
}
constexpr std::array<std::string_view, std::variant_size_v<Event>> event_names{
    "Start",    "CardAnswered",      "CardFailed",   "ServerAnswered", "ServerUnreachable",
    "Attested", "AttestationFailed", "OwnerDecided", "Stored",         "StorageFailed",
    "Waited"};

}  // namespace

std::string_view name_of(const Event& e) { return event_names[e.index()]; }
std::string_view name_of(const State& s) {
    return std::visit([]<class S>(const S&) { return state_name<S>(); }, s);
}

State new_download(Order order) { return Idle{{std::move(order), 1}}; }

Result<Step> resume_download(Order order, Spool spool) {
    const auto code = parse_activation_code(spool.activation_code.text);
    if (!code || *code != order.code)
        return fail(
            Errc::conflict, "spool",
            "it holds the package of another order (" + spool.activation_code.text + "); finish that one first");
    return Step{Recovering{{std::move(order), 1}, std::move(spool)}, call(installation_results())};
}

Result<Step> step(State& state, Event event) {
    const auto refused = [&] {
        return fail(Errc::unexpected_event, std::string(name_of(state)),
                    std::string(name_of(event)) + " does not belong here");
    };
    return std::visit(
        [&]<class S, class E>(S& s, E& e) -> Result<Step> {
            if constexpr (Legal<S, E>)
                return on(std::move(s), std::move(e));
            else
                return refused();
        },
        state, event);
}

std::string_view progress_name(const State& s) {
    static constexpr std::array<std::string_view, std::variant_size_v<State>> names{
        "",
        "es10b_get_euicc_info1",
        "es10b_get_euicc_challenge",
        "es9p_initiate_authentication",
        "attestation",
        "es10b_authenticate_server",
        "es9p_authenticate_client",
        "metadata",
        "es10b_prepare_download",
        "es9p_get_bound_profile_package",
        "spool",
        "es10b_load_bound_profile_package",
        "es10b_retrieve_notifications_list",
        "es10b_retrieve_notifications_list",
        "spool",
        "es9p_handle_notification",
        "es10b_remove_notification_from_list",
        "es10b_cancel_session",
        "es9p_cancel_session",
        "waiting",
        "finished"};
    return names[s.index()];
}

std::string transition_matrix() {
    std::string out;
    const auto row = [&]<class S>(std::type_identity<S>) {
        out += state_name<S>();
        out += ':';
        const auto cell = [&]<class E>(std::type_identity<E>) {
            if constexpr (Legal<S, E>) out += " " + std::string(event_names[Event(E{}).index()]);
        };
        [&]<class... E>(std::variant<E...>*) { (cell(std::type_identity<E>{}), ...); }(static_cast<Event*>(nullptr));
        out += '\n';
    };
    [&]<class... S>(std::variant<S...>*) { (row(std::type_identity<S>{}), ...); }(static_cast<State*>(nullptr));
    return out;
}

}  // namespace mcim::agent
