#include <gtest/gtest.h>

#include "mcim/signer/signer.h"

namespace mcim::signer {
namespace {

/// Answers every request with the next prepared response.
class Scripted final : public Signer {
public:
    explicit Scripted(std::vector<Response> responses) : responses_(std::move(responses)) {}
    std::vector<Result<Response>> execute(std::span<const Request> requests) override {
        std::vector<Result<Response>> out;
        for (const Request& r : requests) {
            asked.push_back(describe(r));
            if (next_ == responses_.size())
                out.emplace_back(fail(Errc::not_found, "", "no response left"));
            else
                out.emplace_back(std::move(responses_[next_++]));
        }
        return out;
    }
    std::vector<std::string> asked;

private:
    std::vector<Response> responses_;
    std::size_t next_ = 0;
};

std::vector<Response> responses(Response one) {
    std::vector<Response> out;
    out.push_back(std::move(one));
    return out;
}

TEST(Signer, GivesTheResponseThatBelongsToTheRequest) {
    Signature signature;
    signature.octets.fill(7);
    Scripted signer(responses(signature));
    const auto got = signer.sign(KeyName{"dppb"}, as_view("message"));
    ASSERT_TRUE(got);
    EXPECT_EQ(*got, signature);
    EXPECT_EQ(signer.asked, std::vector<std::string>{"SignMessage dppb"});
}

TEST(Signer, RefusesAResponseOfAnotherType) {
    Scripted signer(responses(Signature{}));
    const auto got = signer.new_subscription_keys(*Imsi::parse("001010000000001"), Algorithm::milenage);
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, Errc::unexpected_event);
}

TEST(Signer, PassesErrorsOn) {
    Scripted signer({});
    EXPECT_EQ(signer.sign(KeyName{"nobody"}, {}).error().code, Errc::not_found);
}

TEST(Signer, DescribesARequestWithoutItsSecrets) {
    const Request import = WrapSubscription{
        *Imsi::parse("001010000000001"), Algorithm::milenage, SecretBytes::copy_of(as_view("KKKKKKKKKKKKKKKK")),
        SecretBytes::copy_of(as_view("OOOOOOOOOOOOOOOO")), WrapSubscription::Constant::op};
    EXPECT_EQ(describe(import), "WrapSubscription IMSI 001010000000001");
}

}  // namespace
}  // namespace mcim::signer
