// Result<T>: a value or an Error. The one error idiom of the code base (docs/adr/0002-errors.md).
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace mcim {

enum class Errc : std::uint8_t {
    truncated,
    bad_length,
    bad_tag,
    missing_field,
    trailing_data,
    bad_value,
    too_large,
    unexpected_event,
    not_found,
    conflict,    ///< it exists already, or changed meanwhile
    refused,     ///< a rule or a peer forbids it
    bad_crypto,  ///< a signature, MAC or key does not hold
    io,          ///< the operating system, a socket, a file or a database failed
};
std::string_view to_string(Errc);

/// What could not be done, where, and why. A refusal that a protocol defines is a value of that protocol, not an Error.
struct Error {
    Errc code = Errc::bad_value;
    std::size_t offset = 0;  ///< octets from the start of the input; 0 where there is no input
    std::string path;        ///< the field or file: "AuthenticateServerRequest.serverSigned1.transactionId"
    std::string detail;      ///< a plain sentence for people; may be empty

    [[nodiscard]] Error within(std::string_view field) &&;
};
/// "bad tag at AuthenticateServerRequest.serverSigned1 (octet 12): ..." for logs and terminals.
std::string to_string(const Error&);
/// fail(Errc::io, "state/journal", "cannot open: No such file")
[[nodiscard]] Error fail(Errc, std::string path, std::string detail = {});

template <class T>
class [[nodiscard]] Result {
public:
    Result(T value) : v_(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : v_(std::in_place_index<1>, std::move(error)) {}
    [[nodiscard]] bool has_value() const { return v_.index() == 0; }
    explicit operator bool() const { return has_value(); }
    T& operator*() & { return *held<0>(v_); }
    const T& operator*() const& { return *held<0>(v_); }
    T&& operator*() && { return std::move(*held<0>(v_)); }
    T* operator->() { return held<0>(v_); }
    const T* operator->() const { return held<0>(v_); }
    [[nodiscard]] const Error& error() const& { return *held<1>(v_); }
    [[nodiscard]] Error&& error() && { return std::move(*held<1>(v_)); }

private:
    template <std::size_t I, class V>
    static auto* held(V& v) {  // a broken invariant aborts
        auto* p = std::get_if<I>(&v);
        if (p == nullptr) std::abort();
        return p;
    }
    std::variant<T, Error> v_;
};

struct Unit {
    friend bool operator==(const Unit&, const Unit&) = default;
};
using Status = Result<Unit>;
inline Status ok() { return Unit{}; }

}  // namespace mcim

#define MCIM_CAT2(a, b) a##b
#define MCIM_CAT(a, b) MCIM_CAT2(a, b)
#define MCIM_TRY_IMPL(tmp, decl, expr)       \
    auto tmp = (expr);                       \
    if (!tmp) return std::move(tmp).error(); \
    decl = *std::move(tmp)
/// TRY(auto x, f()); binds the value or returns the Error.
#define TRY(decl, expr) MCIM_TRY_IMPL(MCIM_CAT(try_tmp_, __LINE__), decl, expr)
/// CHECKED(f()); for a Status: go on, or return the Error.
#define CHECKED(expr)                                                                       \
    do {                                                                                    \
        if (auto checked_tmp = (expr); !checked_tmp) return std::move(checked_tmp).error(); \
    } while (false)
