// Changes and entries as octets, before they are sealed. Not DER: these octets hold every key of the card, and are
// written once into memory that zeroises, without the copies of a general encoder.
//
//   octet 1      version 1
//   32 bits      number of erased prefixes; each: 32 bits of length, text
//   32 bits      number of entries; each: 32 bits of length, key; octet 1 and 32 bits of length, value - or octet 0:
//   erased
#pragma once
#include "mcim/uicc/changes.h"

namespace mcim::nvm {

[[nodiscard]] SecretBytes pack(const uicc::Changes&);
[[nodiscard]] SecretBytes pack(const uicc::Entries&);
[[nodiscard]] Result<uicc::Changes> unpack(View);

}  // namespace mcim::nvm
