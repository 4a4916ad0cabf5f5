#include "report.h"

#include <boost/json.hpp>
#include <cstdio>

namespace mcim::agent {
namespace {

namespace json = boost::json;

void line(const json::object& object) {
    std::puts(json::serialize(object).c_str());
    std::fflush(stdout);
}
void text_line(std::FILE* to, std::string_view text) {
    std::fprintf(to, "%.*s\n", static_cast<int>(text.size()), text.data());
    std::fflush(to);
}

}  // namespace

void Report::progress(std::string_view name, std::string_view detail) const {
    if (form_ == Form::text)
        return text_line(stderr, "  " + std::string(name) + (detail.empty() ? "" : ": " + std::string(detail)));
    json::object payload{{"code", 0}, {"message", name}};
    if (!detail.empty()) payload["data"] = detail;
    line({{"type", "progress"}, {"payload", payload}});
}

void Report::progress(std::string_view name, const json::object& data, std::string_view text) const {
    if (form_ == Form::text) return progress(name, text);
    line({{"type", "progress"}, {"payload", {{"code", 0}, {"message", name}, {"data", data}}}});
}

int Report::success(const json::value& data, std::string_view text) const {
    if (form_ == Form::text)
        text_line(stdout, text);
    else
        line({{"type", "lpa"}, {"payload", {{"code", 0}, {"message", "success"}, {"data", data}}}});
    return 0;
}

int Report::failure(std::string_view what, const json::value& data) const {
    if (form_ == Form::text)
        text_line(stderr, "mcim-agent: " + std::string(what));
    else
        line({{"type", "lpa"}, {"payload", {{"code", -1}, {"message", what}, {"data", data}}}});
    return 1;
}

}  // namespace mcim::agent
