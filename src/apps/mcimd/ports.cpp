#include "mcim/apps/mcimd/ports.h"

#include <algorithm>

#include "mcim/apps/mcimd/consequences.h"
#include "mcim/apps/mcimd/metadata.h"
#include "mcim/apps/mcimd/verifier.h"

namespace mcim::apps::mcimd {
namespace {

Result<smdp::ProfileSource> source_of(store::Store& store, store::Subscription s, const smdp::Order& order) {
    if (s.package_octets != 0) {
        TRY(auto package, store.find_package(s.iccid));
        if (!package) return fail(Errc::not_found, "packages", "the subscription's own package is gone");
        return smdp::ProfileSource(signer::FromPackage{std::move(s.iccid), *std::move(package)});
    }
    signer::TemplateVariables variables{std::move(s.iccid), std::move(s.imsi), std::move(s.msisdn),
                                        std::move(s.service_provider_name), std::move(s.profile_name)};
    variables.mnc_digits = s.mnc_digits;
    variables.package_octets_min = s.package_octets_min;
    TRY(variables.gid1, gid1_in(order.metadata));
    return smdp::ProfileSource(signer::FromTemplate{std::move(variables), std::move(s.keys)});
}

/// Whose customer the device is: who has a profile on it, and who has one on its way to it. Bootstrap profiles are no
/// customer relation.
Result<std::vector<transfer::Subscription>> for_consent(store::Store& store, const smdp::AskConsent& asked) {
    std::vector<transfer::Subscription> out;
    TRY(auto rows, store.subscriptions_of(asked.eid));
    for (auto& s : rows) {
        TRY(const bool bootstrap, is_bootstrap(store, s.iccid));
        if (bootstrap) continue;
        const bool current = s.standing != store::Standing::closed && s.standing != store::Standing::reserved;
        out.push_back({std::move(s.iccid), std::move(s.operator_id),
                       current ? transfer::Standing::current : transfer::Standing::closed});
    }
    // a line that its device has deleted may be on its way there again: it counts once
    const auto counted = [&](const Iccid& iccid) {
        return std::ranges::any_of(out, [&](const transfer::Subscription& s) {
            return s.iccid == iccid && s.standing == transfer::Standing::current;
        });
    };
    TRY(auto orders, store.orders_of(asked.eid));
    for (auto& o : orders)
        if (o.id != asked.order_id && smdp::on_its_way(o) && !is_bootstrap(o) && !counted(o.iccid))
            out.push_back({std::move(o.iccid), std::move(o.operator_id), transfer::Standing::current});
    return out;
}

}  // namespace

Result<transfer::Decision> decide_consent(Platform& p, const smdp::AskConsent& asked) {
    TRY(const auto current, for_consent(p.store, asked));
    Lookup read;
    const transfer::ConsentLookups lookups{
        [&](std::string_view id) { return read(p.operator_key(id)); },
        [&](std::string_view operator_id, std::string_view jti) -> std::optional<transfer::ReleaseUse> {
            const auto use = read(p.store.find_release_use(operator_id, jti));
            if (!use) return std::nullopt;
            return transfer::ReleaseUse{use->order_id, use->consumed};
        }};
    auto decision =
        transfer::decide({asked.order_id, asked.operator_id, asked.eid, asked.release}, current, p.now(), lookups);
    if (read.error) return *std::move(read.error);
    return decision;
}

Result<Acted> Ports::act(smdp::Action action) {
    return std::visit(
        [&]<class A>(A&& a) -> Result<Acted> {
            if constexpr (std::constructible_from<signer::Request, A&&>) {
                return Acted(signer::Request(std::forward<A>(a)));
            } else {
                TRY(auto event, answer(a));
                return Acted(std::move(event));
            }
        },
        std::move(action));
}

Result<smdp::Event> Ports::answer(const smdp::FindOrder& a) {
    if (const auto* id = std::get_if<std::string>(&a.by)) {
        TRY(auto order, platform_.store.find_order_by_matching_id(*id));
        return smdp::Event(smdp::OrderFound{std::move(order)});
    }
    const auto& any = std::get<smdp::AnyFor>(a.by);
    TRY(auto order, platform_.store.find_pending_order(any.eid, platform_.now(), any.can_take));
    return smdp::Event(smdp::OrderFound{std::move(order)});
}

Result<smdp::Event> Ports::answer(const smdp::LoadOrder& a) {
    TRY(auto order, platform_.store.find_order(a.order_id));
    return smdp::Event(smdp::OrderFound{std::move(order)});
}

Result<smdp::Event> Ports::answer(const smdp::LoadBinding& a) {
    TRY(auto order, platform_.store.find_order(a.order_id));
    if (!order) return smdp::Event(smdp::BindingLoaded{});
    TRY(auto subscription, platform_.store.find_subscription(order->iccid));
    if (!subscription) return smdp::Event(smdp::BindingLoaded{});
    TRY(auto source, source_of(platform_.store, *std::move(subscription), *order));
    return smdp::Event(smdp::BindingLoaded{smdp::BindingLoaded::Content{*std::move(order), std::move(source)}});
}

Result<smdp::Event> Ports::answer(const smdp::AskGate& a) {
    if (a.policy == smdp::GatePolicy::open) return smdp::Event(smdp::GateAnswered{});
    if (!platform_.verifier)
        return smdp::Event(
            smdp::GateAnswered{"The order demands an attested device, and this platform has no verifier."});
    TRY(const auto device, find_device(platform_, a.eid));
    const auto verdict = pva::verdict_for(device, a.transaction_id, a.operator_id, platform_.demand, platform_.now());
    platform_.metrics.gate.add(verdict.standing);
    if (verdict.opens_gate()) return smdp::Event(smdp::GateAnswered{});
    std::string sentence = "The device is not trusted (" + std::string(to_string(verdict.standing)) + ").";
    for (const auto& s : verdict.sentences) sentence += " " + s;
    return smdp::Event(smdp::GateAnswered{std::move(sentence)});
}

Result<smdp::Event> Ports::answer(const smdp::AskConsent& a) {
    std::optional<store::Row> card;
    if (a.to_bind) {
        TRY(card, card_row(platform_, a.eid));
    }
    TRY(const auto decision, decide_consent(platform_, a));
    if (const auto* refused = std::get_if<transfer::Refused>(&decision))
        return smdp::Event(smdp::ConsentAnswered{refused->sentence});
    const auto& allowed = std::get<transfer::Allowed>(decision);
    if (card) changes_.emplace_back(store::PutRow{*std::move(card)});
    if (allowed.reserve)
        changes_.emplace_back(store::ReserveRelease{allowed.reserve->operator_id, allowed.reserve->jti, a.order_id,
                                                    allowed.reserve->gives_up});
    return smdp::Event(smdp::ConsentAnswered{});
}

Result<smdp::Event> Ports::answer(const smdp::LookUpNotification& a) {
    smdp::NotificationContext out;
    TRY(out.seen, platform_.store.has_notification(a.digest));
    if (const auto* iccid = std::get_if<Iccid>(&a.by)) {
        TRY(out.order, platform_.store.find_order_by_iccid(*iccid));
        return smdp::Event(std::move(out));
    }
    const Bytes& transaction_id = std::get<Bytes>(a.by);
    log_subject().set_session(transaction_id);
    TRY(const auto session, platform_.store.find_session(transaction_id));
    if (session) {
        TRY(out.session, smdp::decode_state(session->state));
        TRY(out.order, platform_.store.find_order(session->order_id));
    }
    return smdp::Event(std::move(out));
}

Result<smdp::Event> event_of(signer::Response response) {
    if (auto* signature = std::get_if<signer::Signature>(&response)) return smdp::Event(smdp::Signed{*signature});
    if (auto* checked = std::get_if<signer::CheckConfirmationCode::Response>(&response))
        return smdp::Event(smdp::CodeChecked{checked->holds});
    if (auto* package = std::get_if<signer::SealedProfile>(&response))
        return smdp::Event(smdp::Sealed{std::move(*package)});
    return fail(Errc::unexpected_event, "", "the signer's response is none that a download asks for");
}

}  // namespace mcim::apps::mcimd
