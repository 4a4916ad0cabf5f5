// What the verifier remembers of one device: plain data, one row of a store. A store keeps the text of to_json under
// the EID, with uniqueness constraints on ak_name and tpm_identity, and replaces a row only where it is still the one
// that was read (two pieces of evidence at once must not both spend a nonce).
#pragma once
#include "mcim/evidence/verdict.h"
#include "mcim/pva/nonce.h"

namespace mcim::pva {

struct SpentNonce {
    NonceId id;
    Time expires_at;
    friend bool operator==(const SpentNonce&, const SpentNonce&) = default;
};

/// One start of the TPM: registers begin anew with each (Part 1, 12.2.3).
struct Boot {
    std::uint32_t reset_count = 0;
    std::uint32_t restart_count = 0;
    friend auto operator<=>(const Boot&, const Boot&) = default;
};

/// The verdicts about one session, or about none, one for each operator with reference values for the model.
struct SessionVerdicts {
    Bytes session;
    Boot boot;
    std::vector<evidence::Verdict> verdicts;  ///< not empty
    friend bool operator==(const SessionVerdicts&, const SessionVerdicts&) = default;
};

/// Why evidence that the device's own TPM signed was not taken.
struct RefusedEvidence {
    Time at;  ///< of the first, where the same came again
    std::string reason;
    std::string sentence;
    Bytes session;
    friend bool operator==(const RefusedEvidence&, const RefusedEvidence&) = default;
};

/// What stays under the EID of a device whose enrolment a person took back: no verdict, and no key that anything could
/// be verified with. The row goes on, so that evidence that was read from the old one does not come to stand in a new
/// one.
struct RemovedDevice {
    Time removed_at;
    Time spent_until;  ///< nonces that expire until then count as spent, whoever is enrolled next
    Bytes ak_name;     ///< whoever is enrolled next is compared with it
    crypto::Sha256 tpm_identity{};
    friend bool operator==(const RemovedDevice&, const RemovedDevice&) = default;
};

struct DeviceRecord {
    // identity, never changed: another one is another enrolment, after this one was taken back
    Eid eid;
    Bytes ak_public;  ///< TPM2B_PUBLIC
    Bytes ak_name;    ///< derived from it
    crypto::Sha256 tpm_identity{};
    std::string platform_model;
    Time enrolled_at;
    std::optional<RemovedDevice> before{};  ///< the last enrolment of this EID that was taken back

    // what its evidence left behind
    std::optional<evidence::ClockInfo> last_clock{};
    std::vector<SpentNonce> spent{};  ///< those that are not expired
    Time spent_until{};               ///< nonces that expire until then count as spent, whatever the clock says now
    std::vector<SessionVerdicts> sessions{};   ///< newest last
    std::optional<RefusedEvidence> refused{};  ///< the latest, where nothing was taken since

    friend bool operator==(const DeviceRecord&, const DeviceRecord&) = default;
};

using DeviceRow = std::variant<DeviceRecord, RemovedDevice>;

[[nodiscard]] std::string to_json(const DeviceRecord&);
[[nodiscard]] std::string to_json(const RemovedDevice&);
/// Refuses other formats, and rows whose parts do not belong together.
[[nodiscard]] Result<DeviceRecord> parse_record(std::string_view json);
[[nodiscard]] Result<DeviceRow> parse_row(std::string_view json);

}  // namespace mcim::pva
