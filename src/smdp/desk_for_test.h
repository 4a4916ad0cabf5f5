// A server without a network: drives the core's actions against maps, keys at hand, and a gate and a consent that say
// what the test wants.
#pragma once
#include <gtest/gtest.h>

#include <map>

#include "mcim/smdp/es9.h"
#include "support/soft_card.h"

namespace mcim::smdp {

struct Desk {
    explicit Desk(crypto::Curve curve = crypto::Curve::p256) : pki(curve) {
        server.address = "smdpp.example.com";
        server.oid = *der::Oid::parse("2.999.10");
        server.anchors = pki.anchors;
        server.challenge_key = SecretBytes(Bytes(32, 0x42));
        server.credentials.push_back(
            *make_credential(pki.dp_auth.der(), pki.dp_pb.der(), {"dpauth"}, {"dppb"}, pki.anchors));
        now = pki.now;
        msg::StoreMetadataRequest metadata;
        metadata.iccid = msg::to_octets(iccid);
        metadata.service_provider_name.text = "Operator";
        metadata.profile_name.text = "Data";
        Order order{"order-1",
                    "operator-a",
                    iccid,
                    matching_id,
                    OrderState::released,
                    GatePolicy::attested,
                    {},
                    {},
                    0,
                    10,
                    65536,
                    der::encode(metadata),
                    {},
                    now,
                    0};
        orders.emplace(order.id, order);
    }
    Order& order() { return orders.at("order-1"); }
    [[nodiscard]] test::SoftCard card() { return {pki.euicc, pki.eum, *pki.ci.certificate.subject_key_id}; }
    [[nodiscard]] test::SoftCard card_of(const test::Identity& identity) {
        return {identity, pki.eum, *pki.ci.certificate.subject_key_id};
    }

    /// The whole of one request, as the shell does it: effects are stored before the reply is given.
    Result<Reply> ask(Function function) {
        const Bytes id = to_bytes(transaction_id_of(function));
        State state = sessions.contains(id) ? *decode_state(sessions.at(id)) : State(Nothing{});
        Event event = std::visit([](auto&& f) { return Event(std::move(f)); }, std::move(function));
        for (;;) {
            const Env env{now, pki.random, server, cache};
            TRY(Step s, step(std::move(state), std::move(event), env));
            if (auto* reply = std::get_if<Reply>(&s.then)) {
                for (auto& effect : s.effects) std::visit([&](auto& e) { store(std::move(e)); }, effect);
                return std::move(*reply);
            }
            state = std::move(s.next);
            event = std::visit([&](auto& a) { return Event(act(a)); }, std::get<Action>(s.then));
        }
    }
    template <class R, class F>
    Result<R> ask_for(F request) {
        TRY(Reply reply, ask(std::move(request)));
        if (auto* held = std::get_if<R>(&reply)) return std::move(*held);
        if (auto* refused = std::get_if<Refused>(&reply)) return fail(Errc::refused, "", to_string(*refused));
        return fail(Errc::unexpected_event, "", "another reply");
    }
    /// A refusal fails the test, and nothing comes of it.
    template <class R, class F>
    R granted(F request) {
        auto reply = ask_for<R>(std::move(request));
        EXPECT_TRUE(reply) << to_string(reply.error());
        return reply ? *std::move(reply) : R{};
    }
    /// "8.2.6/3.8" or "".
    template <class F>
    std::string refusal(F request) {
        auto reply = ask(std::move(request));
        if (!reply) return "error: " + to_string(reply.error());
        const auto* refused = std::get_if<Refused>(&*reply);
        if (refused == nullptr) return "";
        const auto& code = status_code(refused->refusal);
        return std::string(code.subject) + "/" + std::string(code.reason);
    }

    msg::InitiateAuthenticationOkEs9 initiated(const test::SoftCard& c) {
        return granted<msg::InitiateAuthenticationOkEs9>(InitiateAuthentication{c.initiate(server.address)});
    }
    msg::AuthenticateClientOk offered(const test::SoftCard& c) {
        return granted<msg::AuthenticateClientOk>(AuthenticateClient{c.authenticate(initiated(c), matching_id)});
    }
    BoundPackage bound(const test::SoftCard& c, const msg::AuthenticateClientOk& offer) {
        return granted<BoundPackage>(GetBoundProfilePackage{c.prepare(offer)});
    }

    // ---- the ports
    OrderFound act(const FindOrder& a) {
        const auto* any = std::get_if<AnyFor>(&a.by);
        std::vector<Order> of_eid;
        for (const auto& [id, o] : orders) {
            if (any == nullptr && o.matching_id == std::get<std::string>(a.by)) return {o};
            if (any != nullptr && o.eid == any->eid) of_eid.push_back(o);
        }
        if (any == nullptr) return {};
        return {pending_among(std::move(of_eid), now, any->can_take)};
    }
    OrderFound act(const LoadOrder& a) { return {find(a.order_id)}; }
    BindingLoaded act(const LoadBinding& a) {
        const auto o = find(a.order_id);
        if (!o) return {};
        return {BindingLoaded::Content{*o, signer::FromPackage{o->iccid, {{1, 2, 3}}}}};
    }
    GateAnswered act(const AskGate& a) {
        gate_asked.push_back(a);
        return {gate_says};
    }
    ConsentAnswered act(const AskConsent& a) {
        consent_asked.push_back(a);
        return {consent_says};
    }
    Signed act(const signer::SignMessage& a) {
        ++signatures;
        if (signature) return {{*to_array<64>(*signature)}};
        signed_with.push_back(a.key.text);
        const auto& key = a.key.text == "dpauth" ? pki.dp_auth.key : pki.dp_pb.key;
        return {{*to_array<64>(key.sign(a.message))}};
    }
    /// Kept as it is typed: whether what is kept tells the code is custody's test.
    CodeChecked act(const signer::CheckConfirmationCode& a) {
        const auto inner = crypto::sha256(a.code.octets);
        codes_checked.push_back(a.order_id);
        return {equal(crypto::sha256(concat({inner, a.transaction_id})), a.hash_cc)};
    }
    Sealed act(const signer::SealProfile& a) {
        sealed.push_back(a);
        const auto number = static_cast<std::uint8_t>(sealed.size());
        return {{{0xBF, 0x36, 0x00}, a.earlier.value_or(signer::WrappedBinding{{number}}), a.earlier.has_value()}};
    }
    NotificationContext act(const LookUpNotification& a) {
        NotificationContext out;
        out.seen = notifications.contains(a.digest);
        if (const auto* id = std::get_if<Bytes>(&a.by)) {
            if (!sessions.contains(*id)) return out;
            out.session = *decode_state(sessions.at(*id));
            if (session_orders.contains(*id)) out.order = find(session_orders.at(*id));
            return out;
        }
        for (const auto& [id, o] : orders)
            if (o.iccid == std::get<Iccid>(a.by)) out.order = o;
        return out;
    }
    [[nodiscard]] std::optional<Order> find(const std::string& id) const {
        const auto found = orders.find(id);
        return found == orders.end() ? std::nullopt : std::optional(found->second);
    }
    void store(PutSession e) {
        sessions[e.transaction_id] = encode_state(e.state);
        session_orders[e.transaction_id] = e.order_id;
    }
    void store(PutOrder e) {
        ++e.order.version;
        orders.at(e.order.id) = e.order;
    }
    void store(Note e) {
        notes.push_back(e.sentence);
        milestones += e.kind == NoteKind::milestone ? 1 : 0;
    }
    void store(NoteRefusal e) { refusals.push_back(std::move(e)); }
    void store(RecordNotification e) {
        trusted += e.trust == Trust::verified ? 1 : 0;
        notifications.emplace(e.digest, std::move(e));
    }
    void store(ProfileChanged e) { changes.push_back(std::string(to_string(e.event)) + " " + e.iccid.text()); }

    test::Pki pki;
    Server server;
    Time now;
    x509::EumCache cache;
    Iccid iccid = *Iccid::with_check_digit("894412345678901234");
    std::string matching_id = "MATCH-1";
    std::map<std::string, Order> orders;
    std::map<Bytes, Bytes> sessions;
    std::map<Bytes, std::string> session_orders;
    std::map<crypto::Sha256, RecordNotification> notifications;
    std::optional<std::string> gate_says;
    std::optional<std::string> consent_says;
    std::vector<AskGate> gate_asked;
    std::vector<AskConsent> consent_asked;
    std::vector<std::string> codes_checked;  ///< of these orders
    std::vector<signer::SealProfile> sealed;
    std::vector<std::string> notes;
    int milestones = 0;  ///< of the notes
    std::vector<NoteRefusal> refusals;
    std::vector<std::string> changes;
    std::optional<Bytes> signature;  ///< in the place of every one that the server would make
    int signatures = 0;
    std::vector<std::string> signed_with;  ///< the names of the keys
    int trusted = 0;
};

/// One card, and the order of a desk that was offered to it.
struct Download {
    Desk desk;
    test::SoftCard card = desk.card();
    msg::AuthenticateClientOk offer = desk.offered(card);

    BoundPackage bind() { return desk.bound(card, offer); }
    [[nodiscard]] msg::HandleNotification installed() const { return installed(offer); }
    [[nodiscard]] msg::HandleNotification installed(const msg::AuthenticateClientOk& of) const {
        return card.installed(of.transaction_id, desk.iccid, desk.server.oid);
    }
    [[nodiscard]] msg::HandleNotification failed() const {
        return card.failed(offer.transaction_id, desk.iccid, desk.server.oid);
    }
    [[nodiscard]] CancelSession cancelled(msg::CancelSessionReason reason) const { return cancelled(offer, reason); }
    [[nodiscard]] CancelSession cancelled(const msg::AuthenticateClientOk& of, msg::CancelSessionReason reason) const {
        return {card.cancel(of.transaction_id, desk.server.oid, reason)};
    }
};

}  // namespace mcim::smdp
