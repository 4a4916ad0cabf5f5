// What an initiator of this module asks its shell to do, and what the shell answers. The shell does one action at a
// time and hands back an event that belongs to it. Nothing here does I/O.
#pragma once
#include <chrono>

#include "mcim/apdu/status_word.h"
#include "mcim/msg/json.h"

namespace mcim::agent {

/// What is needed to go on with a bound package after a crash of the agent: kept until the card's result is known.
struct Spool {
    msg::Utf8 activation_code;
    msg::TransactionId transaction_id;
    msg::OctetString bound_package;
    der::Extensions more;
    static constexpr auto asn1 = der::sequence("Spool", der::field<&Spool::activation_code>("activationCode"),
                                               der::field<&Spool::transaction_id>("transactionId", der::Tag{0x80}),
                                               der::field<&Spool::bound_package>("boundProfilePackage"));
    friend bool operator==(const Spool&, const Spool&) = default;
};

// ---------------------------------------------------------------- actions

/// Send one ES10 request to the ISD-R (es10.h) and collect the answer: CardAnswered or CardFailed.
struct CallCard {
    Bytes request;
};
/// POST https://address/gsma/rsp2/es9plus/function with a JSON body, the server's certificate and name verified:
/// ServerAnswered or ServerUnreachable.
struct PostEs9 {
    std::string address;
    std::string_view function;
    std::string body;
};
/// Prove the platform to the verifier, tied to this RSP session (docs/attestation.md): Attested or AttestationFailed.
struct Attest {
    msg::TransactionId transaction_id;
};
/// Show the metadata to the owner, or hold it against the owner's policy: OwnerDecided.
struct AskOwner {
    msg::StoreMetadataRequest metadata;
};
/// Write this to stable storage: Stored or StorageFailed.
struct SaveSpool {
    Spool spool;
};
/// The result is known: Stored or StorageFailed.
struct DropSpool {};
/// Come back after this time: Waited.
struct WaitFor {
    std::chrono::milliseconds time;
};

// ---------------------------------------------------------------- events

struct Start {};
struct CardAnswered {
    Bytes response;
};
/// No card, or a status word that says no: then it is here.
struct CardFailed {
    Error error;
    std::optional<apdu::StatusWord> status_word{};
};
struct ServerAnswered {
    unsigned http_status = 0;
    std::string body;
    std::optional<std::chrono::seconds> retry_after;
};
struct ServerUnreachable {
    Error error;
};
struct Attested {};
struct AttestationFailed {
    Error error;
};
struct OwnerDecided {
    /// nullopt: install it.
    std::optional<msg::CancelSessionReason> cancel;
};
struct Stored {};
struct StorageFailed {
    Error error;
};
struct Waited {};

using Event = std::variant<Start, CardAnswered, CardFailed, ServerAnswered, ServerUnreachable, Attested,
                           AttestationFailed, OwnerDecided, Stored, StorageFailed, Waited>;
std::string_view name_of(const Event&);

}  // namespace mcim::agent
