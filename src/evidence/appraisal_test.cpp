#include "mcim/evidence/appraisal.h"

#include <gtest/gtest.h>

namespace mcim::evidence {
namespace {

const crypto::Sha256 good = crypto::sha256(as_view("good")), newer = crypto::sha256(as_view("newer")),
                     bad = crypto::sha256(as_view("bad"));
const PlatformReference reference{{0, {Part::platform, {{good, "firmware 1"}}}},
                                  {4, {Part::platform, {{good, "loader 1"}, {newer, "loader 2"}}}},
                                  {11, {Part::module, {{good, "TRE 1"}}}}};

TEST(Appraisal, AffirmsEveryAcceptedDigest) {
    const auto parts = compare({{0, good}, {4, newer}, {11, good}, {23, bad}}, reference);
    EXPECT_EQ(parts.platform.status, Tier::affirming);
    EXPECT_EQ(parts.module.status, Tier::affirming);
    EXPECT_EQ(parts.overall(), Tier::affirming);
}

TEST(Appraisal, NamesTheDifferenceAndThePart) {
    const auto platform = compare({{0, good}, {4, bad}, {11, good}}, reference);
    EXPECT_EQ(platform.overall(), Tier::contraindicated);
    EXPECT_EQ(platform.module.status, Tier::affirming);
    ASSERT_EQ(platform.platform.differences.size(), 1U);
    EXPECT_EQ(platform.platform.differences[0], "PCR 4 (boot loader) is " + hex(bad) + ", expected one of " +
                                                    hex(good) + " (loader 1), " + hex(newer) + " (loader 2)");
    const auto module = compare({{0, good}, {4, good}, {11, bad}}, reference);
    EXPECT_EQ(module.platform.status, Tier::affirming);
    EXPECT_EQ(module.module.status, Tier::contraindicated);
}

TEST(Appraisal, AMissingRegisterIsADifference) {
    const auto parts = compare({{0, good}, {11, good}}, reference);
    ASSERT_EQ(parts.platform.differences.size(), 1U);
    EXPECT_EQ(parts.platform.differences[0], "PCR 4 (boot loader) was not quoted");
}

TEST(Appraisal, SaysNothingAboutAPartWithoutReference) {
    const auto parts = compare({{4, good}}, {{4, {Part::platform, {{good, "loader 1"}}}}});
    EXPECT_EQ(parts.module.status, Tier::none);
    EXPECT_EQ(parts.overall(), Tier::affirming);
    EXPECT_EQ(compare({{4, good}}, {}).overall(), Tier::none);
}

}  // namespace
}  // namespace mcim::evidence
