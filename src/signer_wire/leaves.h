// How the plain values in the port's structures are written: identifiers as their digits, wrapped things and fixed
// arrays as OCTET STRING, numbers of 64 bits as INTEGER.
#pragma once
#include "mcim/der/leaf.h"
#include "mcim/signer/signer.h"

namespace mcim {
constexpr bool is_known(Errc code) { return code <= Errc::io; }
namespace crypto {
constexpr bool is_known(Curve curve) { return curve <= Curve::brainpool_p256r1; }
}  // namespace crypto
namespace signer {
constexpr bool is_known(Algorithm algorithm) { return algorithm <= Algorithm::test; }
constexpr bool is_known(Protection protection) { return protection <= Protection::profile_protection_keys; }
constexpr bool is_known(WrapSubscription::Constant constant) { return constant <= WrapSubscription::Constant::opc; }
}  // namespace signer
}  // namespace mcim

namespace mcim::signer_wire {

inline constexpr std::size_t text_octets_max = 64 * 1024;  ///< names, numbers of orders, reasons

template <class T>
concept Digits = std::same_as<T, Eid> || std::same_as<T, Iccid> || std::same_as<T, Imsi> || std::same_as<T, Msisdn>;
/// Check digits are the business of those who take an identifier from a stranger.
[[nodiscard]] Result<Eid> parse_digits(std::string_view, const Eid*);
[[nodiscard]] Result<Iccid> parse_digits(std::string_view, const Iccid*);
[[nodiscard]] Result<Imsi> parse_digits(std::string_view, const Imsi*);
[[nodiscard]] Result<Msisdn> parse_digits(std::string_view, const Msisdn*);
/// Somebody's, to be written over: an identifier cannot be empty.
template <Digits T>
[[nodiscard]] T any_digits(std::uint8_t last = 0) {
    const std::string digits = (std::same_as<T, Eid>     ? std::string(31, '0')
                                : std::same_as<T, Iccid> ? std::string(18, '0')
                                                         : std::string(14, '0')) +
                               static_cast<char>('0' + last % 10);
    auto parsed = parse_digits(digits, static_cast<const T*>(nullptr));
    return *std::move(parsed);
}

template <class T>
concept Wrapped = std::same_as<T, signer::WrappedSubscription> || std::same_as<T, signer::WrappedPackage> ||
                  std::same_as<T, signer::WrappedConfirmationCode> || std::same_as<T, signer::WrappedBinding>;
template <class T>
concept FixedOctets = std::same_as<T, signer::Signature> || std::same_as<T, signer::KeyFingerprint>;

[[nodiscard]] Error bad_length(const der::Reader& in, std::size_t octets);
[[nodiscard]] Bytes arbitrary_octets(der::Source&, std::size_t count);
void write_text(der::Writer&, std::string_view);
[[nodiscard]] Result<std::string> read_text(der::Reader);
[[nodiscard]] std::string arbitrary_text(der::Source&);

template <std::size_t N>
[[nodiscard]] Result<std::array<std::uint8_t, N>> read_array(der::Reader in) {
    if (in.rest().size() != N) return bad_length(in, in.rest().size());
    return to_array<N>(in.rest());
}

}  // namespace mcim::signer_wire

namespace mcim::der {

template <>
inline constexpr bool is_enumerated<Errc> = true;
template <>
inline constexpr bool is_enumerated<crypto::Curve> = true;
template <>
inline constexpr bool is_enumerated<signer::Algorithm> = true;
template <>
inline constexpr bool is_enumerated<signer::Protection> = true;
template <>
inline constexpr bool is_enumerated<signer::WrapSubscription::Constant> = true;

template <signer_wire::Digits T>
struct Codec<T> {
    static constexpr Tag tag{0x0C};
    static void write(Writer& w, const T& v) { w.bytes(as_view(v.text())); }
    static Result<T> read(Reader in) {
        auto parsed = signer_wire::parse_digits(as_text(in.rest()), static_cast<const T*>(nullptr));
        if (!parsed) return in.error(parsed.error().code, parsed.error().detail);
        return parsed;
    }
    static std::string print(const T& v) { return v.text(); }
    static T arbitrary(Source& s) { return signer_wire::any_digits<T>(s.byte()); }
};

template <>
struct Codec<std::string> {
    static constexpr Tag tag{0x0C};
    static void write(Writer& w, const std::string& v) { signer_wire::write_text(w, v); }
    static Result<std::string> read(Reader in) { return signer_wire::read_text(in); }
    static std::string print(const std::string& v) { return '"' + v + '"'; }
    static std::string arbitrary(Source& s) { return signer_wire::arbitrary_text(s); }
};
template <>
struct Codec<signer::KeyName> {
    static constexpr Tag tag{0x0C};
    static void write(Writer& w, const signer::KeyName& v) { signer_wire::write_text(w, v.text); }
    static Result<signer::KeyName> read(Reader in) {
        TRY(auto text, signer_wire::read_text(in));
        return signer::KeyName{std::move(text)};
    }
    static std::string print(const signer::KeyName& v) { return '"' + v.text + '"'; }
    static signer::KeyName arbitrary(Source& s) { return {signer_wire::arbitrary_text(s)}; }
};

/// As many octets as a message can have.
template <>
struct Codec<SecretBytes> {
    static constexpr Tag tag{0x04};
    static void write(Writer& w, const SecretBytes& v) { w.bytes(expose(v)); }
    static Result<SecretBytes> read(Reader in) { return SecretBytes::copy_of(in.rest()); }
    static std::string print(const SecretBytes& v) { return std::to_string(v.size()) + " secret octets"; }
    static SecretBytes arbitrary(Source& s) { return SecretBytes(signer_wire::arbitrary_octets(s, s.below(33))); }
};
/// Bytes are an OCTET STRING and no SEQUENCE OF small numbers.
template <>
struct Describe<Bytes> {
    static constexpr Type type{Tag{0x04},
                               [](const Type&, Writer& w, const void* v) { w.bytes(*static_cast<const Bytes*>(v)); },
                               [](const Type&, Reader in, void* v) -> std::optional<Error> {
                                   *static_cast<Bytes*>(v) = to_bytes(in.rest());
                                   return {};
                               },
                               [](const Type&, Printer& p, std::string_view n, const void* v) {
                                   p.line(n, hex(*static_cast<const Bytes*>(v)));
                               },
                               [](const Type&, Source& s, void* v) {
                                   *static_cast<Bytes*>(v) = signer_wire::arbitrary_octets(s, s.below(33));
                               }};
};
template <signer_wire::Wrapped T>
struct Codec<T> {
    static constexpr Tag tag{0x04};
    static void write(Writer& w, const T& v) { w.bytes(v.octets); }
    static Result<T> read(Reader in) { return T{to_bytes(in.rest())}; }
    static std::string print(const T& v) { return hex(v.octets); }
    static T arbitrary(Source& s) { return T{signer_wire::arbitrary_octets(s, s.below(33))}; }
};

template <std::size_t N>
struct Codec<std::array<std::uint8_t, N>> {
    using T = std::array<std::uint8_t, N>;
    static constexpr Tag tag{0x04};
    static void write(Writer& w, const T& v) { w.bytes(v); }
    static Result<T> read(Reader in) { return signer_wire::read_array<N>(in); }
    static std::string print(const T& v) { return hex(v); }
    static T arbitrary(Source& s) { return *to_array<N>(signer_wire::arbitrary_octets(s, N)); }
};
template <signer_wire::FixedOctets T>
struct Codec<T> {
    using Octets = decltype(T::octets);
    static constexpr Tag tag{0x04};
    static void write(Writer& w, const T& v) { Codec<Octets>::write(w, v.octets); }
    static Result<T> read(Reader in) {
        TRY(const auto octets, Codec<Octets>::read(in));
        return T{octets};
    }
    static std::string print(const T& v) { return hex(v.octets); }
    static T arbitrary(Source& s) { return T{Codec<Octets>::arbitrary(s)}; }
};

/// INTEGER (0..2^64-1): sequence numbers, sizes.
template <>
struct Codec<std::uint64_t> {
    static constexpr Tag tag{0x02};
    static void write(Writer& w, std::uint64_t v);
    static Result<std::uint64_t> read(Reader in);
    static std::string print(std::uint64_t v) { return std::to_string(v); }
    static std::uint64_t arbitrary(Source& s);
};

}  // namespace mcim::der
