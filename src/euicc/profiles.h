// ES10c: list, enable, disable, delete, nickname, memory reset (SGP.22 5.7.15 to 5.7.21).
#pragma once
#include "mcim/euicc/call.h"

namespace mcim::euicc {

[[nodiscard]] msg::ProfileInfoListResponse profiles_info(const msg::ProfileInfoListRequest&, Call&);
[[nodiscard]] msg::SetNicknameResponse set_nickname(const msg::SetNicknameRequest&, Call&);

// Which profile is enabled changes at once; the card then closes what was open on it. With or without refreshFlag no
// proactive REFRESH is sent (docs/divergences.md): the device resets the card, or reads it again.
[[nodiscard]] msg::EnableProfileResponse enable_profile(const msg::EnableProfileRequest&, Call&);
[[nodiscard]] msg::DisableProfileResponse disable_profile(const msg::DisableProfileRequest&, Call&);
[[nodiscard]] msg::DeleteProfileResponse delete_profile(const msg::DeleteProfileRequest&, Call&);
/// Keeps profiles whose PPRs forbid disabling or deleting them (docs/divergences.md): nobody stands at the device to
/// confirm.
[[nodiscard]] msg::EuiccMemoryResetResponse memory_reset(const msg::EuiccMemoryResetRequest&, Call&);

}  // namespace mcim::euicc
