// The port to the signer (signer/signer.h) as octets, for a signer in a process of its own: DER, by tables that declare
// each structure once (tables.h). What is read is strict: another order, a length beyond its limit or an octet too many
// is an error that names its place.
//
//   Requests ::= SEQUENCE SIZE (0..64) OF Request                 -- none: "do you answer?"
//   Answer   ::= CHOICE { results [0] SEQUENCE SIZE (0..64) OF Result, refused [1] Error }
//   Result   ::= CHOICE { done [0] Response, failed [1] Error }   -- one for each request, in their order
//
// Requests carry K inwards, responses CK and IK outwards: what holds a message is a SecretBytes.
#pragma once
#include <span>
#include <variant>
#include <vector>

#include "mcim/signer/signer.h"

namespace mcim::signer_wire {

inline constexpr std::size_t requests_max = 64;                         ///< in one message
inline constexpr std::size_t message_octets_max = 16U * 1024U * 1024U;  ///< a package has at most some hundred KiB

using Results = std::vector<Result<signer::Response>>;
/// One result for each request; or why there is none for any of them: the message could not be read, or what would
/// have to be answered is longer than a message can be.
using Answer = std::variant<Results, Error>;

[[nodiscard]] SecretBytes encode_requests(std::span<const signer::Request>);
[[nodiscard]] Result<std::vector<signer::Request>> decode_requests(View);
[[nodiscard]] SecretBytes encode_answer(const Answer&);
[[nodiscard]] Result<Answer> decode_answer(View);

}  // namespace mcim::signer_wire
