// A PKI that somebody else made (the test set of the GSMA, SGP.26; what a CI issued), in whatever files: DER or PEM,
// one or several in a file, told by what they hold and never by their names. It is sorted into a folder that mcimd
// serves:
//
//   ci/ eum/ dp/        of the first CI, as pki_folder.h has them; dp/keys has the signing keys of all
//   2/ci 2/eum 2/dp     of the next CI, and so on, without dp/keys; its signing keys are "dpauth-2" and "dppb-2"
//   mcimd.toml          serves all of them
//
// pki_finds.h reads, pki_choice.h says what serves as what, pki_import.cpp writes.
#pragma once
#include <filesystem>

#include "mcim/x509/verify.h"

namespace mcim::apps {

struct ImportPlan {
    std::filesystem::path from;
    std::filesystem::path to;  ///< absent or empty
    std::string dp_oid;        ///< empty: the SM-DP+ that has most of what it needs
    std::string address;  ///< of activation codes; empty: the host of its TLS certificates, and the port of `listen`
    std::string listen = "127.0.0.1:8443";
    enum class Tls : std::uint8_t { as_it_is, renewed } tls = Tls::as_it_is;
    /// The private keys of CIs and EUMs, which no server needs.
    enum class IssuerKeys : std::uint8_t { left, taken } issuer_keys = IssuerKeys::left;
};

/// Where a certificate or a key stands.
struct PkiPlace {
    std::filesystem::path file;
    std::size_t block = 0;  ///< in a file of several PEM blocks its number, from 1
    friend auto operator<=>(const PkiPlace&, const PkiPlace&) = default;
};

struct Imported {
    struct Line {
        PkiPlace at;
        std::string what;  ///< what it serves as; why it is left out
    };
    std::string dp_oid;
    std::string host;  ///< that every TLS certificate names
    std::string address;
    std::vector<crypto::Curve> curves;       ///< of the CIs, in their order
    std::vector<crypto::Curve> without_tls;  ///< those of them on which no TLS certificate is for `host`
    Time tls_until{};                        ///< the first TLS certificate to end
    std::filesystem::path config;
    std::vector<Line> taken;
    std::vector<Line> left_out;
};

/// All of it or nothing, and only what mcimd then serves. The error says what is missing, of which SM-DP+.
[[nodiscard]] Result<Imported> import_pki(const ImportPlan&, Time now, Random&);

}  // namespace mcim::apps
