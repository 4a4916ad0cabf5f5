#include "mcim/pva/refusal.h"

#include <cstdlib>

namespace mcim::pva {

std::string_view to_string(Refusal r) {
    switch (r) {
        using enum Refusal;
        case not_enrolled: return "not_enrolled";
        case key_malformed: return "key_malformed";
        case other_key_for_eid: return "other_key_for_eid";
        case key_of_other_eid: return "key_of_other_eid";
        case tpm_of_other_eid: return "tpm_of_other_eid";
        case other_model_for_eid: return "other_model_for_eid";
        case no_reference_values: return "no_reference_values";
        case nonce_unknown: return "nonce_unknown";
        case nonce_of_other_eid: return "nonce_of_other_eid";
        case nonce_of_other_session: return "nonce_of_other_session";
        case nonce_expired: return "nonce_expired";
        case nonce_replayed: return "nonce_replayed";
        case too_many: return "too_many";
        case wrong_signature: return "wrong_signature";
        case quote_malformed: return "quote_malformed";
        case other_binding: return "other_binding";
        case registers_differ: return "registers_differ";
        case counters_went_back: return "counters_went_back";
        case clock_went_back: return "clock_went_back";
        case reset_within_session: return "reset_within_session";
    }
    std::abort();
}

bool is_alarm(Refusal r) {
    switch (r) {
        using enum Refusal;
        case other_key_for_eid:
        case key_of_other_eid:
        case tpm_of_other_eid:
        case nonce_of_other_eid:
        case nonce_replayed:
        case wrong_signature:
        case other_binding:
        case counters_went_back:
        case clock_went_back:
        case reset_within_session: return true;
        default: return false;
    }
}

}  // namespace mcim::pva
