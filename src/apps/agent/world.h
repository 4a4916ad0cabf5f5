// What the agent reaches: its card, servers, the verifier, its disk. Built once from the command line.
#pragma once
#include <memory>

#include "isdr.h"
#include "mcim/agent/download.h"
#include "mcim/http/client.h"
#include "spool_file.h"

namespace mcim::agent {

struct WorldConfig {
    std::string card_socket;
    std::vector<std::string> ci_files;  ///< CI certificates, DER or PEM
    std::vector<std::string> resolve;   ///< HOST[:PORT]=IP:PORT
    std::string state_folder;
    std::string tpm;              ///< TCTI; empty: the host has none
    std::string verifier;         ///< host[:port]; empty: none
    std::string messages_folder;  ///< keep every message there; empty: do not
};

class World {
public:
    [[nodiscard]] static Result<std::unique_ptr<World>> open(const WorldConfig&);
    ~World();

    [[nodiscard]] Result<Bytes> call_card(View request);
    template <class Response, class Request>
    [[nodiscard]] Result<Response> call_card(const Request& request) {
        TRY(const Bytes reply, call_card(View(der::encode(request))));
        return der::decode<Response>(reply);
    }
    [[nodiscard]] Event perform(const PostEs9&);
    [[nodiscard]] Event perform(const CallCard&);
    [[nodiscard]] Event perform(const Attest&);
    [[nodiscard]] const SpoolFile& spool() const;
    [[nodiscard]] bool can_attest() const;
    /// Refused where the command line gives nobody to trust, or half of what attestation needs.
    [[nodiscard]] Status ready_for_servers() const;
    [[nodiscard]] Result<Eid> eid();

private:
    struct Impl;
    explicit World(std::unique_ptr<Impl>);
    std::unique_ptr<Impl> impl_;
};

/// What a verifier says where it refuses, without its full stop: the detail of a problem document (RFC 9457), else the
/// status.
[[nodiscard]] std::string said_by_verifier(const http::Response&);

}  // namespace mcim::agent
