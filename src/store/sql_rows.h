// Private to the module: what rows say, read through the Statement of SQLite or PostgreSQL.
#pragma once
#include "mcim/store/store.h"

namespace mcim::store::sql {

/// What a row says, read back strictly: a database that holds something else was changed by somebody else.
template <class E>
Result<E> enumerator(std::int64_t n, E last) {
    if (n < 0 || n > static_cast<std::int64_t>(last)) return fail(Errc::bad_value, "database", "an unknown enumerator");
    return static_cast<E>(n);
}
Result<std::optional<Eid>> eid_at(const auto& s, int column) {
    if (s.is_null(column)) return std::optional<Eid>{};
    TRY(Eid eid, Eid::parse_unchecked(s.text(column)));
    return std::optional(std::move(eid));
}
std::optional<std::uint64_t> number_at(const auto& s, int column) {
    if (s.is_null(column)) return std::nullopt;
    return static_cast<std::uint64_t>(s.integer(column));
}

/// "a b", as sql_changes.h writes it.
inline std::vector<std::string> words_in(std::string_view text) {
    std::vector<std::string> out;
    while (!text.empty()) {
        const auto end = std::min(text.find(' '), text.size());
        out.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}
/// "0102 0304"
inline Result<std::vector<Bytes>> transactions_of(std::string_view text) {
    std::vector<Bytes> out;
    for (const auto& word : words_in(text)) {
        TRY(Bytes id, from_hex(word));
        out.push_back(std::move(id));
    }
    return out;
}

inline constexpr const char* order_by_id = "SELECT * FROM orders WHERE id=?";
inline constexpr const char* order_by_matching_id = "SELECT * FROM orders WHERE matching_id=?";
inline constexpr const char* orders_by_eid = "SELECT * FROM orders WHERE eid=? ORDER BY created_at, id";
inline constexpr const char* order_by_iccid =
    "SELECT * FROM orders WHERE iccid=? ORDER BY state=8, created_at DESC, id DESC LIMIT 1";
/// As smdp::leaves_profile has it. `ended_by` 0 and 1: cancelled, or its subscription closed.
inline constexpr const char* orders_leaving =
    "SELECT * FROM orders WHERE iccid=? AND state=8 AND (outstanding<>'' OR "
    "(ended_by IN (0,1) AND last_sequence IS NOT NULL)) ORDER BY created_at, id";
/// `event` 1 and 2: queued, registered.
inline constexpr const char* expired_orders_with_events =
    "SELECT * FROM orders WHERE event IN (1, 2) AND expires_at IS NOT NULL AND expires_at <= ? ORDER BY expires_at, id "
    "LIMIT ?";
inline constexpr const char* all_orders = "SELECT * FROM orders ORDER BY created_at, id";

inline constexpr auto order_at = [](const auto& s) -> Result<smdp::Order> {
    TRY(Iccid iccid, Iccid::parse_unchecked(s.text(2)));
    smdp::Order o{s.text(0), s.text(1), std::move(iccid), s.text(3)};
    TRY(o.state, enumerator(s.integer(4), smdp::OrderState::unavailable));
    TRY(o.policy, enumerator(s.integer(5), smdp::GatePolicy::attested));
    TRY(o.eid, eid_at(s, 6));
    if (!s.is_null(7)) o.expires_at = s.time(7);
    TRY(o.outstanding, transactions_of(s.text(8)));
    o.refused = s.integer(9) != 0;
    o.attempts = static_cast<std::uint32_t>(s.integer(10));
    o.attempts_max = static_cast<std::uint32_t>(s.integer(11));
    o.package_octets = static_cast<std::uint64_t>(s.integer(12));
    o.metadata = s.blob(13);
    if (!s.is_null(14)) o.release = s.text(14);
    o.created_at = s.time(15);
    if (!s.is_null(16)) o.last_sequence = s.integer(16);
    o.version = s.integer(17);
    o.eid_from_package = s.integer(18) != 0;
    if (!s.is_null(19)) {
        TRY(o.ended_by, enumerator(s.integer(19), smdp::OrderEnd::deleted));
    }
    if (!s.is_null(20)) o.confirmation_code = s.blob(20);
    o.wrong_codes = static_cast<std::uint32_t>(s.integer(21));
    o.protection_keys = s.integer(22) != 0;
    o.euicc_otpk = s.blob(23);
    o.binding = s.blob(24);
    if (!s.is_null(25)) o.smds_address = s.text(25);
    TRY(o.event, enumerator(s.integer(26), smdp::EventStanding::deleted));
    o.needs_javacard = s.integer(27) != 0;
    o.package_version = static_cast<std::uint8_t>(s.integer(28));
    return o;
};

inline constexpr const char* subscription_by_iccid = "SELECT * FROM subscriptions WHERE iccid=?";
inline constexpr const char* subscriptions_of_eid = "SELECT * FROM subscriptions WHERE eid=? ORDER BY iccid";
inline constexpr const char* subscriptions_in_stock =
    "SELECT * FROM subscriptions WHERE profile_type=? AND operator_id=? AND standing=0 AND taken=0 ORDER BY "
    "created_at, iccid LIMIT ?";
/// A look into the index for each operator, whatever number of subscriptions he has.
inline constexpr const char* operators_of_a_type =
    "WITH RECURSIVE owner(id) AS (SELECT min(operator_id) FROM subscriptions WHERE profile_type=?1 UNION ALL SELECT "
    "(SELECT min(operator_id) FROM subscriptions WHERE profile_type=?1 AND operator_id>owner.id) FROM owner WHERE "
    "owner.id IS NOT NULL) SELECT id FROM owner WHERE id IS NOT NULL ORDER BY id";
inline constexpr const char* all_subscriptions = "SELECT * FROM subscriptions ORDER BY iccid";

inline constexpr auto subscription_at = [](const auto& s) -> Result<Subscription> {
    TRY(Iccid iccid, Iccid::parse_unchecked(s.text(0)));
    TRY(Imsi imsi, Imsi::parse(s.text(1)));
    TRY(const auto fingerprint, to_array<32>(s.blob(6)));
    TRY(const auto algorithm, enumerator(s.integer(4), signer::Algorithm::test));
    Subscription v{std::move(iccid), std::move(imsi), {},        s.text(3), algorithm,
                   {s.blob(5)},      {fingerprint},   s.text(7), s.text(8)};
    if (!s.is_null(2)) {
        TRY(Msisdn msisdn, Msisdn::parse(s.text(2)));
        v.msisdn = std::move(msisdn);
    }
    TRY(v.eid, eid_at(s, 9));
    TRY(v.standing, enumerator(s.integer(10), Standing::deleted));
    v.created_at = s.time(11);
    v.mnc_digits = static_cast<std::uint8_t>(s.integer(12));
    v.package_octets_min = static_cast<std::uint32_t>(s.integer(13));
    v.package_octets = static_cast<std::uint32_t>(s.integer(14));
    v.version = s.integer(15);
    if (!s.is_null(16)) v.profile_type = s.text(16);
    v.needs_javacard = s.integer(18) != 0;
    v.package_version = static_cast<std::uint8_t>(s.integer(19));
    return v;
};

inline constexpr auto export_at = [](const auto& s) -> Result<KeyExport> {
    TRY(Iccid iccid, Iccid::parse_unchecked(s.text(0)));
    KeyExport e{std::move(iccid), s.time(1), s.text(2), static_cast<std::uint8_t>(s.integer(3))};
    if (!s.is_null(4)) e.user = static_cast<std::uint32_t>(s.integer(4));
    return e;
};

inline constexpr auto auc_at = [](const auto& s) -> Result<auc::Subscription> {
    TRY(Imsi imsi, Imsi::parse(s.text(0)));
    auc::Subscription v{std::move(imsi), {s.blob(1)}};
    TRY(v.amf, to_array<2>(s.blob(2)));
    TRY(v.sqn, aka::Sqn::from_number(static_cast<std::uint64_t>(s.integer(3))));
    TRY(v.status, enumerator(s.integer(4), auc::Status::closed));
    v.sync_failures = static_cast<std::uint32_t>(s.integer(5));
    v.card_limits = {.delta = number_at(s, 6), .age_limit = number_at(s, 7)};
    return v;
};

inline constexpr auto first_text_at = [](const auto& s) -> Result<std::string> { return s.text(0); };
inline constexpr auto operator_at = [](const auto& s) -> Result<Operator> {
    Operator o{s.text(0), s.text(1), s.blob(2), s.time(3)};
    TRY(const auto applets, enumerator(s.integer(6), saip::Applets::refused));
    TRY(o.policy, saip::policy_of({words_in(s.text(4)), words_in(s.text(5))}, applets));
    return o;
};
inline constexpr auto row_at = [](const auto& s) -> Result<Row> {
    return Row{s.text(0), s.text(1), s.blob(2), s.integer(3)};
};
inline constexpr auto line_at = [](const auto& s) -> Result<TimelineLine> {
    TimelineLine line{s.time(0), s.text(1)};
    if (!s.is_null(2)) line.refusal = {s.text(2), s.blob(3), static_cast<std::uint32_t>(s.integer(4)), s.time(5)};
    TRY(line.kind, enumerator(s.integer(6), smdp::NoteKind::routine));
    return line;
};
inline constexpr auto session_at = [](const auto& s) -> Result<StoredSession> {
    return StoredSession{s.text(0), s.blob(1)};
};
inline constexpr auto package_at = [](const auto& s) -> Result<signer::WrappedPackage> {
    return signer::WrappedPackage{s.blob(0)};
};
inline constexpr auto release_at = [](const auto& s) -> Result<ReleaseUse> {
    TRY(Iccid gives_up, Iccid::parse_unchecked(s.text(1)));
    return ReleaseUse{s.text(0), std::move(gives_up), s.integer(2) != 0};
};
inline constexpr auto notification_at = [](const auto& s) -> Result<Notification> {
    TRY(const auto digest, to_array<32>(s.blob(0)));
    TRY(const auto trust, enumerator(s.integer(2), smdp::Trust::unverified));
    return Notification{digest, s.time(1), trust, s.text(3), s.blob(4), s.is_null(5) ? std::string{} : s.text(5)};
};

}  // namespace mcim::store::sql
