#include "mcim/smdp/order.h"

#include <algorithm>
#include <array>

namespace mcim::smdp {
namespace {

constexpr std::array<std::string_view, order_state_count> state_names{
    "Available", "Allocated", "Linked", "Confirmed", "Released", "Downloaded", "Installed", "Error", "Unavailable"};
constexpr std::array<std::string_view, 3> end_names{"cancelled", "subscription_closed", "deleted"};
constexpr std::array<std::string_view, 6> standing_names{"none",    "queued",  "registered",
                                                         "refused", "leaving", "deleted"};
constexpr std::array<std::string_view, order_event_count> event_names{
    "allocate",       "link",   "confirm",  "release", "bind",  "install_succeeded",
    "install_failed", "refuse", "postpone", "cancel",  "remove"};

struct Rule {
    OrderState from;
    OrderEvent event;
    OrderState to;
};
constexpr auto rules = [] {
    using enum OrderState;
    using enum OrderEvent;
    return std::to_array<Rule>({
        {available, allocate, allocated},
        {available, link, linked},
        {available, cancel, unavailable},

        {allocated, link, linked},
        {allocated, confirm, confirmed},
        {allocated, cancel, unavailable},

        {linked, confirm, confirmed},
        {linked, cancel, unavailable},

        {confirmed, release, released},
        {confirmed, cancel, unavailable},

        {released, bind, downloaded},
        {released, refuse, error},
        {released, cancel, unavailable},
        // again with all its attempts, and tries of its code
        {released, release, released},
        // of a package that was out when its operator released the order anew
        {released, install_succeeded, installed},
        {released, install_failed, released},
        {released, postpone, released},

        {downloaded, bind, downloaded},
        {downloaded, install_succeeded, installed},
        {downloaded, install_failed, error},
        {downloaded, refuse, error},
        {downloaded, postpone, released},
        {downloaded, release, released},
        {downloaded, cancel, unavailable},

        // a result that comes late or twice does not undo an installation
        {installed, install_succeeded, installed},
        {installed, install_failed, installed},
        {installed, remove, unavailable},

        {error, bind, downloaded},
        {error, install_succeeded, installed},
        {error, install_failed, error},
        {error, refuse, error},
        {error, release, released},
        {error, cancel, unavailable},
    });
}();

template <std::size_t N>
std::optional<std::size_t> index_of(const std::array<std::string_view, N>& names, std::string_view name) {
    for (std::size_t i = 0; i < N; ++i)
        if (names[i] == name) return i;
    return std::nullopt;
}

std::string random_text(Random& random, std::size_t characters) {
    static constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    std::string out;
    for (const auto octet : random.bytes(characters))
        out += alphabet[octet % alphabet.size()];  // 256 = 8 * 32: no bias
    return out;
}

}  // namespace

std::string_view to_string(OrderState s) { return state_names.at(static_cast<std::size_t>(s)); }
std::string_view to_string(OrderEvent e) { return event_names.at(static_cast<std::size_t>(e)); }
std::string_view to_string(OrderEnd e) { return end_names.at(static_cast<std::size_t>(e)); }
std::string_view to_string(EventStanding s) { return standing_names.at(static_cast<std::size_t>(s)); }
std::string_view to_string(GatePolicy p) { return p == GatePolicy::open ? "open" : "attested"; }

Result<OrderState> parse_order_state(std::string_view text) {
    const auto index = index_of(state_names, text);
    if (!index) return fail(Errc::bad_value, "state", "\"" + std::string(text) + "\" is no state of an order");
    return static_cast<OrderState>(*index);
}

Result<GatePolicy> parse_gate_policy(std::string_view text) {
    if (text == "open") return GatePolicy::open;
    if (text == "attested") return GatePolicy::attested;
    return fail(Errc::bad_value, "policy", "\"" + std::string(text) + "\" is neither open nor attested");
}

std::optional<OrderState> transition(OrderState from, OrderEvent event) {
    for (const Rule& rule : rules)
        if (rule.from == from && rule.event == event) return rule.to;
    return std::nullopt;
}

bool downloadable(OrderState s) { return transition(s, OrderEvent::bind).has_value(); }
bool awaits_operator(OrderState s) {
    using enum OrderState;
    return s == available || s == allocated || s == linked || s == confirmed;
}

std::optional<Order> after(Order order, OrderEvent event) {
    using enum OrderEvent;
    const auto next = transition(order.state, event);
    if (!next) return std::nullopt;
    if (event == bind && order.refused) return std::nullopt;
    order.state = *next;
    if (event == bind) ++order.attempts;
    if (event == refuse) order.refused = true;
    if (event == release) order.attempts = 0, order.wrong_codes = 0, order.refused = false;
    if (event == release && order.event == EventStanding::refused) order.event = EventStanding::none;
    if (event == cancel) order.ended_by = OrderEnd::cancelled;
    if (event == remove) order.ended_by = OrderEnd::deleted;
    if (event == install_succeeded || event == refuse || event == cancel || event == remove) forget_binding(order);
    return order;
}

void forget_binding(Order& order) {
    order.euicc_otpk.clear();
    order.binding.clear();
}

bool locked_by_wrong_codes(const Order& o) { return !o.confirmation_code.empty() && o.wrong_codes >= wrong_codes_max; }

bool needs_another_release(const Order& o) {
    if (o.state == OrderState::error) return true;
    if (!downloadable(o.state)) return false;
    return o.refused || locked_by_wrong_codes(o) || o.attempts >= o.attempts_max || o.event == EventStanding::refused;
}

bool downloadable(const Order& o, Time now) {
    return downloadable(o.state) && !o.refused && !locked_by_wrong_codes(o) && o.attempts < o.attempts_max &&
           (!o.expires_at || now < *o.expires_at);
}

std::optional<Order> pending_among(std::vector<Order> of_one_eid, Time now, const CanTake& can_take) {
    const auto may_be_had = [&](const Order& o) { return downloadable(o, now); };
    const auto fits = [&](const Order& o) { return may_be_had(o) && can_take(o); };
    auto found = std::ranges::find_if(of_one_eid, fits);
    if (found == of_one_eid.end()) found = std::ranges::find_if(of_one_eid, may_be_had);
    if (found != of_one_eid.end()) return std::move(*found);
    const auto open = [](const Order& o) { return awaits_operator(o.state) || downloadable(o.state); };
    const auto newest = std::find_if(of_one_eid.rbegin(), of_one_eid.rend(), open);
    return newest == of_one_eid.rend() ? std::nullopt : std::optional(std::move(*newest));
}

void set_out(Order& order, View transaction_id) {
    settle(order, transaction_id);  // bound again in the same session: it is out once
    order.outstanding.push_back(to_bytes(transaction_id));
}
bool settle(Order& order, View transaction_id) {
    return std::erase_if(order.outstanding, [&](const Bytes& id) { return equal(id, transaction_id); }) != 0;
}
bool is_out(const Order& order, View transaction_id) {
    return std::ranges::any_of(order.outstanding, [&](const Bytes& id) { return equal(id, transaction_id); });
}
bool on_its_way(const Order& o) {
    return !o.outstanding.empty() && o.state != OrderState::installed && o.state != OrderState::unavailable;
}
bool may_be_on_card(const Order& o) {
    return on_its_way(o) || o.state == OrderState::installed || o.ended_by == OrderEnd::deleted;
}
bool leaves_profile(const Order& o) {
    if (o.state != OrderState::unavailable) return false;
    const bool taken_back = o.ended_by == OrderEnd::cancelled || o.ended_by == OrderEnd::subscription_closed;
    return !o.outstanding.empty() || (taken_back && o.last_sequence);
}

std::string fresh_matching_id(Random& random) { return random_text(random, 26); }
std::string untold_matching_id(Random& random) { return '$' + fresh_matching_id(random); }
bool tells_matching_id(const Order& o) { return !o.matching_id.starts_with('$'); }
bool may_be_matching_id(std::string_view id) {
    const bool printable = std::ranges::all_of(id, [](char c) { return c >= ' ' && c <= '~' && c != '$'; });
    return printable && !id.empty() && id.size() <= 255;
}
bool may_be_confirmation_code(View code) {
    const bool printable = std::ranges::all_of(code, [](std::uint8_t c) { return c >= 0x21 && c <= 0x7E; });
    return printable && code.size() >= 4 && code.size() <= 255;
}
std::optional<Eid> named_eid(const Order& o) { return o.eid_from_package ? std::nullopt : o.eid; }
std::string fresh_order_id(Time now, Random& random) {
    const auto milliseconds = now.time_since_epoch().count();
    Bytes out;
    for (int shift = 40; shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(milliseconds >> shift));
    append(out, random.bytes(10));
    return hex(out);
}

}  // namespace mcim::smdp
