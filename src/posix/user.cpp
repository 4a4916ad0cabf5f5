#include "mcim/posix/user.h"

#include <pwd.h>

#include <algorithm>
#include <charconv>

namespace mcim::posix {

Result<uid_t> find_user(const std::string& text) {
    uid_t number = 0;
    const char* end = text.data() + text.size();
    if (const auto read = std::from_chars(text.data(), end, number); read.ec == std::errc() && read.ptr == end)
        return number;
    const passwd* found = text.empty() ? nullptr : ::getpwnam(text.c_str());
    if (found == nullptr) return fail(Errc::not_found, text, "no user of this machine has that name");
    return found->pw_uid;
}

}  // namespace mcim::posix
