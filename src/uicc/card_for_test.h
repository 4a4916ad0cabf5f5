// A card as a reader sees it, over a storage in memory: tests are scripts of what is sent and what is expected.
#pragma once
#include <gtest/gtest.h>

#include "mcim/apdu/t0.h"
#include "mcim/uicc/profile_for_test.h"
#include "mcim/uicc/uicc.h"
#include "support/random.h"

namespace mcim::uicc::for_test {

struct Line {
    Line(std::string_view command, std::string_view answer) : send(command), expect(answer) {}
    std::string send;
    std::string expect;  ///< hex; '.' stands for any digit
};

class Card {
public:
    explicit Card(saip::Image from = image()) {
        auto profile = Profile::install(std::move(from));
        EXPECT_TRUE(profile) << (profile ? "" : to_string(profile.error()));
        EXPECT_TRUE(storage.commit(profile->entries("profile/1/")));
        boot();
    }
    /// Power off and on: everything is built from the storage.
    void boot() {
        t0.reset();
        auto profile = Profile::load("profile/1/", *storage.load());
        ASSERT_TRUE(profile) << to_string(profile.error());
        uicc.emplace(*std::move(profile), "profile/1/");
    }
    std::string send(std::string_view text) {
        return hex(t0.transmit(*from_hex(text), [&](const apdu::Class& cla, const apdu::Command& c) {
            auto response = transact(*uicc, storage, cla, c, env);
            return response ? *response : apdu::Response{apdu::sw::memory_problem};
        }));
    }
    /// Sends, and fetches what 61xx and 6Cxx announce. Data and status word.
    std::string fetch(std::string_view text) {
        std::string answer = send(text);
        if (answer.size() == 4 && answer.starts_with("6C"))
            answer = send(std::string(text.substr(0, 8)) + answer.substr(2));
        std::string data;
        while (answer.substr(answer.size() - 4, 2) == "61") {
            data += answer.substr(0, answer.size() - 4);
            answer = send(std::string(text.substr(0, 2)) + "C00000" + answer.substr(answer.size() - 2));
        }
        return data + answer;
    }
    void script(const std::vector<Line>& lines) {
        for (const auto& [command, expected] : lines) {
            const std::string got = fetch(command);
            const bool same = got.size() == expected.size() &&
                              std::ranges::equal(got, expected, [](char a, char b) { return b == '.' || a == b; });
            EXPECT_TRUE(same) << command << "\n  expected " << expected << "\n  got      " << got;
        }
    }

    MemoryStorage storage;
    test::SeededRandom random{1};
    Env env{random};
    apdu::T0 t0;
    std::optional<Uicc> uicc;
};

inline constexpr std::string_view select_usim = "00A4040C0CA0000000871002FF49FF0589";
inline constexpr std::string_view verify_pin = "002000010831323334FFFFFFFF";
inline constexpr std::string_view verify_adm = "0020000A083535353535353535";
inline constexpr std::string_view verify_second = "002000810835363738FFFFFFFF";

}  // namespace mcim::uicc::for_test
