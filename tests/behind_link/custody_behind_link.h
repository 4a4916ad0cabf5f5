// A custody behind its socket, for the tests of the port: what they ask goes through octets, as mcim-signer is asked.
#pragma once
#include "mcim/custody/custody.h"
#include "mcim/signer_link/hosted_for_test.h"
#include "support/temp_folder.h"

namespace mcim::custody::test {

class CustodyBehindLink final : public signer::Signer {
public:
    explicit CustodyBehindLink(std::unique_ptr<Custody> custody)
        : custody_(std::move(custody)),
          hosted_(*custody_, folder_ / "socket", signer_link::test::for_this_user(custody_->public_keys())),
          remote_({folder_ / "socket", ::geteuid(), std::chrono::seconds(60)}) {}
    [[nodiscard]] std::vector<Result<signer::Response>> execute(std::span<const signer::Request> requests) override {
        return remote_.execute(requests);
    }
    [[nodiscard]] Result<crypto::PublicKey> public_key(const signer::KeyName& name) {
        TRY(const auto keys, remote_.public_keys());
        return keys.find(name);
    }

private:
    mcim::test::TempFolder folder_;
    std::unique_ptr<Custody> custody_;
    signer_link::test::Hosted hosted_;
    signer_link::RemoteSigner remote_;
};

}  // namespace mcim::custody::test
