#include "mcim/apps/mcimd/admin.h"

#include <spdlog/spdlog.h>

#include "mcim/apps/mcimd/admin_calls.h"

namespace mcim::apps::mcimd {
namespace {

/// Packages reach 150 KiB, a third more in base64.
constexpr jose::JsonLimits body_limits{1024 * 1024, 16};

unsigned status_of(Errc code) {
    switch (code) {
        case Errc::not_found: return 404;
        case Errc::conflict: return 409;
        case Errc::refused: return 403;
        case Errc::io: return 503;
        default: return 422;
    }
}

std::vector<std::string_view> split(std::string_view path) {
    std::vector<std::string_view> out;
    while (!path.empty()) {
        path.remove_prefix(1);
        const auto slash = path.find('/');
        out.push_back(path.substr(0, slash));
        path = slash == std::string_view::npos ? std::string_view() : path.substr(slash);
    }
    return out;
}

Result<Json> status(Platform& p) {
    TRY(const auto orders, p.store.list_orders());
    std::vector<std::string> roles;
    if (p.dp) roles.emplace_back("dp");
    if (p.verifier) roles.emplace_back("pva");
    return Json()
        .texts("roles", roles)
        .integer("orders", static_cast<std::int64_t>(orders.size()))
        .integer("commit_groups", static_cast<std::int64_t>(p.committer.groups()))
        .integer("commit_batches", static_cast<std::int64_t>(p.committer.batches()));
}

Result<jose::Object> body_of(const http::Request& r) {
    return jose::Object::parse(r.body.empty() ? "{}" : std::string_view(r.body), body_limits);
}

Error unknown(const http::Request& r) {
    return fail(Errc::not_found, std::string(r.path()),
                "there is no such thing here; src/apps/mcimd/admin.h lists all");
}

Result<Json> read(Platform& p, const http::Request& r, const std::vector<std::string_view>& at) {
    const auto is = [&](std::string_view name, std::size_t parts) { return at.size() == parts && at[0] == name; };
    if (is("status", 1)) return status(p);
    if (is("operators", 1)) return list_operators(p);
    if (is("subscriptions", 1)) return list_subscriptions(p);
    if (is("subscriptions", 2)) return show_subscription(p, at[1]);
    if (is("orders", 1)) return list_orders(p);
    if (is("orders", 2)) return show_order(p, at[1]);
    if (is("devices", 1)) return list_devices(p);
    if (is("devices", 2)) return show_device(p, at[1]);
    if (is("devices", 3) && at[2] == "verdicts")
        return show_verdicts(p, at[1], std::string_view(r.target).substr(r.path().size()));
    if (is("auc", 2)) return show_auc(p, at[1]);
    if (is("notifications", 1)) return list_notifications(p);
    return unknown(r);
}

Result<Json> change(Platform& p, const http::Request& r, const std::vector<std::string_view>& at) {
    TRY(const auto body, body_of(r));
    const auto is = [&](std::string_view name, std::size_t parts) { return at.size() == parts && at[0] == name; };
    if (is("operators", 1)) return add_operator(p, body);
    if (is("subscriptions", 1)) return add_subscription(p, body);
    if (is("subscriptions", 3) && at[2] == "bar") return set_bar(p, at[1], auc::Status::barred);
    if (is("subscriptions", 3) && at[2] == "unbar") return set_bar(p, at[1], auc::Status::active);
    if (is("subscriptions", 3) && at[2] == "close") return close_subscription(p, at[1]);
    if (is("orders", 1)) return add_order(p, body);
    if (is("orders", 3) && at[2] == "cancel") return cancel_order(p, at[1]);
    if (is("orders", 3) && at[2] == "release") return release_order(p, at[1], body);
    if (is("devices", 1)) return add_device(p, body);
    if (is("reference-values", 1)) return add_reference_values(p, body);
    return unknown(r);
}

}  // namespace

void serve_admin(Platform& p, const http::Request& request, const http::Reply& reply) {
    const auto at = split(request.path());
    const auto answer = request.method == "GET" ? read(p, request, at)
                        : request.method == "POST"
                            ? change(p, request, at)
                            : Result<Json>(fail(Errc::bad_value, "method", "GET or POST is wanted"));
    if (answer) {
        if (request.method == "POST") spdlog::info("admin: {} done", at.empty() ? "" : at.front());
        return reply(http::json_response(200, answer->finish()));
    }
    spdlog::info("admin: {} refused: {}", request.path(), to_string(answer.error()));
    reply(http::problem(status_of(answer.error().code), to_string(answer.error())));
}

}  // namespace mcim::apps::mcimd
