#include "mcim/msg/exercise.h"

#include "mcim/msg/all.h"
#include "mcim/msg/json.h"

namespace mcim::msg {
namespace {

template <class T>
bool exercise(View der) {
    const auto value = der::decode<T>(der);
    if (!value) return false;
    if (!equal(der::encode(*value), der) || der::print(*value).empty()) std::abort();
    return true;
}

template <class... T>
std::array<MessageType, sizeof...(T)> table(std::tuple<T...>*) {
    return {MessageType{der::type_of<T>.name, exercise<T>}...};
}

template <class T>
void exercise_json(std::string_view body) {
    const auto value = from_json<T>(body);
    if (!value) return;
    const auto again = from_json<T>(to_json(*value));
    if (!again || !(*again == *value)) std::abort();
}

}  // namespace

std::span<const MessageType> message_types() {
    static const auto types = table(static_cast<AllMessages*>(nullptr));
    return types;
}

void exercise_es9_json(View octets) {
    const std::string body = as_text(octets);
    exercise_json<InitiateAuthenticationRequest>(body);
    exercise_json<InitiateAuthenticationOkEs9>(body);
    exercise_json<AuthenticateClientRequest>(body);
    exercise_json<AuthenticateClientOk>(body);
    exercise_json<GetBoundProfilePackageRequest>(body);
    exercise_json<GetBoundProfilePackageOk>(body);
    exercise_json<CancelSessionRequestEs9>(body);
    exercise_json<HandleNotification>(body);
    const auto status = read_status(body);
    if (status && *status && *read_status(failure_json(**status)) != *status) std::abort();
}

}  // namespace mcim::msg
