// The power goes off at every single write of a card's life; it boots with the old or the new state, never a mix
// (requirement T7).
#include <gtest/gtest.h>

#include "mcim/nvm/folder_for_test.h"
#include "mcim/nvm/store.h"
#include "mcim/uicc/profile_for_test.h"
#include "mcim/uicc/uicc.h"
#include "support/random.h"

namespace mcim::nvm {
namespace {

using for_test::FolderForTest;
using for_test::Loss;

std::map<std::string, std::string> contents_of(Store& store) {
    std::map<std::string, std::string> out;
    const auto entries = store.load();
    for (const auto& [key, value] : *entries) out[key] = hex(expose(value));
    return out;
}

struct Life {
    FolderForTest folder;
    test::SeededRandom random{9};
    StateKey key = *StateKey::copy_of(Bytes(32, 0x42));
    Environment env{folder, random, nullptr, 4000};
};

/// Commit number i touches two entries at once, which must always agree. Some lie in one sector of the disk, others in
/// several.
uicc::Changes step(std::uint8_t i) {
    uicc::Changes out;
    out.put("left", Bytes(20 + i % 5 * 400U, i));
    out.put("right/" + std::to_string(i % 3), Bytes(30, i));
    if (i % 4 == 3) out.erase_below("right/");
    return out;
}
constexpr std::uint8_t steps = 14;

TEST(PowerCut, AtEveryOperationLeavesTheOldOrTheNewState) {
    std::size_t cuts = 0;
    std::set<std::uint64_t> reached;
    for (const Loss loss : for_test::losses) {
        for (std::size_t at = 0;; ++at, ++cuts) {
            Life life;
            auto store = *Store::create(life.env, life.key);
            std::vector<std::map<std::string, std::string>> states{contents_of(*store)};
            life.folder.cut_at(at);
            std::size_t answered = 0;
            for (std::uint8_t i = 0; i < steps; ++i) {
                uicc::Entries next = *store->load();
                uicc::apply(next, step(i));
                std::map<std::string, std::string> expected;
                for (const auto& [k, v] : next) expected[k] = hex(expose(v));
                states.push_back(std::move(expected));
                if (!store->commit(step(i))) break;
                ++answered;
            }
            if (!life.folder.is_off()) break;  // the whole life went by
            life.folder.boot(loss);
            const auto opened = Store::open(life.env, life.key);
            ASSERT_TRUE(opened) << "operation " << at << ": " << to_string(opened.error());
            const auto found = contents_of(**opened);
            const bool is_new = answered + 1 < states.size() && found == states[answered + 1];
            EXPECT_TRUE(found == states[answered] || is_new) << "operation " << at;
            reached.insert(answered);
            EXPECT_TRUE((*opened)->commit(step(99)));
            EXPECT_TRUE(Store::open(life.env, life.key)) << "and boots again after what follows";
        }
    }
    EXPECT_GT(cuts, 100U);
    EXPECT_EQ(reached.size(), steps + 0U) << "cut in every commit";
}

TEST(PowerCut, WhileTheCardIsMadeLeavesACardOrNone) {
    for (const Loss loss : for_test::losses) {
        for (std::size_t at = 0;; ++at) {
            Life life;
            life.folder.cut_at(at);
            if (Store::create(life.env, life.key) && !life.folder.is_off()) break;
            life.folder.boot(loss);
            const auto opened = Store::open(life.env, life.key);
            if (opened) continue;
            EXPECT_EQ(opened.error().code, Errc::not_found) << to_string(opened.error());
            EXPECT_TRUE(Store::create(life.env, life.key));
        }
    }
}

TEST(PowerCut, DuringTheNextBootChangesNothing) {
    for (const Loss loss : for_test::losses) {
        for (std::size_t at = 0; at < 6; ++at) {
            Life life;
            auto store = *Store::create(life.env, life.key);
            ASSERT_TRUE(store->commit(step(0)));
            const auto expected = contents_of(*store);
            life.folder.cut_at(0);
            EXPECT_FALSE(store->commit(step(1)));
            life.folder.boot(Loss::nothing);  // a torn record is left
            life.folder.cut_at(at);
            (void)Store::open(life.env, life.key);
            life.folder.boot(loss);
            const auto opened = Store::open(life.env, life.key);
            ASSERT_TRUE(opened) << to_string(opened.error());
            EXPECT_EQ(contents_of(**opened), expected);
        }
    }
}

// A thief tries PINs and pulls the power whenever it suits him: no attempt is free.
TEST(PowerCut, NoPinAttemptIsFree) {
    const auto wrong = *apdu::parse_command(*from_hex("002000010830303030FFFFFFFF"));
    const auto ask = *apdu::parse_command(*from_hex("00200001"));
    const auto cla = *apdu::decode_class(0);
    for (const Loss loss : for_test::losses) {
        for (std::size_t at = 0;; ++at) {
            Life life;
            auto store = *Store::create(life.env, life.key);
            ASSERT_TRUE(store->commit(uicc::Profile::install(uicc::for_test::image())->entries("profile/1/")));
            uicc::Env env{life.random};
            const auto card = [&](Store& from) {
                return uicc::Uicc(*uicc::Profile::load("profile/1/", *from.load()), "profile/1/");
            };
            auto before = card(*store);
            life.folder.cut_at(at);
            const auto answer = uicc::transact(before, *store, cla, wrong, env);
            const bool off = life.folder.is_off();
            life.folder.boot(loss);
            const auto opened = Store::open(life.env, life.key);
            ASSERT_TRUE(opened) << to_string(opened.error());
            auto after = card(**opened);
            const auto left = uicc::transact(after, **opened, cla, ask, env);
            if (answer) {
                EXPECT_EQ(left->sw, apdu::attempts_left(2)) << "what was answered is paid for";
            }
            if (!off) break;
        }
    }
}

}  // namespace
}  // namespace mcim::nvm
