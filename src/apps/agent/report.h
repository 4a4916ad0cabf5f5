// What the agent prints: lines for people, or one JSON object a line as LPA tools in the field print them:
// {"type":"progress","payload":{...}} and {"type":"lpa","payload":{"code":0,"message":"success","data":...}}.
#pragma once
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <string>
#include <string_view>

namespace mcim::agent {

class Report {
public:
    enum class Form { text, json };
    explicit Report(Form form) : form_(form) {}
    void progress(std::string_view name, std::string_view detail = {}) const;
    /// With members for programs; `text` is what people see.
    void progress(std::string_view name, const boost::json::object& data, std::string_view text) const;
    /// The end: the exit status that belongs to it. `text` is what people see.
    [[nodiscard]] int success(const boost::json::value& data, std::string_view text) const;
    [[nodiscard]] int failure(std::string_view what, const boost::json::value& data = {}) const;

private:
    Form form_;
};

}  // namespace mcim::agent
