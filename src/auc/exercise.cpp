#include "mcim/auc/exercise.h"

#include <cstdlib>

#include "mcim/auc/datagram.h"

namespace mcim::auc {

void exercise_datagram(View input) {
    const auto datagram = parse_datagram(input);
    if (!datagram) return;
    const auto again = parse_datagram(as_view(render_datagram(*datagram)));
    if (!again || !(*again == *datagram)) std::abort();
}

}  // namespace mcim::auc
