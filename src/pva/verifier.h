// The platform validation authority (RATS verifier, RFC 9334): pure functions from a device's record and what came in
// to a new record and an answer. The caller reads the record, calls, and writes the new one in one transaction before
// it answers.
#pragma once
#include <span>

#include "mcim/pva/record.h"

namespace mcim::pva {

struct Policy {
    std::string verifier_id;  ///< `iss` of its verdicts
    std::string build;        ///< of this software
    std::chrono::seconds nonce_lifetime{120};
    std::chrono::seconds verdict_lifetime{600};
};

struct Env {
    Time now;
    Random& random;
    const NonceKey& nonce_key;
    const Policy& policy;
    /// Verified documents of all operators; several versions of one operator overlap while an update rolls out. Those
    /// that are not valid at `now` are passed over.
    std::span<const evidence::ReferenceValues> references;
};

// ---------------------------------------------------------------- enrolment

/// What the factory, or the owner, states about a device. That the attestation key lives in the TPM of this identity is
/// taken from there; credential activation (TPM2_ActivateCredential) is not asked for yet.
struct Enrolment {
    Eid eid;
    Bytes ak_public;              ///< TPM2B_PUBLIC
    crypto::Sha256 tpm_identity;  ///< hash of the endorsement key
    std::string platform_model;
};
/// Rows that the store has on any of the three identities.
struct Holders {
    std::optional<DeviceRecord> of_eid;
    std::optional<DeviceRecord> of_ak;       ///< looked up by ak_name
    std::optional<DeviceRecord> of_tpm;      ///< looked up by tpm_identity
    std::optional<RemovedDevice> removed{};  ///< of the EID, where its enrolment was taken back
};
/// ak_name for the look-up.
[[nodiscard]] Result<Bytes> name_of(View ak_public);
/// The new record; or the one that is there, where the same is enrolled again. Anything else about a known EID, key or
/// TPM is refused: identities do not change hands, and a repaired device is enrolled after its old row was removed by a
/// person.
[[nodiscard]] std::variant<DeviceRecord, Refused> enrol(const Enrolment&, const Holders&, Time now);
/// What is left of a device whose enrolment is taken back. Nonces that it was given count as spent: else evidence of
/// before could be given again once the same TPM is enrolled anew.
[[nodiscard]] RemovedDevice remove(const DeviceRecord&, const Policy&, Time now);
/// Whether another TPM, or another key, spoke for the EID before its enrolment was taken back: a repair, or a theft of
/// the identity. To be reported as other_key_for_eid is, which it would have been without the removal.
[[nodiscard]] bool has_other_tpm(const DeviceRecord&);

// ---------------------------------------------------------------- challenge, evidence

/// Nothing is stored. Refused where the device is not enrolled or nobody says what its registers should hold.
[[nodiscard]] std::variant<evidence::Challenge, Refused> challenge(const evidence::ChallengeRequest&,
                                                                   const std::optional<DeviceRecord>&, const Env&);

struct Appraised {
    DeviceRecord record;                      ///< to be stored: nonce spent, clock advanced, verdicts kept
    std::vector<evidence::Verdict> verdicts;  ///< one for each operator; to be signed
};
/// Nonce before anything else, then signature, binding, registers, counters, and reference values last.
[[nodiscard]] std::variant<Appraised, Refused> appraise(const evidence::Evidence&, const std::optional<DeviceRecord>&,
                                                        const Env&);

/// The record that remembers this refusal, for people who ask why, and the nonce as spent; one refusal for each device,
/// until evidence is taken again. The same once more, of one session, keeps the time of the first. nullopt: it is not
/// the device's own, and nothing is to be stored.
[[nodiscard]] std::optional<DeviceRecord> remember(const DeviceRecord&, const evidence::Evidence&, const Refused&,
                                                   const Env&);

// ---------------------------------------------------------------- the gate's question

enum class Standing : std::uint8_t {
    pass,
    fail,
    stale,    ///< there was a verdict, but it expired or the device restarted since
    unknown,  ///< there is none
};
std::string_view to_string(Standing);

/// What an operator's policy wants verified before it provisions (requirement P8).
enum class Demand : std::uint8_t { platform, module, both };

struct Answer {
    Standing standing;
    std::vector<std::string> sentences;  ///< why it is no pass; the differences for a fail
    std::optional<Time> expires_at;      ///< of a pass
    [[nodiscard]] bool opens_gate() const { return standing == Standing::pass; }
};
/// About exactly this session (empty: about none), by exactly this operator's reference values. Only a fresh pass opens
/// a gate.
[[nodiscard]] Answer verdict_for(const std::optional<DeviceRecord>&, View session, std::string_view operator_id, Demand,
                                 Time now);

}  // namespace mcim::pva
