// A UNIX datagram socket that answers: one message in, at most one out to whoever sent it. hostapd asks an
// authentication centre so (eap_sim_db=unix:...).
#pragma once
#include <filesystem>
#include <functional>
#include <memory>

#include "mcim/base/bytes.h"
#include "mcim/http/loop.h"

namespace mcim::http {

class DatagramServer {
public:
    /// Called once, on the loop, now or later; an empty answer, or none, is none.
    using Reply = std::function<void(std::string_view)>;
    using Handler = std::function<void(std::string_view, Reply)>;
    /// Mode 0600. Replaces a socket file of a process that has gone, and no other.
    [[nodiscard]] static Result<std::unique_ptr<DatagramServer>> listen(Loop&, const std::filesystem::path&, Handler);
    ~DatagramServer();

    struct Impl;
    explicit DatagramServer(std::shared_ptr<Impl>);

private:
    std::shared_ptr<Impl> impl_;
};

}  // namespace mcim::http
