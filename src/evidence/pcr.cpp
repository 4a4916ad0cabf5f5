#include "mcim/evidence/pcr.h"

#include <charconv>

namespace mcim::evidence {

std::string_view pcr_title(unsigned index) {
    static constexpr std::array<std::string_view, pcr_count> titles{
        "firmware",
        "firmware settings",
        "option ROMs",
        "option ROM settings",
        "boot loader",
        "boot loader settings and partition table",
        "platform manufacturer",
        "secure boot policy",
        "boot commands and kernel command line",
        "kernel and initial file system",
        "running programs (IMA)",
        "unified kernel image",
        "kernel settings",
        "system extensions",
        "boot loader keys",
        "system identity",
        "debug",
        "dynamic launch",
        "dynamic launch",
        "dynamic launch",
        "dynamic launch",
        "dynamic launch",
        "dynamic launch",
        "application",
    };
    return index < pcr_count ? titles[index] : std::string_view("no such register");
}

std::string pcr_name(unsigned index) {
    return "PCR " + std::to_string(index) + " (" + std::string(pcr_title(index)) + ")";
}

Result<unsigned> parse_pcr_index(std::string_view text) {
    unsigned index = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), index);
    if (problem != std::errc{} || std::to_string(index) != text || index >= pcr_count)
        return fail(Errc::bad_value, "",
                    "a register is a number from 0 to 23, not \"" + std::string(text.substr(0, 40)) + '"');
    return index;
}

PcrSelection selection_of(const PcrValues& values) {
    PcrSelection out;
    for (const auto& [index, value] : values) out.insert(index);
    return out;
}

crypto::Sha256 pcr_digest(const PcrValues& values) {
    Bytes all;
    for (const auto& [index, value] : values) append(all, value);
    return crypto::sha256(all);
}

crypto::Sha256 extended(const crypto::Sha256& old, const crypto::Sha256& digest) {
    return crypto::sha256(concat({old, digest}));
}

}  // namespace mcim::evidence
