// How a profile is stored: keys below its prefix, "profile/<n>/", and the DER structures of their values. Secrets stand
// alone, as raw octets, so that no encoder's buffer ever holds them.
//
//   facts             StoredFacts
//   node/<path>       StoredNode of every file; <path> is "3F00", "3F00/2FE2", an ADF with its temporary ID
//   file/<path>       content of every EF that is no link, as it is
//   pins              StoredPins: references, attributes, counters of all PINs and PUKs
//   pin/<path>/<ref>  value of a PIN of a directory, 8 octets; <ref> in hex
//   puk/<ref>         value of a PUK, 8 octets
//   aka/<i>           StoredAka; aka/<i>/k and aka/<i>/opc the keys
//   sqn/<i>           StoredSequence
//   stored/<i>        StoredElementHead; stored/<i>/der the element
//
// Every structure begins with a format version; a reader refuses versions that it does not know. Keys of security
// domains are not kept: nothing on this card uses them (docs/divergences.md).
#pragma once
#include "mcim/uicc/profile.h"

namespace mcim::uicc {

[[nodiscard]] std::string path_text(const FilePath&);
[[nodiscard]] std::string content_key(std::string_view prefix, const FilePath&);
[[nodiscard]] std::string pin_key(std::string_view prefix, const FilePath& directory, saip::KeyReference);
[[nodiscard]] std::string puk_key(std::string_view prefix, saip::KeyReference);

void put_node(Changes&, std::string_view prefix, const Profile&, FileIndex);
void put_content(Changes&, std::string_view prefix, const Profile&, FileIndex);
/// All counters and attributes; values only by put_pin_value.
void put_pins(Changes&, std::string_view prefix, const Profile&);
void put_pin_value(Changes&, std::string_view prefix, const saip::PinContext&, const saip::Pin&);
void put_sequence(Changes&, std::string_view prefix, const Profile&, std::size_t authenticator);

}  // namespace mcim::uicc
