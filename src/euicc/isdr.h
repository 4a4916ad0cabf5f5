// The ISD-R (SGP.22 2.4.4, 5.7): its session and the ES10 functions by their tags.
#pragma once
#include "mcim/euicc/session.h"

namespace mcim::euicc {

inline constexpr std::array<std::uint8_t, 16> isdr_aid{0xA0, 0x00, 0x00, 0x05, 0x59, 0x10, 0x10, 0xFF,
                                                       0xFF, 0xFF, 0xFF, 0x89, 0x00, 0x00, 0x01, 0x00};
inline constexpr std::array<std::uint8_t, 16> ecasd_aid{0xA0, 0x00, 0x00, 0x05, 0x59, 0x10, 0x10, 0xFF,
                                                        0xFF, 0xFF, 0xFF, 0x89, 0x00, 0x00, 0x02, 0x00};

class IsdR {
public:
    /// One whole ES10 command. 6A80 where it cannot be decoded, 6A88 where its tag is no function.
    [[nodiscard]] apdu::Response execute(View command, Call&);
    /// Card reset: the session ends.
    void reset() { session_ = Idle{}; }
    [[nodiscard]] const Session& session() const { return session_; }

private:
    [[nodiscard]] apdu::Response advance(SessionEvent, Call&);
    Session session_;
};

/// The answer to SELECT of ISD-R, with ISDRProprietaryApplicationTemplate (SGP.22 5.7.1), of ECASD and of an ISD-P.
[[nodiscard]] Bytes isdr_fci();
[[nodiscard]] Bytes security_domain_fci(View aid);

}  // namespace mcim::euicc
