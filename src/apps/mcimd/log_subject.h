// What the lines of the log are about that this thread writes now: the request that is being answered, and its session
// where it has one. Kept as octets: nothing is made of them before a line is written.
#pragma once
#include <array>
#include <cstdint>

#include "mcim/base/bytes.h"

namespace mcim::apps::mcimd {

struct LogSubject {
    std::uint64_t request = 0;  ///< counted from the start of the program; 0: none
    std::array<std::uint8_t, 16> session_id{};
    std::uint8_t session_octets = 0;
    /// A transaction ID; empty: none.
    void set_session(View);
    [[nodiscard]] View session() const { return View(session_id).first(session_octets); }
};
[[nodiscard]] LogSubject& log_subject();

/// Until it goes, then it is what it was before.
class LogScope {
public:
    explicit LogScope(const LogSubject& now) : before_(log_subject()) { log_subject() = now; }
    ~LogScope() { log_subject() = before_; }
    LogScope(const LogScope&) = delete;
    LogScope& operator=(const LogScope&) = delete;

private:
    LogSubject before_;
};

}  // namespace mcim::apps::mcimd
