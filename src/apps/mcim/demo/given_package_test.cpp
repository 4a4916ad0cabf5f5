#include "mcim/apps/mcim/demo/given_package.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <stdexcept>

#include "mcim/saip/sample.h"
#include "mcim/saip/ts48_for_test.h"
#include "support/reference.h"
#include "support/temp_folder.h"

namespace mcim::demo {
namespace {

namespace fs = std::filesystem;

class GivenPackageFile : public ::testing::Test {
protected:
    fs::path write(View content) {
        const fs::path file = folder_ / "package.der";
        std::ofstream(file, std::ios::binary) << as_text(content);
        return file;
    }
    static saip::ProfilePackage package(std::uint8_t mnc_digits) {
        auto v = saip::sample_variables();
        v.mnc_digits = mnc_digits;
        return *saip::personalise({}, v, key(0xA1), key(0xA2));
    }
    /// The first PIN codes of the package: PIN 1, then the administrative key.
    static saip::PinConfiguration& pin_1(saip::ProfilePackage& p) {
        for (auto& element : p.elements)
            if (auto* codes = std::get_if<saip::PinCodes>(&element.body))
                return std::get<std::vector<saip::PinConfiguration>>(codes->codes.value).front();
        throw std::logic_error("a package of ours has PIN codes");
    }

private:
    static Secret<16> key(std::uint8_t octet) {
        Secret<16> out;
        std::ranges::fill(expose_mutable(out), octet);
        return out;
    }
    test::TempFolder folder_;
};

TEST_F(GivenPackageFile, OfMilenageIsForAProductionClassCard) {
    const auto given = read_given_package(write(saip::encode(package(2))));
    ASSERT_TRUE(given) << to_string(given.error());
    EXPECT_EQ(given->iccid, saip::sample_variables().iccid.text());
    EXPECT_EQ(given->imsi, "001010123456063");
    EXPECT_EQ(given->mnc_digits, 2U);
    EXPECT_EQ(given->algorithm, "MILENAGE");
    EXPECT_EQ(given->card_class(), "production");
}

TEST_F(GivenPackageFile, SaysHowLongItsNetworkCodeIs) {
    const auto given = read_given_package(write(saip::encode(package(3))));
    ASSERT_TRUE(given) << to_string(given.error());
    EXPECT_EQ(given->mnc_digits, 3U);
}

TEST_F(GivenPackageFile, HasItsPinWhereThatIsOn) {
    auto changed = package(2);
    const auto off = read_given_package(write(saip::encode(changed)));
    ASSERT_TRUE(off) << to_string(off.error());
    EXPECT_EQ(off->pin, "") << "off, as in the project's template";
    pin_1(changed).attributes = 0x07;
    const auto on = read_given_package(write(saip::encode(changed)));
    ASSERT_TRUE(on) << to_string(on.error());
    EXPECT_EQ(on->pin, "2468");
}

TEST_F(GivenPackageFile, OfTs48IsForALabClassCardAndSaysWhy) {
    MCIM_REFERENCE_OR_SKIP(folder, "profiles");
    for (const char* name : saip::ts48) {
        const auto given = read_given_package(folder / name);
        ASSERT_TRUE(given) << name << to_string(given.error());
        EXPECT_EQ(given->iccid, "89000123456789012341");
        EXPECT_EQ(given->algorithm, "test algorithm");
        EXPECT_EQ(given->card_class(), "lab");
        EXPECT_EQ(given->refusal, "feature-not-supported (mandatory service csim)");
    }
}

TEST_F(GivenPackageFile, ThatIsNoneOrThatNoCardTakesIsRefused) {
    EXPECT_FALSE(read_given_package(write(as_view("no package"))));
    auto later = package(2);
    std::get<saip::ProfileHeader>(later.elements.front().body).major_version = 9;
    const auto refused = read_given_package(write(saip::encode(later)));
    ASSERT_FALSE(refused);
    EXPECT_NE(to_string(refused.error()).find("unsupported-profile-version"), std::string::npos);
    auto without_keys = package(2);
    std::erase_if(without_keys.elements,
                  [](const auto& e) { return std::holds_alternative<saip::AkaParameter>(e.body); });
    EXPECT_FALSE(read_given_package(write(saip::encode(without_keys))));
    const auto unfilled = read_given_package(write(saip::encode(*saip::personalise({}, saip::sample_variables()))));
    ASSERT_FALSE(unfilled);
    EXPECT_NE(to_string(unfilled.error()).find("zeros"), std::string::npos);
}

}  // namespace
}  // namespace mcim::demo
