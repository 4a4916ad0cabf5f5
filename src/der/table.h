// Declare an ASN.1 structure once; encode, strictly decode, print and generate it from the table.
//
//   struct CancelSessionRequest {
//       TransactionId transaction_id;
//       CancelSessionReason reason{};
//       der::Extensions more;                      // EXTENSIBILITY IMPLIED: kept and written back unchanged
//       static constexpr auto asn1 = der::sequence("CancelSessionRequest", Tag{0xBF41},
//           der::field<&CancelSessionRequest::transaction_id>("transactionId", Tag{0x80}),
//           der::field<&CancelSessionRequest::reason>("reason", Tag{0x81}));
//   };
//   Bytes wire = der::encode(request);
//   Result<CancelSessionRequest> r = der::decode<CancelSessionRequest>(wire);
//
// std::optional members are OPTIONAL. A component with DEFAULT is declared OPTIONAL too and its default is given by an
// accessor: peers do write defaults out, and what decodes must re-encode to the same octets.
// A CHOICE is a struct with one std::variant member and a table made by choice(); std::vector is SEQUENCE OF.
#pragma once
#include <span>
#include <tuple>
#include <variant>

#include "mcim/der/tlv.h"

namespace mcim::der {

/// Components that a later version or another maker added: whole TLVs, in their order.
struct Extensions {
    Bytes tlvs;
    friend bool operator==(const Extensions&, const Extensions&) = default;
};

/// How a component stands in a JSON binding (SGP.22 6.5.2): as text, as hex, as base64 of its value, of its whole TLV
/// as in the ASN.1 binding, or of the TLV in its type's own tag.
enum class JsonForm : std::uint8_t { none, text, hex, base64_value, base64_tlv, base64_own_tlv };
struct Json {
    JsonForm form = JsonForm::none;
    std::string_view name{};  ///< where it differs from the ASN.1 name
};

class Printer {
public:
    void line(std::string_view name, std::string_view value);
    void push() { ++depth_; }
    void pop() { --depth_; }
    [[nodiscard]] std::string finish() && { return std::move(out_); }

private:
    std::string out_;
    std::size_t depth_ = 0;
};

/// Turns fuzzer octets into values, so that the same table feeds property tests.
class Source {
public:
    explicit Source(View in) : in_(in) {}
    std::uint8_t byte();
    std::size_t below(std::size_t n) { return n == 0 ? 0 : byte() % n; }

private:
    View in_;
};

// ---------------------------------------------------------------- type descriptions (plain data, walked by plain
// loops)

struct Type;
/// One component of a SEQUENCE or one alternative of a CHOICE.
struct Field {
    std::string_view name;
    Tag tag;  ///< untagged: the value brings its own (an untagged CHOICE, ANY)
    const Type* type;
    bool optional;
    const void* (*find)(const void* object);  ///< the component; nullptr where an OPTIONAL is absent
    void* (*emplace)(void* object);           ///< the component, made present
    Json json{};
};
/// How values of one C++ type are written, read, printed and generated.
struct Type {
    Tag tag;
    void (*write)(const Type&, Writer&, const void*);          ///< content octets only
    std::optional<Error> (*read)(const Type&, Reader, void*);  ///< from content octets
    void (*print)(const Type&, Printer&, std::string_view, const void*);
    void (*arbitrary)(const Type&, Source&, void*);
    std::string_view name{};
    std::span<const Field> fields{};
    Extensions* (*more)(void*) = nullptr;  ///< where unknown components are kept; null: they are refused
    bool any = false;                      ///< untagged, takes every tag
};
[[nodiscard]] bool accepts(const Type&, Tag);  ///< for untagged components: may this TLV be one?

template <class T>
struct Codec;  // leaf types: der/leaf.h
template <class T>
struct Describe;
template <class T>
inline constexpr Type type_of = Describe<T>::type;

// ---------------------------------------------------------------- fields from member pointers

template <class T>
struct unwrap {
    using type = T;
};
template <class T>
struct unwrap<std::optional<T>> {
    using type = T;
};
template <auto M>
struct member;
template <class S, class M, M S::*P>
struct member<P> {
    using value = typename unwrap<M>::type;
    static constexpr bool optional = !std::is_same_v<M, value>;
    static const void* find(const void* o) {
        const M& m = static_cast<const S*>(o)->*P;
        if constexpr (optional)
            return m ? &*m : nullptr;
        else
            return &m;
    }
    static void* emplace(void* o) {
        M& m = static_cast<S*>(o)->*P;
        if constexpr (optional)
            return &m.emplace();
        else
            return &m;
    }
};

template <auto P>
consteval Field field(std::string_view name, Tag tag, Json json = {}) {
    using V = typename member<P>::value;
    const Tag own = type_of<V>.tag;
    if (tag != untagged && own != untagged && tag.constructed() != own.constructed())
        throw "constructed bit of tag and type differ";
    if (tag != untagged && own == untagged && !tag.constructed()) throw "an explicit tag is constructed";
    return {name, tag, &type_of<V>, member<P>::optional, &member<P>::find, &member<P>::emplace, json};
}
/// With the tag of its type.
template <auto P>
consteval Field field(std::string_view name, Json json = {}) {
    return field<P>(name, type_of<typename member<P>::value>.tag, json);
}

template <std::size_t N>
struct Sequence {
    std::string_view name;
    Tag tag;
    std::array<Field, N> fields;
};
template <class... F>
consteval auto sequence(std::string_view name, Tag tag, F... f) {
    return Sequence<sizeof...(F)>{name, tag, {f...}};
}
template <class... F>
consteval auto sequence(std::string_view name, F... f) {
    return Sequence<sizeof...(F)>{name, Tag{0x30}, {f...}};
}

/// CHOICE: the same Field, one per alternative of the variant `M`; find() is null unless that alternative is held.
template <auto M, std::size_t I>
struct alternative_of;
template <class S, class V, V S::*P, std::size_t I>
struct alternative_of<P, I> {
    using value = std::variant_alternative_t<I, V>;
    static const void* find(const void* o) { return std::get_if<I>(&(static_cast<const S*>(o)->*P)); }
    static void* emplace(void* o) { return &(static_cast<S*>(o)->*P).template emplace<I>(); }
};
template <auto P, std::size_t I>
consteval Field alternative(std::string_view name, Tag tag) {
    using A = alternative_of<P, I>;
    const Tag own = type_of<typename A::value>.tag;
    if (tag != untagged && own != untagged && tag.constructed() != own.constructed())
        throw "constructed bit of tag and type differ";
    return {name, tag, &type_of<typename A::value>, false, &A::find, &A::emplace};
}
template <auto P, std::size_t I>
consteval Field alternative(std::string_view name) {
    return alternative<P, I>(name, type_of<typename alternative_of<P, I>::value>.tag);
}
template <std::size_t N>
struct Choice {
    std::string_view name;
    Tag tag;
    std::array<Field, N> alternatives;
};
/// CHOICE in a tag of its own (AuthenticateServerResponse, 'BF38').
template <class... F>
consteval auto choice(std::string_view name, Tag tag, F... f) {
    return Choice<sizeof...(F)>{name, tag, {f...}};
}
/// CHOICE without one: its alternative's tag is all there is.
template <class... F>
consteval auto choice(std::string_view name, F... f) {
    return Choice<sizeof...(F)>{name, untagged, {f...}};
}

void write_sequence(const Type&, Writer&, const void*);
std::optional<Error> read_sequence(const Type&, Reader, void*);
void print_fields(const Type&, Printer&, std::string_view, const void*);
void arbitrary_sequence(const Type&, Source&, void*);
void write_choice(const Type&, Writer&, const void*);
std::optional<Error> read_choice(const Type&, Reader, void*);
void arbitrary_choice(const Type&, Source&, void*);
/// One component with its header, or bare where untagged.
void write_tlv(Tag, const Type&, Writer&, const void*);
/// The component that starts here; the caller has looked at its tag.
std::optional<Error> read_tlv(Tag, const Type&, Reader&, void*);

template <class T>
constexpr auto extensions_of() -> Extensions* (*)(void*) {
    if constexpr (requires(T& t) { static_cast<Extensions&>(t.more); })
        return [](void* o) { return &static_cast<T*>(o)->more; };
    else
        return nullptr;
}

template <class T>
    requires requires { T::asn1.fields; }
struct Describe<T> {
    static constexpr Type type{T::asn1.tag,        write_sequence, read_sequence,  print_fields,
                               arbitrary_sequence, T::asn1.name,   T::asn1.fields, extensions_of<T>()};
};
template <class T>
    requires requires { T::asn1.alternatives; }
struct Describe<T> {
    static constexpr Type type{T::asn1.tag,      write_choice, read_choice,         print_fields,
                               arbitrary_choice, T::asn1.name, T::asn1.alternatives};
};
template <class T>
struct Describe {
    using C = Codec<T>;
    static constexpr bool any = C::tag == untagged;
    static constexpr Type type{C::tag,
                               [](const Type&, Writer& w, const void* v) { C::write(w, *static_cast<const T*>(v)); },
                               [](const Type&, Reader in, void* v) -> std::optional<Error> {
                                   auto r = C::read(in);
                                   if (!r) return std::move(r).error();
                                   *static_cast<T*>(v) = *std::move(r);
                                   return {};
                               },
                               [](const Type&, Printer& p, std::string_view n, const void* v) {
                                   p.line(n, C::print(*static_cast<const T*>(v)));
                               },
                               [](const Type&, Source& s, void* v) { *static_cast<T*>(v) = C::arbitrary(s); },
                               {},
                               {},
                               nullptr,
                               any};
};
/// SEQUENCE OF
template <class T>
struct Describe<std::vector<T>> {
    using List = std::vector<T>;
    static void write(const Type&, Writer& w, const void* v) {
        const auto& list = *static_cast<const List*>(v);
        for (auto it = list.rbegin(); it != list.rend(); ++it) write_tlv(type_of<T>.tag, type_of<T>, w, &*it);
    }
    static std::optional<Error> read(const Type&, Reader in, void* v) {
        auto& list = *static_cast<List*>(v);
        list.clear();
        while (!in.empty()) {
            if (auto e = read_tlv(type_of<T>.tag, type_of<T>, in, &list.emplace_back()))
                return std::move(*e).within(std::to_string(list.size() - 1));
        }
        return {};
    }
    static void print(const Type&, Printer& p, std::string_view n, const void* v) {
        p.line(n, "");
        p.push();
        for (const auto& x : *static_cast<const List*>(v)) type_of<T>.print(type_of<T>, p, "-", &x);
        p.pop();
    }
    static void arbitrary(const Type&, Source& s, void* v) {
        auto& list = *static_cast<List*>(v);
        list.clear();
        for (auto n = s.below(4); n != 0; --n) type_of<T>.arbitrary(type_of<T>, s, &list.emplace_back());
    }
    static constexpr Type type{Tag{0x30}, write, read, print, arbitrary};
};
/// SEQUENCE OF whose elements stand in a tag other than their type's: Tagged<0x87, OctetString<>> in a
/// BoundProfilePackage.
template <std::uint32_t Wire, class T>
struct Tagged {
    T value{};
    friend bool operator==(const Tagged&, const Tagged&) = default;
};
template <std::uint32_t Wire, class T>
struct Describe<Tagged<Wire, T>> {
    using V = Tagged<Wire, T>;
    static constexpr Type type{
        Tag{Wire},
        [](const Type&, Writer& w, const void* v) {
            type_of<T>.write(type_of<T>, w, &static_cast<const V*>(v)->value);
        },
        [](const Type&, Reader in, void* v) { return type_of<T>.read(type_of<T>, in, &static_cast<V*>(v)->value); },
        [](const Type&, Printer& p, std::string_view n, const void* v) {
            type_of<T>.print(type_of<T>, p, n, &static_cast<const V*>(v)->value);
        },
        [](const Type&, Source& s, void* v) { type_of<T>.arbitrary(type_of<T>, s, &static_cast<V*>(v)->value); }};
};

// ---------------------------------------------------------------- entry points

Bytes encode_value(Tag, const Type&, const void*);
std::optional<Error> decode_value(Tag, const Type&, View, void*);
std::string print_value(const Type&, const void*);

template <class T>
[[nodiscard]] Bytes encode(const T& v) {
    return encode_value(type_of<T>.tag, type_of<T>, &v);
}
/// With another tag than the type's own.
template <class T>
[[nodiscard]] Bytes encode(Tag tag, const T& v) {
    return encode_value(tag, type_of<T>, &v);
}
/// The whole input must be one value. Offsets in errors count from its first octet.
template <class T>
[[nodiscard]] Result<T> decode(View der) {
    T v{};
    if (auto e = decode_value(type_of<T>.tag, type_of<T>, der, &v)) return *std::move(e);
    return v;
}
template <class T>
[[nodiscard]] Result<T> decode(Tag tag, View der) {
    T v{};
    if (auto e = decode_value(tag, type_of<T>, der, &v)) return *std::move(e);
    return v;
}
template <class T>
[[nodiscard]] std::string print(const T& v) {
    return print_value(type_of<T>, &v);
}
template <class T>
[[nodiscard]] T arbitrary(View seed) {
    Source s(seed);
    T v{};
    type_of<T>.arbitrary(type_of<T>, s, &v);
    return v;
}

}  // namespace mcim::der
