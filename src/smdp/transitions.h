// Private to the module: one function per legal pair of state and event. step() in session.cpp refuses every other.
#pragma once
#include "mcim/smdp/session.h"

namespace mcim::smdp {

// initiate.cpp, SGP.22 5.6.1
Result<Step> on(Nothing&&, InitiateAuthentication&&, const Env&);
Result<Step> on(SigningChallenge&&, Signed&&, const Env&);

// authenticate.cpp, 5.6.3
Result<Step> on(Nothing&&, AuthenticateClient&&, const Env&);
Result<Step> on(Offered&&, AuthenticateClient&&, const Env&);  ///< the same again, where its reply was lost
Result<Step> on(FindingOrder&&, OrderFound&&, const Env&);
Result<Step> on(GatingOffer&&, GateAnswered&&, const Env&);
Result<Step> on(ConsentingOffer&&, ConsentAnswered&&, const Env&);
Result<Step> on(SigningOffer&&, Signed&&, const Env&);

// bind.cpp, 5.6.2
Result<Step> on(Offered&&, GetBoundProfilePackage&&, const Env&);
Result<Step> on(Bound&&, GetBoundProfilePackage&&, const Env&);
Result<Step> on(LoadingBinding&&, BindingLoaded&&, const Env&);
Result<Step> on(CheckingCode&&, CodeChecked&&, const Env&);
Result<Step> on(GatingBinding&&, GateAnswered&&, const Env&);
Result<Step> on(ConsentingBinding&&, ConsentAnswered&&, const Env&);
Result<Step> on(Sealing&&, Sealed&&, const Env&);

// cancel.cpp, 5.6.5
Result<Step> on(Offered&&, CancelSession&&, const Env&);
Result<Step> on(Bound&&, CancelSession&&, const Env&);
Result<Step> on(Ended&&, CancelSession&&, const Env&);
Result<Step> on(Cancelling&&, OrderFound&&, const Env&);

// notification.cpp, 5.6.4
Result<Step> on(Nothing&&, HandleNotification&&, const Env&);
Result<Step> on(CheckingNotification&&, NotificationContext&&, const Env&);

// ---- what they share
[[nodiscard]] Step refuse(State back, Refusal, std::string detail = {});
[[nodiscard]] Step refuse(State back, Refused);
/// Whom a refusal concerns, once the order is known: its operator reads it in the timeline.
struct Refusing {
    const std::string& order_id;
    const Card& card;
    View transaction_id;
    std::string_view what;  ///< "offer", "package", "cancellation"
};
[[nodiscard]] Result<Step> refuse(State back, Refused, const Refusing&, const Env&);
[[nodiscard]] const Credential* find_credential(const Server&, View ci_key_id);
/// Certificates of the server that are valid now and the CI that the card is to sign under, of what the card verifies
/// and signs with.
struct ChosenCi {
    const Credential* credential;
    Bytes euicc_ci_key_id;
};
[[nodiscard]] std::variant<ChosenCi, Refused> choose_ci(const Env&,
                                                        const std::vector<msg::SubjectKeyIdentifier>& for_verification,
                                                        const std::vector<msg::SubjectKeyIdentifier>& for_signing);
/// What both questions before an offer and before a binding look at: state, EID, expiry, wrong codes.
[[nodiscard]] std::optional<Refused> check_order(const Order&, const Eid&, Time now);
/// And behind it, where one more package is wanted.
[[nodiscard]] std::optional<Refused> check_attempts(const Order&);
[[nodiscard]] Digest digest_of(View);
[[nodiscard]] Result<Eid> eid_of(const Card&);
[[nodiscard]] std::int64_t seconds(Time);

}  // namespace mcim::smdp
