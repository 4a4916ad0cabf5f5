#include "mcim/agent/download_steps.h"

#include <algorithm>

#include "mcim/agent/offer.h"
#include "mcim/agent/pending.h"
#include "mcim/bpp/segments.h"
#include "mcim/crypto/hash.h"
#include "mcim/saip/response.h"
#include "mcim/x509/certificate.h"

namespace mcim::agent::steps {

using namespace state;  // NOLINT: as in download.cpp

namespace {

bool comes_again(unsigned http_status) { return http_status == 408 || http_status == 429 || http_status >= 500; }

/// ", PEStatus feature-not-supported (mandatory service csim)": what the card says of the element that it did not take.
std::string element_status(const msg::ErrorResult& error) {
    if (!error.sima_response) return {};
    const auto response = der::decode<saip::EuiccResponse>(*error.sima_response);
    if (!response) return {};
    const auto refused = std::ranges::find_if(
        response->pe_status, [](const saip::PeStatus& s) { return s.status != saip::PeStatusCode::ok; });
    if (refused == response->pe_status.end()) return {};
    return ", PEStatus " + std::string(to_string(refused->status)) +
           (response->status_message ? " (" + response->status_message->text + ")" : "");
}

}  // namespace

// ---------------------------------------------------------------- ends

Step done(Outcome outcome) { return {Finished{}, Done{std::move(outcome)}}; }
Step stopped(std::string where, std::string sentence, std::string advice) {
    return done(Stopped{std::move(where), {}, std::move(sentence), std::move(advice)});
}

Step try_again(Attempt attempt, std::string where, std::string why, std::optional<std::chrono::seconds> asked) {
    if (attempt.number >= attempt.order.attempts)
        return stopped(std::move(where), std::move(why),
                       "Nothing was installed by this session. Try again later: the order stays valid for this card.");
    const auto pause =
        asked ? std::chrono::milliseconds(*asked) : std::chrono::milliseconds(500) * (1 << std::min(attempt.number, 8));
    ++attempt.number;
    return {Waiting{std::move(attempt)}, WaitFor{std::min<std::chrono::milliseconds>(pause, std::chrono::minutes(10))}};
}

Step unreachable(Attempt attempt, std::string where, const Error& why) {
    return try_again(std::move(attempt), std::move(where),
                     "The server cannot be reached: " + to_string(why) + ". Is the address right, and is it running?");
}

Step unreadable(std::string where, const Error& why) {
    return stopped(
        std::move(where), "The server's reply cannot be read: " + to_string(why),
        "Nothing was installed, and the order stays valid for this card: run the download again. If it comes "
        "back, report it to the operator of the server.");
}

Step cancel(Session session, msg::CancelSessionReason reason, Stopped stop) {
    const msg::CancelSessionRequest request{session.transaction_id, reason, {}};
    return {CancellingOnCard{std::move(session), std::move(stop)}, call(request)};
}

Step untold(Stopped stop, const std::string& why) {
    stop.sentence += " The server does not know of it: " + why + ".";
    stop.advice =
        "Nothing was installed, and for the server the order is as before: run the download again to tell it.";
    return done(std::move(stop));
}

Stopped declined(msg::CancelSessionReason reason, const msg::StoreMetadataRequest& offered) {
    Stopped out{"owner's decision", {}, {}, "Nothing was installed. "};
    switch (reason) {
        case msg::CancelSessionReason::postponed:
            out.sentence = "The owner postponed the profile.";
            out.advice += "The order stays open: run the download again when it is wanted.";
            break;
        case msg::CancelSessionReason::ppr_not_allowed:
            out.sentence =
                "The profile has rules that its owner has not accepted: " + policy_rules_in_words(offered) + ".";
            out.advice +=
                "Who wants it with these rules asks its operator to release the order again, and says "
                "--accept-policy-rules.";
            break;
        default:
            out.sentence = "The owner rejected the profile.";
            out.advice += "Nobody gets it until its operator releases the order again.";
    }
    return out;
}

Step finish(Attempt attempt, const msg::ProfileInstallationResult& result, Installed::Result delivery) {
    if (const auto* success = std::get_if<msg::SuccessResult>(&result.data.final_result.value)) {
        const auto& octets = result.data.notification_metadata.iccid;
        const auto iccid =
            octets ? Iccid::from_octets(octets->bytes) : Result<Iccid>(fail(Errc::missing_field, "iccid"));
        return done(Installed{iccid ? iccid->text() : std::string(), success->aid.bytes, delivery});
    }
    const auto& error = std::get<msg::ErrorResult>(result.data.final_result.value);
    if (error.error_reason == msg::ErrorReason::install_failed_due_to_interruption)
        return try_again(std::move(attempt), "ES10b.LoadBoundProfilePackage", "The installation was interrupted.");
    return stopped(
        "ES10b.LoadBoundProfilePackage",
        "The card did not install the profile: " + std::string(to_string(error.error_reason)) + " in " +
            std::string(to_string(error.bpp_command_id)) + element_status(error) + ".",
        delivery == Installed::Result::delivered
            ? "Nothing of it was left on the card. The server has been told; the operator can release the order again."
            : "Nothing of it was left on the card. The server could not be told yet; run 'notification process' later, "
              "then the operator can release the order again.");
}

// ---------------------------------------------------------------- card

Step ask_card_to_authenticate(Attempt attempt, msg::InitiateAuthenticationOkEs9 server) {
    msg::CtxParamsForCommonAuthentication context;
    // 3.1.2: who asks for what is pending for the card, as at its default SM-DP+, names none
    if (!attempt.order.code.matching_id.empty()) context.matching_id = msg::Utf8{attempt.order.code.matching_id};
    context.device_info = attempt.order.device_info;
    msg::AuthenticateServerRequest request{std::move(server.server_signed1),
                                           std::move(server.server_signature1),
                                           std::move(server.euicc_ci_pk_id_to_be_used),
                                           std::move(server.server_certificate),
                                           {std::move(context)},
                                           {}};
    return {AuthenticatingServer{{std::move(attempt), std::move(server.transaction_id)}}, call(request)};
}

Result<Step> start_loading(Session session, Bytes bound_package) {
    std::vector<std::pair<std::size_t, std::size_t>> pieces;
    {
        TRY(const auto views, bpp::split_for_card(bound_package));
        for (const View v : views)
            pieces.emplace_back(static_cast<std::size_t>(v.data() - bound_package.data()), v.size());
    }
    return send_piece(Loading{std::move(session), std::move(bound_package), std::move(pieces), 0});
}

Step send_piece(Loading loading) {
    const auto [offset, size] = loading.pieces[loading.next];
    Bytes piece = to_bytes(View(loading.bound_package).subspan(offset, size));
    return {std::move(loading), CallCard{std::move(piece)}};
}

msg::RetrieveNotificationsListRequest installation_results() {
    msg::RetrieveNotificationsListRequest request;
    request.search_criteria = msg::NotificationSearchCriteria{msg::event(msg::NotificationEventBit::install)};
    return request;
}

std::optional<msg::ProfileInstallationResult> find_result(const CardAnswered& answer,
                                                          const msg::TransactionId& transaction) {
    const auto list = read_pending(answer.response);
    if (!list) return std::nullopt;
    for (const auto& entry : list->known)
        if (const auto* result = std::get_if<msg::ProfileInstallationResult>(&entry.value);
            result != nullptr && result->data.transaction_id == transaction)
            return *result;
    return std::nullopt;
}

// ---------------------------------------------------------------- server

std::optional<Step> end_of(const ServerAnswered& answer, const Attempt& attempt, const std::string& where) {
    if (comes_again(answer.http_status))
        return try_again(attempt, where, "The server answered HTTP " + std::to_string(answer.http_status) + ".",
                         answer.retry_after);
    if (answer.http_status != 200)
        return stopped(where, "The server answered HTTP " + std::to_string(answer.http_status) + ".",
                       "Check that the address in the activation code is an SM-DP+.");
    const auto status = msg::read_status(answer.body);
    if (!status) return unreadable(where, status.error());
    if (*status && (*status)->subject_code == "8.8" && (*status)->reason_code == "5.1")
        return try_again(attempt, where, "The server cannot reach its database or its keys now (8.8/5.1).",
                         answer.retry_after);
    if (*status)
        return done(
            Stopped{where, **status, (*status)->message.empty() ? "The server refused." : (*status)->message,
                    "Ask the operator, with the code " + (*status)->subject_code + "/" + (*status)->reason_code + "."});
    return std::nullopt;
}

std::optional<std::string> mismatch(const msg::InitiateAuthenticationOkEs9& reply, const ActivationCode& code,
                                    const msg::Octet16& challenge) {
    if (reply.server_signed1.transaction_id != reply.transaction_id)
        return "The server signed another transaction ID than it sent.";
    if (reply.server_signed1.euicc_challenge != challenge)
        return "The server signed another challenge than the card's.";
    const std::string host = code.smdp_address.substr(0, code.smdp_address.find(':'));
    const std::string& signed_address = reply.server_signed1.server_address.text;
    if (signed_address != code.smdp_address && signed_address != host)
        return "The server calls itself " + signed_address + ", the activation code says " + code.smdp_address + ".";
    if (!code.smdp_oid) return {};
    const auto certificate = x509::parse_certificate(reply.server_certificate.tlv);
    if (!certificate) return "The server's certificate cannot be read: " + to_string(certificate.error());
    if (std::ranges::find(certificate->registered_ids, code.smdp_oid->text()) == certificate->registered_ids.end())
        return "The server's certificate does not carry the OID " + code.smdp_oid->text() +
               " that the activation code demands.";
    return {};
}

msg::Octet32 hash_cc(std::string_view code, const msg::TransactionId& transaction) {
    const auto inner = crypto::sha256(as_view(code));
    const auto outer = crypto::sha256(concat({inner, transaction.bytes}));
    return {{outer.begin(), outer.end()}};
}

Step deliver(Attempt attempt, msg::ProfileInstallationResult result) {
    const msg::HandleNotification notification{{result}, {}};
    const std::string address = result.data.notification_metadata.notification_address.text;
    return {Delivering{std::move(attempt), std::move(result)},
            PostEs9{address, es9_notification, msg::to_json(notification)}};
}

}  // namespace mcim::agent::steps
