#include "mcim/saip/exercise.h"

#include <gtest/gtest.h>

#include "mcim/saip/sample.h"
#include "support/reference.h"

namespace mcim::saip {
namespace {

void exercise_variations(const Bytes& der, std::size_t stride) {
    exercise_package(der);
    for (std::size_t bit = 0; bit < der.size() * 8; bit += stride) {
        Bytes flipped = der;
        flipped[bit / 8] = static_cast<std::uint8_t>(flipped[bit / 8] ^ (1U << (bit % 8)));
        exercise_package(flipped);
    }
    for (std::size_t n = 0; n < der.size(); n += stride) exercise_package(View(der).first(n));
}

TEST(Exercise, VariationsOfOurProfileNeverAbort) { exercise_variations(encode(sample_package()), 61); }

TEST(Exercise, VariationsOfPublishedPackagesNeverAbort) {
    for (const auto name : {"TS48v7_SAIP2.3_BERTLV_SUCI.der", "TS48v7_SAIP2.3_NoBERTLV_NoRAMRFM.der"}) {
        MCIM_REFERENCE_OR_SKIP(path, std::string("profiles/") + name);
        exercise_variations(test::file_content(path), 499);
    }
}

TEST(Exercise, ArbitraryElementsNeverAbort) {
    for (std::uint32_t seed = 1; seed <= 300; ++seed) {
        Bytes noise(400);
        std::uint32_t x = seed * 2654435761U;
        for (auto& b : noise) {
            x = x * 1664525U + 1013904223U;
            b = static_cast<std::uint8_t>(x >> 24U);
        }
        ProfilePackage package = sample_package();
        package.elements.insert(package.elements.begin() + 5, der::arbitrary<ProfileElement>(noise));
        exercise_package(encode(package));
    }
}

}  // namespace
}  // namespace mcim::saip
