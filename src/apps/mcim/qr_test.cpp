#include "mcim/apps/mcim/qr.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "mcim/apps/mcim/program.h"

namespace mcim::apps {
namespace {

const std::string code = "LPA:1$localhost:8443$ABCDEFGHIJKLMNOPQRSTUVWXYZ$2.999.10";

/// Rows of modules, true where something is printed.
std::vector<std::vector<bool>> printed(const std::string& text) {
    std::vector<std::vector<bool>> rows(2);
    for (std::size_t at = 0; at < text.size();) {
        auto& upper = rows[rows.size() - 2];
        auto& lower = rows.back();
        if (text[at] == '\n') {
            ++at;
            if (at < text.size()) rows.resize(rows.size() + 2);
            continue;
        }
        const auto block = text[at] == ' ' ? std::string_view(" ") : std::string_view(text).substr(at, 3);
        upper.push_back(block == "\u2588" || block == "\u2580");
        lower.push_back(block == "\u2588" || block == "\u2584");
        at += block.size();
    }
    return rows;
}

TEST(QrText, HasThreeFinderPatternsInsideAQuietZone) {
    const auto text = qr_text(code, Background::light);
    ASSERT_TRUE(text) << to_string(text.error());
    const auto rows = printed(*text);
    const std::size_t side = rows.front().size();
    ASSERT_GE(rows.size(), side);
    for (const auto& row : rows) EXPECT_EQ(row.size(), side);
    const std::size_t far = side - 4 - 7;
    for (const auto& [top, left] : {std::pair<std::size_t, std::size_t>{4, 4}, {4, far}, {far, 4}})
        for (std::size_t r = 0; r < 7; ++r)
            for (std::size_t c = 0; c < 7; ++c) {
                const std::size_t ring = std::min({r, c, 6 - r, 6 - c});
                EXPECT_EQ(rows[top + r][left + c], ring != 1) << top << ' ' << left << ' ' << r << ' ' << c;
            }
    for (std::size_t i = 0; i < side; ++i)
        for (std::size_t edge = 0; edge < 4; ++edge) {
            EXPECT_FALSE(rows[edge][i]);
            EXPECT_FALSE(rows[side - 1 - edge][i]);
            EXPECT_FALSE(rows[i][edge]);
            EXPECT_FALSE(rows[i][side - 1 - edge]);
        }
}

TEST(QrText, IsWithoutControlCharacters) {
    const auto text = qr_text(code, Background::dark);
    ASSERT_TRUE(text);
    for (const char c : *text) EXPECT_TRUE(c == '\n' || c == ' ' || static_cast<unsigned char>(c) >= 0x80);
}

TEST(QrText, IsWhatTheProgramQrencodePrints) {
    if (!std::filesystem::exists("/usr/bin/qrencode")) GTEST_SKIP() << "qrencode is not installed";
    const auto theirs = run_program({"/usr/bin/qrencode", "-t", "UTF8", "-m", "4", "-l", "M", "-8", code});
    ASSERT_TRUE(theirs) << to_string(theirs.error());
    EXPECT_EQ(*qr_text(code, Background::dark), theirs->words);
}

TEST(QrText, RefusesMoreThanACodeHolds) {
    const auto text = qr_text(std::string(3000, 'x'), Background::dark);
    ASSERT_FALSE(text);
    EXPECT_EQ(text.error().code, Errc::too_large);
}

}  // namespace
}  // namespace mcim::apps
