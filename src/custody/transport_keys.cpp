#include "mcim/custody/transport_keys.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "mcim/crypto/aes.h"
#include "mcim/saip/known_keys.h"

namespace mcim::custody {
namespace {

constexpr std::uint8_t transport_format_1 = 1;
constexpr std::size_t transport_header_octets = 3;  // format, use, length of the key
constexpr std::size_t block_octets = 16;
constexpr std::size_t check_value_octets = 3;

constexpr std::array use_names{std::pair{TransportUse::import, std::string_view("import")},
                               std::pair{TransportUse::export_, std::string_view("export")},
                               std::pair{TransportUse::both, std::string_view("both")}};

Error not_one_block(std::size_t octets) {
    return fail(Errc::bad_length, "",
                "one block of 16 octets travels under a transport key, not " + std::to_string(octets) + " octets");
}

}  // namespace

std::string_view to_string(TransportUse use) {
    const auto at = std::ranges::find(use_names, use, [](const auto& p) { return p.first; });
    return at == use_names.end() ? "unknown use" : at->second;
}

std::optional<TransportUse> find_transport_use(std::string_view name) {
    const auto at = std::ranges::find(use_names, name, [](const auto& p) { return p.second; });
    return at == use_names.end() ? std::nullopt : std::optional(at->first);
}

bool allows(TransportUse key, TransportUse wanted) {
    return (static_cast<unsigned>(key) & static_cast<unsigned>(wanted)) == static_cast<unsigned>(wanted);
}

Result<TransportIndex> parse_transport_index(std::string_view digits) {
    TransportIndex index = 0;
    const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), index);
    if (failed == std::errc{} && end == digits.data() + digits.size() && index != 0) return index;
    return fail(Errc::bad_value, "", "a transport key is named by its index, 1 to 255");
}

Status check(const TransportKey& key) {
    if (key.key.size() != 16 && key.key.size() != 32)
        return fail(Errc::bad_length, "transport key",
                    "an AES key of 16 or 32 octets is wanted, not " + std::to_string(key.key.size()));
    if (key.operator_id.empty()) return fail(Errc::missing_field, "operator", "a transport key is one operator's");
    return saip::check_own_key("transport key", expose(key.key));
}

SecretBytes encode(const TransportKey& key) {
    SecretBytes out(transport_header_octets + key.key.size() + key.operator_id.size());
    auto at = expose_mutable(out).begin();
    *at++ = transport_format_1;
    *at++ = static_cast<std::uint8_t>(key.use);
    *at++ = static_cast<std::uint8_t>(key.key.size());
    at = std::ranges::copy(expose(key.key), at).out;
    std::ranges::copy(as_view(key.operator_id), at);
    return out;
}

Result<TransportKey> decode_transport_key(View in) {
    const auto bad = [] { return fail(Errc::bad_value, "transport key", "not in a form that this version writes"); };
    if (in.size() < transport_header_octets || in[0] != transport_format_1) return bad();
    const auto use = static_cast<TransportUse>(in[1]);
    if (std::ranges::none_of(use_names, [&](const auto& p) { return p.first == use; })) return bad();
    const std::size_t key_octets = in[2];
    in = in.subspan(transport_header_octets);
    if (in.size() < key_octets) return bad();
    TransportKey key{as_text(in.subspan(key_octets)), use, SecretBytes::copy_of(in.first(key_octets))};
    CHECKED(check(key));
    return key;
}

std::string check_value(const TransportKey& key) {
    crypto::Block ones;
    ones.fill(1);
    return hex(View(crypto::AesBlock(expose(key.key)).encrypt(ones)).first(check_value_octets));
}

Result<Bytes> wrap_block(const TransportKey& key, const SecretBytes& plain) {
    if (plain.size() != block_octets) return not_one_block(plain.size());
    return crypto::aes_cbc_encrypt(expose(key.key), {}, expose(plain));  // of one block, from zeros: the block cipher
}

Result<SecretBytes> unwrap_block(const TransportKey& key, View wrapped) {
    if (wrapped.size() != block_octets) return not_one_block(wrapped.size());
    return crypto::aes_cbc_decrypt(expose(key.key), {}, wrapped);
}

}  // namespace mcim::custody
