// The comparison at the heart of a verdict: registers against reference values, the differences in plain words.
#pragma once
#include <span>

#include "mcim/evidence/reference_values.h"

namespace mcim::evidence {

/// AR4SI trustworthiness tiers as draft-ietf-rats-ear-04 writes them in "ear_status".
enum class Tier : std::uint8_t {
    none,             ///< nothing was looked at
    affirming,        ///< as the reference values want it
    warning,          ///< not produced by us; a foreign verifier may
    contraindicated,  ///< it differs
};
std::string_view to_string(Tier);
[[nodiscard]] Result<Tier> parse_tier(std::string_view);

struct Appraisal {
    Tier status = Tier::none;
    std::vector<std::string> differences;  ///< "PCR 4 (boot loader) is AB12..., expected one of CD34... (GRUB 2.06)"
    friend bool operator==(const Appraisal&, const Appraisal&) = default;
};
struct PartAppraisals {
    Appraisal platform;
    Appraisal module;
    /// contraindicated where a part is, affirming where every part that was looked at is, none where none was.
    [[nodiscard]] Tier overall() const;
    friend bool operator==(const PartAppraisals&, const PartAppraisals&) = default;
};

/// Every register that the reference names must be there and hold one of its digests.
[[nodiscard]] PartAppraisals compare(const PcrValues&, const PlatformReference&);

}  // namespace mcim::evidence
