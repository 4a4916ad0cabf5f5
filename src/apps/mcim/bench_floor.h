// What a download costs a server on this machine whatever the program: one full TLS handshake of the linked library and
// the curve operations of the protocol.
#pragma once
#include "mcim/apps/mcim/bench.h"
#include "mcim/apps/mcim/bench_cpus.h"
#include "mcim/http/bare_handshake.h"

namespace mcim::apps {

/// How long it is measured. Tests are content with less than figures that somebody relies on.
struct FloorEffort {
    std::size_t handshakes = 200;
    std::chrono::milliseconds operation{100};  ///< each of them, at least
    unsigned openssl_seconds = 2;              ///< each operation of `openssl speed`
};

/// CPU time in microseconds.
struct Floor {
    double handshake = 0;
    double sign = 0;
    double verify = 0;
    double agree = 0;
    double generate = 0;
    double handshake_curves = 0;  ///< of the handshake: one signature, one key, one agreement
    std::string agreed;           ///< version and group of the handshake

    /// SGP.22 3.1: serverSignature1, smdpSignature2, smdpSign; the card's certificate, euiccSignature1, euiccSignature2
    /// and the installation result (an EUM's certificate is verified once for many cards); the session's key.
    [[nodiscard]] double curves_of_protocol() const { return 3 * sign + 4 * verify + agree + generate; }
    [[nodiscard]] double total() const { return handshake + curves_of_protocol(); }
    [[nodiscard]] double curves() const { return handshake_curves + curves_of_protocol(); }
};

/// On the server's CPU, while the clients' do the same.
[[nodiscard]] Result<Floor> measure_floor(const CpuShares&, const http::TlsIdentity&, const std::vector<Bytes>& roots,
                                          const FloorEffort&);
/// Of one at least.
[[nodiscard]] Floor mean_of(const std::vector<Floor>&);

/// Microseconds for each operation on P-256, as `openssl speed` says.
struct OpensslSpeed {
    double sign = 0;
    double verify = 0;
    double agree = 0;
};
/// In the conditions of measure_floor(). An error where the program is not installed.
[[nodiscard]] Result<OpensslSpeed> openssl_speed(const CpuShares&, const FloorEffort&);
/// The operations of a floor over it. What is outside 10 % is said in words.
void add_comparison(Figures&, const Floor&, const OpensslSpeed&);

/// The curve operations alone, with that comparison.
[[nodiscard]] Result<Figures> bench_floor();

}  // namespace mcim::apps
