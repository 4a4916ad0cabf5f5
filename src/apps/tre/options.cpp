#include "options.h"

namespace mcim::tre {
namespace {

constexpr std::string_view tpm_mark = "tpm:";
constexpr std::string_view passphrase_mark = "passphrase-file:";

}  // namespace

Result<Seal> parse_seal(const std::string& text) {
    const auto rest = [&](std::string_view mark) { return text.substr(mark.size()); };
    if (text.starts_with(tpm_mark) && text.size() > tpm_mark.size()) return Seal{TpmSeal{rest(tpm_mark)}};
    if (text.starts_with(passphrase_mark) && text.size() > passphrase_mark.size())
        return Seal{PassphraseSeal{rest(passphrase_mark)}};
    return fail(Errc::bad_value, "--seal", "written tpm:TCTI or passphrase-file:FILE, not \"" + text + '"');
}

}  // namespace mcim::tre
