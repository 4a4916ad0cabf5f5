#include "mcim/custody/wrapping.h"

#include <gtest/gtest.h>

#include "support/random.h"

namespace mcim::custody {
namespace {

using test::SeededRandom;

Secret<32> key(std::uint8_t fill) {
    Secret<32> out;
    std::ranges::fill(expose_mutable(out), fill);
    return out;
}
WrappingKeys keys(std::initializer_list<WrappingKeys::Version> versions) {
    std::map<WrappingKeys::Version, Secret<32>> map;
    for (const auto v : versions) map.emplace(v, key(static_cast<std::uint8_t>(v)));
    return WrappingKeys(std::move(map));
}

TEST(WrappingKeys, OpenWhatTheyWrapped) {
    SeededRandom random(1);
    const auto k = keys({1});
    const Bytes wrapped = k.wrap(Purpose::subscription, "IMSI 1", as_view("secret"), random);
    const auto plain = k.unwrap(Purpose::subscription, "IMSI 1", wrapped);
    ASSERT_TRUE(plain);
    EXPECT_EQ(as_text(expose(*plain)), "secret");
}

TEST(WrappingKeys, RefuseAnotherHolderAndAnotherPurpose) {
    SeededRandom random(1);
    const auto k = keys({1});
    const Bytes wrapped = k.wrap(Purpose::subscription, "IMSI 1", as_view("secret"), random);
    EXPECT_EQ(k.unwrap(Purpose::subscription, "IMSI 2", wrapped).error().code, Errc::bad_crypto);
    EXPECT_EQ(k.unwrap(Purpose::subscription, "IMSI 12", wrapped).error().code, Errc::bad_crypto);
    EXPECT_EQ(k.unwrap(Purpose::profile_package, "IMSI 1", wrapped).error().code, Errc::bad_crypto);
}

TEST(WrappingKeys, RefuseEveryFlippedBitAndEveryCut) {
    SeededRandom random(1);
    const auto k = keys({1, 2, 3});
    const Bytes wrapped = k.wrap(Purpose::subscription, "IMSI 1", as_view("secret"), random);
    for (std::size_t bit = 0; bit < wrapped.size() * 8; ++bit) {
        Bytes changed = wrapped;
        changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ 1U << bit % 8);
        const auto plain = k.unwrap(Purpose::subscription, "IMSI 1", changed);
        ASSERT_FALSE(plain) << bit;
        EXPECT_EQ(plain.error().code, Errc::bad_crypto);
    }
    for (std::size_t size = 0; size < wrapped.size(); ++size)
        EXPECT_FALSE(k.unwrap(Purpose::subscription, "IMSI 1", View(wrapped).first(size))) << size;
}

TEST(WrappingKeys, TheNewestWrapsAndAllUnwrap) {
    SeededRandom random(1);
    const Bytes old = keys({1}).wrap(Purpose::subscription, "IMSI 1", as_view("secret"), random);
    const auto both = keys({1, 2});
    EXPECT_EQ(both.newest(), 2);
    EXPECT_TRUE(both.unwrap(Purpose::subscription, "IMSI 1", old));
    const Bytes fresh = both.wrap(Purpose::subscription, "IMSI 1", as_view("secret"), random);
    EXPECT_TRUE(keys({2}).unwrap(Purpose::subscription, "IMSI 1", fresh));
    EXPECT_EQ(keys({1}).unwrap(Purpose::subscription, "IMSI 1", fresh).error().code, Errc::bad_crypto);
}

}  // namespace
}  // namespace mcim::custody
