// JSON objects as the messages and claims of this system use them: read strictly, written in a fixed order. The parser
// is Boost.JSON; it stays in json.cpp, so that no header of a core depends on it.
//
// Reading refuses what two parsers could understand differently: a member given twice, trailing text, invalid UTF-8,
// nesting beyond the limit, numbers where a whole number is wanted that are none.
#pragma once
#include <initializer_list>
#include <memory>
#include <optional>

#include "mcim/base/ports.h"
#include "mcim/base/secret.h"

namespace mcim::jose {

struct JsonLimits {
    std::size_t octets_max = 64 * 1024;
    std::size_t depth_max = 16;
};

/// One JSON object, read only. Errors carry the member's name, and those of the objects around it, as their path.
/// Members are missing_field where absent and bad_value where of another kind.
class Object {
public:
    [[nodiscard]] static Result<Object> parse(std::string_view json, const JsonLimits& limits = {});

    [[nodiscard]] bool has(std::string_view name) const;
    [[nodiscard]] std::vector<std::string> names() const;  ///< in the order of the text
    /// Refuses members that are not in the list.
    [[nodiscard]] Status only(std::initializer_list<std::string_view> allowed) const;

    [[nodiscard]] Result<std::string> text(std::string_view name) const;  ///< not empty
    [[nodiscard]] bool is_empty_text(std::string_view name) const;        ///< it is there, and is ""
    [[nodiscard]] Result<bool> flag(std::string_view name) const;
    [[nodiscard]] Result<std::int64_t> integer(std::string_view name) const;
    [[nodiscard]] Result<Time> time(
        std::string_view name) const;  ///< NumericDate in whole seconds (RFC 7519 section 2)
    [[nodiscard]] Result<Bytes> octets(std::string_view name) const;  ///< base64url without padding
    [[nodiscard]] Result<Bytes> hex_octets(std::string_view name) const;
    /// The same three for keys and codes. No copy is left but the document's own, which is wiped with it.
    [[nodiscard]] Result<SecretBytes> secret_text(std::string_view name) const;  ///< not empty
    [[nodiscard]] Result<SecretBytes> secret_octets(std::string_view name) const;
    [[nodiscard]] Result<SecretBytes> secret_hex_octets(std::string_view name) const;
    [[nodiscard]] Result<Object> object(std::string_view name) const;
    [[nodiscard]] Result<std::vector<Object>> objects(std::string_view name) const;
    [[nodiscard]] Result<std::vector<std::string>> texts(std::string_view name) const;
    [[nodiscard]] Result<std::vector<std::int64_t>> integers(std::string_view name) const;

    /// For a member that may be absent: optional_member(&Object::text, "aud").
    template <class T>
    [[nodiscard]] Result<std::optional<T>> optional_member(Result<T> (Object::*read)(std::string_view) const,
                                                           std::string_view name) const {
        if (!has(name)) return std::optional<T>{};
        TRY(T value, (this->*read)(name));
        return std::optional<T>{std::move(value)};
    }

    struct Impl;
    explicit Object(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}

private:
    std::shared_ptr<const Impl> impl_;  // shares the parsed document
};

/// Writes one JSON object, members in the order of the calls: the same input gives the same octets, as fixtures need
/// it. The caller gives every name once.
class ObjectWriter {
public:
    ObjectWriter& text(std::string_view name, std::string_view value);
    ObjectWriter& integer(std::string_view name, std::int64_t value);
    ObjectWriter& flag(std::string_view name, bool value);
    ObjectWriter& time(std::string_view name, Time value);  ///< whole seconds, rounded down
    ObjectWriter& octets(std::string_view name, View value);
    ObjectWriter& hex_octets(std::string_view name, View value);
    ObjectWriter& object(std::string_view name, const ObjectWriter& value);
    ObjectWriter& objects(std::string_view name, const std::vector<ObjectWriter>& values);
    ObjectWriter& texts(std::string_view name, const std::vector<std::string>& values);
    ObjectWriter& integers(std::string_view name, const std::vector<std::int64_t>& values);
    [[nodiscard]] std::string finish() const { return "{" + body_ + "}"; }

private:
    void member(std::string_view name, std::string_view written);
    std::string body_;
};

}  // namespace mcim::jose
