// Private to this module: a DER header whose value comes later, or is not here as a whole.
#pragma once
#include "mcim/der/tlv.h"

namespace mcim::bpp {

struct Header {
    std::size_t octets = 0;          ///< of tag and length
    std::size_t content_octets = 0;  ///< that are to follow
};
/// The header that `in` begins with; more may follow. Strict, as module der is.
[[nodiscard]] Result<Header> parse_header(der::Tag wanted, View in);

}  // namespace mcim::bpp
