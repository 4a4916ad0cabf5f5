#include "mcim/smdp/es9.h"

#include "mcim/msg/json.h"

namespace mcim::smdp {
namespace {

template <class F>
Result<Function> read_as(std::string_view body) {
    TRY(auto request, msg::from_json<decltype(F::request)>(body));
    return Function(F{std::move(request)});
}

struct Route {
    std::string_view name;
    Result<Function> (*read)(std::string_view);
};
constexpr std::array<Route, 5> routes{{
    {"initiateAuthentication", read_as<InitiateAuthentication>},
    {"authenticateClient", read_as<AuthenticateClient>},
    {"getBoundProfilePackage", read_as<GetBoundProfilePackage>},
    {"cancelSession", read_as<CancelSession>},
    {"handleNotification", read_as<HandleNotification>},
}};

/// Written apart from the table: the package is long, and it is there in DER already.
std::string write_package(const BoundPackage& reply) {
    return R"({"header":{"functionExecutionStatus":{"status":"Executed-Success"}},"transactionId":")" +
           hex(reply.transaction_id) + R"(","boundProfilePackage":")" + base64(reply.package) + "\"}";
}

}  // namespace

Result<Function> read_function(std::string_view path, std::string_view body) {
    if (path.starts_with(es9_path))
        for (const Route& route : routes)
            if (path.substr(es9_path.size()) == route.name) return route.read(body);
    return fail(Errc::not_found, std::string(path), "no function of ES9+ has this path");
}

std::string write_reply(const Reply& reply) {
    return std::visit(
        [](const auto& r) -> std::string {
            using R = std::remove_cvref_t<decltype(r)>;
            if constexpr (std::same_as<R, NoContent>) {
                return {};
            } else if constexpr (std::same_as<R, BoundPackage>) {
                return write_package(r);
            } else if constexpr (std::same_as<R, Refused>) {
                const StatusCode& code = status_code(r.refusal);
                return msg::failure_json({std::string(code.subject), std::string(code.reason), "", r.sentence()});
            } else {
                return msg::success_json(r);
            }
        },
        reply);
}

}  // namespace mcim::smdp
