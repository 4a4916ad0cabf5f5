#include "mcim/smdp/challenge.h"

#include "mcim/crypto/hash.h"

namespace mcim::smdp {
namespace {

constexpr std::size_t time_octets = 4;
constexpr std::size_t random_octets = 7;
constexpr std::size_t tag_octets = transaction_id_octets - time_octets - random_octets;
/// Nodes of one platform may disagree this much.
constexpr std::chrono::seconds clock_skew{5};

Bytes tag_of(const SecretBytes& key, View time_and_random) {
    const auto mac = crypto::hmac_sha256(expose(key), concat({as_view("id"), time_and_random}));
    return to_bytes(View(mac).first(tag_octets));
}

std::uint32_t seconds_of(Time t) {
    return static_cast<std::uint32_t>(std::chrono::floor<std::chrono::seconds>(t).time_since_epoch().count());
}

}  // namespace

Bytes fresh_transaction_id(const SecretBytes& key, Time now, Random& random) {
    const std::uint32_t seconds = seconds_of(now);
    Bytes out;
    for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(seconds >> shift));
    append(out, random.bytes(random_octets));
    append(out, tag_of(key, out));
    return out;
}

bool is_pending(const SecretBytes& key, View transaction_id, Time now, std::chrono::seconds age_max) {
    if (transaction_id.size() != transaction_id_octets) return false;
    const View body = transaction_id.first(time_octets + random_octets);
    if (!crypto::constant_time_equal(tag_of(key, body), transaction_id.last(tag_octets))) return false;
    std::uint32_t then = 0;
    for (const auto octet : transaction_id.first(time_octets)) then = then << 8U | octet;
    const std::chrono::seconds age(static_cast<std::int64_t>(seconds_of(now)) - static_cast<std::int64_t>(then));
    return age >= -clock_skew && age <= age_max;
}

Bytes server_challenge(const SecretBytes& key, View transaction_id, View ci_key_id, std::string_view address) {
    const Bytes length{static_cast<std::uint8_t>(ci_key_id.size())};
    const auto mac = crypto::hmac_sha256(
        expose(key), concat({as_view("challenge"), transaction_id, length, ci_key_id, as_view(address)}));
    return to_bytes(View(mac).first(16));
}

}  // namespace mcim::smdp
