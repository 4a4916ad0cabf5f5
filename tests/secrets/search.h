// Looks for secrets where they should not be: as they are, backwards (as big numbers lie in memory), in hexadecimal and
// in base64, however they are aligned there.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "mcim/base/bytes.h"

namespace mcim::secrets {

/// Their names, and where they were found.
using Secrets = std::map<std::string, Bytes>;

class Search {
public:
    explicit Search(const Secrets&);
    /// The names of the secrets that `content` holds; "K (base64)" where it is not K as it is. Line breaks and spaces
    /// do not hide anything.
    [[nodiscard]] std::vector<std::string> in(View content) const;

private:
    struct Needle {
        std::string name;
        std::string octets;
    };
    std::vector<Needle> needles_;
};

/// What a process has in its memory: everything that can be written to and was touched. nullopt: it cannot be looked
/// into.
[[nodiscard]] std::optional<std::vector<Bytes>> memory_of(int pid);
/// Whether these octets are anywhere in it, as they are.
[[nodiscard]] bool holds(const std::vector<Bytes>& memory, View octets);

}  // namespace mcim::secrets
