// Leaf types: OCTET STRING, INTEGER (plain, and named: open), ENUMERATED (closed), BOOLEAN, NULL, BIT STRING,
// OBJECT IDENTIFIER, UTF8String and ANY. A Codec reads and writes content octets.
#pragma once
#include <concepts>
#include <limits>
#include <utility>

#include "mcim/der/table.h"

namespace mcim::der {

inline constexpr std::size_t no_limit = std::numeric_limits<std::size_t>::max();

template <std::size_t Min = 0, std::size_t Max = no_limit>
struct OctetString {
    Bytes bytes = Bytes(Min);
    [[nodiscard]] static Result<OctetString> from(View v) {
        if (v.size() < Min || v.size() > Max) return fail(Errc::bad_length, "", std::to_string(v.size()) + " octets");
        return OctetString{to_bytes(v)};
    }
    operator View() const { return bytes; }
    friend bool operator==(const OctetString&, const OctetString&) = default;
};
template <std::size_t Min, std::size_t Max>
struct Codec<OctetString<Min, Max>> {
    using T = OctetString<Min, Max>;
    static constexpr Tag tag{0x04};
    static void write(Writer& w, const T& v) { w.bytes(v.bytes); }
    static Result<T> read(Reader in) {
        const View b = in.rest();
        if (b.size() < Min || b.size() > Max) return in.error(Errc::bad_length, std::to_string(b.size()) + " octets");
        return T{to_bytes(b)};
    }
    static std::string print(const T& v) { return hex(v.bytes); }
    static T arbitrary(Source& s) {
        T v;
        v.bytes.resize(Min + s.below(std::min<std::size_t>(Max - Min, 40) + 1));
        for (auto& b : v.bytes) b = s.byte();
        return v;
    }
};

/// UTF8String; the size counts characters, as SIZE in ASN.1 does.
template <std::size_t Min = 0, std::size_t Max = no_limit>
struct Utf8String {
    std::string text = std::string(Min, ' ');
    friend bool operator==(const Utf8String&, const Utf8String&) = default;
};
/// The number of characters, or nullopt where `text` is not UTF-8 (RFC 3629: no overlong forms, no surrogates).
[[nodiscard]] std::optional<std::size_t> utf8_length(std::string_view text);
template <std::size_t Min, std::size_t Max>
struct Codec<Utf8String<Min, Max>> {
    using T = Utf8String<Min, Max>;
    static constexpr Tag tag{0x0C};
    static void write(Writer& w, const T& v) { w.bytes(as_view(v.text)); }
    static Result<T> read(Reader in) {
        T v{as_text(in.rest())};
        const auto length = utf8_length(v.text);
        if (!length) return in.error(Errc::bad_value, "not UTF-8");
        if (*length < Min || *length > Max) return in.error(Errc::bad_length, std::to_string(*length) + " characters");
        return v;
    }
    static std::string print(const T& v) { return '"' + v.text + '"'; }
    static T arbitrary(Source& s) {
        T v{std::string(Min + s.below(std::min<std::size_t>(Max - Min, 20) + 1), ' ')};
        for (auto& c : v.text) c = static_cast<char>('a' + s.below(26));
        return v;
    }
};

template <>
struct Codec<bool> {
    static constexpr Tag tag{0x01};
    static void write(Writer& w, bool v) { w.byte(v ? 0xFF : 0x00); }
    static Result<bool> read(Reader in);
    static std::string print(bool v) { return v ? "TRUE" : "FALSE"; }
    static bool arbitrary(Source& s) { return (s.byte() & 1U) != 0; }
};

void write_integer(Writer&, std::int64_t);
[[nodiscard]] Result<std::int64_t> read_integer(Reader);

/// INTEGER whose range is that of T.
template <std::integral T>
    requires(!std::same_as<T, bool> && (std::is_signed_v<T> || sizeof(T) < 8))
struct Codec<T> {
    static constexpr Tag tag{0x02};
    static void write(Writer& w, T v) { write_integer(w, v); }
    static Result<T> read(Reader in) {
        TRY(const std::int64_t n, read_integer(in));
        if (!std::in_range<T>(n)) return in.error(Errc::bad_value, std::to_string(n) + " is out of range");
        return static_cast<T>(n);
    }
    static std::string print(T v) { return std::to_string(v); }
    static T arbitrary(Source& s) { return static_cast<T>(s.byte() & 0x7FU); }
};

/// An enum is a named INTEGER: open, a value without a name is kept. Specialise `is_enumerated` for the closed
/// ENUMERATED.
template <class E>
inline constexpr bool is_enumerated = false;
template <class E>
    requires std::is_enum_v<E>
struct Codec<E> {
    using I = std::underlying_type_t<E>;
    static constexpr Tag tag{is_enumerated<E> ? 0x0AU : 0x02U};
    static void write(Writer& w, E v) { write_integer(w, static_cast<I>(v)); }
    static Result<E> read(Reader in) {
        TRY(const I n, Codec<I>::read(in));
        if constexpr (is_enumerated<E>) {
            if (!is_known(static_cast<E>(n)))
                return in.error(Errc::bad_value, std::to_string(n) + " is not one of the values");
        }
        return static_cast<E>(n);
    }
    static std::string print(E v) {
        const auto number = std::to_string(static_cast<std::int64_t>(static_cast<I>(v)));
        if constexpr (requires { std::string(to_string(v)); })
            return std::string(to_string(v)) + "(" + number + ")";
        else
            return number;
    }
    static E arbitrary(Source& s) {
        if constexpr (is_enumerated<E>) {
            const auto start = s.byte();
            for (unsigned i = 0; i < 256; ++i)
                if (const auto e = static_cast<E>((start + i) & 0xFFU); is_known(e)) return e;
        }
        return static_cast<E>(s.byte() & 0x1FU);
    }
};

struct Null {
    friend bool operator==(Null, Null) = default;
};
template <>
struct Codec<Null> {
    static constexpr Tag tag{0x05};
    static void write(Writer&, Null) {}
    static Result<Null> read(Reader in);
    static std::string print(Null) { return "NULL"; }
    static Null arbitrary(Source&) { return {}; }
};

/// BIT STRING. Trailing zero bits of a named bit list are accepted and kept (cards write them); unused bits must be
/// zero.
class BitString {
public:
    BitString() = default;
    /// The named bits that are set; no trailing zero bits (X.690 11.2.2).
    [[nodiscard]] static BitString of(std::initializer_list<std::size_t> bits);
    [[nodiscard]] static Result<BitString> from_content(View);
    [[nodiscard]] bool test(std::size_t bit) const;
    void set(std::size_t bit);
    /// Every bit that is set here is set in `other`.
    [[nodiscard]] bool subset_of(const BitString& other) const;
    [[nodiscard]] bool none() const;
    [[nodiscard]] const Bytes& content() const { return content_; }
    friend bool operator==(const BitString&, const BitString&) = default;

private:
    Bytes content_{0};  ///< number of unused bits, then the bits
};
template <>
struct Codec<BitString> {
    static constexpr Tag tag{0x03};
    static void write(Writer& w, const BitString& v) { w.bytes(v.content()); }
    static Result<BitString> read(Reader in);
    static std::string print(const BitString& v);
    static BitString arbitrary(Source& s);
};

/// OBJECT IDENTIFIER in dotted form: "2.23.146.1.2.1.4".
class Oid {
public:
    Oid() : text_("0.0") {}
    [[nodiscard]] static Result<Oid> parse(std::string_view dotted);
    [[nodiscard]] static Result<Oid> from_content(View);
    [[nodiscard]] const std::string& text() const { return text_; }
    [[nodiscard]] Bytes content() const;
    friend bool operator==(const Oid&, const Oid&) = default;

private:
    std::string text_;
};
template <>
struct Codec<Oid> {
    static constexpr Tag tag{0x06};
    static void write(Writer& w, const Oid& v) { w.bytes(v.content()); }
    static Result<Oid> read(Reader in);
    static std::string print(const Oid& v) { return v.text(); }
    static Oid arbitrary(Source& s);
};

/// ANY, or a structure that is carried and not looked into (a certificate): one whole TLV.
struct Any {
    Bytes tlv = {0x05, 0x00};
    operator View() const { return tlv; }
    friend bool operator==(const Any&, const Any&) = default;
};
template <>
struct Codec<Any> {
    static constexpr Tag tag = untagged;
    static void write(Writer& w, const Any& v) { w.bytes(v.tlv); }
    static Result<Any> read(Reader in);
    static std::string print(const Any& v) { return hex(v.tlv); }
    static Any arbitrary(Source& s);
};
/// One whole TLV with tag 30: Certificate, CertificateList.
struct AnySequence {
    Bytes tlv = {0x30, 0x00};
    operator View() const { return tlv; }
    friend bool operator==(const AnySequence&, const AnySequence&) = default;
};
template <>
struct Codec<AnySequence> {
    static constexpr Tag tag{0x30};
    static void write(Writer& w, const AnySequence& v);
    static Result<AnySequence> read(Reader in);
    static std::string print(const AnySequence& v) { return hex(v.tlv); }
    static AnySequence arbitrary(Source&);
};

}  // namespace mcim::der
