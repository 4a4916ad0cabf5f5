// A card whose power can be cut at any moment, over the real journal on a disk in memory.
#pragma once
#include <gtest/gtest.h>

#include "mcim/card/open_channels.h"
#include "mcim/euicc/inserted_card.h"
#include "mcim/euicc/manufacture.h"
#include "mcim/euicc/stored_keys.h"
#include "mcim/nvm/folder_for_test.h"
#include "mcim/nvm/store.h"
#include "support/random.h"

namespace mcim::sim {

using Disk = std::map<std::string, Bytes>;
using nvm::for_test::Loss;

class Card {
public:
    /// The clock must outlive it.
    Card(const Disk& disk, std::uint64_t seed, const Time& clock) : random_(seed), clock_(clock) {
        folder_.put(disk);
        boot(Loss::nothing);
        signer_ = *euicc::StoredKeys::load(*store_);
    }
    /// What a factory makes of a birth.
    static Disk manufactured(const euicc::Birth& birth) {
        nvm::for_test::FolderForTest folder;
        test::SeededRandom random(5);
        auto store = nvm::Store::create({folder, random}, key());
        EXPECT_TRUE((*store)->commit(*euicc::manufacture(birth)));
        return folder.files();
    }

    /// A program connects; the number is its own.
    unsigned connect() { return ++connections_; }
    /// And goes, in good order or not: the reader closes the channels that it left open (mcim/card/reader.h).
    void disconnect(unsigned connection) {
        if (connection != connections_) return;
        static_cast<void>(channels_.leave(connection, [&](View command) { return transmit(connection, command); }));
    }
    /// io: the connection is gone, with the power or before.
    Result<Bytes> transmit(unsigned connection, View command) {
        if (connection != connections_) return fail(Errc::io, "card", "the connection ended");
        euicc::Env env{random_, *signer_, clock_};
        auto answer = card_->transmit(command, env);
        if (folder_.is_off()) {
            boot(loss_in_write_);
            return fail(Errc::io, "card", "the power went off");
        }
        if (answer) channels_.saw(connection, command, *answer);
        return answer;
    }
    void cut_power() { boot(Loss::everything); }
    /// In the middle of the n-th write from now, which leaves on the disk what `loss` says.
    void cut_power_in_write(std::size_t n, Loss loss) {
        folder_.cut_at(n);
        loss_in_write_ = loss;
    }
    [[nodiscard]] std::size_t writes() const { return folder_.operations(); }

    [[nodiscard]] const euicc::DurableState& state() const { return card_->card().state(); }
    [[nodiscard]] bool holds(const Iccid& iccid) const { return find(iccid) != nullptr; }
    [[nodiscard]] bool enabled(const Iccid& iccid) const {
        const auto* profile = find(iccid);
        return profile != nullptr && profile->enabled();
    }
    /// The files of a profile are there exactly where its record is.
    [[nodiscard]] bool files_belong_to_profiles() {
        std::set<std::string> slots;
        std::set<std::string> recorded;
        const auto entries = store_->load();
        for (const auto& [name, value] : *entries)
            if (name.starts_with("profile/")) slots.insert(name.substr(0, name.find('/', 8) + 1));
        for (const auto& [slot, profile] : state().profiles) recorded.insert(profile.uicc_prefix());
        return slots == recorded;
    }

private:
    static nvm::StateKey key() { return *nvm::StateKey::copy_of(Bytes(32, 0x42)); }
    void boot(Loss loss) {
        ++connections_;
        channels_.clear();
        card_.reset();
        folder_.boot(loss);
        auto opened = nvm::Store::open({folder_, random_}, key());
        if (!opened) throw std::runtime_error("the card does not boot: " + to_string(opened.error()));
        store_ = *std::move(opened);
        auto inserted = euicc::InsertedCard::insert(*store_);
        if (!inserted) throw std::runtime_error("the card does not boot: " + to_string(inserted.error()));
        card_.emplace(*std::move(inserted));
    }
    [[nodiscard]] const euicc::InstalledProfile* find(const Iccid& iccid) const {
        for (const auto& [slot, profile] : state().profiles)
            if (profile.iccid() == msg::to_octets(iccid)) return &profile;
        return nullptr;
    }

    test::SeededRandom random_;
    const Time& clock_;
    nvm::for_test::FolderForTest folder_;
    std::unique_ptr<nvm::Store> store_;
    std::unique_ptr<euicc::CardSigner> signer_;
    std::optional<euicc::InsertedCard> card_;
    card::OpenChannels channels_;
    unsigned connections_ = 0;
    Loss loss_in_write_ = Loss::nothing;
};

}  // namespace mcim::sim
