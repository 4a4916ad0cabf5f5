// SCP03t: how one segment of a bound profile package is protected (SGP.22 2.5.3, 2.6.4; Annex G).
//
// '86' and '87': AES-CBC under the ENC key, padded with 80 00..., then MAC. '88': MAC only.
// The MAC is the first 8 octets of AES-CMAC over chaining value || tag || final length || data; the whole 16 octets are
// the next chaining value. The ICV is the number of the segment, encrypted; a segment with MAC only counts as well.
#pragma once
#include "mcim/bpp/session_keys.h"
#include "mcim/crypto/aes.h"
#include "mcim/der/tlv.h"

namespace mcim::bpp {

inline constexpr std::size_t mac_octets = 8;
/// SGP.22 2.5.3: what a server makes, tag, length and MAC included.
inline constexpr std::size_t segment_octets_max = 1020;
/// What a card takes. SGP.22 demands 1024 at least; servers in the field measure the data before padding it (1036
/// octets, vectors/package.vec), so that 1024 octets of data have to find room.
inline constexpr std::size_t segment_octets_accepted = 4 + 1040 + mac_octets;

/// What both sides count and chain.
class SegmentChain {
public:
    explicit SegmentChain(const SessionKeys&);
    /// The ICV of the segment that comes next (SGP.22 2.6.4.4).
    [[nodiscard]] crypto::Block icv() const;
    /// The whole MAC of the segment that comes next. Nothing advances.
    [[nodiscard]] crypto::Block mac_of(View header_and_data);
    /// The segment with this MAC was sent or accepted.
    void advance(const crypto::Block& mac);

private:
    crypto::AesBlock enc_;
    crypto::AesCmac cmac_;
    crypto::Block chaining_value_;
    std::uint64_t number_ = 1;
};

/// The server's side. Data of any length is cut into segments, which are appended to `out` as TLVs.
class SegmentWriter {
public:
    explicit SegmentWriter(const SessionKeys&);
    void encrypt_and_mac(der::Tag, View plain, Bytes& out);
    void mac_only(der::Tag, View plain, Bytes& out);

private:
    void seal(std::size_t from, Bytes& out);
    SegmentChain chain_;
    crypto::AesCbc cbc_;
};

/// The card's side: one whole segment at a time, in order. The MAC is verified before anything is decrypted.
/// Errc::bad_crypto where MAC or padding is wrong; any other error says that the octets are no such segment.
class SegmentReader {
public:
    explicit SegmentReader(const SessionKeys&);
    [[nodiscard]] Result<SecretBytes> verify_and_decrypt(der::Tag, View segment);
    [[nodiscard]] Result<Bytes> verify(der::Tag, View segment);

private:
    struct Verified {
        View data;
        crypto::Block icv;
    };
    [[nodiscard]] Result<Verified> accept(der::Tag, View segment);
    SegmentChain chain_;
    crypto::AesCbc cbc_;
};

}  // namespace mcim::bpp
