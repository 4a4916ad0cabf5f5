#include "mcim/nvm/store.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "mcim/nvm/folder_for_test.h"
#include "support/random.h"

namespace mcim::nvm {
namespace {

using for_test::FolderForTest;
using Readable = std::map<std::string, std::string>;
using Files = std::map<std::string, Bytes>;

Readable readable(Store& store) {
    Readable out;
    const auto entries = store.load();
    for (const auto& [key, value] : *entries) out[key] = hex(expose(value));
    return out;
}

struct Bench {
    FolderForTest folder;
    test::SeededRandom random{3};
    StateKey key = *StateKey::copy_of(Bytes(32, 0x42));
    MonotonicCounter* counter = nullptr;
    std::size_t journal_octets_max = 1U << 18U;

    Environment env() { return {folder, random, counter, journal_octets_max}; }
    Result<std::unique_ptr<Store>> open() { return Store::open(env(), key); }
    std::unique_ptr<Store> create() { return *Store::create(env(), key); }
};

uicc::Changes one(std::string name, std::uint8_t value) {
    uicc::Changes out;
    out.put(std::move(name), Bytes{value, value});
    return out;
}

TEST(Store, KeepsWhatWasCommitted) {
    Bench b;
    {
        const auto store = b.create();
        ASSERT_TRUE(store->commit(one("a", 1)));
        ASSERT_TRUE(store->commit(one("b", 2)));
        uicc::Changes third = one("c", 3);
        third.erase("a");
        ASSERT_TRUE(store->commit(third));
    }
    const auto store = *b.open();
    EXPECT_EQ(readable(*store), (Readable{{"b", "0202"}, {"c", "0303"}}));
    EXPECT_EQ(store->epoch(), 3U);
}

TEST(Store, ErasesWholeProfiles) {
    Bench b;
    const auto store = b.create();
    ASSERT_TRUE(store->commit(one("profile/1/a", 1)));
    ASSERT_TRUE(store->commit(one("profile/10/a", 1)));
    uicc::Changes gone;
    gone.erase_below("profile/1/");
    ASSERT_TRUE(store->commit(gone));
    EXPECT_EQ(readable(**b.open()), (Readable{{"profile/10/a", "0101"}}));
}

TEST(Store, TurnsALongJournalIntoASnapshot) {
    Bench b;
    b.journal_octets_max = 500;
    const auto store = b.create();
    for (std::uint8_t i = 0; i < 100; ++i) {
        ASSERT_TRUE(store->commit(one("key", i)));
        EXPECT_EQ(readable(**b.open()), (Readable{{"key", hex(Bytes{i, i})}}));
    }
    EXPECT_EQ(b.folder.files().size(), 2U) << "one snapshot, one journal";
    EXPECT_EQ(store->epoch(), 100U);
}

TEST(Store, ShowsNothingInItsFiles) {
    Bench b;
    b.journal_octets_max = 400;
    const auto store = b.create();
    const auto expect_nothing_shown = [&] {
        for (const auto& [name, content] : b.folder.files()) {
            EXPECT_EQ(as_text(content).find("sixteen"), std::string::npos) << name;
            EXPECT_EQ(as_text(content).find("profile/1"), std::string::npos) << name;
        }
    };
    uicc::Changes secret;
    secret.put("profile/1/aka/0/k", to_bytes(as_view("sixteen octets K")));
    ASSERT_TRUE(store->commit(secret));
    EXPECT_TRUE(b.folder.files().contains("journal-0"));
    expect_nothing_shown();
    for (std::uint8_t i = 0; i < 10; ++i) ASSERT_TRUE(store->commit(one("key", i)));
    EXPECT_FALSE(b.folder.files().contains("journal-0")) << "a snapshot has it now";
    expect_nothing_shown();
}

TEST(Store, RefusesAnotherKeyASecondCardAndAnEmptyFolder) {
    Bench b;
    EXPECT_EQ(b.open().error().code, Errc::not_found);
    b.create();
    EXPECT_EQ(Store::create(b.env(), b.key).error().code, Errc::conflict);
    b.key = *StateKey::copy_of(Bytes(32, 0x43));
    const auto other = b.open();
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().code, Errc::bad_crypto);
    EXPECT_EQ(other.error().path, "card/snapshot");
    auto files = b.folder.files();
    files["journal-0"] = {};
    files.erase("snapshot");
    b.folder.put(files);
    EXPECT_EQ(Store::create(b.env(), b.key).error().code, Errc::conflict) << "a lost snapshot is not overwritten";
}

/// A card with a snapshot and a journal of several records.
void make_history(Bench& b) {
    b.journal_octets_max = 400;
    const auto store = b.create();
    for (std::uint8_t i = 0; i < 11; ++i) EXPECT_TRUE(store->commit(one("key" + std::to_string(i % 3), i)));
    EXPECT_EQ(b.folder.files().size(), 2U);
}

TEST(Store, FindsEveryChangedOctet) {
    Bench b;
    make_history(b);
    const auto files = b.folder.files();
    for (const auto& [name, content] : files) {
        for (std::size_t i = 0; i < content.size(); ++i) {
            for (const std::uint8_t flip : {std::uint8_t{0x01}, std::uint8_t{0x80}}) {
                auto damaged = files;
                damaged[name][i] ^= flip;
                b.folder.put(damaged);
                const auto opened = b.open();
                ASSERT_FALSE(opened) << name << " octet " << i;
                EXPECT_EQ(opened.error().path, "card/" + name) << to_string(opened.error());
                EXPECT_EQ(b.folder.files(), damaged) << "a damaged store is left as it is found";
            }
        }
    }
}

TEST(Store, RollsBackAJournalThatWasCutAnywhere) {
    Bench b;
    make_history(b);
    const auto files = b.folder.files();
    const auto journal = std::ranges::find_if(files, [](const auto& f) { return is_journal_name(f.first); });
    std::set<Readable> seen;
    for (std::size_t n = 0; n <= journal->second.size(); ++n) {
        auto cut = files;
        cut[journal->first].resize(n);
        b.folder.put(cut);
        const auto opened = b.open();
        ASSERT_TRUE(opened) << n << ": " << to_string(opened.error());
        seen.insert(readable(**opened));
        ASSERT_TRUE((*opened)->commit(one("after", 1)));
        EXPECT_EQ(readable(**b.open()), readable(**opened));
    }
    EXPECT_GT(seen.size(), 2U) << "every record is a state of its own";
}

/// A block of the disk that was never written reads as zeros, however few octets of the record lie in it.
TEST(Store, RollsBackARecordWhoseEndWasNeverWritten) {
    Bench b;
    const auto store = b.create();
    ASSERT_TRUE(store->commit(one("k", 1)));
    const std::size_t good = b.folder.files().at("journal-0").size();
    const auto before = readable(*store);
    ASSERT_TRUE(store->commit(one("k", 2)));
    const auto files = b.folder.files();
    const Bytes& journal = files.at("journal-0");
    for (std::size_t grown = good + 1; grown <= journal.size(); ++grown)
        for (std::size_t written = good; written < grown; ++written) {
            auto torn = files;
            torn["journal-0"].resize(grown);
            std::fill(torn["journal-0"].begin() + static_cast<std::ptrdiff_t>(written), torn["journal-0"].end(), 0);
            b.folder.put(torn);
            const auto opened = b.open();
            ASSERT_TRUE(opened) << written << " of " << grown << ": " << to_string(opened.error());
            EXPECT_EQ(readable(**opened), before);
        }
}

/// The journal with zeros in one sector of the disk, from octet `from` on.
Files without_sector(Files files, std::size_t sector, std::size_t from = 0) {
    Bytes& journal = files.at("journal-0");
    from = std::max(from, sector * 512);
    const auto to = std::min(journal.size(), (sector + 1) * 512);
    for (std::size_t i = from; i < to; ++i) journal[i] = 0;
    return files;
}

/// Two records, the second one over several sectors of the disk, wherever in a sector it begins.
struct LongRecord {
    explicit LongRecord(std::size_t first_octets) {
        uicc::Changes first;
        first.put("k", Bytes(first_octets, 1));
        EXPECT_TRUE(store->commit(first));
        begin = b.folder.files().at("journal-0").size();
        before = readable(*store);
        uicc::Changes second;
        second.put("k", Bytes(1800, 2));
        EXPECT_TRUE(store->commit(second));
        files = b.folder.files();
    }
    Bench b{};
    std::unique_ptr<Store> store = b.create();
    std::size_t begin = 0;
    Readable before{};
    Files files{};
};

/// A disk writes sectors in the order that suits it: the end of a record may be there, and a part of it not. The file
/// may be too short besides.
TEST(Store, RollsBackARecordThatLacksAnySector) {
    for (std::size_t first_octets = 1; first_octets < 600; ++first_octets) {
        LongRecord life(first_octets);
        const std::size_t whole = life.files.at("journal-0").size();
        for (const std::size_t grown : {whole, life.begin + (whole - life.begin) / 3})
            for (std::size_t sector = life.begin / 512; sector * 512 < grown; ++sector) {
                auto torn = life.files;
                torn.at("journal-0").resize(grown);
                torn = without_sector(std::move(torn), sector, life.begin);
                life.b.folder.put(torn);
                const auto opened = life.b.open();
                ASSERT_TRUE(opened) << "sector " << sector << ", record at " << life.begin << ": "
                                    << to_string(opened.error());
                // Zeros may stand before a record: where these are all that is lost, nothing is.
                EXPECT_EQ(readable(**opened), torn == life.files ? readable(*life.store) : life.before);
                EXPECT_TRUE((*opened)->commit(one("after", 1)));
                EXPECT_TRUE(life.b.open());
            }
    }
}

TEST(Store, RollsBackTheFirstRecordWithTheHeaderOfItsFile) {
    Bench b;
    uicc::Changes first;
    first.put("k", Bytes(1800, 1));
    ASSERT_TRUE(b.create()->commit(first));
    const auto files = b.folder.files();
    const std::size_t whole = files.at("journal-0").size();
    for (std::size_t grown = 1; grown <= whole; ++grown)
        for (std::size_t sector = 0; sector * 512 < grown; ++sector) {
            auto torn = files;
            torn.at("journal-0").resize(grown);
            torn = without_sector(std::move(torn), sector);
            b.folder.put(torn);
            const auto opened = b.open();
            ASSERT_TRUE(opened) << "sector " << sector << " of " << grown << ": " << to_string(opened.error());
            EXPECT_EQ(readable(**opened), Readable{});
        }
}

/// What is damaged before the last record was durable, and so was all that follows.
TEST(Store, TakesALostSectorForAPowerCutOnlyInTheLastRecord) {
    for (std::size_t first_octets = 1; first_octets <= 600; ++first_octets) {
        LongRecord life(first_octets);
        const std::size_t third = life.files.at("journal-0").size();
        ASSERT_TRUE(life.store->commit(one("k", 3)));
        const auto whole = life.b.folder.files();
        for (std::size_t sector = 0; sector * 512 < third; ++sector) {
            const auto damaged = without_sector(whole, sector);
            life.b.folder.put(damaged);
            const auto opened = life.b.open();
            ASSERT_FALSE(opened) << "sector " << sector << ", record at " << life.begin;
            EXPECT_EQ(opened.error().code, Errc::bad_crypto);
            EXPECT_EQ(life.b.folder.files(), damaged);
        }
    }
}

/// A length begins with zeros, and a sector may end behind them: such a head is changed, not torn.
TEST(Store, FindsAChangedHeadWhereverItBegins) {
    for (std::size_t first_octets = 1; first_octets <= 600; ++first_octets) {
        LongRecord life(first_octets);
        if (life.begin % 512 < 480) continue;
        const auto last = life.files;
        ASSERT_TRUE(life.store->commit(one("k", 3)));
        for (const auto& files : {last, life.b.folder.files()})
            for (std::size_t i = life.begin; i < life.begin + 32; ++i) {
                auto damaged = files;
                damaged.at("journal-0")[i] ^= 1U;
                life.b.folder.put(damaged);
                const auto opened = life.b.open();
                ASSERT_FALSE(opened) << "octet " << i << ", record at " << life.begin;
                EXPECT_EQ(opened.error().code, Errc::bad_crypto);
                EXPECT_EQ(life.b.folder.files(), damaged);
            }
    }
}

TEST(Store, FindsRecordsThatWereSwappedOrLeftOut) {
    Bench b;
    const auto store = b.create();
    std::vector<std::size_t> ends;
    for (std::uint8_t i = 0; i < 3; ++i) {
        ASSERT_TRUE(store->commit(one("k", i)));
        ends.push_back(b.folder.files().at("journal-0").size());
    }
    auto files = b.folder.files();
    const Bytes whole = files["journal-0"];
    const std::size_t record = ends[1] - ends[0];
    const View v(whole);
    const auto without_second = concat({v.first(ends[0]), v.subspan(ends[1], record)});
    const auto swapped = concat({v.first(ends[0]), v.subspan(ends[1], record), v.subspan(ends[0], record)});
    const auto doubled = concat({v.first(ends[1]), v.subspan(ends[0], record)});
    for (const auto& bad : {without_second, swapped, doubled}) {
        files["journal-0"] = bad;
        b.folder.put(files);
        const auto opened = b.open();
        ASSERT_FALSE(opened);
        EXPECT_EQ(opened.error().path, "card/journal-0");
    }
}

TEST(Store, AfterAFailedWriteItWantsToBeOpenedAgain) {
    Bench b;
    const auto store = b.create();
    ASSERT_TRUE(store->commit(one("k", 1)));
    b.folder.cut_at(0);
    EXPECT_FALSE(store->commit(one("k", 2)));
    b.folder.boot(for_test::Loss::nothing);
    const auto again = store->commit(one("k", 3));
    ASSERT_FALSE(again);
    EXPECT_NE(to_string(again.error()).find("open the card again"), std::string::npos);
    EXPECT_EQ(readable(**b.open()), (Readable{{"k", "0101"}}));
}

class FakeCounter final : public MonotonicCounter {
public:
    std::uint64_t now = 40;
    Result<std::uint64_t> value() override { return now; }
    Status increment() override {
        ++now;
        return ok();
    }
};

TEST(Store, ACounterTellsAnOlderCopy) {
    FakeCounter counter;
    Bench b;
    b.counter = &counter;
    const auto store = b.create();
    ASSERT_TRUE(store->commit(one("k", 1)));
    const auto older = b.folder.files();
    ASSERT_TRUE(store->commit(one("k", 2)));
    const auto newest = b.folder.files();
    EXPECT_EQ(counter.now, 42U);
    EXPECT_TRUE(b.open());
    b.folder.put(older);
    const auto refused = b.open();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::refused);
    EXPECT_NE(to_string(refused.error()).find("older copy"), std::string::npos);
    // The power went off between record and counter: the state is one ahead, and the counter follows.
    b.folder.put(newest);
    counter.now = 41;
    EXPECT_TRUE(b.open());
    EXPECT_EQ(counter.now, 42U);
    counter.now = 3;
    EXPECT_EQ(b.open().error().code, Errc::refused) << "another device's counter";
    // A record that the counter has seen was durable: torn or cut off, it was so by somebody.
    counter.now = 42;
    auto torn = newest;
    torn.at("journal-40").back() = 0;
    torn["snapshot.new"] = {1};
    b.folder.put(torn);
    EXPECT_EQ(b.open().error().code, Errc::refused);
    EXPECT_EQ(b.folder.files(), torn) << "what is refused stays as it was found";
}

/// The process is killed at every operation of a commit, the next one finds the record, and then the power goes off.
TEST(Store, TheCounterFollowsARecordThatIsDurable) {
    std::size_t counted_late = 0;
    for (const auto loss : for_test::losses)
        for (const std::size_t commits_before : {0U, 1U})
            for (std::size_t at = 0;; ++at) {
                FakeCounter counter;
                Bench b;
                b.counter = &counter;
                const auto store = b.create();
                for (std::size_t i = 0; i < commits_before; ++i) ASSERT_TRUE(store->commit(one("k", 1)));
                b.folder.cut_at(at);
                if (store->commit(one("k", 2))) break;
                const auto counted = counter.now;
                b.folder.restart_process();
                const auto next = b.open();
                ASSERT_TRUE(next) << to_string(next.error());
                if (counter.now != counted) ++counted_late;
                const auto found = readable(**next);
                b.folder.boot(loss);
                const auto after = b.open();
                ASSERT_TRUE(after) << "operation " << at << " after " << commits_before
                                   << " commits: " << to_string(after.error());
                EXPECT_EQ(readable(**after), found);
            }
    EXPECT_EQ(counted_late, 3 * for_test::losses.size()) << "killed before a sync, of the names too where they are new";
}

TEST(Store, WhatAKilledProcessLeftInTheCacheIsDurableBeforeACommitFollowsIt) {
    std::size_t kills = 0;
    for (const auto loss : for_test::losses)
        for (std::size_t at = 0;; ++at, ++kills) {
            Bench b;
            const auto store = b.create();
            b.folder.cut_at(at);
            if (store->commit(one("k", 2))) break;
            b.folder.restart_process();
            const auto next = b.open();
            ASSERT_TRUE(next) << to_string(next.error());
            ASSERT_TRUE((*next)->commit(one("l", 3)));
            const auto acknowledged = readable(**next);
            b.folder.boot(loss);
            const auto after = b.open();
            ASSERT_TRUE(after) << "killed at operation " << at << ": " << to_string(after.error());
            EXPECT_EQ(readable(**after), acknowledged) << "killed at operation " << at;
        }
    EXPECT_GE(kills, 3 * for_test::losses.size());
}

TEST(Store, ASnapshotIsNeverAheadOfTheCounter) {
    FakeCounter counter;
    Bench b;
    b.counter = &counter;
    b.create();
    counter.now = 39;
    EXPECT_EQ(b.open().error().code, Errc::refused) << "another device's counter";
    EXPECT_EQ(counter.now, 39U);
}

}  // namespace
}  // namespace mcim::nvm
