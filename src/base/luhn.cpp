#include "mcim/base/luhn.h"

namespace mcim {

char luhn_digit(std::string_view digits) {
    int sum = 0;
    bool twice = true;
    for (auto it = digits.rbegin(); it != digits.rend(); ++it, twice = !twice) {
        const int d = (*it - '0') * (twice ? 2 : 1);
        sum += d > 9 ? d - 9 : d;
    }
    return static_cast<char>('0' + (10 - sum % 10) % 10);
}

}  // namespace mcim
