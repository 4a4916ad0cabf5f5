// What one side of TLS shows of itself.
#pragma once
#include <vector>

#include "mcim/base/secret.h"

namespace mcim::http {

struct TlsIdentity {
    std::vector<Bytes> chain;  ///< DER, its own certificate first
    SecretBytes key_pkcs8;
};

}  // namespace mcim::http
