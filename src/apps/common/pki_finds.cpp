#include "mcim/apps/common/pki_finds.h"

#include <algorithm>
#include <system_error>

#include "mcim/apps/common/file_kind.h"
#include "mcim/apps/common/files.h"
#include "mcim/apps/common/key_files.h"
#include "mcim/base/text.h"

namespace mcim::apps {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t imported_octets_max = 64 * 1024;
constexpr std::size_t imported_files_max = 10'000;

/// Regular files, also through links; what cannot be told is left out.
Result<std::vector<fs::path>> files_below(const fs::path& folder, Finds& finds) {
    std::error_code failed;
    std::vector<fs::path> out;
    for (fs::recursive_directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed)) {
        std::error_code unknown;
        const auto status = at->status(unknown);
        if (!fs::status_known(status) || status.type() == fs::file_type::not_found)
            finds.left_out.push_back({{at->path()}, "cannot be read: " + unknown.message()});
        if (!fs::is_regular_file(status)) continue;
        out.push_back(at->path());
        if (out.size() > imported_files_max)
            return fail(Errc::too_large, folder.string(), "more than 10000 files: name the folder of the PKI itself");
    }
    if (failed) return fail(Errc::io, folder.string(), "cannot be read: " + failed.message());
    std::ranges::sort(out);
    return out;
}

struct PemBlock {
    std::string_view label;
    std::string_view text;  ///< with its first and last line
};
/// Views into the text: a block may be a key.
std::vector<PemBlock> pem_blocks(std::string_view text) {
    constexpr std::string_view begin = "-----BEGIN ", dashes = "-----";
    std::vector<PemBlock> out;
    for (auto at = text.find(begin); at != std::string_view::npos; at = text.find(begin)) {
        text.remove_prefix(at);
        std::string_view label = text.substr(begin.size());
        label = label.substr(0, label.find(dashes));
        const std::string last = "-----END " + std::string(label) + "-----";
        const auto end = text.find(last);
        const auto size = end == std::string_view::npos ? text.size() : end + last.size();
        if (label != "EC PARAMETERS") out.push_back({label, text.substr(0, size)});  // before a key, which has its own
        text.remove_prefix(size);
    }
    return out;
}

void add_certificate(const PkiPlace& at, x509::Certificate certificate, Finds& finds) {
    const auto same = std::ranges::find_if(
        finds.certificates, [&](const FoundCertificate& c) { return c.certificate.der == certificate.der; });
    if (same == finds.certificates.end())
        finds.certificates.push_back({at, std::move(certificate)});
    else
        finds.left_out.push_back({at, "the same certificate as " + file_name_of(same->at)});
}

void add_key(const PkiPlace& at, crypto::PrivateKey key, Finds& finds) {
    const auto same =
        std::ranges::find_if(finds.keys, [&](const FoundKey& k) { return k.key.public_key() == key.public_key(); });
    if (same == finds.keys.end())
        finds.keys.push_back({at, std::move(key)});
    else
        finds.left_out.push_back({at, "the same key as " + file_name_of(same->at)});
}

void leave_out_unknown(const PkiPlace& at, View content, Finds& finds) {
    const std::string kind = kind_of_file(content);
    finds.left_out.push_back(
        {at, kind.starts_with("a public key")
                 ? "a public key, which its certificate has too"
                 : "neither a certificate of SGP.22 nor a private key on one of its curves: " + kind});
}

void look_at_der(const PkiPlace& at, View content, Finds& finds) {
    if (auto certificate = x509::parse_certificate(content))
        add_certificate(at, *std::move(certificate), finds);
    else if (auto key = crypto::PrivateKey::from_der(content))
        add_key(at, *std::move(key), finds);
    else
        leave_out_unknown(at, content, finds);
}

void look_at_block(const PkiPlace& at, const PemBlock& block, Finds& finds) {
    if (block.label.ends_with("PRIVATE KEY")) {
        if (auto key = crypto::PrivateKey::from_pem(block.text)) return add_key(at, *std::move(key), finds);
    } else if (const auto der = der_of_file("CERTIFICATE", as_view(block.text))) {
        if (auto certificate = x509::parse_certificate(*der))
            return add_certificate(at, *std::move(certificate), finds);
    }
    leave_out_unknown(at, as_view(block.text), finds);
}

void look_at(const fs::path& file, Finds& finds) {
    const auto content = read_foreign_file(file, imported_octets_max);
    if (!content) {
        const bool large = content.error().code == Errc::too_large;
        return finds.left_out.push_back(
            {{file}, large ? "too large for a certificate or a key" : content.error().detail});
    }
    const View octets = expose(*content);
    const auto blocks = pem_blocks({reinterpret_cast<const char*>(octets.data()), octets.size()});
    if (blocks.empty()) return look_at_der({file}, octets, finds);
    for (std::size_t i = 0; i < blocks.size(); ++i)
        look_at_block({file, blocks.size() == 1 ? 0 : i + 1}, blocks[i], finds);
}

}  // namespace

const FoundKey* Finds::key_of(const x509::Certificate& c) const {
    const auto wanted = c.public_key();
    if (!wanted) return nullptr;
    const auto found = std::ranges::find_if(keys, [&](const FoundKey& k) { return k.key.public_key() == *wanted; });
    return found == keys.end() ? nullptr : &*found;
}

Result<Finds> look_into(const fs::path& folder) {
    Finds out;
    TRY(const auto files, files_below(folder, out));
    for (const auto& file : files) look_at(file, out);
    return out;
}

std::string file_name_of(const PkiPlace& at) { return printable(at.file.filename().string()); }

}  // namespace mcim::apps
