// Profile policy rules and who may set them (SGP.22 2.4.12, 2.9).
#pragma once
#include "mcim/euicc/durable.h"

namespace mcim::euicc {

/// `owner` matches one of the operators that a rule of the RAT allows, digit by digit; E in the RAT stands for any.
[[nodiscard]] bool matches(const msg::OperatorId& allowed, const msg::OperatorId& owner);

/// An owner's digits are given; only the RAT may leave some open.
[[nodiscard]] bool has_wildcards(const msg::OperatorId&);

/// May a profile with these rules and this owner be installed (SGP.22 2.9.3.1)? Without an owner nobody is authorised.
/// PPR1 also asks that no other operational profile is there: it could never be left again.
[[nodiscard]] bool rules_allowed(const DurableState&, const msg::StoreMetadataRequest&);

/// Those that the RAT grants to nobody: forbiddenProfilePolicyRules of EUICCInfo2.
[[nodiscard]] msg::PprIds forbidden_rules(const DurableState&);

}  // namespace mcim::euicc
