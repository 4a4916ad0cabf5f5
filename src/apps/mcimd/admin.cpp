#include "mcim/apps/mcimd/admin.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>

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

Result<Json> status(Platform& p) {
    TRY(const auto orders, p.store.list_orders());
    std::vector<std::string> roles;
    if (p.dp) roles.emplace_back("dp");
    if (p.serves_auc) roles.emplace_back("auc");
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

/// A call, as a handler gets it.
struct Asked {
    Platform& platform;
    std::string_view named;  ///< what stands in the path where the table has capitals
    std::string_view query;  ///< "?session=..."
    const jose::Object& body;
    std::optional<std::uint32_t> user;  ///< whose process asks
};
struct Route : AdminCall {
    Result<Json> (*answer)(const Asked&);
};

Result<Json> list_calls(const Asked&) {
    std::vector<Json> out;
    for (const auto& call : admin_calls()) {
        out.push_back(Json().text("call", std::string(call.method) + " " + std::string(call.path)));
        if (!call.members.empty()) out.back().text("members", call.members);
        out.back().text("what", call.what);
    }
    return Json().objects("calls", out);
}

/// Keys left: which line's, for whom, at whose word. Its number is masked here; the database has it (RecordExport).
void note_export(const Asked& a) {
    const auto operator_id = a.body.text("operator");
    const auto transport_key = a.body.integer("transport_key");
    spdlog::warn("admin: K and OPc of the subscription {} left, for {}, under transport key {}, asked for by user {}",
                 a.named, operator_id ? *operator_id : "", transport_key ? *transport_key : 0,
                 a.user ? std::to_string(*a.user) : "unknown");
}

constexpr std::array routes{
    Route{{"GET", "/", "", "this list"}, list_calls},
    Route{{"GET", "/status", "", "the roles that are served (dp, auc, pva), and how much there is"},
          [](const Asked& a) { return status(a.platform); }},
    Route{{"GET", "/operators", "", "all operators"}, [](const Asked& a) { return list_operators(a.platform); }},
    Route{{"POST", "/operators", "id name key", "an operator, with the public key that signs releases"},
          [](const Asked& a) { return add_operator(a.platform, a.body); }},
    Route{{"GET", "/operators/ID", "", "one operator, with his policy and the metadata of his profiles"},
          [](const Asked& a) { return show_operator(a.platform, a.named); }},
    Route{{"POST", "/operators/ID/policy", "refuse? allow? applets?",
           "what he refuses of packages, as a whole: what is absent is as by default"},
          [](const Asked& a) { return set_package_policy(a.platform, a.named, a.body); }},
    Route{{"POST", "/operators/ID/metadata", "profile_type? metadata?",
           "what his profiles say of themselves, or those of one type, in orders to come; without metadata: nothing of "
           "his own"},
          [](const Asked& a) { return set_metadata_of_operator(a.platform, a.named, a.body); }},
    Route{{"POST", "/operators/ID/progress", "url? ca?",
           "where the operator is told how downloads of his orders go (ES2+); without url: nowhere"},
          [](const Asked& a) { return set_progress(a.platform, a.named, a.body); }},
    Route{{"GET", "/clients", "", "all clients of ES2+"}, [](const Asked& a) { return list_clients(a.platform); }},
    Route{{"POST", "/clients", "operator certificate rights? policy?",
           "a client of ES2+: a system of an operator, by its TLS certificate"},
          [](const Asked& a) { return add_client(a.platform, a.body); }},
    Route{{"POST", "/clients/FINGERPRINT/remove", "", "it gets nothing any more"},
          [](const Asked& a) { return remove_client(a.platform, a.named); }},
    Route{{"GET", "/subscriptions", "", "all subscriptions"},
          [](const Asked& a) { return list_subscriptions(a.platform); }},
    Route{{"POST", "/subscriptions",
           "operator iccid imsi? msisdn? service_provider_name? profile_name? algorithm? k? opc? op? mnc_digits? "
           "transport_key? package_octets_min? package? profile_type? metadata? replaces? dry_run?",
           "a subscription, of the template or of a package; in the place of one whose card is lost"},
          [](const Asked& a) { return add_subscription(a.platform, a.body); }},
    Route{{"GET", "/subscriptions/ICCID", "",
           "one subscription, with its metadata, its access to the network, and when its keys left for whom"},
          [](const Asked& a) { return show_subscription(a.platform, a.named); }},
    Route{{"POST", "/subscriptions/ICCID/export", "operator transport_key",
           "its K and OPc, wrapped under a transport key of its operator's"},
          [](const Asked& a) {
              auto line = export_subscription(a.platform, a.named, a.body, a.user);
              if (line) note_export(a);
              return line;
          }},
    Route{{"POST", "/subscriptions/ICCID/metadata", "metadata?",
           "what its profile says of itself, in orders to come; without metadata: what its type or its operator has"},
          [](const Asked& a) { return set_metadata_of_line(a.platform, a.named, a.body); }},
    Route{{"POST", "/subscriptions/ICCID/bar", "", "no vectors for it, wherever it is installed, until it is let in"},
          [](const Asked& a) { return set_bar(a.platform, a.named, auc::Status::barred); }},
    Route{
        {"POST", "/subscriptions/ICCID/unbar", "",
         "vectors again, of one that is on no card with its installation; from a platform without the role dp also the "
         "first ones"},
        [](const Asked& a) { return set_bar(a.platform, a.named, auc::Status::active); }},
    Route{{"POST", "/subscriptions/ICCID/close", "", "for good: the operator has no say in the device any more"},
          [](const Asked& a) { return close_subscription(a.platform, a.named); }},
    Route{{"GET", "/orders", "", "all orders"}, [](const Asked& a) { return list_orders(a.platform); }},
    Route{{"POST", "/orders",
           "operator iccid policy? eid? expires_at? release? attempts_max? matching_id? confirmation_code? protection? "
           "smds? package_octets? "
           "class?",
           "an order, released, with its activation code"},
          [](const Asked& a) { return add_order(a.platform, a.body); }},
    Route{{"GET", "/orders/ID", "", "one order, with the metadata of its profile and its timeline"},
          [](const Asked& a) { return show_order(a.platform, a.named); }},
    Route{{"POST", "/orders/ID/cancel", "", "nobody downloads it any more"},
          [](const Asked& a) { return cancel_order(a.platform, a.named); }},
    Route{{"POST", "/orders/ID/release", "release? expires_at?",
           "it may be downloaded again, with all its attempts; or with this release; or for longer"},
          [](const Asked& a) { return release_order(a.platform, a.named, a.body); }},
    Route{{"GET", "/notifications", "", "what cards reported lately"},
          [](const Asked& a) { return list_notifications(a.platform); }},
    Route{{"GET", "/auc/IMSI", "", "what the authentication centre knows of it: status, SQN"},
          [](const Asked& a) { return show_auc(a.platform, a.named); }},
    Route{{"GET", "/devices", "", "all enrolled devices"}, [](const Asked& a) { return list_devices(a.platform); }},
    Route{{"POST", "/devices", "eid ak_public tpm_identity platform_model", "enrols a device with its TPM"},
          [](const Asked& a) { return add_device(a.platform, a.body); }},
    Route{{"GET", "/devices/EID", "", "one device"}, [](const Asked& a) { return show_device(a.platform, a.named); }},
    Route{{"POST", "/devices/EID/remove", "", "takes its enrolment back, with its verdicts and nonces"},
          [](const Asked& a) { return remove_device(a.platform, a.named); }},
    Route{{"GET", "/devices/EID/verdicts", "",
           "its verdicts, newest first, and its evidence that was refused since; ?session=HEX: of one session"},
          [](const Asked& a) { return show_verdicts(a.platform, a.named, a.query); }},
    Route{{"POST", "/reference-values", "operator jws", "boot states that an operator trusts, signed"},
          [](const Asked& a) { return add_reference_values(a.platform, a.body); }},
};

std::string_view take_part(std::string_view& path) {
    path.remove_prefix(1);
    const auto part = path.substr(0, path.find('/'));
    path.remove_prefix(part.size());
    return part;
}

/// What stands where `pattern` has capitals, "" where it has none; nullopt: another path.
std::optional<std::string_view> match(std::string_view pattern, std::string_view path) {
    std::string_view named;
    while (!pattern.empty() && !path.empty()) {
        const auto wanted = take_part(pattern);
        const auto part = take_part(path);
        if (!wanted.empty() && wanted.front() >= 'A' && wanted.front() <= 'Z')
            named = part;
        else if (part != wanted)
            return std::nullopt;
    }
    return pattern.empty() && path.empty() ? std::optional(named) : std::nullopt;
}

/// A member that a call does not know is a slip of the pen, which would else be a silent default.
Status check_members(std::string_view known, const jose::Object& body) {
    for (const auto& name : body.names()) {
        bool found = false;
        for (auto rest = known; !rest.empty() && !found;) {
            const auto end = std::min(rest.find(' '), rest.size());
            const auto word = rest.substr(0, end);
            found = word.substr(0, word.find('?')) == name;
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
        if (!found)
            return fail(Errc::bad_value, name.substr(0, 64),
                        known.empty() ? "this call takes no body"
                                      : "no member of this name is known here; known are " + std::string(known));
    }
    return ok();
}

/// Of an operator that makes orders too often, known or not.
std::optional<HeldBack> operator_held_back(Platform& p, const AdminCall& call, const jose::Object& body) {
    if (call.method != "POST" || call.path != "/orders") return std::nullopt;
    const auto id = body.text("operator");
    if (!id) return std::nullopt;
    auto held = p.throttles.operators.take(key_of(*id), Throttle::Clock::now());
    if (held) p.metrics.throttled.add(RateLimit::operator_);
    return held;
}

using AdminAnswer = std::variant<Json, HeldBack>;

Result<AdminAnswer> answer_of(Platform& p, const http::Request& r) {
    if (r.method != "GET" && r.method != "POST") return fail(Errc::bad_value, "method", "GET or POST is wanted");
    for (const auto& route : routes) {
        const auto named = route.method == r.method ? match(route.path, r.path()) : std::nullopt;
        if (!named) continue;
        TRY(const auto body, body_of(r));
        CHECKED(check_members(route.members, body));
        if (const auto held = operator_held_back(p, route, body)) return AdminAnswer(*held);
        const Asked asked{p, *named, std::string_view(r.target).substr(r.path().size()), body, r.user};
        auto answer = route.answer(asked);
        for (int attempt = 1; !answer && store::changed_meanwhile(answer.error()) && attempt < attempts_max; ++attempt)
            answer = route.answer(asked);
        if (!answer) return answer.error();
        return AdminAnswer(*std::move(answer));
    }
    return fail(Errc::not_found, std::string(r.path()), "there is no such call here; GET / lists all");
}

}  // namespace

std::vector<AdminCall> admin_calls() { return {routes.begin(), routes.end()}; }

void serve_admin(Platform& p, const http::Request& request, const http::Reply& reply) {
    const auto answer = answer_of(p, request);
    if (answer) {
        if (const auto* held = std::get_if<HeldBack>(&*answer)) return reply(too_often(*held, "this operator"));
        if (request.method == "POST") spdlog::info("admin: {} done", request.path());
        return reply(http::json_response(200, std::get<Json>(*answer).finish()));
    }
    spdlog::info("admin: {} refused: {}", request.path(), to_string(answer.error()));
    reply(http::problem(status_of(answer.error().code), to_string(answer.error())));
}

}  // namespace mcim::apps::mcimd
