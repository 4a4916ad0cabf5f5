#include "mcim/msg/json.h"

#include <array>
#include <boost/json.hpp>

namespace mcim::msg {
namespace {

namespace json = boost::json;

std::string_view name_of(const der::Field& f) { return f.json.name.empty() ? f.name : f.json.name; }

Bytes content_of(const der::Field& f, const void* v) {
    der::Writer w;
    f.type->write(*f.type, w, v);
    return std::move(w).finish();
}

std::string text_of(const der::Field& f, const void* v) {
    switch (f.json.form) {
        case der::JsonForm::text: return as_text(content_of(f, v));
        case der::JsonForm::hex: return hex(content_of(f, v));
        case der::JsonForm::base64_value: return base64(content_of(f, v));
        case der::JsonForm::base64_tlv: return base64(der::encode_value(f.tag, *f.type, v));
        case der::JsonForm::base64_own_tlv: return base64(der::encode_value(f.type->tag, *f.type, v));
        case der::JsonForm::none: break;
    }
    return {};
}

std::optional<Error> read_content(const der::Field& f, Result<Bytes> content, void* object) {
    if (!content) return std::move(content).error();
    return f.type->read(*f.type, der::Reader(*content), f.emplace(object));
}

std::optional<Error> read_tlv(const der::Field& f, der::Tag tag, std::string_view text, void* object) {
    const auto tlv = from_base64(text);
    if (!tlv) return tlv.error();
    return der::decode_value(tag, *f.type, *tlv, f.emplace(object));
}

std::optional<Error> read_member(const der::Field& f, std::string_view text, void* object) {
    switch (f.json.form) {
        case der::JsonForm::text: return read_content(f, to_bytes(as_view(text)), object);
        case der::JsonForm::hex: return read_content(f, from_hex(text), object);
        case der::JsonForm::base64_value: return read_content(f, from_base64(text), object);
        case der::JsonForm::base64_tlv: return read_tlv(f, f.tag, text, object);
        case der::JsonForm::base64_own_tlv: return read_tlv(f, f.type->tag, text, object);
        case der::JsonForm::none: break;
    }
    return {};
}

/// The members, in the order of the table, each after a comma but the first of an object.
void append_fields(std::string& out, const der::Type& type, const void* value) {
    for (const der::Field& f : type.fields) {
        const void* v = f.find(value);
        if (v == nullptr || f.json.form == der::JsonForm::none) continue;
        if (out.back() != '{') out += ',';
        out += '"';
        out += name_of(f);
        out += "\":";
        const std::string text = text_of(f, v);
        if (f.json.form == der::JsonForm::text) {
            out += json::serialize(json::string_view(text));
            continue;
        }
        out += '"';  // hexadecimal and base64 have nothing to escape
        out += text;
        out += '"';
    }
    out += '}';
}

/// Memory for a body, most of it on the stack and all of it given back at once.
class Scratch {
public:
    [[nodiscard]] json::storage_ptr storage() { return &memory_; }

private:
    std::array<unsigned char, 8192> first_;  // NOLINT: handed out unread
    json::monotonic_resource memory_{first_.data(), first_.size()};
};

Result<json::object> parse_object(std::string_view body, Scratch& scratch) {
    boost::system::error_code ec;
    json::value value = json::parse(body, ec, scratch.storage());
    if (ec) return fail(Errc::bad_value, "", "the body is not JSON");
    if (!value.is_object()) return fail(Errc::bad_value, "", "the body is not a JSON object");
    return std::move(value.as_object());
}

std::string text_at(const json::object& o, std::string_view name) {
    const auto* v = o.if_contains(name);
    return v != nullptr && v->is_string() ? std::string(v->as_string()) : std::string();
}

const json::object* object_at(const json::object& o, std::string_view name) {
    const auto* v = o.if_contains(name);
    return v != nullptr ? v->if_object() : nullptr;
}

const json::object* execution_status(const json::object& reply) {
    const json::object* header = object_at(reply, "header");
    return header != nullptr ? object_at(*header, "functionExecutionStatus") : nullptr;
}

}  // namespace

std::string write_json(const der::Type& type, const void* value) {
    std::string out = "{";
    append_fields(out, type, value);
    return out;
}

std::optional<Error> read_json(const der::Type& type, std::string_view body, void* value) {
    Scratch scratch;
    auto object = parse_object(body, scratch);
    if (!object) return std::move(object).error().within(type.name);
    for (const der::Field& f : type.fields) {
        if (f.json.form == der::JsonForm::none) continue;
        const auto* member = object->if_contains(name_of(f));
        if (member == nullptr) {
            if (f.optional) continue;
            return fail(Errc::missing_field, std::string(name_of(f))).within(type.name);
        }
        if (!member->is_string())
            return fail(Errc::bad_value, std::string(name_of(f)), "a JSON string is wanted").within(type.name);
        if (auto e = read_member(f, member->as_string(), value))
            return std::move(*e).within(name_of(f)).within(type.name);
    }
    return {};
}

std::string success_json(const der::Type& type, const void* value) {
    std::string out = R"({"header":{"functionExecutionStatus":{"status":"Executed-Success"}})";
    append_fields(out, type, value);
    return out;
}

std::string failure_json(const StatusCodeData& s) {
    json::object code{{"subjectCode", s.subject_code}, {"reasonCode", s.reason_code}};
    if (!s.subject_identifier.empty()) code["subjectIdentifier"] = s.subject_identifier;
    if (!s.message.empty()) code["message"] = s.message;
    return json::serialize(
        json::object{{"header", {{"functionExecutionStatus", {{"status", "Failed"}, {"statusCodeData", code}}}}}});
}

Result<std::optional<StatusCodeData>> read_status(std::string_view body) {
    Scratch scratch;
    TRY(const json::object object, parse_object(body, scratch));
    const json::object* execution = execution_status(object);
    if (execution == nullptr)
        return fail(Errc::missing_field, "header.functionExecutionStatus",
                    "the reply does not say whether it succeeded");
    const std::string status = text_at(*execution, "status");
    if (status == "Executed-Success" || status == "Executed-WithWarning") return std::optional<StatusCodeData>{};
    StatusCodeData out;
    if (const json::object* code = object_at(*execution, "statusCodeData"); code != nullptr)
        out = {text_at(*code, "subjectCode"), text_at(*code, "reasonCode"), text_at(*code, "subjectIdentifier"),
               text_at(*code, "message")};
    return std::optional(std::move(out));
}

bool says_failed(std::string_view body) {
    Scratch scratch;
    const auto object = parse_object(body, scratch);
    const json::object* execution = object ? execution_status(*object) : nullptr;
    if (execution == nullptr) return false;
    const std::string status = text_at(*execution, "status");
    return status == "Failed" || status == "Expired";
}

}  // namespace mcim::msg
