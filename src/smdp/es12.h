// ES12 (SGP.22 5.9, in the JSON binding of 6.5.2): the event by which an order's device finds this server at an SM-DS.
// When there has to be one, what the SM-DS is asked, and what its answer means. What carries it, and again until it is
// answered, is the shell's.
#pragma once
#include "mcim/smdp/order.h"

namespace mcim::smdp {

enum class Es12Function : std::uint8_t { register_event, delete_event };
inline constexpr std::size_t es12_function_count = 2;
std::string_view to_string(Es12Function);  ///< "registerEvent"
[[nodiscard]] std::optional<Es12Function> find_es12_function(std::string_view name);
inline constexpr std::string_view es12_path = "/gsma/rsp2/es12/";  ///< the function's name follows

/// What is to be asked now that the order is so: its event is at the SM-DS as long as it can be downloaded. nullopt:
/// nothing, or it is asked already.
[[nodiscard]] std::optional<Es12Function> event_call(const Order&, Time now);
/// Where the event stands as soon as that is queued.
[[nodiscard]] EventStanding standing_once_queued(Es12Function);

struct Es12Header {
    std::string requester;  ///< the SM-DP+, by its OID
    std::string call;
};
struct EventRecord {
    Eid eid;
    std::string event_id;
};
/// What an SM-DS has to know of the one that registers an event.
struct EventServer {
    std::string address;      ///< where the device is to come
    bool forwarding = false;  ///< this SM-DS is to register the event with the root SM-DS too (3.6.1.2)
};
[[nodiscard]] std::string register_event_json(const Es12Header&, const EventRecord&, const EventServer&);
[[nodiscard]] std::string delete_event_json(const Es12Header&, const EventRecord&);

/// Whether a call may have reached the SM-DS before.
enum class Es12Attempt : std::uint8_t { first, repeated };

/// What an SM-DS has answered, with HTTP 200.
struct Es12Answer {
    enum class Meaning : std::uint8_t {
        done,
        was_so,   ///< it has the event by an attempt before, or had it no more: done as well
        in_use,   ///< under this ID it has an event which this call did not register
        refused,  ///< asked again, it would say the same
        later,
    };
    Meaning meaning{};
    std::string why{};  ///< "8.9.5/3.3" and its sentence, where there is one; printable
};
[[nodiscard]] Es12Answer read_es12(Es12Function, Es12Attempt, std::string_view body);

}  // namespace mcim::smdp
