// OCTET STRING that holds a key or a PIN: decoded into memory that zeroises, never printed.
#pragma once
#include "mcim/base/secret.h"
#include "mcim/der/leaf.h"

namespace mcim::saip {

template <std::size_t Min = 0, std::size_t Max = der::no_limit>
struct SecretOctets {
    SecretBytes bytes = SecretBytes(Min);
};

}  // namespace mcim::saip

template <std::size_t Min, std::size_t Max>
struct mcim::der::Codec<mcim::saip::SecretOctets<Min, Max>> {
    using T = mcim::saip::SecretOctets<Min, Max>;
    static constexpr Tag tag{0x04};
    static void write(Writer& w, const T& v) { w.bytes(expose(v.bytes)); }
    static Result<T> read(Reader in) {
        const View b = in.rest();
        if (b.size() < Min || b.size() > Max) return in.error(Errc::bad_length, std::to_string(b.size()) + " octets");
        return T{SecretBytes::copy_of(b)};
    }
    static std::string print(const T& v) { return "(" + std::to_string(v.bytes.size()) + " secret octets)"; }
    static T arbitrary(Source& s) {
        T v{SecretBytes(Min + s.below(std::min<std::size_t>(Max - Min, 40) + 1))};
        for (auto& b : expose_mutable(v.bytes)) b = s.byte();
        return v;
    }
};
