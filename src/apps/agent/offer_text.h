// What a server offers, as the agent shows it before it is decided on.
#pragma once
#include <boost/json/object.hpp>

#include "mcim/msg/metadata.h"

namespace mcim::agent {

/// One line: operator, name, owner (MCC and MNC), class, ICCID, and each policy rule in words.
[[nodiscard]] std::string offer_in_words(const msg::StoreMetadataRequest&);
/// The same as members with the names of SGP.22.
[[nodiscard]] boost::json::object offer_as_json(const msg::StoreMetadataRequest&);

/// MCC and MNC as people write them: "001-01" (TS 24.008 10.5.1.3); a digit that may be any is a star (SGP.22 2.4.12).
[[nodiscard]] std::string network_of(const msg::OperatorId&);

/// Text of a stranger for a terminal: '?' for what would move its cursor (C0 and C1 of ISO 6429), and for what turns
/// the direction of writing or is not seen at all.
[[nodiscard]] std::string for_terminal(std::string_view utf8);

}  // namespace mcim::agent
