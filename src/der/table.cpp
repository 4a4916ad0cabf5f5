#include "mcim/der/table.h"

#include <algorithm>

namespace mcim::der {

void Printer::line(std::string_view name, std::string_view value) {
    out_.append(depth_ * 2, ' ').append(name);
    if (!value.empty()) out_.append(" ").append(value);
    out_.push_back('\n');
}

std::uint8_t Source::byte() {
    if (in_.empty()) return 0;
    const auto b = in_.front();
    in_ = in_.subspan(1);
    return b;
}

bool accepts(const Type& type, Tag tag) {
    if (type.any) return true;
    return std::ranges::any_of(
        type.fields, [&](const Field& f) { return f.tag == untagged ? accepts(*f.type, tag) : f.tag == tag; });
}

namespace {
bool starts_here(Tag own, const Type& type, std::optional<Tag> next) {
    if (!next) return false;
    return own == untagged ? accepts(type, *next) : own == *next;
}

/// Unknown components may only follow; a known one out of its place or twice is not an extension.
std::optional<Error> read_extensions(const Type& t, Reader in, void* object) {
    if (in.empty()) return {};
    if (t.more == nullptr) return in.error(Errc::trailing_data);
    const View all = in.rest();
    while (!in.empty()) {
        const auto next = in.peek();
        if (next && std::ranges::any_of(t.fields, [&](const Field& f) { return f.tag == *next; }))
            return in.error(Errc::bad_tag, to_string(*next) + " stands twice or out of its order");
        auto tlv = in.read();
        if (!tlv) return std::move(tlv).error();
    }
    t.more(object)->tlvs = to_bytes(all);
    return {};
}

/// One to three components, primitive and constructed, that the table does not have.
Bytes arbitrary_extensions(const Type& t, Source& s) {
    Bytes out;
    for (auto n = 1 + s.below(3); n != 0; --n) {
        const Tag tag{(s.below(2) == 0 ? 0x9F60U : 0xBF60U) + static_cast<std::uint32_t>(s.below(16))};
        if (std::ranges::any_of(t.fields, [&](const Field& f) { return starts_here(f.tag, *f.type, tag); })) continue;
        Bytes content(s.below(6));
        for (auto& b : content) b = s.byte();
        append(out, wrap(tag, tag.constructed() ? wrap(Tag{0x04}, content) : content));
    }
    return out;
}
}  // namespace

void write_tlv(Tag tag, const Type& type, Writer& w, const void* value) {
    const auto before = w.size();
    type.write(type, w, value);
    if (tag != untagged) w.header(tag, w.size() - before);
}

std::optional<Error> read_tlv(Tag tag, const Type& type, Reader& in, void* value) {
    const auto next = in.peek();
    if (next && !starts_here(tag, type, next)) return in.error(Errc::bad_tag, "not " + to_string(*next) + " here");
    auto tlv = in.read();
    if (!tlv) return std::move(tlv).error();
    return type.read(type, tag == untagged ? Reader(tlv->whole, tlv->offset) : tlv->content, value);
}

void write_sequence(const Type& t, Writer& w, const void* object) {
    if (t.more != nullptr) w.bytes(t.more(const_cast<void*>(object))->tlvs);  // NOLINT: read only
    for (auto f = t.fields.rbegin(); f != t.fields.rend(); ++f)
        if (const void* v = f->find(object)) write_tlv(f->tag, *f->type, w, v);
}

std::optional<Error> read_sequence(const Type& t, Reader in, void* object) {
    for (const Field& f : t.fields) {
        const auto next = in.peek();
        if (!starts_here(f.tag, *f.type, next)) {
            if (f.optional && (next || in.empty())) continue;
            if (in.empty()) return in.error(Errc::missing_field).within(f.name);
            return in.error(Errc::bad_tag, next ? "not " + to_string(*next) + " here" : "malformed tag").within(f.name);
        }
        if (auto e = read_tlv(f.tag, *f.type, in, f.emplace(object))) return std::move(*e).within(f.name);
    }
    return read_extensions(t, in, object);
}

void print_fields(const Type& t, Printer& p, std::string_view name, const void* object) {
    p.line(name, name == t.name ? "" : t.name);
    p.push();
    for (const Field& f : t.fields)
        if (const void* v = f.find(object)) f.type->print(*f.type, p, f.name, v);
    if (t.more != nullptr)
        if (const auto& tlvs = t.more(const_cast<void*>(object))->tlvs; !tlvs.empty())
            p.line("...", hex(tlvs));  // NOLINT: read only
    p.pop();
}

void arbitrary_sequence(const Type& t, Source& s, void* object) {
    for (const Field& f : t.fields)
        if (!f.optional || (s.byte() & 1U) != 0) f.type->arbitrary(*f.type, s, f.emplace(object));
    if (t.more != nullptr && s.below(4) == 3) t.more(object)->tlvs = arbitrary_extensions(t, s);
}

void write_choice(const Type& t, Writer& w, const void* object) {
    for (const Field& f : t.fields)
        if (const void* v = f.find(object)) write_tlv(f.tag, *f.type, w, v);
}

std::optional<Error> read_choice(const Type& t, Reader in, void* object) {
    const auto next = in.peek();
    if (in.empty()) return in.error(Errc::missing_field);
    for (const Field& f : t.fields) {
        if (!starts_here(f.tag, *f.type, next)) continue;
        if (auto e = read_tlv(f.tag, *f.type, in, f.emplace(object))) return std::move(*e).within(f.name);
        if (!in.empty()) return in.error(Errc::trailing_data);
        return {};
    }
    return in.error(Errc::bad_tag, next ? "no alternative has tag " + to_string(*next) : "malformed tag");
}

void arbitrary_choice(const Type& t, Source& s, void* object) {
    const Field& f = t.fields[s.below(t.fields.size())];
    f.type->arbitrary(*f.type, s, f.emplace(object));
}

Bytes encode_value(Tag tag, const Type& t, const void* v) {
    Writer w;
    write_tlv(tag, t, w, v);
    return std::move(w).finish();
}

std::optional<Error> decode_value(Tag tag, const Type& t, View der, void* v) {
    Reader in(der);
    if (in.empty()) return in.error(Errc::truncated).within(t.name);
    if (auto e = read_tlv(tag, t, in, v)) return std::move(*e).within(t.name);
    if (!in.empty()) return in.error(Errc::trailing_data).within(t.name);
    return {};
}

std::string print_value(const Type& t, const void* v) {
    Printer p;
    t.print(t, p, t.name, v);
    return std::move(p).finish();
}

}  // namespace mcim::der
