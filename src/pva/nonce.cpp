#include "mcim/pva/nonce.h"

namespace mcim::pva {
namespace {

constexpr std::size_t head_octets = 16, short_tag = 8, session_tag = 16;
static_assert(head_octets + 2 * short_tag + session_tag == evidence::nonce_octets);

enum class Purpose : std::uint8_t { origin = 1, device = 2, session = 3 };

Bytes tag(const NonceKey& key, Purpose purpose, std::initializer_list<View> parts, std::size_t octets) {
    const auto mac =
        crypto::hmac_sha256(expose(key), concat({Bytes{static_cast<std::uint8_t>(purpose)}, concat(parts)}));
    return to_bytes(View(mac).first(octets));
}

Bytes big_endian(std::uint64_t value) {
    Bytes out(8);
    for (std::size_t i = 8; i-- > 0; value >>= 8U) out[i] = static_cast<std::uint8_t>(value);
    return out;
}

Time expiry_of(View nonce) {
    std::uint64_t seconds = 0;
    for (const auto octet : nonce.first(8)) seconds = seconds << 8U | octet;
    return Time{
        std::chrono::seconds{static_cast<std::int64_t>(seconds)}};  // read after the tag was checked: it is ours
}

}  // namespace

Bytes make_nonce(const NonceKey& key, const Eid& eid, View session, Time expires_at, Random& random) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(expires_at).time_since_epoch().count();
    Bytes out = concat({big_endian(static_cast<std::uint64_t>(seconds)), random.bytes(8)});
    const Bytes head = out;
    append(out, tag(key, Purpose::origin, {head}, short_tag));
    append(out, tag(key, Purpose::device, {head, eid.octets()}, short_tag));
    append(out, tag(key, Purpose::session, {Bytes(out), eid.octets(), session}, session_tag));
    return out;
}

std::variant<NonceGood, Refused> check_nonce(const NonceKey& key, View nonce, const Eid& eid, View session, Time now) {
    using enum Refusal;
    const Refused unknown{nonce_unknown,
                          "This verifier did not make the nonce. Ask for one and use it within its time."};
    if (nonce.size() != evidence::nonce_octets) return unknown;
    const View head = nonce.first(head_octets), before_last = nonce.first(evidence::nonce_octets - session_tag);
    const auto holds = [](View carried, const Bytes& computed) {
        return crypto::constant_time_equal(carried, computed);
    };
    if (!holds(nonce.subspan(head_octets, short_tag), tag(key, Purpose::origin, {head}, short_tag))) return unknown;
    if (!holds(nonce.subspan(head_octets + short_tag, short_tag),
               tag(key, Purpose::device, {head, eid.octets()}, short_tag)))
        return Refused{nonce_of_other_eid, "The nonce was made for another device than " + eid.text() + "."};
    if (!holds(nonce.last(session_tag), tag(key, Purpose::session, {before_last, eid.octets(), session}, session_tag)))
        return Refused{nonce_of_other_session, "The nonce was made for another session than " +
                                                   (session.empty() ? "none" : hex(session)) + "."};
    const Time expires_at = expiry_of(nonce);
    if (now >= expires_at)
        return Refused{nonce_expired,
                       "The nonce expired at " + to_rfc3339(expires_at) + ". Ask for a new one and answer at once."};
    return NonceGood{{*to_array<head_octets>(head)}, expires_at};
}

}  // namespace mcim::pva
