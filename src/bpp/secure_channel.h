// ES8+.InitialiseSecureChannel (SGP.22 5.5.1): what opens a bound profile package, its signature, and the agreement of
// the session keys.
#pragma once
#include "mcim/bpp/refusal.h"
#include "mcim/bpp/session_keys.h"
#include "mcim/crypto/ec.h"
#include "mcim/msg/package.h"

namespace mcim::bpp {

/// The request without its signature. Refuses a transaction or host identifier that has not 1 to 16 octets.
[[nodiscard]] Result<msg::InitialiseSecureChannelRequest> initialise_secure_channel(View transaction_id, View host_id,
                                                                                    const crypto::PublicKey& smdp_otpk);
/// What smdpSign covers: remoteOpId, transactionId, controlRefTemplate and smdpOtpk as they stand in the request, then
/// the card's one-time key with tag 5F49.
[[nodiscard]] Bytes signed_octets(const msg::InitialiseSecureChannelRequest&, View euicc_otpk);

/// What the card knows when the request arrives.
struct ChannelExpectation {
    View transaction_id;                     ///< of the running session
    const Eid& eid;                          ///< its own
    const crypto::PrivateKey& one_time_key;  ///< otSK.EUICC.ECKA of PrepareDownload
    const crypto::PublicKey& server_key;     ///< PK.DPpb.ECDSA, chain already verified
};
/// Verifies the request, signature first, and agrees on the session keys.
[[nodiscard]] std::variant<SessionKeys, Refusal> accept_secure_channel(const msg::InitialiseSecureChannelRequest&,
                                                                       const ChannelExpectation&);

}  // namespace mcim::bpp
