// Why the verifier does not take something. A refusal gives no verdict and takes none away, whoever sends what is
// refused. It leaves a trace in the device's row only where the device's own TPM signed it for an unspent nonce.
#pragma once
#include <string>
#include <string_view>

namespace mcim::pva {

enum class Refusal : unsigned char {
    not_enrolled,
    key_malformed,        ///< enrolment: this is no attestation key
    other_key_for_eid,    ///< enrolment: the EID is enrolled with another key or another TPM
    key_of_other_eid,     ///< enrolment: the key is enrolled for another EID
    tpm_of_other_eid,     ///< enrolment: the TPM is enrolled for another EID
    other_model_for_eid,  ///< enrolment: the EID is enrolled as another platform model
    no_reference_values,  ///< no operator's valid reference values cover the platform model
    nonce_unknown,        ///< this verifier did not make it
    nonce_of_other_eid,   ///< made for another device
    nonce_of_other_session,
    nonce_expired,
    nonce_replayed,
    too_many,         ///< more evidence within the life of a nonce than is taken
    wrong_signature,  ///< changed, or another TPM than the enrolled one
    quote_malformed,
    other_binding,       ///< the quote repeats another nonce or session
    registers_differ,    ///< the reported registers are not those that were quoted
    counters_went_back,  ///< resetCount or restartCount fell: the TPM was cleared, replaced or set back
    clock_went_back,
    reset_within_session,  ///< the TPM was reset between two quotes of one session
};
std::string_view to_string(Refusal);  ///< "nonce_replayed": for logs, metrics and problem documents
/// Whether it points to an attack on the device's identity or its TPM and has to be reported, and not only counted.
[[nodiscard]] bool is_alarm(Refusal);

struct Refused {
    Refusal reason;
    std::string sentence;  ///< what is wrong and what helps
    /// The enrolled TPM signed what is refused, for a nonce that was good and unspent. Where the row remembers it, the
    /// nonce is spent.
    bool of_the_device = false;
};

}  // namespace mcim::pva
