#include "mcim/custody/card_secrets.h"

#include "mcim/crypto/hash.h"

namespace mcim::custody {
namespace {

constexpr std::string_view purpose = "mcim card secrets 1";

}  // namespace

CardSecrets::CardSecrets(const Secret<32>& fingerprint_key, const Iccid& iccid)
    : root_(crypto::hkdf_sha256(expose(fingerprint_key), {}, as_view(purpose), 32)), iccid_(iccid.text()) {}

Secret<32> CardSecrets::derived(std::string_view name) const {
    const std::string message = std::string(name) + " " + iccid_;
    auto mac = crypto::hmac_sha256(expose(root_), as_view(message));
    Secret<32> out;
    std::ranges::copy(mac, expose_mutable(out).begin());
    explicit_bzero(mac.data(), mac.size());
    return out;
}

Secret<8> CardSecrets::digits(std::string_view name, std::size_t count) const {
    const Secret<32> source = derived(name);
    Secret<8> out;
    std::ranges::fill(expose_mutable(out), std::uint8_t{0xFF});
    // four octets to a digit, so that none of the ten is likelier than the others by more than 10 in 2^32
    for (std::size_t i = 0; i < count && i < 8; ++i) {
        std::uint32_t word = 0;
        for (const auto octet : View(expose(source)).subspan(4 * i, 4)) word = word << 8U | octet;
        expose_mutable(out)[i] = static_cast<std::uint8_t>('0' + word % 10);
    }
    return out;
}

Secret<16> CardSecrets::key(std::string_view name) const {
    const Secret<32> source = derived(name);
    return *Secret<16>::copy_of(View(expose(source)).first(16));
}

}  // namespace mcim::custody
