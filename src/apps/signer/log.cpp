#include "log.h"

#include <cstdio>

#include "mcim/base/ports.h"
#include "mcim/base/text.h"
#include "mcim/jose/json.h"

namespace mcim::signer_program {
namespace {

constexpr std::size_t line_characters_max = 600;

}  // namespace

void Log::line(std::string_view level, std::string_view sentence) const {
    const std::string text = with_numbers_masked(printable(sentence, line_characters_max));
    const std::string at = to_rfc3339(system_now());
    const std::string out =
        format_ == LogFormat::json
            ? jose::ObjectWriter().text("at", at).text("level", level).text("message", text).finish()
            : at + " " + std::string(level) + " " + text;
    std::fprintf(stderr, "%s\n", out.c_str());
}

}  // namespace mcim::signer_program
