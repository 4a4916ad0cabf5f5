// Where the seeds of the fuzz targets come from: valid structures, arbitrary ones by der::arbitrary and realistic ones
// by the modules that make them. Each file is named by what it is.
#pragma once
#include <filesystem>

#include "mcim/base/bytes.h"

namespace mcim::fuzz {

class Corpus {
public:
    explicit Corpus(std::filesystem::path folder) : folder_(std::move(folder)) {}
    /// Throws std::runtime_error where it cannot write.
    void add(std::string_view target, std::string_view name, View octets) const;
    void add(std::string_view target, std::string_view name, std::string_view text) const {
        add(target, name, as_view(text));
    }
    /// Checked first: it must be a value of that type.
    void add_message(std::string_view type, std::string_view name, View der) const;

private:
    std::filesystem::path folder_;
};

void write_message_seeds(const Corpus&);
/// One download, message by message, its certificates and its bound package; ES9+ bodies of it.
void write_download_seeds(const Corpus&);
/// Commands of modems and agents.
void write_card_seeds(const Corpus&);
void write_profile_seeds(const Corpus&);
void write_datagram_seeds(const Corpus&);
void write_signer_seeds(const Corpus&);

}  // namespace mcim::fuzz
