#include "mcim/apps/mcimd/log_subject.h"

#include <algorithm>

namespace mcim::apps::mcimd {

void LogSubject::set_session(View id) {
    session_octets = static_cast<std::uint8_t>(std::min(id.size(), session_id.size()));
    std::ranges::copy(id.first(session_octets), session_id.begin());
}

LogSubject& log_subject() {
    thread_local LogSubject subject;
    return subject;
}

}  // namespace mcim::apps::mcimd
