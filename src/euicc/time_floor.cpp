#include "mcim/euicc/time_floor.h"

namespace mcim::euicc {

Time time_floor(const DurableState& state) { return Time{std::chrono::milliseconds{state.settings.time_floor_ms}}; }

x509::Now usable_time(const Call& call) {
    if (!call.env.now || *call.env.now < time_floor(call.state)) return std::nullopt;
    return call.env.now;
}

bool ended_before_floor(const DurableState& state, const x509::Certificate& certificate) {
    return certificate.validity.not_after < time_floor(state);
}

void raise_time_floor(Call& call, const x509::Certificate& certificate) {
    if (certificate.validity.not_before <= time_floor(call.state)) return;
    call.state.settings.time_floor_ms = certificate.validity.not_before.time_since_epoch().count();
    put_settings(call.changes, call.state.settings);
}

}  // namespace mcim::euicc
