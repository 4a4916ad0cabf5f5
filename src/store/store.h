// What the platform remembers, in the field's words. Reads are plain; every write is a Change in a Batch, and a Batch
// happens as a whole or not at all. Several sessions' batches go into one transaction of the database: the cost of
// reaching the disk is shared, and a session's reply waits for its group.
//
// Invariants are the store's, whatever its callers do: ICCID, IMSI, matching ID and key fingerprint are unique, one
// order lives per ICCID, one profile is enabled per EID, a release serves one order, a notification is taken once, and
// a row is changed only over the version that the change was made from.
#pragma once
#include <filesystem>
#include <memory>
#include <span>

#include "mcim/auc/auc.h"
#include "mcim/saip/package_policy.h"
#include "mcim/smdp/session.h"

namespace mcim::store {

// ---------------------------------------------------------------- rows

struct Operator {
    std::string id;
    std::string name;
    Bytes key_spki;  ///< of the key that it signs releases and reference values with
    Time created_at{};
    saip::PackagePolicy policy{};  ///< of packages that come in for him
    friend bool operator==(const Operator&, const Operator&) = default;
};

/// Where the profile of a subscription is. Deleted: by its device. That is no word of its operator, who keeps his say
/// over the device until he closes the line, releases the device, or gives it another profile.
enum class Standing : std::uint8_t { reserved, installed, enabled, closed, deleted };
std::string_view to_string(Standing);

/// A line of an operator and the profile that carries it.
struct Subscription {
    Iccid iccid;
    Imsi imsi;
    std::optional<Msisdn> msisdn{};
    std::string operator_id;
    signer::Algorithm algorithm{};
    signer::WrappedSubscription keys;
    signer::KeyFingerprint fingerprint{};
    std::string service_provider_name{};
    std::string profile_name{};
    std::uint8_t mnc_digits = 2;           ///< of the IMSI
    std::uint32_t package_octets_min = 0;  ///< the template is filled up to this size
    std::uint32_t package_octets = 0;      ///< of somebody's own package; 0: the project's template is personalised
    std::optional<Eid> eid{};              ///< the card that it was installed on
    Standing standing = Standing::reserved;
    Time created_at{};
    /// What its operator orders it as, where he names no ICCID (SGP.22 5.3.1); all of a type are alike to him.
    std::optional<std::string> profile_type{};
    bool needs_javacard = false;       ///< of a package: as its orders have it
    std::uint8_t package_version = 2;  ///< of a package, or of the template: as its orders have it
    std::int64_t version = 0;
    friend bool operator==(const Subscription&, const Subscription&) = default;
};

struct StoredSession {
    std::string order_id;
    Bytes state;  ///< smdp::encode_state
};

struct ReleaseUse {
    std::string order_id;
    Iccid gives_up;  ///< the line that it lets go
    bool consumed = false;
    friend bool operator==(const ReleaseUse&, const ReleaseUse&) = default;
};

struct Notification {
    crypto::Sha256 digest{};
    Time at{};
    smdp::Trust trust{};
    std::string sentence;
    Bytes octets;
    std::string order_id{};
};

/// What happened to an order.
struct TimelineLine {
    Time at{};
    std::string sentence;
    struct Refusal {
        std::string code;      ///< "8.2.5/4.3"
        Bytes transaction_id;  ///< of the last time
        std::uint32_t times = 1;
        Time last_at{};
        friend bool operator==(const Refusal&, const Refusal&) = default;
    };
    std::optional<Refusal> refusal{};
    smdp::NoteKind kind = smdp::NoteKind::milestone;
    friend bool operator==(const TimelineLine&, const TimelineLine&) = default;
};
/// An order keeps so many lines of refusals, the latest: a card can have itself refused as often as it likes.
inline constexpr std::size_t refusals_kept = 50;
/// And so many of what its device can repeat, and so many verified notifications: those that have given way would
/// change nothing if they came again (smdp/notification.cpp).
inline constexpr std::size_t routine_kept = 50;
inline constexpr std::size_t verified_kept = 50;

/// K and OPc of a line left under a transport key (ADR 0053).
struct KeyExport {
    Iccid iccid;
    Time at{};
    std::string operator_id;
    std::uint8_t transport_key = 0;
    std::optional<std::uint32_t> user{};  ///< of the process that asked
    friend bool operator==(const KeyExport&, const KeyExport&) = default;
};

/// A row of a module that keeps its own format in it (verifier: devices, nonces, verdicts; reference values).
struct Row {
    std::string kind;
    std::string key;
    Bytes body;
    std::int64_t version = 0;  ///< 0: not stored yet
    friend bool operator==(const Row&, const Row&) = default;
};

// ---------------------------------------------------------------- changes

/// Offers that were never taken up and cancelled sessions, whose time is over; what was bound stays with its order.
struct PurgeSessions {
    Time now;
};
/// Unverified notifications but the newest `keep`: anybody can send them.
struct PurgeNotifications {
    std::size_t keep;
};
struct AddOrder {
    smdp::Order order;
};
/// What its operator gives an order when he confirms it; the rest of it is smdp::PutOrder's, in the same batch.
struct NameOrder {
    std::string order_id;
    std::string matching_id;
    Bytes confirmation_code;
    std::string smds_address{};
};
/// How far its event at the SM-DS is. Where `from` is named, the event stands there, or nothing changes.
struct MoveEvent {
    std::string order_id;
    std::optional<smdp::EventStanding> from;
    smdp::EventStanding to;
};
struct AddSubscription {
    Subscription subscription;
    std::optional<signer::WrappedPackage> package{};  ///< where subscription.package_octets is not 0
};
struct PutSubscription {
    Subscription subscription;
};
struct RecordExport {
    KeyExport row;
};
struct AddOperator {
    Operator row;
};
struct SetPackagePolicy {
    std::string operator_id;
    saip::PackagePolicy policy;
};
struct AddAuc {
    auc::Subscription row;
};
struct SetAucStatus {
    Imsi imsi;
    auc::Status status;
};
/// Again by the same order: nothing changes. By another: Errc::conflict.
struct ReserveRelease {
    std::string operator_id;
    std::string jti;
    std::string order_id;
    Iccid gives_up;
};
struct ConsumeReleases {
    std::string order_id;
};
/// Those that are not consumed: the order was cancelled, or is any card's again, or went to another one.
struct DropReservations {
    std::string order_id;
};
struct PutRow {
    Row row;
};
struct DropRow {
    std::string kind;
    std::string key;
};
using Change =
    std::variant<AddOrder, NameOrder, MoveEvent, smdp::PutOrder, smdp::PutSession, PurgeSessions, PurgeNotifications,
                 smdp::Note, smdp::NoteRefusal, smdp::RecordNotification, AddSubscription, PutSubscription,
                 RecordExport, AddOperator, SetPackagePolicy, AddAuc, auc::Update, SetAucStatus, ReserveRelease,
                 ConsumeReleases, DropReservations, PutRow, DropRow>;
using Batch = std::vector<Change>;

// ---------------------------------------------------------------- the store

class Store {
public:
    Store() = default;
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;
    virtual ~Store() = default;

    /// All batches in one transaction, on the disk when this returns; a Status each. A batch that does not go through
    /// leaves nothing behind and does not stop the others:
    ///   conflict   a uniqueness, or a version that somebody else was faster with; the path names table.column
    ///   not_found  what was to be changed is not there
    ///   io         the database failed: none of them happened, or, where it went away while it committed, all of them
    [[nodiscard]] virtual std::vector<Status> commit(std::span<const Batch>) = 0;
    [[nodiscard]] Status commit_one(Batch);

    [[nodiscard]] virtual Result<std::optional<smdp::Order>> find_order(std::string_view id) = 0;
    [[nodiscard]] virtual Result<std::optional<smdp::Order>> find_order_by_matching_id(std::string_view) = 0;
    /// What a card means that names no order: smdp::pending_among its own.
    [[nodiscard]] Result<std::optional<smdp::Order>> find_pending_order(const Eid&, Time now, const smdp::CanTake&);
    /// Those that name this EID or were bound to it, oldest first.
    [[nodiscard]] virtual Result<std::vector<smdp::Order>> orders_of(const Eid&) = 0;
    /// The one that lives; where all have ended, the last that was made.
    [[nodiscard]] virtual Result<std::optional<smdp::Order>> find_order_by_iccid(const Iccid&) = 0;
    /// Those that have ended, and whose card may have the profile all the same (smdp::leaves_profile), oldest first.
    [[nodiscard]] virtual Result<std::vector<smdp::Order>> orders_that_leave(const Iccid&) = 0;
    /// Whose event is at an SM-DS, or on its way there, and whose time is over; those first that have been so longest.
    [[nodiscard]] virtual Result<std::vector<smdp::Order>> expired_with_events(Time now, std::size_t at_most) = 0;
    [[nodiscard]] virtual Result<std::vector<smdp::Order>> list_orders() = 0;
    /// In the order of what happened; a refusal that came again stands where it came first.
    [[nodiscard]] virtual Result<std::vector<TimelineLine>> timeline(std::string_view order_id) = 0;

    [[nodiscard]] virtual Result<std::optional<StoredSession>> find_session(View transaction_id) = 0;
    [[nodiscard]] virtual Result<bool> has_notification(const crypto::Sha256& digest) = 0;
    [[nodiscard]] virtual Result<std::vector<Notification>> list_notifications() = 0;

    [[nodiscard]] virtual Result<std::optional<Subscription>> find_subscription(const Iccid&) = 0;
    [[nodiscard]] virtual Result<std::optional<signer::WrappedPackage>> find_package(const Iccid&) = 0;
    [[nodiscard]] virtual Result<std::vector<Subscription>> subscriptions_of(const Eid&) = 0;
    [[nodiscard]] virtual Result<std::vector<Subscription>> list_subscriptions() = 0;
    /// Those of this type that are on no card, that no order offers, and that none has left on one: so many of the
    /// oldest.
    [[nodiscard]] virtual Result<std::vector<Subscription>> find_in_stock(std::string_view profile_type,
                                                                          std::string_view operator_id,
                                                                          std::size_t lines_max) = 0;
    /// Who has subscriptions of this type, in stock or not.
    [[nodiscard]] virtual Result<std::vector<std::string>> operators_of_type(std::string_view profile_type) = 0;
    /// In their order.
    [[nodiscard]] virtual Result<std::vector<KeyExport>> exports_of(const Iccid&) = 0;
    [[nodiscard]] virtual Result<std::optional<auc::Subscription>> find_auc(const Imsi&) = 0;

    [[nodiscard]] virtual Result<std::optional<Operator>> find_operator(std::string_view id) = 0;
    [[nodiscard]] virtual Result<std::vector<Operator>> list_operators() = 0;
    [[nodiscard]] virtual Result<std::optional<ReleaseUse>> find_release_use(std::string_view operator_id,
                                                                             std::string_view jti) = 0;
    /// Those that serve this order: it may be given another while a package is out under the first.
    [[nodiscard]] virtual Result<std::vector<ReleaseUse>> releases_of(std::string_view order_id) = 0;

    [[nodiscard]] virtual Result<std::optional<Row>> find_row(std::string_view kind, std::string_view key) = 0;
    [[nodiscard]] virtual Result<std::vector<Row>> list_rows(std::string_view kind) = 0;
};

/// Of a commit: somebody else was faster with a row that it was made from. Read again and made anew it may go through,
/// unlike one that meets a uniqueness.
[[nodiscard]] bool changed_meanwhile(const Error&);

/// For tests and for trying things out: gone with the process.
[[nodiscard]] std::unique_ptr<Store> open_memory_store();
/// WAL, synchronous=FULL. Made where it is absent, readable by its owner only; an older schema is migrated, a newer one
/// refused. Used from one thread.
[[nodiscard]] Result<std::unique_ptr<Store>> open_sqlite_store(const std::filesystem::path&);

/// PostgreSQL, by a connection string of libpq. Tables are in the schema mcim, made where it is absent, migrated where
/// it is older, refused where it is newer. Several processes may have the same one. Connects again after a loss: once
/// in each call. Used from one thread; no error repeats the connection string.
/// `answer_max`: no call waits longer for an answer; then the connection is given up, and for as long as it had waited
/// every call is Errc::io at once.
[[nodiscard]] Result<std::unique_ptr<Store>> open_postgres_store(
    const std::string& connection, std::chrono::milliseconds answer_max = std::chrono::seconds(10));
/// Whether this is such a string, "postgresql://..." or "host=... dbname=...", and not the name of a file.
[[nodiscard]] bool is_postgres(std::string_view database);
/// Whether open_postgres_store would get in; changes nothing.
[[nodiscard]] Status check_postgres(const std::string& connection);

}  // namespace mcim::store
