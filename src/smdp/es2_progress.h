// ES2+.HandleDownloadProgressInfo (SGP.22 5.3.5): what an operator is told of his order, as it goes on. What carries
// it, and again until it is taken, is the shell's.
#pragma once
#include "mcim/smdp/order.h"

namespace mcim::smdp {

/// notificationPointId.
enum class NotificationPoint : std::uint8_t {
    eligibility = 1,
    confirmation_code = 2,
    package = 3,       ///< a bound profile package has left
    installation = 4,  ///< the card has said how it fared
};
struct Progress {
    NotificationPoint point{};
    bool failed = false;
    std::string_view subject{};  ///< of a failure
    std::string_view reason{};
    friend bool operator==(const Progress&, const Progress&) = default;
};

/// What changed for the operator from one state of an order to the next; nullopt: nothing that he is told.
[[nodiscard]] std::optional<Progress> progress_of(const Order& before, const Order& after);

struct ProgressInfo {
    std::string requester;  ///< the SM-DP+, by its OID
    std::string call;
    Time at{};
    std::string profile_type{};  ///< may be empty
};
[[nodiscard]] std::string progress_json(const Progress&, const Order& after, const ProgressInfo&);

inline constexpr std::string_view progress_path = "/gsma/rsp2/es2plus/handleDownloadProgressInfo";

}  // namespace mcim::smdp
