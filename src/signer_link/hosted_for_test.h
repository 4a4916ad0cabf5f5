// A signer behind its socket, on a thread of its own.
#pragma once
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <thread>

#include "mcim/posix/unix_stream.h"
#include "mcim/signer_link/remote_signer.h"
#include "mcim/signer_link/server.h"

namespace mcim::signer_link::test {

class Hosted {
public:
    Hosted(signer::Signer& signer, const std::filesystem::path& socket, Hosting hosting)
        : hosting_(std::move(hosting)) {
        auto listener = posix::listen_unix_stream(socket, posix::SocketFile::of_owner, 8);
        EXPECT_TRUE(listener) << to_string(listener.error());
        listener_ = *std::move(listener);
        std::array<int, 2> ends{};
        EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
        stop_ = posix::Descriptor(ends[0]);
        ask_to_stop_ = posix::Descriptor(ends[1]);
        thread_ = std::thread([this, &signer] { ended_ = serve(signer, listener_, stop_.get(), hosting_); });
    }
    Hosted(const Hosted&) = delete;
    Hosted& operator=(const Hosted&) = delete;
    ~Hosted() { EXPECT_TRUE(stop()); }

    void ask_to_stop() { ask_to_stop_ = posix::Descriptor(); }
    /// How the service ended.
    Status stop() {
        ask_to_stop();
        if (thread_.joinable()) thread_.join();
        return ended_;
    }

private:
    Hosting hosting_;
    posix::Descriptor listener_;
    posix::Descriptor stop_;
    posix::Descriptor ask_to_stop_;
    std::thread thread_;
    Status ended_ = ok();
};

inline Hosting for_this_user(signer::PublicKeys keys = {}) { return {"a test", std::move(keys), {::geteuid()}}; }

}  // namespace mcim::signer_link::test
