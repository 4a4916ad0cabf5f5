#include "support/recorded_signer.h"

#include <gtest/gtest.h>

#include "support/temp_folder.h"

namespace mcim::test {
namespace {

/// Signs as ECDSA does: never the same twice.
class Restless final : public signer::Signer {
public:
    std::vector<Result<signer::Response>> execute(std::span<const signer::Request> requests) override {
        std::vector<Result<signer::Response>> out;
        for (const auto& request : requests) {
            ++count_;
            if (std::holds_alternative<signer::SealProfile>(request)) {
                out.emplace_back(signer::SealedProfile{Bytes(70, count_)});
            } else if (std::holds_alternative<signer::SignMessage>(request)) {
                signer::Signature signature;
                signature.octets.fill(count_);
                out.emplace_back(signature);
            } else {
                out.emplace_back(signer::Resynchronise::Response{count_});
            }
        }
        return out;
    }

private:
    std::uint8_t count_ = 0;
};

signer::SealProfile seal_request(std::uint8_t transaction) {
    return {.source = signer::FromPackage{*Iccid::parse_unchecked("8900010123456789012"), {}},
            .euicc_otpk = Bytes(65),
            .transaction_id = {transaction},
            .host_id = {1},
            .eid = *Eid::with_check_digits("890490320010010000000000000000"),
            .configure_isdp = {},
            .store_metadata = {},
            .signing_key = {"dppb"}};
}

TEST(RecordedSigner, ReplaysASessionOctetForOctet) {
    Restless inner;
    RecordingSigner recorder(inner);
    const signer::KeyName key{"dpauth"};
    const auto first = recorder.sign(key, as_view("one"));
    const auto second = recorder.sign(key, as_view("two"));
    const auto again = recorder.sign(key, as_view("one"));
    const auto sealed = recorder.seal_profile(seal_request(1));
    ASSERT_TRUE(first && second && again && sealed);
    ASSERT_NE(*first, *again);

    const TempFolder temp;
    recorder.recording().save(temp / "signer.txt");
    const auto loaded = Recording::load(temp / "signer.txt");
    ASSERT_TRUE(loaded);
    ReplayingSigner replay(*loaded);
    EXPECT_EQ(*replay.sign(key, as_view("two")), *second);
    EXPECT_EQ(*replay.sign(key, as_view("one")), *first);
    EXPECT_EQ(*replay.sign(key, as_view("one")), *again);
    EXPECT_EQ(*replay.seal_profile(seal_request(1)), *sealed);
    EXPECT_EQ(replay.left(), 0U);
}

TEST(RecordedSigner, RefusesASessionThatChanged) {
    Restless inner;
    RecordingSigner recorder(inner);
    ASSERT_TRUE(recorder.sign({"dpauth"}, as_view("one")));
    ASSERT_TRUE(recorder.seal_profile(seal_request(1)));
    ReplayingSigner replay(recorder.recording());
    EXPECT_EQ(replay.sign({"dpauth"}, as_view("other")).error().code, Errc::not_found);
    EXPECT_EQ(replay.sign({"dppb"}, as_view("one")).error().code, Errc::not_found);
    EXPECT_EQ(replay.seal_profile(seal_request(2)).error().code, Errc::not_found);
    EXPECT_TRUE(replay.sign({"dpauth"}, as_view("one")));
    EXPECT_EQ(replay.sign({"dpauth"}, as_view("one")).error().code, Errc::not_found) << "once each";
    EXPECT_EQ(replay.left(), 1U);
}

TEST(RecordedSigner, PassesOnWhatIsNotRecorded) {
    Restless inner;
    const signer::Resynchronise request{*Imsi::parse("001010000000001"), {}, {}, {}};
    EXPECT_EQ(ReplayingSigner({}).ask(request).error().code, Errc::not_found);
    EXPECT_TRUE(ReplayingSigner({}, &inner).ask(request));
    RecordingSigner recorder(inner);
    EXPECT_TRUE(recorder.ask(request));
    EXPECT_TRUE(recorder.recording().answers.empty());
}

}  // namespace
}  // namespace mcim::test
