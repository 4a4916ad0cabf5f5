// How a card core says what must become durable. The core never writes: a command yields changes and a response, the
// shell commits the changes and only then lets the response out. Where a commit fails, the card is thrown away and
// built again from what the storage holds.
//
// Keys of the whole card; each module documents its own below its prefix:
//   profile/<n>/...   one installed profile: uicc/entries.h
//   euicc/...         ISD-R: the module euicc
#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>

#include "mcim/base/secret.h"

namespace mcim::uicc {

/// Everything that is stored. Values may be keys or PINs, so all of them are secrets.
using Entries = std::map<std::string, SecretBytes, std::less<>>;

struct Changes {
    std::set<std::string> erased_prefixes;                      ///< every entry below: a deleted profile; comes first
    std::map<std::string, std::optional<SecretBytes>> entries;  ///< key: new value, or erased

    void put(std::string key, SecretBytes value) { entries.insert_or_assign(std::move(key), std::move(value)); }
    void put(std::string key, Bytes&& value) { put(std::move(key), SecretBytes(std::move(value))); }
    void erase(std::string key) { entries.insert_or_assign(std::move(key), std::nullopt); }
    /// Erases all entries whose key begins with `prefix`, also those put before.
    void erase_below(std::string prefix);
    /// `later` happened after this and wins.
    void merge(Changes&& later);
    [[nodiscard]] bool empty() const { return erased_prefixes.empty() && entries.empty(); }
};

void apply(Entries& state, const Changes&);

/// The durable state of a card. commit() is atomic: after a power cut at any moment all of it is there, or nothing.
class Storage {
public:
    Storage() = default;
    Storage(const Storage&) = delete;
    Storage& operator=(const Storage&) = delete;
    virtual ~Storage() = default;
    [[nodiscard]] virtual Status commit(const Changes&) = 0;
    [[nodiscard]] virtual Result<Entries> load() = 0;
};

/// For tests and simulations.
class MemoryStorage final : public Storage {
public:
    [[nodiscard]] Status commit(const Changes&) override;
    [[nodiscard]] Result<Entries> load() override;

private:
    Entries entries_;
};

}  // namespace mcim::uicc
