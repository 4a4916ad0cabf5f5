// Known answers from data files. A file says in its first line where its vectors come from; then blocks of
//   name = hex digits      or      name = "text"
// separated by blank lines; '#' starts a comment line. An attribute that the test did not read is a failure, so that a
// vector cannot promise more than was checked (the habit of BoringSSL's FileTest).
#pragma once
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "mcim/base/secret.h"

namespace mcim::test {

class Vector {
public:
    [[nodiscard]] bool has(std::string_view name) const { return attributes_.contains(name); }
    /// An absent or malformed attribute fails the test and reads as empty.
    [[nodiscard]] Bytes bytes(std::string_view name);
    [[nodiscard]] std::string text(std::string_view name);
    /// Big-endian hex digits as a number.
    [[nodiscard]] std::uint64_t number(std::string_view name);
    template <std::size_t N>
    [[nodiscard]] std::array<std::uint8_t, N> array(std::string_view name) {
        std::array<std::uint8_t, N> out{};
        const Bytes in = bytes(name);
        if (in.size() == N)
            std::copy(in.begin(), in.end(), out.begin());
        else
            complain(name, std::to_string(N) + " octets wanted");
        return out;
    }
    template <std::size_t N>
    [[nodiscard]] Secret<N> secret(std::string_view name) {
        return *Secret<N>::copy_of(array<N>(name));
    }

private:
    friend void for_each_vector(std::string_view file, const std::function<void(Vector&)>& check);
    void complain(std::string_view name, std::string_view why) const;
    const std::string* find(std::string_view name);
    std::string where_;
    std::map<std::string, std::string, std::less<>> attributes_;
    std::set<std::string, std::less<>> read_;
};

/// `file` is relative to the project root. Fails where there is no vector, no source line, or an attribute left unread.
void for_each_vector(std::string_view file, const std::function<void(Vector&)>& check);

}  // namespace mcim::test
