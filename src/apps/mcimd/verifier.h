// The verifier's role: its HTTPS functions for devices, and its rows.
//   POST /mcim/pva/v1/nonce      evidence::ChallengeRequest -> evidence::Challenge
//   POST /mcim/pva/v1/evidence   evidence::Evidence -> {"verdicts":["<JWS>", ...]}
// A refusal is an RFC 9457 problem: 403, its sentence in "detail".
#pragma once
#include "mcim/apps/mcimd/platform.h"
#include "mcim/http/server.h"

namespace mcim::apps::mcimd {

inline constexpr std::string_view pva_path = "/mcim/pva/v1/";
void serve_pva(Platform&, const http::Request&, const http::Reply&);

[[nodiscard]] Result<std::optional<pva::DeviceRecord>> find_device(Platform&, const Eid&);
/// The enrolled record, stored; or the verifier's refusal.
[[nodiscard]] Result<std::variant<pva::DeviceRecord, pva::Refused>> enrol_device(Platform&, const pva::Enrolment&);
/// Takes an enrolment back, with its verdicts and nonces; the orders that wait for this device say so in their
/// timelines, and whether the TPM that is enrolled next is the same. The record as it was; not_found: nobody is
/// enrolled.
[[nodiscard]] Result<pva::DeviceRecord> disenrol_device(Platform&, const Eid&);
/// Attested orders that this device may still download, or will.
[[nodiscard]] Result<std::vector<smdp::Order>> orders_waiting_for(Platform&, const Eid&);
/// Those that are enrolled.
[[nodiscard]] Result<std::vector<pva::DeviceRecord>> all_devices(Platform&);
/// Verifies the operator's document, stores it and uses it from now on, beside the earlier ones that it does not
/// withdraw. A version that is not newer is refused, and so is one that was withdrawn.
[[nodiscard]] Result<evidence::ReferenceValues> take_reference_values(Platform&, const std::string& operator_id,
                                                                      const std::string& jws);
/// Those that are stored and still valid, for the start.
[[nodiscard]] Result<std::vector<evidence::ReferenceValues>> load_reference_values(Platform&);
struct KnownVerdict {
    evidence::Verdict verdict;
    std::string token;   ///< the same, signed
    pva::Answer answer;  ///< what the gate makes of it now
};
/// The verdicts about a session (empty: about none); nullopt: about whatever is kept. Newest first.
[[nodiscard]] Result<std::vector<KnownVerdict>> known_verdicts(Platform&, const pva::DeviceRecord&,
                                                               const std::optional<Bytes>& session);

}  // namespace mcim::apps::mcimd
