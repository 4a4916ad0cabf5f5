#include "mcim/smdp/es9.h"

#include <cstdlib>

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

void exercise_es9_body(View body) {
    Server server{"smdp.example.com",       {}, {}, {}, SecretBytes(32), std::chrono::seconds(300),
                  std::chrono::seconds(300)};
    class NoRandom final : public Random {
        void fill(std::span<std::uint8_t> out) override { std::ranges::fill(out, std::uint8_t{0}); }
    } random;
    x509::EumCache cache;
    const Env env{Time{}, random, server, cache};
    for (const Route& route : routes) {
        auto function = route.read(std::string_view(reinterpret_cast<const char*>(body.data()), body.size()));
        if (!function) continue;
        auto answer =
            std::visit([&](auto&& f) { return step(Nothing{}, Event(std::move(f)), env); }, *std::move(function));
        if (!answer) std::abort();  // a function is always answered or acted upon
        if (const auto* reply = std::get_if<Reply>(&answer->then);
            reply != nullptr && write_reply(*reply).size() > 65536)
            std::abort();
    }
}

}  // namespace mcim::smdp
