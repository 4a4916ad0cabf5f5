// The statements of a TPM, made from a key at hand: every field of a quote can be what a test needs it to be.
#pragma once
#include "mcim/evidence/evidence.h"

namespace mcim::test {

/// Octets of Part 2 structures, big-endian.
class TpmWriter {
public:
    TpmWriter& number(std::size_t octets, std::uint64_t value) {
        for (std::size_t i = octets; i-- > 0;) out_.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
        return *this;
    }
    TpmWriter& octets(View v) {
        append(out_, v);
        return *this;
    }
    TpmWriter& sized(View v) { return number(2, v.size()).octets(v); }
    [[nodiscard]] const Bytes& bytes() const { return out_; }

private:
    Bytes out_;
};

struct SoftTpm {
    crypto::PrivateKey ak = crypto::PrivateKey::generate(crypto::Curve::p256);
    std::uint32_t ak_attributes = 0x00050072;  // fixedTPM fixedParent sensitiveDataOrigin userWithAuth restricted sign
    evidence::PcrValues pcrs;
    evidence::ClockInfo clock{1000, 1, 0, true};
    std::uint32_t magic = 0xFF544347;
    std::uint16_t type = 0x8018;

    /// TPM2B_PUBLIC of the attestation key.
    [[nodiscard]] Bytes ak_public() const {
        const View point = ak.public_key().point();
        TpmWriter area;
        area.number(2, 0x0023).number(2, 0x000B).number(4, ak_attributes).sized({});
        area.number(2, 0x0010).number(2, 0x0018).number(2, 0x000B).number(2, 0x0003).number(2, 0x0010);
        area.sized(point.subspan(1, 32)).sized(point.subspan(33, 32));
        return TpmWriter().sized(area.bytes()).bytes();
    }
    /// TPMS_ATTEST over the registers that `pcrs` has.
    [[nodiscard]] Bytes attest(View extra_data) const {
        std::array<std::uint8_t, 3> bits{};
        for (const auto& [index, value] : pcrs)
            bits.at(index / 8) = static_cast<std::uint8_t>(bits.at(index / 8) | 1U << (index % 8));
        TpmWriter out;
        out.number(4, magic).number(2, type).sized(Bytes(34, 0x51)).sized(extra_data);
        out.number(8, clock.clock_ms)
            .number(4, clock.reset_count)
            .number(4, clock.restart_count)
            .number(1, clock.safe ? 1 : 0);
        out.number(8, 0x2019102300163636).number(4, 1).number(2, 0x000B).number(1, 3).octets(bits);
        out.sized(evidence::pcr_digest(pcrs));
        return out.bytes();
    }
    /// TPMT_SIGNATURE.
    [[nodiscard]] Bytes sign(View attested) const {
        const Bytes plain = ak.sign(attested);
        return TpmWriter()
            .number(2, 0x0018)
            .number(2, 0x000B)
            .sized(View(plain).first(32))
            .sized(View(plain).subspan(32))
            .bytes();
    }
    [[nodiscard]] evidence::Evidence evidence(const Eid& eid, View session, View nonce) const {
        const Bytes quote = attest(evidence::qualifying_data(nonce, session));
        return {eid, to_bytes(session), to_bytes(nonce), quote, sign(quote), pcrs};
    }
};

}  // namespace mcim::test
