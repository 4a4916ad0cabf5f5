// The JSON binding of ES9+ (SGP.22 6.5): bodies from and to the structures of es9.h, by the JSON column of their
// tables.
#pragma once
#include "mcim/msg/es9.h"

namespace mcim::msg {

/// 5.2.6: subject and reason code of a refused function, a plain sentence, and what it is about.
struct StatusCodeData {
    std::string subject_code;
    std::string reason_code;
    std::string subject_identifier;  ///< may be empty
    std::string message;             ///< may be empty
    friend bool operator==(const StatusCodeData&, const StatusCodeData&) = default;
};

[[nodiscard]] std::string write_json(const der::Type&, const void* value);
std::optional<Error> read_json(const der::Type&, std::string_view body, void* value);

/// A request body, or a reply's fields without its header. Members that the table does not name are ignored.
template <class T>
[[nodiscard]] Result<T> from_json(std::string_view body) {
    T value{};
    if (auto e = read_json(der::type_of<T>, body, &value)) return *std::move(e);
    return value;
}
/// A request body: the fields alone.
template <class T>
[[nodiscard]] std::string to_json(const T& value) {
    return write_json(der::type_of<T>, &value);
}
/// A reply: {"header":{"functionExecutionStatus":{"status":"Executed-Success"}}, fields...}
[[nodiscard]] std::string success_json(const der::Type&, const void* value);
template <class T>
[[nodiscard]] std::string success_json(const T& value) {
    return success_json(der::type_of<T>, &value);
}
/// {"header":{"functionExecutionStatus":{"status":"Failed","statusCodeData":{...}}}}
[[nodiscard]] std::string failure_json(const StatusCodeData&);
/// What a reply says: nullopt for Executed-Success and Executed-WithWarning, else its status code.
[[nodiscard]] Result<std::optional<StatusCodeData>> read_status(std::string_view body);
/// Whether a reply says `Failed` or `Expired`. One that says nothing of it, or nothing that 5.2.6 knows, does not.
[[nodiscard]] bool says_failed(std::string_view body);

}  // namespace mcim::msg
