// The port to whoever holds the keys of the platform: signing keys, the key that wraps K, profile packages at rest.
//
// Plain data goes in and out. Nothing that comes out is a private key, K, OPc, a session key of a bound package or a
// profile protection key: those exist only inside the implementation (module custody: key files; later an HSM behind
// its own process).
//
// A core (layer 5) does no I/O and never calls a Signer. Its step returns a signer::Request as the action "ask the
// signer" and is resumed with the signer::Response that belongs to it. The shell collects the requests of all sessions
// that are ready and hands them to Signer::execute in one go. A core that knows what it asked for reads the answer with
//
//     TRY(signer::Signature s, signer::answer_to<signer::SignMessage>(std::move(response)));
#pragma once
#include <compare>
#include <optional>
#include <variant>

#include "mcim/base/ids.h"
#include "mcim/base/secret.h"
#include "mcim/crypto/ec.h"

namespace mcim::signer {

// ---------------------------------------------------------------- signatures

/// Which signing key: a name that the installation chose, e.g. "dpauth", "dppb", "verifier". Certificates and public
/// keys are looked up elsewhere.
struct KeyName {
    std::string text;
    friend auto operator<=>(const KeyName&, const KeyName&) = default;
};

/// ECDSA with SHA-256, r||s (SGP.22 2.6.7.2; RFC 7518 3.4 for ES256).
struct Signature {
    std::array<std::uint8_t, 64> octets{};
    operator View() const { return octets; }
    friend bool operator==(const Signature&, const Signature&) = default;
};
struct SignMessage {
    KeyName key;
    Bytes message;
    using Response = Signature;
};

// ---------------------------------------------------------------- subscriptions at rest

/// The authentication function f1 to f5* of a subscription (TS 35.205 MILENAGE, TS 35.231 TUAK, TS 34.108 8.1.2 test
/// algorithm: laboratory only).
enum class Algorithm : std::uint8_t { milenage, tuak_128, tuak_256, test };
std::string_view to_string(Algorithm);

/// K, OPc or TOPc and the parameters of the algorithm, encrypted and authenticated together with the IMSI: they open
/// for that IMSI only, so that whoever can write the database cannot give a subscriber the key of another.
struct WrappedSubscription {
    Bytes octets;
    friend bool operator==(const WrappedSubscription&, const WrappedSubscription&) = default;
};
/// A keyed digest of K. Equal K give equal fingerprints under one signer and tell nothing else: for a uniqueness
/// constraint (the same K on two IMSIs is a mistake or a clone).
struct KeyFingerprint {
    std::array<std::uint8_t, 32> octets{};
    friend auto operator<=>(const KeyFingerprint&, const KeyFingerprint&) = default;
};
struct Subscription {
    Algorithm algorithm{};
    WrappedSubscription keys;
    KeyFingerprint fingerprint;
    friend bool operator==(const Subscription&, const Subscription&) = default;
};

/// A fresh random K and OPc (TOPc), which nobody ever sees. `operator_id` here and below: whose line it is, bound to
/// its keys; they are exported to this one's receivers only, and to nobody where it is empty.
struct NewSubscriptionKeys {
    Imsi imsi;
    Algorithm algorithm = Algorithm::milenage;
    std::string operator_id = {};
    using Response = Subscription;
};

/// Import of keys that an operator already has. The only way in which K comes near the port, and it goes inwards.
struct WrapSubscription {
    /// The operator constant: OP is turned into OPc at once (TS 35.206 4.1), OPc is taken as it is. TUAK: TOP, TOPc.
    enum class Constant : std::uint8_t { op, opc };
    Imsi imsi;
    Algorithm algorithm = Algorithm::milenage;
    SecretBytes k;         ///< 16 octets; 32 for tuak_256
    SecretBytes constant;  ///< 16 octets; 32 for TUAK; empty for the test algorithm
    Constant constant_is = Constant::opc;
    std::string operator_id = {};
    using Response = Subscription;
};

/// The same keys under the newest version of the wrapping key; after a rotation, for every row of the database.
struct RewrapSubscription {
    Imsi imsi;
    WrappedSubscription keys;
    using Response = WrappedSubscription;
};

// ---------------------------------------------------------------- subscriptions on their way (ADR 0053)

/// Import of MILENAGE keys that their operator wrapped under a transport key which both sides have: K and OPc one AES
/// block each. Refused where the transport key is another operator's or not for import, and, but in a laboratory, where
/// K or OPc is one that everybody has. What the operator refuses there too the request says, for only the signer can
/// look.
struct ImportSubscription {
    std::string operator_id;
    std::uint8_t transport_key = 0;  ///< its index, 1 to 255
    Imsi imsi;
    Bytes k;    ///< 16 octets, wrapped
    Bytes opc;  ///< 16 octets, wrapped
    bool refuse_published = false;
    bool refuse_unchosen = false;  ///< that nobody chose: octets that repeat or count
    using Response = Subscription;
};

/// The other way round, for a receiver who has the transport key. Refused where line or transport key is another
/// operator's, the transport key not for export, or the keys are none of MILENAGE with its own constants.
struct ExportSubscription {
    std::string operator_id;
    std::uint8_t transport_key = 0;
    Imsi imsi;
    WrappedSubscription keys;
    struct Response {
        Bytes k;    ///< as in ImportSubscription
        Bytes opc;  ///< as in ImportSubscription
        friend bool operator==(const Response&, const Response&) = default;
    };
};

// ---------------------------------------------------------------- profile packages at rest

/// An unprotected profile package (SGP.22 2.5.2) and the operator whose it is, encrypted and authenticated together
/// with its ICCID.
struct WrappedPackage {
    Bytes octets;
    friend bool operator==(const WrappedPackage&, const WrappedPackage&) = default;
};
/// A package from elsewhere, DER as in the TCA specification. Refused where it does not decode or names another ICCID,
/// and, but in a laboratory, where a key in it is one that everybody has: the error says which one, and never shows it.
struct WrapPackage {
    Iccid iccid;
    SecretBytes der;               ///< it may hold K
    std::string operator_id = {};  ///< at most 255 octets
    using Response = WrappedPackage;
};
struct RewrapPackage {
    Iccid iccid;
    WrappedPackage package;
    using Response = WrappedPackage;
};
/// What the authentication centre has to know of an imported package, taken out inside: its IMSI, and its K, OPc and
/// algorithm parameters (PE-AKAParameter) wrapped for that IMSI and for the operator for whom the package was.
struct ExtractSubscription {
    Iccid iccid;
    WrappedPackage package;
    struct Response {
        Imsi imsi;
        Subscription subscription;
        friend bool operator==(const Response&, const Response&) = default;
    };
};

// ---------------------------------------------------------------- confirmation codes (SGP.22 3.1.2, 5.6.2)

/// The digest of a code, encrypted and authenticated together with the order that wants it: a code has a few digits,
/// and its digest alone would tell it.
struct WrappedConfirmationCode {
    Bytes octets;
    friend bool operator==(const WrappedConfirmationCode&, const WrappedConfirmationCode&) = default;
};
struct WrapConfirmationCode {
    std::string order_id;
    SecretBytes code;  ///< its characters
    using Response = WrappedConfirmationCode;
};
/// Whether `hash_cc` is SHA-256 over SHA-256 of the code and the transaction.
struct CheckConfirmationCode {
    std::string order_id;
    WrappedConfirmationCode code;
    Bytes transaction_id;
    Bytes hash_cc;
    struct Response {
        bool holds = false;
        friend bool operator==(const Response&, const Response&) = default;
    };
};

// ---------------------------------------------------------------- bound profile packages (SGP.22 2.5.4, 5.5, Annex G)

/// What is written into the project's profile template. PIN, PUK and ADM codes and the keys of the operator's security
/// domain are derived inside from a key of the signer and the ICCID, so that a repeated download carries the same ones.
struct TemplateVariables {
    Iccid iccid;
    Imsi imsi;  ///< must be the one for which the keys were wrapped
    std::optional<Msisdn> msisdn;
    std::string service_provider_name;  ///< EF_SPN: 1 to 16 ASCII characters
    std::string profile_name;           ///< ProfileHeader.profileType
    std::uint8_t mnc_digits = 2;        ///< 2 or 3
    std::optional<Msisdn> smsc = std::nullopt;
    Bytes gid1 = {};                     ///< at most 8 octets; empty: no EF_GID1
    std::size_t package_octets_min = 0;  ///< filled up to this size, as far as the template can, with service numbers
};
struct FromTemplate {
    TemplateVariables variables;
    WrappedSubscription keys;
};
struct FromPackage {
    Iccid iccid;
    WrappedPackage package;
};

/// SGP.22 2.5.4: '86' segments under the session keys, or under random keys of the profile that ReplaceSessionKeys
/// carries (profile protection keys, PPK).
enum class Protection : std::uint8_t { session_keys, profile_protection_keys };

/// What a package was sealed with (SGP.22 3.1.3, retry): the server's one-time public key, the session keys and, where
/// there are any, the profile protection keys. Encrypted and authenticated together with the ICCID, the EID and the
/// card's one-time key.
struct WrappedBinding {
    Bytes octets;
    friend bool operator==(const WrappedBinding&, const WrappedBinding&) = default;
};

/// Personalises, makes a one-time key, agrees with the card's, derives the session keys, protects and signs. With the
/// binding of an earlier package, and where everything in it is still the same, that package's segments come again
/// after an InitialiseSecureChannel that is made and signed for this transaction. Whatever does not fit is sealed anew.
/// That `euicc_otpk` is a card's, and which one's, whoever asks has seen to: what is sealed for a key of his own he
/// reads.
struct SealProfile {
    std::variant<FromTemplate, FromPackage> source;
    crypto::Curve curve{};  ///< of the card's one-time key and of the signing key
    Bytes euicc_otpk;       ///< otPK.EUICC.ECKA: uncompressed point, 65 octets
    Bytes transaction_id;   ///< 1 to 16 octets
    Bytes host_id;          ///< 1 to 16 octets, of the control reference template
    Eid eid;                ///< the key derivation takes its 16 octets
    Bytes configure_isdp;   ///< ConfigureISDPRequest, DER, tag BF24
    Bytes store_metadata;   ///< StoreMetadataRequest, DER, tag BF25
    Protection protection = Protection::session_keys;
    KeyName signing_key;  ///< of CERT.DPpb.ECDSA
    std::optional<WrappedBinding> earlier = std::nullopt;
    struct Response {
        Bytes bound_profile_package;  ///< BoundProfilePackage, DER, tag BF36
        WrappedBinding binding{};     ///< for a retry; that of the earlier package where its segments came again
        bool again = false;           ///< they did
        friend bool operator==(const Response&, const Response&) = default;
    };
};
using SealedProfile = SealProfile::Response;

// ---------------------------------------------------------------- authentication vectors (TS 33.102 6.3)

/// A sequence number of 48 bits; the upper 16 are zero.
using Sqn = std::uint64_t;
using Rand = std::array<std::uint8_t, 16>;
using Auts = std::array<std::uint8_t, 14>;

/// One quintet. CK and IK are what the serving network is given; they are not K.
struct Vector {
    Rand rand{};
    std::array<std::uint8_t, 16> autn{};
    Bytes xres;      ///< 4 to 16 octets
    SecretBytes ck;  ///< 16 octets, or 32 with tuak_256
    SecretBytes ik;
};
/// Any number of vectors of one subscription: its keys are unwrapped once.
struct GenerateVectors {
    struct Challenge {
        Sqn sqn = 0;
        Rand rand{};
    };
    Imsi imsi;
    WrappedSubscription keys;
    std::array<std::uint8_t, 2> amf{};  ///< TS 33.102 Annex F; separation bit set for EPS, 5G and EAP-AKA'
    std::vector<Challenge> challenges;
    using Response = std::vector<Vector>;  ///< one per challenge, in its order
};

/// The card said that SQN is out of range (TS 33.102 6.3.5): verify MAC-S and open SQN_MS.
struct Resynchronise {
    Imsi imsi;
    WrappedSubscription keys;
    Rand rand{};
    Auts auts{};
    struct Response {
        std::optional<Sqn> sqn_ms;  ///< nullopt: MAC-S does not hold; the AUTS is not this card's answer to this RAND
        friend bool operator==(const Response&, const Response&) = default;
    };
};

// ---------------------------------------------------------------- the port

/// Requests hold secrets on their way inwards and can be moved, not copied.
using Request = std::variant<SignMessage, NewSubscriptionKeys, WrapSubscription, RewrapSubscription, WrapPackage,
                             RewrapPackage, ExtractSubscription, WrapConfirmationCode, CheckConfirmationCode,
                             SealProfile, GenerateVectors, Resynchronise, ImportSubscription, ExportSubscription>;
using Response =
    std::variant<Signature, Subscription, WrappedSubscription, WrappedPackage, ExtractSubscription::Response,
                 WrappedConfirmationCode, CheckConfirmationCode::Response, SealedProfile, std::vector<Vector>,
                 Resynchronise::Response, ExportSubscription::Response>;

/// "SignMessage dppb" for logs; never the content.
std::string describe(const Request&);

/// The answer to a request of type R. A response of another type is a fault of the shell: Errc::unexpected_event.
template <class R>
[[nodiscard]] Result<typename R::Response> answer_to(Response&& response) {
    if (auto* held = std::get_if<typename R::Response>(&response)) return std::move(*held);
    return fail(Errc::unexpected_event, "", "the signer's response does not belong to the request");
}

class Signer {
public:
    Signer() = default;
    Signer(const Signer&) = delete;
    Signer& operator=(const Signer&) = delete;
    virtual ~Signer() = default;

    /// One result per request, in their order; a failed one does not stop the others. Errors:
    ///   not_found   no signing key of that name, no transport key of that index
    ///   bad_crypto  wrapped octets were changed, belong to another IMSI or ICCID, or their key version is gone
    ///   bad_value, bad_length, ...  the request itself; the path names its field
    ///   refused     a rule forbids it (an algorithm that is switched off, a transport key of another operator)
    ///   io          the store of the keys failed; trying again later may help
    /// May be called from several threads at once.
    [[nodiscard]] virtual std::vector<Result<Response>> execute(std::span<const Request>) = 0;

    /// One request, typed.
    template <class R>
    [[nodiscard]] Result<typename R::Response> ask(R request) {
        const Request one(std::in_place_type<R>, std::move(request));
        TRY(Response response, execute_one(one));
        return answer_to<R>(std::move(response));
    }
    [[nodiscard]] Result<Response> execute_one(const Request&);

    // The same by their names.
    [[nodiscard]] Result<Signature> sign(const KeyName& key, View message);
    [[nodiscard]] Result<SealedProfile> seal_profile(SealProfile request) { return ask(std::move(request)); }
    [[nodiscard]] Result<Subscription> new_subscription_keys(const Imsi&, Algorithm, std::string operator_id = {});
    [[nodiscard]] Result<Vector> vector(const Imsi&, const WrappedSubscription&, Sqn, std::array<std::uint8_t, 2> amf,
                                        const Rand&);
};

}  // namespace mcim::signer
