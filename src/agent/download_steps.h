// What several transitions of a download share (download.cpp): how a session ends or begins again, and how the messages
// of card and server are read, checked and made.
#pragma once
#include "mcim/agent/download.h"
#include "mcim/msg/manage.h"

namespace mcim::agent::steps {

inline constexpr std::string_view es9_initiate = "initiateAuthentication";
inline constexpr std::string_view es9_authenticate = "authenticateClient";
inline constexpr std::string_view es9_package = "getBoundProfilePackage";
inline constexpr std::string_view es9_notification = "handleNotification";
inline constexpr std::string_view es9_cancel = "cancelSession";

// ---------------------------------------------------------------- ends

[[nodiscard]] Step done(Outcome);
[[nodiscard]] Step stopped(std::string where, std::string sentence, std::string advice);
/// The next session of the same order, after a pause that doubles; or the end, where the attempts are used up.
[[nodiscard]] Step try_again(Attempt, std::string where, std::string why,
                             std::optional<std::chrono::seconds> asked = {});
[[nodiscard]] Step unreachable(Attempt, std::string where, const Error& why);
/// Of a reply in which nothing can be found.
[[nodiscard]] Step unreadable(std::string where, const Error& why);
/// `stop` is what the caller hears when card and server know.
[[nodiscard]] Step cancel(Session, msg::CancelSessionReason, Stopped stop);
/// The same where the server was not told: its order stands as it was.
[[nodiscard]] Step untold(Stopped stop, const std::string& why);
/// What the caller hears of an offer that was not accepted.
[[nodiscard]] Stopped declined(msg::CancelSessionReason, const msg::StoreMetadataRequest& offered);
/// With what the card says of the installation. An interrupted one says nothing against the profile or the card: the
/// same order, once more.
[[nodiscard]] Step finish(Attempt, const msg::ProfileInstallationResult&, Installed::Result delivery);

// ---------------------------------------------------------------- card

template <class T>
CallCard call(const T& request) {
    return {der::encode(request)};
}

/// A card answer that decodes, or the step that ends the session.
template <class T>
std::variant<T, Step> answer_of(const CardAnswered& answer, std::string_view function) {
    auto response = der::decode<T>(answer.response);
    if (!response)
        return stopped("ES10." + std::string(function),
                       "The card's answer cannot be read: " + to_string(response.error()),
                       "Report it to the maker of the card.");
    return *std::move(response);
}

[[nodiscard]] Step ask_card_to_authenticate(Attempt, msg::InitiateAuthenticationOkEs9 server);
[[nodiscard]] Result<Step> start_loading(Session, Bytes bound_package);
[[nodiscard]] Step send_piece(state::Loading);

[[nodiscard]] msg::RetrieveNotificationsListRequest installation_results();
/// Among what the card has pending.
[[nodiscard]] std::optional<msg::ProfileInstallationResult> find_result(const CardAnswered&, const msg::TransactionId&);

// ---------------------------------------------------------------- server

/// The step that ends the session where a reply carries no structure; nullopt where it does.
[[nodiscard]] std::optional<Step> end_of(const ServerAnswered&, const Attempt&, const std::string& where);

/// A reply that carries a structure, or the step that ends the session.
template <class T>
std::variant<T, Step> reply_of(const ServerAnswered& answer, const Attempt& attempt, std::string_view function) {
    const std::string where = "ES9+." + std::string(function);
    if (auto end = end_of(answer, attempt, where)) return *std::move(end);
    auto reply = msg::from_json<T>(answer.body);
    if (!reply) return unreadable(where, reply.error());
    return *std::move(reply);
}

/// Whether what the server signed is for this card and for the server that the activation code names (SGP.22 5.7.13;
/// the card checks its challenge again and the signature).
[[nodiscard]] std::optional<std::string> mismatch(const msg::InitiateAuthenticationOkEs9&, const ActivationCode&,
                                                  const msg::Octet16& challenge);
/// SGP.22 4.1.1: SHA-256 over the SHA-256 of the code's characters and the transaction ID.
[[nodiscard]] msg::Octet32 hash_cc(std::string_view code, const msg::TransactionId&);
[[nodiscard]] Step deliver(Attempt, msg::ProfileInstallationResult);

}  // namespace mcim::agent::steps
