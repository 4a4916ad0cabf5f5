#include "mcim/apps/mcim/qr.h"

#include <qrencode.h>

#include <memory>
#include <vector>

namespace mcim::apps {

namespace {

constexpr int quiet_zone = 4;  // ISO/IEC 18004 5.3.8

struct Free {
    void operator()(QRcode* code) const { QRcode_free(code); }
};

class Modules {
public:
    explicit Modules(const QRcode& code) : code_(code) {}
    [[nodiscard]] int side() const { return code_.width + 2 * quiet_zone; }
    [[nodiscard]] bool dark(int row, int column) const {
        const int r = row - quiet_zone;
        const int c = column - quiet_zone;
        if (r < 0 || c < 0 || r >= code_.width || c >= code_.width) return false;
        return (code_.data[r * code_.width + c] & 1U) != 0;
    }

private:
    const QRcode& code_;
};

const char* block(bool upper, bool lower) {
    if (upper && lower) return "\u2588";
    if (upper) return "\u2580";
    return lower ? "\u2584" : " ";
}

}  // namespace

Result<std::string> qr_text(const std::string& text, Background background) {
    const std::unique_ptr<QRcode, Free> code(QRcode_encodeString8bit(text.c_str(), 0, QR_ECLEVEL_M));
    if (!code)
        return fail(Errc::too_large, "QR code", "a code does not hold " + std::to_string(text.size()) + " octets");
    const Modules modules(*code);
    // letters are light on a dark background: there the light modules are printed. The number of rows is odd; the half
    // line that is left over widens the quiet zone.
    const auto printed = [&](int row, int column) {
        return modules.dark(row, column) == (background == Background::light);
    };
    std::string out;
    for (int row = 0; row < modules.side(); row += 2) {
        for (int column = 0; column < modules.side(); ++column)
            out += block(printed(row, column), printed(row + 1, column));
        out += "\n";
    }
    return out;
}

}  // namespace mcim::apps
