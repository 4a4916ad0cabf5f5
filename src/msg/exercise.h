// For fuzzing and for the corpus tests: every message type by its name.
#pragma once
#include <span>
#include <string_view>

#include "mcim/base/bytes.h"

namespace mcim::msg {

struct MessageType {
    std::string_view name;
    /// Decodes; what decodes must print and re-encode to the same octets, or this aborts. True where it decoded.
    bool (*exercise)(View der);
};
[[nodiscard]] std::span<const MessageType> message_types();

/// A body of ES9+ in the JSON binding, read as every request and every reply: what reads must be written so that it
/// reads as the same again, or this aborts.
void exercise_es9_json(View body);

}  // namespace mcim::msg
