#include "mcim/custody/wrapping.h"

#include "mcim/crypto/aes.h"

namespace mcim::custody {
namespace {

constexpr std::uint8_t wrapping_format_1 = 1;
constexpr std::size_t header_octets = 3;  // format, key version

Bytes header(WrappingKeys::Version version) {
    return {wrapping_format_1, static_cast<std::uint8_t>(version >> 8U), static_cast<std::uint8_t>(version & 0xFFU)};
}

Bytes associated_data(View header, Purpose purpose, std::string_view holder) {
    const std::array<std::uint8_t, 1> what{static_cast<std::uint8_t>(purpose)};
    return concat({header, what, as_view(holder)});
}

}  // namespace

WrappingKeys::WrappingKeys(std::map<Version, Secret<32>> keys) : keys_(std::move(keys)) {
    if (keys_.empty()) std::abort();
}

Bytes WrappingKeys::wrap(Purpose purpose, std::string_view holder, View plain, Random& random) const {
    const auto& [version, key] = *keys_.rbegin();
    const Bytes head = header(version);
    return concat({head, crypto::gcm_seal(expose(key), plain, associated_data(head, purpose, holder), random)});
}

Result<SecretBytes> WrappingKeys::unwrap(Purpose purpose, std::string_view holder, View wrapped) const {
    if (wrapped.size() <= header_octets || wrapped[0] != wrapping_format_1)
        return fail(Errc::bad_crypto, "", "these octets are of no known format of wrapping");
    const auto version = static_cast<Version>(wrapped[1] << 8U | wrapped[2]);
    const auto key = keys_.find(version);
    if (key == keys_.end())
        return fail(Errc::bad_crypto, "", "version " + std::to_string(version) + " of the wrapping key is not here");
    const View head = wrapped.first(header_octets);
    auto plain =
        crypto::gcm_open(expose(key->second), wrapped.subspan(header_octets), associated_data(head, purpose, holder));
    if (!plain)
        return fail(Errc::bad_crypto, "", "the wrapped octets were changed or do not belong to " + std::string(holder));
    return plain;
}

}  // namespace mcim::custody
