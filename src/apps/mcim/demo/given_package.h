// The package of `mcim demo --profile`: what the story has to know of it.
#pragma once
#include <filesystem>
#include <string>

#include "mcim/base/result.h"

namespace mcim::demo {

struct GivenPackage {
    std::filesystem::path file;
    std::string iccid;
    std::string imsi;
    std::size_t mnc_digits = 2;
    std::string pin;        ///< PIN 1, where it is on
    std::string algorithm;  ///< as `mcim subscription show` has it
    std::string refusal;    ///< the PEStatus of a production-class card; empty where that takes the package
    [[nodiscard]] std::string card_class() const { return refusal.empty() ? "production" : "lab"; }
};
/// Errc::refused for a package that no card of ours takes.
[[nodiscard]] Result<GivenPackage> read_given_package(const std::filesystem::path&);

}  // namespace mcim::demo
