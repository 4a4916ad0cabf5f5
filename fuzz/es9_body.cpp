#include "es9_body.h"

#include <cstdlib>

#include "mcim/msg/json.h"
#include "mcim/smdp/desk_for_test.h"

namespace mcim::fuzz {
namespace {

/// Everything is drawn from the PKI's seed, so that each process has the same transactions, challenges and keys.
struct Scenario {
    Scenario() {
        desk.signature = Bytes(64, 0x5A);  // a card signs what the server signed: it has to be the same in every run
        authenticating = desk.initiated(card);
        binding = desk.offered(card);
        installing = desk.offered(card);
        desk.bound(card, installing);
        orders = desk.orders;
        sessions = desk.sessions;
        session_orders = desk.session_orders;
    }
    void reset() {
        desk.orders = orders;
        desk.sessions = sessions;
        desk.session_orders = session_orders;
        desk.notifications.clear();
        desk.notes.clear();
        desk.changes.clear();
        desk.gate_asked.clear();
        desk.consent_asked.clear();
        desk.sealed.clear();
        desk.trusted = 0;
    }
    smdp::Desk desk;
    test::SoftCard card = desk.card();
    msg::InitiateAuthenticationOkEs9 authenticating;
    msg::AuthenticateClientOk binding;
    msg::AuthenticateClientOk installing;
    std::map<std::string, smdp::Order> orders;
    std::map<Bytes, Bytes> sessions;
    std::map<Bytes, std::string> session_orders;
};
Scenario& scenario() {
    static Scenario made;
    return made;
}

constexpr std::array<std::string_view, 5> functions{"initiateAuthentication", "authenticateClient",
                                                    "getBoundProfilePackage", "cancelSession", "handleNotification"};

void check_round_trip(std::string_view path, const smdp::Function& function) {
    std::visit(
        [&](const auto& f) {
            const auto again = smdp::read_function(path, msg::to_json(f.request));
            if (!again || !(std::get<std::remove_cvref_t<decltype(f)>>(*again).request == f.request)) std::abort();
        },
        function);
}

/// 1: done; 0: refused, or a notification that is not believed.
int answer(Scenario& at, smdp::Function function) {
    at.reset();
    const auto reply = at.desk.ask(std::move(function));
    if (!reply) std::abort();  // a function is always answered or acted upon
    const auto* package = std::get_if<smdp::BoundPackage>(&*reply);
    if (package == nullptr && smdp::write_reply(*reply).size() > 65536) std::abort();
    for (const auto& [id, stored] : at.desk.sessions)
        if (!smdp::decode_state(stored)) std::abort();
    if (std::holds_alternative<smdp::NoContent>(*reply)) return at.desk.trusted;
    return std::holds_alternative<smdp::Refused>(*reply) ? 0 : 1;
}

}  // namespace

int answer_es9_body(View body) {
    int done = 0;
    for (const auto name : functions) {
        const std::string path = std::string(smdp::es9_path) + std::string(name);
        auto function =
            smdp::read_function(path, std::string_view(reinterpret_cast<const char*>(body.data()), body.size()));
        if (!function) continue;
        check_round_trip(path, *function);
        done += answer(scenario(), *std::move(function));
    }
    return done;
}

std::map<std::string, std::string> es9_bodies() {
    Scenario& at = scenario();
    at.reset();
    at.card.seq_number = 1;
    const auto& [binding, installing] = std::tie(at.binding.transaction_id, at.installing.transaction_id);
    const auto& oid = at.desk.server.oid;
    return {{"initiate", msg::to_json(at.card.initiate(at.desk.server.address))},
            {"authenticate", msg::to_json(at.card.authenticate(at.authenticating, at.desk.matching_id))},
            {"authenticate_by_eid", msg::to_json(at.card.authenticate(at.authenticating, ""))},
            {"get_package", msg::to_json(at.card.prepare(at.binding))},
            {"get_package_again", msg::to_json(at.card.prepare(at.installing))},
            {"cancel", msg::to_json(at.card.cancel(binding, oid, msg::CancelSessionReason::end_user_rejection))},
            {"cancel_bound", msg::to_json(at.card.cancel(installing, oid, msg::CancelSessionReason::postponed))},
            {"installed", msg::to_json(at.card.installed(installing, at.desk.iccid, oid))},
            {"failed", msg::to_json(at.card.failed(installing, at.desk.iccid, oid))},
            {"enabled", msg::to_json(at.card.notify(at.desk.iccid, msg::NotificationEventBit::enable))}};
}

}  // namespace mcim::fuzz
