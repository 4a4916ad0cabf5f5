#include "search.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <sstream>

#include "mcim/base/ascii.h"

namespace mcim::secrets {
namespace {

std::string text(View octets) { return {octets.begin(), octets.end()}; }

std::string lower(std::string s) {
    std::ranges::transform(s, s.begin(), ascii::lower);
    return s;
}

/// As it stands where `before` octets of its group of three come before it: without the characters that its neighbours
/// have a part in.
std::string base64_inside(View secret, std::size_t before) {
    const std::string all = base64(concat({Bytes(before), secret}));
    const std::size_t skipped = before == 0 ? 0 : before + 1;
    const std::size_t whole = (before + secret.size()) * 8 / 6;
    return all.substr(skipped, whole - skipped);
}

std::string for_urls(std::string s) {
    std::ranges::replace(s, '+', '-');
    std::ranges::replace(s, '/', '_');
    return s;
}

std::string without_white_space(View content) {
    std::string out(content.size(), '\0');
    char* end = out.data();
    for (const auto octet : content)
        if (octet != ' ' && octet != '\n' && octet != '\r' && octet != '\t') *end++ = static_cast<char>(octet);
    out.resize(static_cast<std::size_t>(end - out.data()));
    return out;
}

bool contains(std::string_view content, const std::string& needle) {
    // a whole process is searched: the C library's search is optimised in a debug build too
    return !content.empty() && memmem(content.data(), content.size(), needle.data(), needle.size()) != nullptr;
}

}  // namespace

Search::Search(const Secrets& secrets) {
    for (const auto& [name, secret] : secrets) {
        needles_.push_back({name, text(secret)});
        needles_.push_back({name + " (backwards)", std::string(secret.rbegin(), secret.rend())});
        needles_.push_back({name + " (hexadecimal)", hex(secret)});
        needles_.push_back({name + " (hexadecimal)", lower(hex(secret))});
        for (std::size_t before = 0; before < 3; ++before) {
            const std::string inside = base64_inside(secret, before);
            needles_.push_back({name + " (base64)", inside});
            if (for_urls(inside) != inside) needles_.push_back({name + " (base64url)", for_urls(inside)});
        }
    }
}

std::vector<std::string> Search::in(View content) const {
    const std::string_view whole(reinterpret_cast<const char*>(content.data()), content.size());
    const std::string joined = without_white_space(content);
    std::vector<std::string> out;
    for (const auto& [name, octets] : needles_)
        if ((contains(whole, octets) || contains(joined, octets)) && (out.empty() || out.back() != name))
            out.push_back(name);
    return out;
}

bool holds(const std::vector<Bytes>& memory, View octets) {
    const std::string needle = text(octets);
    return std::ranges::any_of(memory, [&](const Bytes& region) {
        return contains({reinterpret_cast<const char*>(region.data()), region.size()}, needle);
    });
}

std::optional<std::vector<Bytes>> memory_of(int pid) {
    // where an address sanitizer notes of every eight octets which may be touched (x86-64): terabytes, and nobody's
    // data
    static constexpr std::uint64_t shadow_from = 0x7FFF8000;
    static constexpr std::uint64_t shadow_to = 0x10007FFF8000;
    const std::string proc = "/proc/" + std::to_string(pid);
    const int memory = open((proc + "/mem").c_str(), O_RDONLY | O_CLOEXEC);
    if (memory < 0) return std::nullopt;
    const int pages = open((proc + "/pagemap").c_str(), O_RDONLY | O_CLOEXEC);
    static constexpr std::size_t page = 4096;
    static constexpr std::uint64_t present_or_swapped = std::uint64_t{3} << 62U;
    std::vector<Bytes> out;
    std::ifstream maps(proc + "/maps");
    for (std::string line; std::getline(maps, line);) {
        std::istringstream in(line);
        std::uint64_t from = 0;
        std::uint64_t to = 0;
        char dash = 0;
        std::string rights;
        in >> std::hex >> from >> dash >> to >> rights;
        if (!rights.starts_with("rw") || line.ends_with("[vvar]") || (from >= shadow_from && to <= shadow_to)) continue;
        // sanitizers reserve terabytes of which they touch little: only what was touched is read
        static constexpr std::uint64_t chunk_pages = 4096;
        std::vector<std::uint64_t> entries(chunk_pages);
        Bytes region;
        for (std::uint64_t at = from; at < to; at += chunk_pages * page) {
            const std::size_t count = static_cast<std::size_t>(std::min(chunk_pages, (to - at) / page));
            const auto got = pread(pages, entries.data(), count * 8, static_cast<off_t>(at / page * 8));
            if (got <= 0) break;
            const auto touched = [&](std::size_t i) { return (entries[i] & present_or_swapped) != 0; };
            const std::size_t known = static_cast<std::size_t>(got) / 8;
            for (std::size_t i = 0; i < known;) {
                const std::size_t first = i;
                while (i < known && touched(i)) ++i;
                const std::size_t before = region.size();
                region.resize(before + (i - first) * page);
                const auto n =
                    pread(memory, region.data() + before, (i - first) * page, static_cast<off_t>(at + first * page));
                const auto pages_read = static_cast<std::size_t>(std::max<ssize_t>(n, 0)) / page;
                region.resize(before + pages_read * page);
                i = first + pages_read + 1;  // one that was not touched, or cannot be read
            }
        }
        if (!region.empty()) out.push_back(std::move(region));
    }
    close(memory);
    close(pages);
    return out;
}

}  // namespace mcim::secrets
