#include "mcim/jose/json.h"

#include <algorithm>
#include <boost/json.hpp>
#include <cstring>

#include "mcim/jose/json_check.h"

namespace mcim::jose {

namespace bj = boost::json;

/// An object inside a document that all objects read from it share.
struct Object::Impl {
    std::shared_ptr<const bj::value> document;
    const bj::object* object;
    std::string path;  // of this object within the document
};

namespace {

bj::string_view bj_view(std::string_view s) { return {s.data(), s.size()}; }

std::string below(const Object::Impl& o, std::string_view name) {
    return o.path.empty() ? std::string(name) : o.path + "." + std::string(name);
}

Error wrong(const Object::Impl& o, std::string_view name, std::string_view wanted) {
    return fail(Errc::bad_value, below(o, name), std::string(wanted) + " wanted");
}

Result<const bj::value*> member(const Object::Impl& o, std::string_view name) {
    const bj::value* v = o.object->if_contains(bj_view(name));
    if (v == nullptr) return fail(Errc::missing_field, below(o, name), "the member is missing");
    return v;
}

Object nested(const Object::Impl& o, const bj::object& inner, std::string path) {
    return Object(std::make_shared<Object::Impl>(Object::Impl{o.document, &inner, std::move(path)}));
}

/// A document may carry keys.
class WipingMemory final : public bj::memory_resource {
    void* do_allocate(std::size_t octets, std::size_t) override { return ::operator new(octets); }
    void do_deallocate(void* p, std::size_t octets, std::size_t) override {
        explicit_bzero(p, octets);
        ::operator delete(p);
    }
    [[nodiscard]] bool do_is_equal(const bj::memory_resource& other) const noexcept override { return this == &other; }
};

Result<std::string_view> text_view(const Object::Impl& o, std::string_view name) {
    TRY(const bj::value* v, member(o, name));
    const bj::string* s = v->if_string();
    if (s == nullptr || s->empty()) return wrong(o, name, "a text that is not empty");
    return std::string_view(s->data(), s->size());
}

std::string quoted(std::string_view text) { return bj::serialize(bj_view(text)); }

}  // namespace

Result<Object> Object::parse(std::string_view json, const JsonLimits& limits) {
    CHECKED(check_json(json, limits));
    bj::error_code ec;
    bj::parse_options options;
    options.max_depth = limits.depth_max;
    auto document = std::make_shared<const bj::value>(
        bj::parse(bj_view(json), ec, bj::make_shared_resource<WipingMemory>(), options));
    if (ec) return fail(Errc::bad_value, "", "not JSON: " + ec.message());
    const bj::object* object = document->if_object();
    if (object == nullptr) return fail(Errc::bad_value, "", "a JSON object wanted");
    return Object(std::make_shared<Impl>(Impl{document, object, ""}));
}

bool Object::has(std::string_view name) const { return impl_->object->contains(bj_view(name)); }

std::vector<std::string> Object::names() const {
    std::vector<std::string> out;
    for (const auto& m : *impl_->object) out.emplace_back(m.key().data(), m.key().size());
    return out;
}

Status Object::only(std::initializer_list<std::string_view> allowed) const {
    for (const auto& m : *impl_->object) {
        const std::string_view name(m.key().data(), m.key().size());
        if (std::ranges::find(allowed, name) == allowed.end())
            return fail(Errc::bad_value, below(*impl_, name.substr(0, 64)), "no member of this name is known here");
    }
    return ok();
}

Result<std::string> Object::text(std::string_view name) const {
    TRY(const std::string_view found, text_view(*impl_, name));
    return std::string(found);
}

bool Object::is_empty_text(std::string_view name) const {
    const bj::value* v = impl_->object->if_contains(bj_view(name));
    const bj::string* s = v == nullptr ? nullptr : v->if_string();
    return s != nullptr && s->empty();
}

Result<bool> Object::flag(std::string_view name) const {
    TRY(const bj::value* v, member(*impl_, name));
    const bool* b = v->if_bool();
    if (b == nullptr) return wrong(*impl_, name, "true or false");
    return *b;
}

Result<std::int64_t> Object::integer(std::string_view name) const {
    TRY(const bj::value* v, member(*impl_, name));
    const std::int64_t* n = v->if_int64();  // 1.0 and 1e0 are doubles to the parser, and refused
    if (n == nullptr) return wrong(*impl_, name, "a whole number of at most 63 bits");
    return *n;
}

Result<Time> Object::time(std::string_view name) const {
    TRY(const std::int64_t seconds, integer(name));
    // Year 9999: keeps every sum of a time and a duration of ours within range.
    if (seconds < 0 || seconds > 253402300799) return wrong(*impl_, name, "seconds since 1970, before the year 10000,");
    return Time{std::chrono::seconds{seconds}};
}

Result<Bytes> Object::octets(std::string_view name) const {
    TRY(const std::string coded, text(name));
    auto decoded = from_base64url(coded);
    if (!decoded) return wrong(*impl_, name, "base64url without padding");
    return decoded;
}

Result<Bytes> Object::hex_octets(std::string_view name) const {
    TRY(const std::string coded, text(name));
    auto decoded = from_hex(coded);
    if (!decoded) return wrong(*impl_, name, "an even number of hexadecimal digits");
    return decoded;
}

Result<SecretBytes> Object::secret_octets(std::string_view name) const {
    TRY(const std::string_view coded, text_view(*impl_, name));
    auto decoded = from_base64url(coded);
    if (!decoded) return wrong(*impl_, name, "base64url without padding");
    return SecretBytes(*std::move(decoded));
}

Result<SecretBytes> Object::secret_text(std::string_view name) const {
    TRY(const std::string_view text, text_view(*impl_, name));
    return SecretBytes::copy_of(as_view(text));
}
Result<SecretBytes> Object::secret_hex_octets(std::string_view name) const {
    TRY(const std::string_view coded, text_view(*impl_, name));
    auto decoded = from_hex(coded);
    if (!decoded) return wrong(*impl_, name, "an even number of hexadecimal digits");
    return SecretBytes(*std::move(decoded));
}

Result<Object> Object::object(std::string_view name) const {
    TRY(const bj::value* v, member(*impl_, name));
    if (!v->is_object()) return wrong(*impl_, name, "an object");
    return nested(*impl_, v->get_object(), below(*impl_, name));
}

Result<std::vector<Object>> Object::objects(std::string_view name) const {
    TRY(const bj::value* v, member(*impl_, name));
    if (!v->is_array()) return wrong(*impl_, name, "an array of objects");
    std::vector<Object> out;
    for (const bj::value& item : v->get_array()) {
        if (!item.is_object()) return wrong(*impl_, name, "an array of objects");
        out.push_back(nested(*impl_, item.get_object(), below(*impl_, name) + "[" + std::to_string(out.size()) + "]"));
    }
    return out;
}

Result<std::vector<std::string>> Object::texts(std::string_view name) const {
    TRY(const bj::value* v, member(*impl_, name));
    if (!v->is_array()) return wrong(*impl_, name, "an array of texts");
    std::vector<std::string> out;
    for (const bj::value& item : v->get_array()) {
        const bj::string* s = item.if_string();
        if (s == nullptr) return wrong(*impl_, name, "an array of texts");
        out.emplace_back(s->data(), s->size());
    }
    return out;
}

Result<std::vector<std::int64_t>> Object::integers(std::string_view name) const {
    TRY(const bj::value* v, member(*impl_, name));
    if (!v->is_array()) return wrong(*impl_, name, "an array of whole numbers");
    std::vector<std::int64_t> out;
    for (const bj::value& item : v->get_array()) {
        const std::int64_t* n = item.if_int64();
        if (n == nullptr) return wrong(*impl_, name, "an array of whole numbers");
        out.push_back(*n);
    }
    return out;
}

void ObjectWriter::member(std::string_view name, std::string_view written) {
    if (!body_.empty()) body_ += ',';
    body_ += quoted(name);
    body_ += ':';
    body_ += written;
}

ObjectWriter& ObjectWriter::text(std::string_view name, std::string_view value) {
    member(name, quoted(value));
    return *this;
}
ObjectWriter& ObjectWriter::integer(std::string_view name, std::int64_t value) {
    member(name, std::to_string(value));
    return *this;
}
ObjectWriter& ObjectWriter::flag(std::string_view name, bool value) {
    member(name, value ? "true" : "false");
    return *this;
}
ObjectWriter& ObjectWriter::time(std::string_view name, Time value) {
    return integer(name, std::chrono::floor<std::chrono::seconds>(value).time_since_epoch().count());
}
ObjectWriter& ObjectWriter::octets(std::string_view name, View value) { return text(name, base64url(value)); }
ObjectWriter& ObjectWriter::hex_octets(std::string_view name, View value) { return text(name, hex(value)); }
ObjectWriter& ObjectWriter::object(std::string_view name, const ObjectWriter& value) {
    member(name, value.finish());
    return *this;
}
ObjectWriter& ObjectWriter::objects(std::string_view name, const std::vector<ObjectWriter>& values) {
    std::string list;
    for (const auto& v : values) list += (list.empty() ? "" : ",") + v.finish();
    member(name, "[" + list + "]");
    return *this;
}
ObjectWriter& ObjectWriter::texts(std::string_view name, const std::vector<std::string>& values) {
    std::string list;
    for (const auto& v : values) list += (list.empty() ? "" : ",") + quoted(v);
    member(name, "[" + list + "]");
    return *this;
}
ObjectWriter& ObjectWriter::integers(std::string_view name, const std::vector<std::int64_t>& values) {
    std::string list;
    for (const auto v : values) list += (list.empty() ? "" : ",") + std::to_string(v);
    member(name, "[" + list + "]");
    return *this;
}

}  // namespace mcim::jose
