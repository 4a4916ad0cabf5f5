// SGP.22 6.5.2: the JSON binding.
#include "mcim/msg/json.h"
#include "mcim/smdp/es9.h"

namespace mcim::smdp {
namespace {

template <class F>
Result<Function> read_as(std::string_view body) {
    TRY(auto request, msg::from_json<decltype(F::request)>(body));
    return Function(F{std::move(request)});
}

struct Route {
    Es9Function function;
    Result<Function> (*read)(std::string_view);
};
constexpr std::array<Route, 5> routes{{
    {Es9Function::initiate_authentication, read_as<InitiateAuthentication>},
    {Es9Function::authenticate_client, read_as<AuthenticateClient>},
    {Es9Function::get_bound_profile_package, read_as<GetBoundProfilePackage>},
    {Es9Function::cancel_session, read_as<CancelSession>},
    {Es9Function::handle_notification, read_as<HandleNotification>},
}};

Result<Function> read_json(std::string_view path, std::string_view body) {
    if (path.starts_with(es9_json_path))
        for (const Route& route : routes)
            if (path.substr(es9_json_path.size()) == to_string(route.function)) return route.read(body);
    return fail(Errc::not_found, std::string(path), "no function of ES9+ has this path");
}

/// Written apart from the table: the package is long, and it is there in DER already.
std::string package_json(const BoundPackage& reply) {
    static constexpr std::string_view head =
        R"({"header":{"functionExecutionStatus":{"status":"Executed-Success"}},"transactionId":")";
    const std::string package = base64(reply.package);
    std::string out;
    out.reserve(head.size() + package.size() + 640);  // with room for the head of the response, which goes before it
    out += head;
    out += hex(reply.transaction_id);
    out += R"(","boundProfilePackage":")";
    out += package;
    out += "\"}";
    return out;
}

std::optional<std::string> refusal_json(Es9Function function, const Refused& refused) {
    if (function == Es9Function::handle_notification) return std::nullopt;  // its reply has no body
    const StatusCode& code = status_code(refused.refusal);
    return msg::failure_json({std::string(code.subject), std::string(code.reason), "", refused.sentence()});
}

std::optional<std::string> write_json(Es9Function function, const Reply& reply) {
    return std::visit(
        [&](const auto& r) -> std::optional<std::string> {
            using R = std::remove_cvref_t<decltype(r)>;
            if constexpr (std::same_as<R, NoContent>)
                return std::string();
            else if constexpr (std::same_as<R, BoundPackage>)
                return package_json(r);
            else if constexpr (std::same_as<R, Refused>)
                return refusal_json(function, r);
            else
                return msg::success_json(r);
        },
        reply);
}

}  // namespace

constinit const Es9Binding es9_json{"application/json", read_json, write_json};

}  // namespace mcim::smdp
