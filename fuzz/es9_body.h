// The ES9+ body, in both bindings, against a server that knows somebody: certificates of the test PKI, a fixed time, an
// order, and sessions in every stored state. A body that a real card could have sent gets past every check; the seeds
// are such bodies.
#pragma once
#include <map>
#include <string>

#include "mcim/base/bytes.h"

namespace mcim::fuzz {

/// Whatever reads as a function under one of the paths re-encodes to the same, is answered or acted upon, and what it
/// stores reads back. Aborts where that does not hold. The number of functions that were done and not refused.
int answer_es9_body(View);
inline void exercise_es9_body(View body) { answer_es9_body(body); }

/// Bodies that this server does not refuse, by name. Transactions are the same in every run, signatures differ.
[[nodiscard]] std::map<std::string, std::string> es9_bodies();

}  // namespace mcim::fuzz
