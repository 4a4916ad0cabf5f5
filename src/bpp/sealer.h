// The server's side of a bound profile package (SGP.22 2.5.3, 2.5.4).
#pragma once
#include "mcim/bpp/session_keys.h"
#include "mcim/msg/package.h"

namespace mcim::bpp {

/// What goes in, in clear. Not kept.
struct Contents {
    View configure_isdp;   ///< ConfigureISDPRequest, tag BF24
    View store_metadata;   ///< StoreMetadataRequest, tag BF25
    View profile_package;  ///< unprotected profile package: the profile elements one after the other
};

/// BoundProfilePackage, DER, its profile elements under the session keys. `signed_request` carries smdpSign.
[[nodiscard]] Bytes seal(const msg::InitialiseSecureChannelRequest& signed_request, const SessionKeys& session,
                         const Contents&);
/// The same with the profile elements under profile protection keys, which ReplaceSessionKeys carries.
[[nodiscard]] Bytes seal(const msg::InitialiseSecureChannelRequest& signed_request, const SessionKeys& session,
                         const SessionKeys& profile_protection, const Contents&);

/// What ends such a package: the MAC of its last segment, over all its profile elements, and under session keys over
/// everything before them too.
[[nodiscard]] View last_mac(View bound_package);

}  // namespace mcim::bpp
