#include <gtest/gtest.h>

#include "mcim/msg/icon_for_test.h"

namespace mcim::msg {
namespace {

using for_test::jpeg;
using for_test::png;

std::string complaint(View file) {
    const auto type = icon_type_of(file);
    return type ? "none" : to_string(type.error());
}

TEST(Icon, IsKnownByWhatIsInIt) {
    EXPECT_EQ(*icon_type_of(png(100)), IconType::png);
    EXPECT_EQ(*icon_type_of(png(icon_octets_max)), IconType::png);
    EXPECT_EQ(*icon_type_of(jpeg(100)), IconType::jpg);
    EXPECT_EQ(*icon_type_of(jpeg(icon_octets_max)), IconType::jpg);
    EXPECT_NE(complaint(as_view("GIF89a")).find("a PNG or a JPEG is wanted"), std::string::npos);
    EXPECT_NE(complaint({}).find("a PNG or a JPEG is wanted"), std::string::npos);
}

TEST(Icon, HasSixtyFourPixelsEachWay) {
    for (const auto& file : {png(200, 32, 64), jpeg(200, 32, 64)})
        EXPECT_NE(complaint(file).find("this one has 32 x 64"), std::string::npos) << complaint(file);
    for (const auto& file : {png(200, 64, 65), jpeg(200, 64, 65)})
        EXPECT_NE(complaint(file).find("this one has 64 x 65"), std::string::npos) << complaint(file);
}

TEST(Icon, HasAThousandAndTwentyFourOctetsAtMost) {
    for (const auto& file : {png(icon_octets_max + 1), jpeg(icon_octets_max + 1)})
        EXPECT_NE(complaint(file).find("this one has 1025"), std::string::npos) << complaint(file);
}

TEST(Icon, IsWhole) {
    for (const auto& file : {png(60), jpeg(60)})
        for (std::size_t octets = 8; octets < file.size(); ++octets)
            EXPECT_NE(complaint(View(file).first(octets)).find("cut off"), std::string::npos) << octets;
    const Bytes length_beyond = *from_hex("FFD8FFFE7FFF0102FFD9");
    EXPECT_NE(complaint(length_beyond).find("cut off"), std::string::npos);
    const Bytes no_frame = *from_hex("FFD8FFFE00040102FFD9");
    EXPECT_NE(complaint(no_frame).find("cut off"), std::string::npos);
    const Bytes short_frame = *from_hex("FFD8FFC00002FFD9");
    EXPECT_NE(complaint(short_frame).find("cut off"), std::string::npos);
}

}  // namespace
}  // namespace mcim::msg
