// Open5GS's collection "subscribers", as mongoexport writes it: a document a line, one array, or CSV with dotted names.
#include <algorithm>

#include "mcim/apps/mcim/subscriber_file.h"
#include "mcim/jose/json.h"

namespace mcim::apps {

namespace {

constexpr jose::JsonLimits document_limits{std::size_t{64} * 1024 * 1024, 32};

/// A key of the document, which is null where it has none.
Result<SecretBytes> key_in(const jose::Object& security, std::string_view name) {
    const auto text = security.secret_text(name);
    if (!text) return SecretBytes();
    const View octets = expose(*text);
    return read_key(name, {reinterpret_cast<const char*>(octets.data()), octets.size()});
}

Status read_document(const jose::Object& document, SubscriberRow& row) {
    TRY(row.imsi, document.text("imsi"));
    row.algorithm = algorithm_name("");
    // a string in old versions, a list of them in others
    if (const auto numbers = document.texts("msisdn"); numbers && !numbers->empty()) row.msisdn = numbers->front();
    if (const auto number = document.text("msisdn")) row.msisdn = *number;
    if (const auto iccid = document.text("iccid")) row.iccid = *iccid;
    TRY(const auto security, document.object("security"));
    TRY(row.k, key_in(security, "k"));
    TRY(row.opc, key_in(security, "opc"));
    if (row.opc.empty()) {
        TRY(row.op, key_in(security, "op"));
    }
    if (row.k.empty()) return fail(Errc::missing_field, "security.k", "the subscriber has no key");
    return ok();
}

SubscriberRow row_of_document(const Result<jose::Object>& document, std::size_t place) {
    SubscriberRow row;
    row.place = place;
    if (!document) {
        // the parser's words could show what stands there
        row.problem = fail(Errc::bad_value, "", "no JSON object");
        return row;
    }
    if (auto read = read_document(*document, row); !read) row.problem = std::move(read).error();
    return row;
}

/// The array as a member, since a document of ours is an object.
Result<std::vector<jose::Object>> objects_of_array(std::string_view content) {
    constexpr std::string_view before = R"({"subscribers":)";
    SecretBytes wrapped(before.size() + content.size() + 1);
    const auto at = expose_mutable(wrapped);
    std::ranges::copy(before, at.begin());
    std::ranges::copy(content, at.begin() + before.size());
    at.back() = '}';
    const View text = expose(wrapped);
    const auto all = jose::Object::parse({reinterpret_cast<const char*>(text.data()), text.size()}, document_limits);
    auto objects = all ? all->objects("subscribers") : Result<std::vector<jose::Object>>(all.error());
    if (objects) return objects;
    return fail(Errc::bad_value, "", "no array of documents, as mongoexport --jsonArray writes it");
}

}  // namespace

Result<SubscriberFile> read_open5gs_subscribers(std::string_view content) {
    const auto start = content.find_first_not_of(" \t\r\n");
    const char first = start == std::string_view::npos ? ' ' : content[start];
    if (first != '{' && first != '[') return read_csv_subscribers(content, SubscriberFormat::open5gs);
    SubscriberFile out;
    out.format = SubscriberFormat::open5gs;
    out.ignored = {"security.amf", "security.sqn", "slice", "ambr"};
    if (first == '[') {
        out.places = "entry";
        TRY(const auto documents, objects_of_array(content));
        for (std::size_t i = 0; i < documents.size(); ++i) out.rows.push_back(row_of_document(documents[i], i + 1));
        return out;
    }
    for (std::size_t number = 1; !content.empty(); ++number) {
        const std::string_view line = take_line(content);
        if (trimmed(line).empty()) continue;
        out.rows.push_back(row_of_document(jose::Object::parse(line, document_limits), number));
    }
    return out;
}

}  // namespace mcim::apps
