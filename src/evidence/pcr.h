// Platform configuration registers of the SHA-256 bank.
#pragma once
#include <map>
#include <set>

#include "mcim/crypto/hash.h"

namespace mcim::evidence {

/// PCRs 0 to 23, as the PC Client profile has them.
inline constexpr unsigned pcr_count = 24;

using PcrSelection = std::set<unsigned>;
using PcrValues = std::map<unsigned, crypto::Sha256>;

/// What is measured there, in plain words: "boot loader" for PCR 4 (TCG PC Client Platform Firmware Profile 3.3.4; from
/// 8 on, what GRUB, systemd and the kernel put there).
[[nodiscard]] std::string_view pcr_title(unsigned index);
/// "PCR 4 (boot loader)".
[[nodiscard]] std::string pcr_name(unsigned index);

/// "4", as JSON members name registers: 0 to 23, without leading zeros, so that no register has two names.
[[nodiscard]] Result<unsigned> parse_pcr_index(std::string_view);

[[nodiscard]] PcrSelection selection_of(const PcrValues&);
/// What TPM2_Quote puts into pcrDigest: SHA-256 over the selected values in ascending order (TPM 2.0 Part 3, 18.4).
[[nodiscard]] crypto::Sha256 pcr_digest(const PcrValues&);
/// What TPM2_PCR_Extend leaves in a register: SHA-256(old || digest).
[[nodiscard]] crypto::Sha256 extended(const crypto::Sha256& old, const crypto::Sha256& digest);

}  // namespace mcim::evidence
