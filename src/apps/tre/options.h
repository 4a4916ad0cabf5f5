// The command line of mcim-tre as data.
#pragma once
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "mcim/base/result.h"
#include "mcim/euicc/durable.h"

namespace mcim::tre {

/// Where the key of the stored state is: sealed to the TPM at a TCTI, or under a passphrase that a file holds. The
/// latter is marked as lower assurance.
struct TpmSeal {
    std::string tcti;  ///< "device:/dev/tpmrm0", "swtpm:path=/run/tpm.sock"
};
struct PassphraseSeal {
    std::string file;
};
using Seal = std::variant<TpmSeal, PassphraseSeal>;
/// "tpm:TCTI" or "passphrase-file:FILE"
[[nodiscard]] Result<Seal> parse_seal(const std::string&);

struct InitOptions {
    std::string state;
    std::string eid;  ///< empty: that of the certificate
    std::string certificate;
    std::string eum_certificate;
    std::vector<std::string> ci_certificates;
    std::string key;
    std::string card_class = "production";
    std::string seal;
    std::string root_ds;
    std::string default_dp;
    std::uint32_t memory_kib = 512;
    bool only_version2_0_fields = false;
};
struct RunOptions {
    std::string state;
    std::string socket;
    std::string vpcd;  ///< empty: none
    std::string seal;
};

}  // namespace mcim::tre
