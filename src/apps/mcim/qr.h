// QR codes (ISO/IEC 18004) for a terminal: two rows of modules in one line of text, drawn with UTF-8 half blocks and
// nothing else, so that the code survives a log file and a mail.
#pragma once
#include <string>

#include "mcim/base/result.h"

namespace mcim::apps {

/// What the terminal's background is: dark modules are drawn in its colour or in that of the letters.
enum class Background : std::uint8_t { dark, light };

/// Error correction level M, a quiet zone of four modules. Refuses more text than a code holds.
[[nodiscard]] Result<std::string> qr_text(const std::string&, Background);

}  // namespace mcim::apps
