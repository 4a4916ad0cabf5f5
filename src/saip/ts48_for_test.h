// The Generic Test Profile packages of GSMA TS.48 v7, below profiles/ of the reference data.
#pragma once

namespace mcim::saip {

inline constexpr const char* ts48[] = {"TS48v7_SAIP2.3_BERTLV_SUCI.der", "TS48v7_SAIP2.3_BERTLV_SUCI_NoRAMRFM.der",
                                       "TS48v7_SAIP2.3_NoBERTLV.der", "TS48v7_SAIP2.3_NoBERTLV_NoRAMRFM.der"};

}  // namespace mcim::saip
