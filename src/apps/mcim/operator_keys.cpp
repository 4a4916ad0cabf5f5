#include "mcim/apps/mcim/operator_keys.h"

#include <algorithm>

#include "mcim/apps/common/file_kind.h"
#include "mcim/apps/common/files.h"
#include "mcim/apps/common/key_files.h"
#include "mcim/apps/mcim/text.h"
#include "mcim/custody/private_file.h"

namespace mcim::apps {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t key_file_octets_max = 16 * 1024;
constexpr std::size_t token_file_octets_max = 64 * 1024;

bool white(char c) { return c == '\n' || c == '\r' || c == ' ' || c == '\t'; }

Status check_curve(const fs::path& path, crypto::Curve curve) {
    if (curve == crypto::Curve::p256) return ok();
    return fail(Errc::bad_value, path.string(), "ES256 wants a key on P-256; make one with \"mcim operator key\"");
}

/// Of a key file that is not there, where keys come from.
Error and_how_to_make_one(Error error) {
    if (error.code == Errc::not_found) error.detail += "; \"mcim operator key --out FILE\" makes FILE and FILE.pub";
    return error;
}

}  // namespace

Result<crypto::PrivateKey> read_signing_key(const fs::path& path) {
    auto key = read_private_key(path);
    if (!key) return and_how_to_make_one(std::move(key).error());
    CHECKED(check_curve(path, key->curve()));
    return key;
}

Result<crypto::PublicKey> read_public_key(const fs::path& path) {
    auto read = read_file(path, key_file_octets_max);
    if (!read) return and_how_to_make_one(std::move(read).error());
    const Bytes content = *std::move(read);
    if (as_text(content).find("PRIVATE KEY-----") != std::string::npos)
        return fail(Errc::refused, path.string(),
                    "this is a private key, and nobody else's business; name the public one");
    auto spki = der_of_file("PUBLIC KEY", content);
    if (!spki) return std::move(spki).error().within(path.string());
    auto key = crypto::PublicKey::from_spki(*spki);
    if (!key)
        return fail(
            Errc::bad_value, path.string(),
            "an operator's public key is wanted, such as \"mcim operator key --out FILE\" writes into FILE.pub; "
            "this seems to be " +
                kind_of_file(content));
    CHECKED(check_curve(path, key->curve()));
    return key;
}

Result<crypto::PublicKey> write_key_pair(const fs::path& file, Random& random) {
    CHECKED(check_folder_of(file));
    const auto key = crypto::PrivateKey::generate(crypto::Curve::p256, random);
    fs::path beside = file;
    beside += ".pub";
    std::error_code ignored;
    if (fs::exists(beside, ignored))
        return fail(Errc::conflict, beside.string(), "the file exists and is not overwritten");
    CHECKED(custody::write_private_file(file, expose(private_key_pem(key))));
    CHECKED(write_new_file(beside, as_view(pem("PUBLIC KEY", key.public_key().spki()))));
    return key.public_key();
}

Result<std::string> read_token(const fs::path& path) {
    TRY(const Bytes content, read_file(path, token_file_octets_max));
    std::string text = as_text(content);
    std::erase_if(text, white);
    if (text.empty()) return fail(Errc::missing_field, path.string(), "the file is empty");
    if (!std::ranges::all_of(text, is_plain) || std::ranges::count(text, '.') != 2)
        return fail(Errc::bad_value, path.string(),
                    "it holds no signed token (JWS), but a release is one: text in three parts with dots between them. "
                    "\"mcim transfer release\" writes it");
    return text;
}

}  // namespace mcim::apps
