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
        const smdp::Order fresh = desk.order();
        authenticating = desk.initiated(card);
        binding = desk.offered(card);
        installing = desk.offered(card);
        desk.bound(card, installing);
        add_coded_order(fresh);
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
        desk.codes_checked.clear();
        desk.refusals.clear();
        desk.trusted = 0;
    }
    /// One more order, which wants `code`, and its offer.
    void add_coded_order(smdp::Order order) {
        order.id = "order-2";
        order.iccid = *Iccid::with_check_digit("894412345678901235");
        order.matching_id = "MATCH-2";
        order.confirmation_code = to_bytes(as_view(code));
        desk.orders.emplace(order.id, order);
        coded = desk.granted<msg::AuthenticateClientOk>(
            smdp::AuthenticateClient{card.authenticate(desk.initiated(card), order.matching_id)});
    }
    static constexpr std::string_view code = "4711";
    smdp::Desk desk;
    test::SoftCard card = desk.card();
    msg::InitiateAuthenticationOkEs9 authenticating;
    msg::AuthenticateClientOk binding;
    msg::AuthenticateClientOk installing;
    msg::AuthenticateClientOk coded;
    std::map<std::string, smdp::Order> orders;
    std::map<Bytes, Bytes> sessions;
    std::map<Bytes, std::string> session_orders;
};
Scenario& scenario() {
    static Scenario made;
    return made;
}

const std::vector<std::string>& paths() {
    static const std::vector<std::string> all = [] {
        std::vector<std::string> out{std::string(smdp::es9_asn1_path)};
        for (const std::string_view name : {"initiateAuthentication", "authenticateClient", "getBoundProfilePackage",
                                            "cancelSession", "handleNotification"})
            out.push_back(std::string(smdp::es9_json_path) + std::string(name));
        return out;
    }();
    return all;
}

std::string json_of(const smdp::Function& function) {
    return std::visit([](const auto& f) { return msg::to_json(f.request); }, function);
}
template <class T>
std::string asn1_of(const T& request) {
    return as_text(der::encode(msg::RemoteProfileProvisioningRequest{request}));
}
std::string asn1_of(const smdp::Function& function) {
    return std::visit([](const auto& f) { return asn1_of(f.request); }, function);
}

bool same(const smdp::Function& a, const smdp::Function& b) { return asn1_of(a) == asn1_of(b); }

/// What reads is written so that it reads as the same again. DER comes back octet for octet.
void check_round_trip(const smdp::Es9Binding& binding, std::string_view path, std::string_view body,
                      const smdp::Function& function) {
    if (&binding == &smdp::es9_asn1) {
        if (asn1_of(function) != body) std::abort();
        return;
    }
    const auto again = binding.read(path, json_of(function));
    if (!again || !same(*again, function)) std::abort();
}

/// Written in both bindings; in ASN.1 it reads as a response, but for the package, which is none at this server.
void check_reply(smdp::Es9Function function, const smdp::Reply& reply) {
    if (std::holds_alternative<smdp::BoundPackage>(reply)) return;
    const auto json = smdp::es9_json.write(function, reply), asn1 = smdp::es9_asn1.write(function, reply);
    if (!json || !asn1 || json->size() > 65536) std::abort();
    if (!asn1->empty() && !der::decode<msg::RemoteProfileProvisioningResponse>(as_view(*asn1))) std::abort();
}

/// 1: done; 0: refused, or a notification that is not believed.
int answer(Scenario& at, smdp::Function function) {
    at.reset();
    const auto which = es9_function(function);
    const auto reply = at.desk.ask(std::move(function));
    if (!reply) std::abort();  // a function is always answered or acted upon
    check_reply(which, *reply);
    for (const auto& [id, stored] : at.desk.sessions)
        if (!smdp::decode_state(stored)) std::abort();
    if (std::holds_alternative<smdp::NoContent>(*reply)) return at.desk.trusted;
    return std::holds_alternative<smdp::Refused>(*reply) ? 0 : 1;
}

}  // namespace

int answer_es9_body(View body) {
    int done = 0;
    const std::string_view text(reinterpret_cast<const char*>(body.data()), body.size());
    for (const std::string& path : paths()) {
        const smdp::Es9Binding& binding = *smdp::find_es9_binding(path);
        auto function = binding.read(path, text);
        if (!function) continue;
        check_round_trip(binding, path, text, *function);
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
    const auto hash_cc = test::SoftCard::hash_cc(Scenario::code, at.coded.transaction_id);
    const std::map<std::string, smdp::Function> functions{
        {"initiate", smdp::InitiateAuthentication{at.card.initiate(at.desk.server.address)}},
        {"authenticate", smdp::AuthenticateClient{at.card.authenticate(at.authenticating, at.desk.matching_id)}},
        {"authenticate_by_eid", smdp::AuthenticateClient{at.card.authenticate(at.authenticating, "")}},
        {"get_package", smdp::GetBoundProfilePackage{at.card.prepare(at.binding)}},
        {"get_package_by_code", smdp::GetBoundProfilePackage{at.card.prepare(at.coded, hash_cc)}},
        {"get_package_again", smdp::GetBoundProfilePackage{at.card.prepare(at.installing)}},
        {"cancel", smdp::CancelSession{at.card.cancel(binding, oid, msg::CancelSessionReason::end_user_rejection)}},
        {"cancel_bound", smdp::CancelSession{at.card.cancel(installing, oid, msg::CancelSessionReason::postponed)}},
        {"installed", smdp::HandleNotification{at.card.installed(installing, at.desk.iccid, oid)}},
        {"failed", smdp::HandleNotification{at.card.failed(installing, at.desk.iccid, oid)}},
        {"enabled", smdp::HandleNotification{at.card.notify(at.desk.iccid, msg::NotificationEventBit::enable)}}};
    std::map<std::string, std::string> bodies;
    for (const auto& [name, function] : functions) {
        bodies.emplace(name, json_of(function));
        bodies.emplace("asn1_" + name, asn1_of(function));
    }
    return bodies;
}

}  // namespace mcim::fuzz
