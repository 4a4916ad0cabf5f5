// The card's Rules Authorisation Table (SGP.22 2.9.2, GetRAT), as `chip info` shows it.
#pragma once
#include <boost/json/array.hpp>

#include "mcim/msg/info.h"

namespace mcim::agent {

/// A line for each rule: which policy rules a profile may bring, of which operators, and whether its owner is asked.
[[nodiscard]] std::string rules_in_words(const msg::GetRatResponse&);
/// The same as members with the names of SGP.22, and the digits of `plmn` as they are coded.
[[nodiscard]] boost::json::array rules_as_json(const msg::GetRatResponse&);

}  // namespace mcim::agent
