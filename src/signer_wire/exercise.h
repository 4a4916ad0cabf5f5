// For fuzzing: what stands on the socket between a server and its signer.
#pragma once
#include "mcim/base/bytes.h"

namespace mcim::signer_wire {

/// As each of the messages: what decodes re-encodes to the same octets, or this aborts. How many of them it is.
int exercise_message(View);
/// An arbitrary message of requests, of results, and a refusal, made of these octets: each decodes again to the same,
/// or this aborts.
[[nodiscard]] Bytes arbitrary_requests(View seed);
[[nodiscard]] Bytes arbitrary_answer(View seed);

}  // namespace mcim::signer_wire
