#include "mcim/bpp/scp03t.h"

#include "mcim/crypto/hash.h"

namespace mcim::bpp {
namespace {

using crypto::AesCbc;
using crypto::Block;

constexpr std::size_t block_octets = 16;
constexpr std::uint8_t padding_start = 0x80;
constexpr std::size_t header_octets_max = 4;  // a tag of one octet, a length of up to three
constexpr std::size_t mac_only_data_max = segment_octets_max - header_octets_max - mac_octets;
/// One octet of the last block is padding at least.
constexpr std::size_t encrypted_data_max = mac_only_data_max / block_octets * block_octets - 1;

/// AES-CBC of plain || 80 00..., appended to `out`. The unpadded part is read where it lies.
void append_encrypted(AesCbc& cbc, const Block& icv, View plain, Bytes& out) {
    const std::size_t whole = plain.size() / block_octets * block_octets;
    const std::size_t at = out.size();
    out.resize(at + whole + block_octets);
    const std::span<std::uint8_t> cipher = std::span(out).subspan(at);
    cbc.run(icv, plain.first(whole), cipher.first(whole));

    Secret<block_octets> last;
    const auto rest = std::ranges::copy(plain.subspan(whole), expose_mutable(last).begin()).out;
    *rest = padding_start;
    Block iv = icv;
    if (whole != 0) std::ranges::copy(cipher.subspan(whole - block_octets, block_octets), iv.begin());
    cbc.run(iv, expose(last), cipher.last(block_octets));
}

/// The length without 80 00..., nullopt where that is not there. The MAC held, so that this tells a stranger nothing.
std::optional<std::size_t> unpadded_size(View padded) {
    const View last = padded.last(block_octets);
    for (std::size_t i = block_octets; i-- > 0;) {
        if (last[i] == padding_start) return padded.size() - block_octets + i;
        if (last[i] != 0) break;
    }
    return std::nullopt;
}

}  // namespace

SegmentChain::SegmentChain(const SessionKeys& keys) : enc_(expose(keys.enc)), cmac_(expose(keys.mac)) {
    std::ranges::copy(expose(keys.initial_mac_chaining_value), chaining_value_.begin());
}

Block SegmentChain::icv() const {
    Block counter{};
    for (std::size_t i = 0; i < sizeof number_; ++i)
        counter[counter.size() - 1 - i] = static_cast<std::uint8_t>(number_ >> 8 * i);
    return enc_.encrypt(counter);
}

Block SegmentChain::mac_of(View header_and_data) { return cmac_.mac({chaining_value_, header_and_data}); }

void SegmentChain::advance(const Block& mac) {
    chaining_value_ = mac;
    ++number_;
}

SegmentWriter::SegmentWriter(const SessionKeys& keys)
    : chain_(keys), cbc_(AesCbc::Direction::encrypt, expose(keys.enc)) {}

void SegmentWriter::encrypt_and_mac(der::Tag tag, View plain, Bytes& out) {
    do {
        const View part = plain.first(std::min(plain.size(), encrypted_data_max));
        plain = plain.subspan(part.size());
        const std::size_t padded = part.size() / block_octets * block_octets + block_octets;
        const std::size_t from = out.size();
        append(out, der::header(tag, padded + mac_octets));
        append_encrypted(cbc_, chain_.icv(), part, out);
        seal(from, out);
    } while (!plain.empty());
}

void SegmentWriter::mac_only(der::Tag tag, View plain, Bytes& out) {
    do {
        const View part = plain.first(std::min(plain.size(), mac_only_data_max));
        plain = plain.subspan(part.size());
        const std::size_t from = out.size();
        append(out, der::header(tag, part.size() + mac_octets));
        append(out, part);
        seal(from, out);
    } while (!plain.empty());
}

void SegmentWriter::seal(std::size_t from, Bytes& out) {
    const Block mac = chain_.mac_of(View(out).subspan(from));
    append(out, View(mac).first(mac_octets));
    chain_.advance(mac);
}

SegmentReader::SegmentReader(const SessionKeys& keys)
    : chain_(keys), cbc_(AesCbc::Direction::decrypt, expose(keys.enc)) {}

Result<SegmentReader::Verified> SegmentReader::accept(der::Tag tag, View segment) {
    if (segment.size() > segment_octets_accepted)
        return fail(Errc::too_large, "segment",
                    std::to_string(segment.size()) + " octets, taken are " + std::to_string(segment_octets_accepted));
    der::Reader reader(segment);
    TRY(const der::Reader::Tlv tlv, reader.read(tag));
    if (!reader.empty()) return reader.error(Errc::trailing_data, "octets after the segment");
    const View content = tlv.content.rest();
    if (content.size() < mac_octets) return fail(Errc::bad_length, "segment", "no room for a MAC");

    const Block mac = chain_.mac_of(segment.first(segment.size() - mac_octets));
    if (!crypto::constant_time_equal(View(mac).first(mac_octets), segment.last(mac_octets)))
        return fail(Errc::bad_crypto, "segment", "its MAC does not hold: changed, out of order, or under other keys");
    const Verified verified{content.first(content.size() - mac_octets), chain_.icv()};
    chain_.advance(mac);
    return verified;
}

Result<SecretBytes> SegmentReader::verify_and_decrypt(der::Tag tag, View segment) {
    TRY(const Verified verified, accept(tag, segment));
    const View cipher = verified.data;
    if (cipher.empty() || cipher.size() % block_octets != 0)
        return fail(Errc::bad_length, "segment", "encrypted data is not a number of whole blocks");
    SecretBytes padded(cipher.size());
    cbc_.run(verified.icv, cipher, expose_mutable(padded));
    const auto size = unpadded_size(expose(padded));
    if (!size) return fail(Errc::bad_crypto, "segment", "its padding is not 80 00...: another key encrypted it");
    return SecretBytes::copy_of(expose(padded).first(*size));
}

Result<Bytes> SegmentReader::verify(der::Tag tag, View segment) {
    TRY(const Verified verified, accept(tag, segment));
    return to_bytes(verified.data);
}

}  // namespace mcim::bpp
