#include "mcim/agent/pending.h"

namespace mcim::agent {

Result<PendingList> read_pending(View response) {
    const der::Type& type = der::type_of<msg::RetrieveNotificationsListResponse>;
    const der::Field& notification_list = type.fields.front();
    der::Reader in(response);
    TRY(auto answer, in.read(type.tag));
    if (!in.empty()) return in.error(Errc::trailing_data);
    TRY(auto list, answer.content.read());
    if (!answer.content.empty()) return answer.content.error(Errc::trailing_data);
    if (list.tag != notification_list.tag) return fail(Errc::refused, "", "the card cannot give it");
    PendingList out;
    while (!list.content.empty()) {
        TRY(const auto entry, list.content.read());
        auto known = der::decode<msg::PendingNotification>(entry.whole);
        if (known)
            out.known.push_back(*std::move(known));
        else
            out.unknown.push_back("an entry of " + std::to_string(entry.whole.size()) + " octets with tag " +
                                  to_string(entry.tag) +
                                  ", which this agent does not know: " + to_string(known.error()));
    }
    return out;
}

}  // namespace mcim::agent
