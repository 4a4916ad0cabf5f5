// An installation that a power cut, a reset or a new session has broken off (SGP.22 2.5.6): nothing of the profile was
// kept, and the server is told so with installFailedDueToInterruption, as soon as somebody speaks to the ISD-R again.
// The order can be downloaded anew, and the one-time key serves for that.
#pragma once
#include "mcim/euicc/installation.h"

namespace mcim::euicc {

/// The first piece was good: from now on an end without a result is an interruption.
void note_start(Call&, const SessionFacts&);
/// Everything before `next` was taken.
void note_progress(Call&, msg::BppCommandId next, const std::optional<msg::IccidOctets>&);
/// A result or a cancellation has told the server, or is about to.
void note_end(Call&);
/// Where no package is being loaded: makes the result of one that was.
void report_interruption(Call&);

}  // namespace mcim::euicc
