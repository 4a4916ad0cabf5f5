// The RSP session of the ISD-R (SGP.22 3.1, 5.7.5, 5.7.6, 5.7.7, 5.7.13, 5.7.14): its states as types, one function for
// each legal pair of state and event. Every other pair is refused in the words of the function that was called and
// keeps the state. The matrix is printed in docs/euicc-session.md and compared there by a test.
//
//   Idle -GetEuiccChallenge-> ChallengeIssued -AuthenticateServer-> Authenticated -PrepareDownload-> Prepared
//   Prepared -OpenPackage-> Loading -TakePiece...-> Idle, installed or refused, with a ProfileInstallationResult
//   GetEuiccChallenge begins anew from anywhere; CancelSession leads to Idle from Authenticated on.
//
// A session lives in memory only: it ends with a reset of the card. What outlives it is the one-time key of
// PrepareDownload, for the next try of the same download.
#pragma once
#include <type_traits>

#include "mcim/apdu/command.h"
#include "mcim/euicc/installation.h"
#include "mcim/msg/download.h"

namespace mcim::euicc {

// ---- states: each carries only what is valid in it
struct Idle {
    static constexpr std::string_view name = "Idle";
};
struct ChallengeIssued {
    static constexpr std::string_view name = "ChallengeIssued";
    std::array<std::uint8_t, 16> challenge;
};
struct Authenticated {
    static constexpr std::string_view name = "Authenticated";
    msg::TransactionId transaction_id;
    std::string server_address;
    x509::VerifiedServer server;  ///< CERT.DPauth or CERT.DSauth
    std::size_t identity;         ///< signing key of this session
    Bytes euicc_signature1;
};
struct Prepared {
    static constexpr std::string_view name = "Prepared";
    Authenticated session;
    x509::VerifiedServer package_signer;  ///< CERT.DPpb
    crypto::PrivateKey one_time_key;
};
struct Loading {
    static constexpr std::string_view name = "Loading";
    Installation installation;
};
using Session = std::variant<Idle, ChallengeIssued, Authenticated, Prepared, Loading>;

// ---- events: decoded ES10b commands
struct GetEuiccChallenge {
    static constexpr std::string_view name = "GetEuiccChallenge";
};
struct AuthenticateServer {
    static constexpr std::string_view name = "AuthenticateServer";
    msg::AuthenticateServerRequest request;
};
struct PrepareDownload {
    static constexpr std::string_view name = "PrepareDownload";
    msg::PrepareDownloadRequest request;
};
/// LoadBoundProfilePackage: header BF36 with InitialiseSecureChannelRequest.
struct OpenPackage {
    static constexpr std::string_view name = "OpenPackage";
    Bytes piece;
};
/// LoadBoundProfilePackage: every later piece.
struct TakePiece {
    static constexpr std::string_view name = "TakePiece";
    Bytes piece;
};
struct CancelSession {
    static constexpr std::string_view name = "CancelSession";
    msg::CancelSessionRequest request;
};
using SessionEvent =
    std::variant<GetEuiccChallenge, AuthenticateServer, PrepareDownload, OpenPackage, TakePiece, CancelSession>;

struct Step {
    Session next;
    apdu::Response reply;
};

// ---- transitions
[[nodiscard]] Step begin_session(Call&);
template <class AnyState>
[[nodiscard]] Step on(AnyState&&, GetEuiccChallenge&&, Call& call) {
    return begin_session(call);
}
[[nodiscard]] Step on(ChallengeIssued&&, AuthenticateServer&&, Call&);
[[nodiscard]] Step on(Authenticated&&, PrepareDownload&&, Call&);
[[nodiscard]] Step on(Prepared&&, OpenPackage&&, Call&);
[[nodiscard]] Step on(Loading&&, TakePiece&&, Call&);
[[nodiscard]] Step on(Authenticated&&, CancelSession&&, Call&);
[[nodiscard]] Step on(Prepared&&, CancelSession&&, Call&);
[[nodiscard]] Step on(Loading&&, CancelSession&&, Call&);

// ---- refusals where no transition is
[[nodiscard]] apdu::Response refuse(const AuthenticateServer&);
[[nodiscard]] apdu::Response refuse(const PrepareDownload&);
[[nodiscard]] apdu::Response refuse(const OpenPackage&);
[[nodiscard]] apdu::Response refuse(const TakePiece&);
[[nodiscard]] apdu::Response refuse(const CancelSession&);

template <class S, class E>
concept Legal = requires(S&& s, E&& e, Call& call) { on(std::move(s), std::move(e), call); };

[[nodiscard]] Step step(Session, SessionEvent, Call&);

/// The transition matrix, computed by the compiler from the functions above: a row per state, "x" where legal.
[[nodiscard]] std::string session_matrix();

}  // namespace mcim::euicc
