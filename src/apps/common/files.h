// Files that everybody may read: certificates and public keys. For those of private keys see key_files.h.
#pragma once
#include <filesystem>

#include "mcim/base/bytes.h"
#include "mcim/base/result.h"

namespace mcim::apps {

/// Not larger than `octets_max`.
[[nodiscard]] Result<Bytes> read_file(const std::filesystem::path&, std::size_t octets_max);
/// Errc::not_found where a file is to be written into a folder that is none.
[[nodiscard]] Status check_folder_of(const std::filesystem::path&);
/// Errc::conflict where there is one.
[[nodiscard]] Status write_new_file(const std::filesystem::path&, View content);

/// RFC 7468, lines of 64 characters.
[[nodiscard]] std::string pem(std::string_view label, View der);
[[nodiscard]] std::string pem_of_base64(std::string_view label, std::string_view base64);
/// What files hold as DER, or as PEM: then its first block of this label.
[[nodiscard]] Result<Bytes> der_of_file(std::string_view label, View content);

}  // namespace mcim::apps
