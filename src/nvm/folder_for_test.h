// A folder in memory whose power can be cut at any operation, with what an operating system may then have written.
#pragma once
#include <algorithm>
#include <array>
#include <map>
#include <memory>

#include "mcim/nvm/folder.h"

namespace mcim::nvm::for_test {

/// What of the unsynced work is found after the cut.
enum class Loss : std::uint8_t {
    everything,    ///< nothing that was not synced
    nothing,       ///< all of it, as if the cache had been written at the last moment
    half_of_data,  ///< names changed, but only half of the octets that were appended
    data_as_zero,  ///< the files grew, their new second half reads as zeros
    names_only,    ///< names changed, no octet
    odd_sectors,   ///< the files grew; of what was appended the 1st, 3rd, 5th... sector that it lies in reads as zeros
    even_sectors,  ///< and here the 2nd, 4th, 6th...
};
inline constexpr std::array losses{Loss::everything, Loss::nothing,     Loss::half_of_data, Loss::data_as_zero,
                                   Loss::names_only, Loss::odd_sectors, Loss::even_sectors};

class FolderForTest final : public Folder {
public:
    /// The power goes off in the middle of operation number `n` from now, counting those that change something.
    void cut_at(std::size_t n) { cut_in_ = n; }
    [[nodiscard]] std::size_t operations() const { return operations_; }
    [[nodiscard]] bool is_off() const { return off_; }
    /// The process was killed where the power would have gone off: what it wrote is in the system's cache, for the next
    /// one to read.
    void restart_process() {
        off_ = false;
        cut_in_.reset();
    }
    /// Power on again.
    void boot(Loss loss) {
        if (loss == Loss::everything) current_ = durable_;
        for (auto& [name, file] : current_) {
            Bytes& data = file->current;
            const std::size_t kept = std::min(file->durable.size(), data.size());
            const std::size_t half = kept + (data.size() - kept) / 2;
            switch (loss) {
                case Loss::everything:
                case Loss::names_only: data = file->durable; break;
                case Loss::nothing: break;
                case Loss::half_of_data: data.resize(half); break;
                case Loss::data_as_zero:
                    std::fill(data.begin() + static_cast<std::ptrdiff_t>(half), data.end(), 0);
                    break;
                case Loss::odd_sectors:
                case Loss::even_sectors: lose_sectors(data, kept, loss); break;
            }
            file->durable = data;
        }
        durable_ = current_;
        off_ = false;
        cut_in_.reset();
    }
    /// For damage tests.
    [[nodiscard]] std::map<std::string, Bytes> files() const {
        std::map<std::string, Bytes> out;
        for (const auto& [name, file] : current_) out[name] = file->current;
        return out;
    }
    void put(const std::map<std::string, Bytes>& files) {
        current_.clear();
        for (const auto& [name, content] : files) current_[name] = std::make_shared<File>(File{content, content});
        durable_ = current_;
    }

    Result<std::optional<Bytes>> read(std::string_view name) override {
        const auto at = current_.find(std::string(name));
        if (at == current_.end()) return std::optional<Bytes>{};
        return std::optional(at->second->current);
    }
    Result<std::vector<std::string>> list() override {
        std::vector<std::string> out;
        for (const auto& [name, file] : current_) out.push_back(name);
        return out;
    }
    Status append(std::string_view name, View octets) override {
        if (off_) return dead();
        auto& file = current_[std::string(name)];
        if (!file) file = std::make_shared<File>();
        const bool cut = cuts();
        mcim::append(file->current, cut ? octets.first(octets.size() / 3) : octets);
        return cut ? dead() : ok();
    }
    Status truncate(std::string_view name, std::size_t size) override {
        return change([&] { current_.at(std::string(name))->current.resize(size); });
    }
    Status sync(std::string_view name) override {
        return change([&] {
            auto& file = *current_.at(std::string(name));
            file.durable = file.current;
        });
    }
    Status rename(std::string_view from, std::string_view to) override {
        return change([&] {
            auto node = current_.extract(std::string(from));
            current_[std::string(to)] = node.mapped();
        });
    }
    Status remove(std::string_view name) override {
        return change([&] { current_.erase(std::string(name)); });
    }
    Status sync_names() override {
        return change([&] { durable_ = current_; });
    }
    std::string path(std::string_view name) const override { return "card/" + std::string(name); }

private:
    struct File {
        Bytes current;
        Bytes durable;
    };
    using Names = std::map<std::string, std::shared_ptr<File>>;

    static void lose_sectors(Bytes& data, std::size_t from, Loss loss) {
        constexpr std::size_t sector_octets = 512;
        bool lost = loss == Loss::odd_sectors;
        for (std::size_t at = from; at < data.size(); lost = !lost) {
            const std::size_t next = std::min((at / sector_octets + 1) * sector_octets, data.size());
            if (lost) std::fill_n(data.begin() + static_cast<std::ptrdiff_t>(at), next - at, 0);
            at = next;
        }
    }

    bool cuts() {
        ++operations_;
        if (!cut_in_ || (*cut_in_)-- != 0) return false;
        off_ = true;
        return true;
    }
    template <class F>
    Status change(F&& f) {
        if (off_ || cuts()) return dead();
        f();
        return ok();
    }
    static Error dead() { return fail(Errc::io, "card", "the power is off"); }

    Names current_;
    Names durable_;
    std::optional<std::size_t> cut_in_;
    std::size_t operations_ = 0;
    bool off_ = false;
};

}  // namespace mcim::nvm::for_test
