#include "mcim/jose/json_check.h"

#include <boost/json/basic_parser_impl.hpp>
#include <set>

namespace mcim::jose {
namespace {

using boost::json::error_code;

/// Hears the parser's events and keeps the member names of every object that is open.
struct MemberWatch {
    static constexpr std::size_t max_object_size = std::size_t(-1);
    static constexpr std::size_t max_array_size = std::size_t(-1);
    static constexpr std::size_t max_key_size = std::size_t(-1);
    static constexpr std::size_t max_string_size = std::size_t(-1);

    using Text = boost::json::string_view;

    std::vector<std::set<std::string, std::less<>>> open;
    std::string key;
    std::optional<std::string> twice;  // the member that was given twice

    bool on_document_begin(error_code&) { return true; }
    bool on_document_end(error_code&) { return true; }
    bool on_object_begin(error_code&) {
        open.emplace_back();
        return true;
    }
    bool on_object_end(std::size_t, error_code&) {
        open.pop_back();
        return true;
    }
    bool on_array_begin(error_code&) { return true; }
    bool on_array_end(std::size_t, error_code&) { return true; }
    bool on_key_part(Text part, std::size_t, error_code&) {
        key.append(part.data(), part.size());
        return true;
    }
    bool on_key(Text rest, std::size_t, error_code& ec) {
        key.append(rest.data(), rest.size());
        if (!open.back().insert(key).second) {
            twice = key;
            ec = boost::json::error::extra_data;
            return false;
        }
        key.clear();
        return true;
    }
    bool on_string_part(Text, std::size_t, error_code&) { return true; }
    bool on_string(Text, std::size_t, error_code&) { return true; }
    bool on_number_part(Text, error_code&) { return true; }
    bool on_int64(std::int64_t, Text, error_code&) { return true; }
    bool on_uint64(std::uint64_t, Text, error_code&) { return true; }
    bool on_double(double, Text, error_code&) { return true; }
    bool on_bool(bool, error_code&) { return true; }
    bool on_null(error_code&) { return true; }
    bool on_comment_part(Text, error_code&) { return true; }
    bool on_comment(Text, error_code&) { return true; }
};

Error at(Errc code, std::size_t offset, std::string detail) { return {code, offset, "", std::move(detail)}; }

}  // namespace

Status check_json(std::string_view json, const JsonLimits& limits) {
    if (json.size() > limits.octets_max)
        return fail(Errc::too_large, "",
                    "JSON of " + std::to_string(json.size()) + " octets, at most " + std::to_string(limits.octets_max) +
                        " are taken");
    boost::json::parse_options options;
    options.max_depth = limits.depth_max;
    boost::json::basic_parser<MemberWatch> parser(options);
    error_code ec;
    const std::size_t read = parser.write_some(false, json.data(), json.size(), ec);
    if (parser.handler().twice)
        return at(Errc::bad_value, read, "member \"" + *parser.handler().twice + "\" is given twice");
    if (ec) return at(Errc::bad_value, read, "not JSON: " + ec.message());
    if (read != json.size()) return at(Errc::trailing_data, read, "text follows the JSON value");
    return ok();
}

}  // namespace mcim::jose
