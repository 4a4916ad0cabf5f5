// A download session as the server sees it (SGP.22 3.1.2, 3.1.3, 5.6): a state machine without I/O. It is given the
// decoded ES9+ function, and answers with the next state and either a reply or an action; an action's result comes back
// as an event. What has to be stored with a state comes as effects, which the shell commits before it replies.
//
//   Nothing ─ InitiateAuthentication ─► SigningChallenge ─► reply, nothing stored
//   Nothing ─ AuthenticateClient ─► FindingOrder ─► GatingOffer ─► ConsentingOffer ─► SigningOffer ─► Offered (stored)
//   Offered, Bound ─ GetBoundProfilePackage ─► LoadingBinding ─► CheckingCode ─► GatingBinding ─► ConsentingBinding
//                                                                                                 ─► Sealing ─► Bound
//   Offered, Bound ─ CancelSession ─► Cancelling ─► Ended (stored)
//   Nothing ─ HandleNotification ─► CheckingNotification ─► reply
//
// A refusal leaves the session as it was: the right answer is still taken afterwards.
#pragma once
#include <variant>

#include "mcim/msg/es9.h"
#include "mcim/smdp/order.h"
#include "mcim/smdp/refusal.h"
#include "mcim/smdp/server.h"

namespace mcim::smdp {

// ---------------------------------------------------------------- what a session knows

/// A card that has proved itself: its certificate held and it signed our challenge.
struct Card {
    msg::Octet16 eid;
    std::int32_t curve = 0;  ///< crypto::Curve
    msg::OctetString point;  ///< of its certificate's key
    // what revocation lists name: its certificate under the EUM's key, the EUM's under the CI's
    msg::OctetString serial;
    msg::OctetString eum_key_id;
    msg::OctetString eum_serial;
    msg::OctetString ci_key_id;
    der::Extensions more;
    static constexpr auto asn1 = der::sequence(
        "Card", der::field<&Card::eid>("eid"), der::field<&Card::curve>("curve"), der::field<&Card::point>("point"),
        der::field<&Card::serial>("serial"), der::field<&Card::eum_key_id>("eumKeyId"),
        der::field<&Card::eum_serial>("eumSerial"), der::field<&Card::ci_key_id>("ciKeyId"));
    [[nodiscard]] Result<crypto::PublicKey> key() const;
    /// Since it proved itself, by its issuer or by its issuer's.
    [[nodiscard]] bool is_revoked(const x509::TrustAnchors&) const;
    friend bool operator==(const Card&, const Card&) = default;
};

/// The request that was answered, so that the same one again gets the same answer.
using Digest = msg::Octet32;

// ---- states between two requests: these are stored
struct Nothing {
    static constexpr std::string_view name = "Nothing";
};
/// AuthenticateClient was answered.
struct Offered {
    static constexpr std::string_view name = "Offered";
    Card card;
    msg::Utf8 order_id;
    msg::OctetString credential;  ///< its CI
    Digest request;
    std::int64_t expires_at = 0;  ///< seconds since 1970
    der::AnySequence reply;       ///< AuthenticateClientOk, to be given again as it was
    der::Extensions more;
    static constexpr auto asn1 =
        der::sequence("Offered", der::field<&Offered::card>("card"), der::field<&Offered::order_id>("orderId"),
                      der::field<&Offered::credential>("credential"), der::field<&Offered::request>("request"),
                      der::field<&Offered::expires_at>("expiresAt"), der::field<&Offered::reply>("reply"));
    [[nodiscard]] Result<msg::AuthenticateClientOk> decoded_reply() const;
    friend bool operator==(const Offered&, const Offered&) = default;
};
/// A bound profile package has left. Kept as long as the order: the installation result is verified with this card.
/// The package itself is not kept, only what it was sealed with, with its order: asked again, it is made again.
struct Bound {
    static constexpr std::string_view name = "Bound";
    Offered offer;
    der::Extensions more;
    static constexpr auto asn1 = der::sequence("Bound", der::field<&Bound::offer>("offer"));
    friend bool operator==(const Bound&, const Bound&) = default;
};
/// Cancelled by the card. Its reply is given again.
struct Ended {
    static constexpr std::string_view name = "Ended";
    Card card;
    msg::Utf8 order_id;
    Digest request;
    std::int64_t expires_at = 0;  ///< seconds since 1970: as long as somebody may ask again
    der::Extensions more;
    static constexpr auto asn1 =
        der::sequence("Ended", der::field<&Ended::card>("card"), der::field<&Ended::order_id>("orderId"),
                      der::field<&Ended::request>("request"), der::field<&Ended::expires_at>("expiresAt"));
    friend bool operator==(const Ended&, const Ended&) = default;
};

// ---- states within one request: they wait for an action's result and live in memory only
struct SigningChallenge {
    static constexpr std::string_view name = "SigningChallenge";
    msg::InitiateAuthenticationOkEs9 reply;
};
/// What a download under way consists of until it is offered.
struct Offer {
    Bytes transaction_id;
    Digest request;
    Card card;
    Bytes credential;
    msg::OctetString euicc_signature1;
    msg::EUICCInfo2 euicc_info2;
};
struct FindingOrder {
    static constexpr std::string_view name = "FindingOrder";
    Offer offer;
};
struct GatingOffer {
    static constexpr std::string_view name = "GatingOffer";
    Offer offer;
    Order order;
};
struct ConsentingOffer {
    static constexpr std::string_view name = "ConsentingOffer";
    Offer offer;
    Order order;
};
struct SigningOffer {
    static constexpr std::string_view name = "SigningOffer";
    Offered offered;
    msg::AuthenticateClientOk reply;  ///< without its signature yet
};
/// A GetBoundProfilePackage whose signature holds; `back` is where a refusal leads.
struct Binding {
    std::variant<Offered, Bound> back;
    Bytes transaction_id;
    msg::OctetString euicc_otpk;
    std::optional<msg::Octet32> hash_cc;  ///< as the card signed it
    [[nodiscard]] const Offered& offered() const;
};
struct LoadingBinding {
    static constexpr std::string_view name = "LoadingBinding";
    Binding binding;
};
using ProfileSource = decltype(signer::SealProfile::source);
/// Of an order that wants a confirmation code.
struct CheckingCode {
    static constexpr std::string_view name = "CheckingCode";
    Binding binding;
    Order order;
    ProfileSource source;
};
struct GatingBinding {
    static constexpr std::string_view name = "GatingBinding";
    Binding binding;
    Order order;
    ProfileSource source;
};
struct ConsentingBinding {
    static constexpr std::string_view name = "ConsentingBinding";
    Binding binding;
    Order order;
    ProfileSource source;
};
struct Sealing {
    static constexpr std::string_view name = "Sealing";
    Binding binding;
    Order order;
};
struct Cancelling {
    static constexpr std::string_view name = "Cancelling";
    Ended ended;
    Bytes transaction_id;
    msg::CancelSessionReason reason{};
};
struct CheckingNotification {
    static constexpr std::string_view name = "CheckingNotification";
    msg::PendingNotification notification;
    crypto::Sha256 digest{};         ///< of the signed octets
    std::optional<Eid> verified_as;  ///< the card that signed it, where its own chain says so
    std::string problem;             ///< why it is not
};

using State = std::variant<Nothing, Offered, Bound, Ended, SigningChallenge, FindingOrder, GatingOffer, ConsentingOffer,
                           SigningOffer, LoadingBinding, CheckingCode, GatingBinding, ConsentingBinding, Sealing,
                           Cancelling, CheckingNotification>;

/// When a session that has bound nothing may be forgotten; nullopt: it stays with its order.
[[nodiscard]] std::optional<std::int64_t> over_at(const std::variant<Offered, Bound, Ended>&);
/// Offered, Bound and Ended with the version of their format.
[[nodiscard]] Bytes encode_state(const std::variant<Offered, Bound, Ended>&);
[[nodiscard]] Result<State> decode_state(View);

// ---------------------------------------------------------------- events

struct InitiateAuthentication {
    static constexpr std::string_view name = "InitiateAuthentication";
    msg::InitiateAuthenticationRequest request;
};
struct AuthenticateClient {
    static constexpr std::string_view name = "AuthenticateClient";
    msg::AuthenticateClientRequest request;
};
struct GetBoundProfilePackage {
    static constexpr std::string_view name = "GetBoundProfilePackage";
    msg::GetBoundProfilePackageRequest request;
};
struct CancelSession {
    static constexpr std::string_view name = "CancelSession";
    msg::CancelSessionRequestEs9 request;
};
struct HandleNotification {
    static constexpr std::string_view name = "HandleNotification";
    msg::HandleNotification request;
};
using Function =
    std::variant<InitiateAuthentication, AuthenticateClient, GetBoundProfilePackage, CancelSession, HandleNotification>;
/// Which session a function is about; empty for those that start without one.
[[nodiscard]] View transaction_id_of(const Function&);

// ---- results of actions
struct OrderFound {
    static constexpr std::string_view name = "OrderFound";
    std::optional<Order> order;
};
/// The gate's and the consent's answer: nullopt is yes, else a plain sentence that says why not.
struct GateAnswered {
    static constexpr std::string_view name = "GateAnswered";
    std::optional<std::string> refused_because;
};
struct ConsentAnswered {
    static constexpr std::string_view name = "ConsentAnswered";
    std::optional<std::string> refused_because;
};
struct Signed {
    static constexpr std::string_view name = "Signed";
    signer::Signature signature;
};
struct BindingLoaded {
    static constexpr std::string_view name = "BindingLoaded";
    struct Content {
        Order order;
        ProfileSource source;
    };
    std::optional<Content> content;
};
struct CodeChecked {
    static constexpr std::string_view name = "CodeChecked";
    bool holds = false;
};
struct Sealed {
    static constexpr std::string_view name = "Sealed";
    signer::SealedProfile package;
};
struct NotificationContext {
    static constexpr std::string_view name = "NotificationContext";
    bool seen = false;             ///< a notification with this digest was taken before
    std::optional<State> session;  ///< of the installation result's transaction
    std::optional<Order> order;    ///< of that session, or the one under which the ICCID was delivered
};

using Event = std::variant<InitiateAuthentication, AuthenticateClient, GetBoundProfilePackage, CancelSession,
                           HandleNotification, OrderFound, GateAnswered, ConsentAnswered, Signed, BindingLoaded,
                           CodeChecked, Sealed, NotificationContext>;

// ---------------------------------------------------------------- actions, replies, effects

/// A card whose client names no order: whichever is pending for it (order.h).
struct AnyFor {
    Eid eid;
    CanTake can_take;
};
struct FindOrder {
    std::variant<std::string, AnyFor> by;  ///< matching ID
};
struct LoadOrder {
    std::string order_id;
};
/// The order and what its profile is made of.
struct LoadBinding {
    std::string order_id;
};
struct AskGate {
    Eid eid;
    Bytes transaction_id;
    GatePolicy policy;
    std::string order_id;
    std::string operator_id;
};
struct AskConsent {
    std::string order_id;
    std::string operator_id;
    Eid eid;
    std::optional<std::string> release;
    bool to_bind = false;  ///< yes is acted upon at once: what else happens to the card meanwhile undoes it
};
struct LookUpNotification {
    crypto::Sha256 digest;
    std::variant<Bytes, Iccid> by;  ///< transaction ID of an installation result; else the profile's ICCID
};
/// signer::SignMessage is answered by Signed, CheckConfirmationCode by CodeChecked, SealProfile by Sealed.
using Action = std::variant<FindOrder, LoadOrder, LoadBinding, AskGate, AskConsent, signer::SignMessage,
                            signer::CheckConfirmationCode, signer::SealProfile, LookUpNotification>;

struct BoundPackage {
    Bytes transaction_id;
    Bytes package;  ///< BoundProfilePackage, DER
};
struct NoContent {};
using Reply = std::variant<msg::InitiateAuthenticationOkEs9, msg::AuthenticateClientOk, BoundPackage,
                           msg::CancelSessionOk, NoContent, Refused>;

/// An Offered one begins; where its transaction has a session already, that one is looked at instead.
struct PutSession {
    Bytes transaction_id;
    std::string order_id;
    std::variant<Offered, Bound, Ended> state;
};
/// Over the version that `order` has; the row gets the next one.
struct PutOrder {
    Order order;
};
/// Routine is what a device can bring about as often as it likes; it gives way to later routine. What its operator did,
/// and what changed the order, are milestones and stay.
enum class NoteKind : std::uint8_t { milestone, routine };
/// A line in the order's timeline.
struct Note {
    std::string order_id;
    Time at;
    std::string sentence;
    NoteKind kind = NoteKind::milestone;
};
/// A refusal in the timeline: of a card that proved who it is, for an order that it named. The same one again, with
/// nothing in between, is the same line, counted.
struct NoteRefusal {
    std::string order_id;
    Time at;
    Bytes transaction_id;
    std::string code;  ///< "8.2.5/4.3"
    std::string sentence;
};
enum class Trust : std::uint8_t { verified, unverified };
/// Octets that are kept of a notification that anybody may have sent: more than any that a card signs has.
inline constexpr std::size_t unverified_kept = 4096;
struct RecordNotification {
    crypto::Sha256 digest;
    Time at;
    Trust trust;
    std::string sentence;
    Bytes octets;            ///< PendingNotification, DER; of one that nobody vouches for the first unverified_kept
    std::string order_id{};  ///< that a verified one is about
};
/// What happened to a profile on its card, as the card signed it: for the subscription behind it.
enum class ProfileEvent : std::uint8_t { installed, enabled, disabled, deleted };
std::string_view to_string(ProfileEvent);
struct ProfileChanged {
    Iccid iccid;
    Eid eid;
    ProfileEvent event;
    std::string order_id;
};
using Effect = std::variant<PutSession, PutOrder, Note, NoteRefusal, RecordNotification, ProfileChanged>;

struct Step {
    State next;
    std::variant<Action, Reply> then;
    std::vector<Effect> effects{};
};

/// A result that belongs to no pending action is Errc::unexpected_event: a fault of the shell. A function that the
/// session cannot take is a Reply that refuses it, and the state stays. Both are large, and are moved out of only once.
[[nodiscard]] Result<Step> step(State&&, Event&&, const Env&);

/// Which pairs are taken, "x" a column per event, a row per state; computed from the overloads.
[[nodiscard]] std::string transition_matrix();

}  // namespace mcim::smdp
