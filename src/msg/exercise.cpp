#include "mcim/msg/exercise.h"

#include "mcim/msg/all.h"

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

}  // namespace

std::span<const MessageType> message_types() {
    static const auto types = table(static_cast<AllMessages*>(nullptr));
    return types;
}

}  // namespace mcim::msg
