// Access rules in expanded format (TS 102 221 9.2.4, ISO 7816-4 5.4.3.2): the record of an EF_ARR that a file points
// to.
#pragma once
#include <functional>

#include "mcim/uicc/profile.h"

namespace mcim::uicc {

/// What a rule may allow on an EF. Values are those of the access mode octet, or 0x100 + INS where a rule names the
/// command itself (AM_DO tag 84).
enum class Access : std::uint16_t {
    read = 0x01,  ///< and SEARCH RECORD
    update = 0x02,
    deactivate = 0x08,
    activate = 0x10,
    increase = 0x132,
};

/// Says whether a key reference (PIN or ADM) is satisfied at this moment.
using KeyCheck = std::function<bool(saip::KeyReference)>;

/// The record as stored, padding included. What no rule names, and what is malformed, is denied.
[[nodiscard]] bool allows(View arr_record, Access, const KeyCheck&);

/// The record that governs a file; nullopt where the reference leads nowhere: every access is denied.
[[nodiscard]] std::optional<View> rule_of(const Profile&, FileIndex);

}  // namespace mcim::uicc
