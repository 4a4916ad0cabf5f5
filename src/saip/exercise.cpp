#include "mcim/saip/exercise.h"

#include <cstdlib>

#include "mcim/saip/lint.h"
#include "mcim/saip/resolve.h"

namespace mcim::saip {
namespace {

void demand(bool holds) {
    if (!holds) std::abort();
}

/// What image.h promises.
void check_image(const Image& image) {
    demand(!image.nodes.empty() && image.nodes.front().kind == NodeKind::mf);
    for (const Node& n : image.nodes) {
        if (n.link) {
            const Node* target = image.find(*n.link);
            demand(target != nullptr && !target->link && n.content.empty());
        } else if (!is_directory(n.kind) && n.kind != NodeKind::ber_tlv) {
            demand(n.content.size() == n.size);
        }
        if (has_records(n.kind)) demand(n.size == std::uint32_t{n.record_length} * n.record_count);
    }
}

}  // namespace

void exercise_package(View der) {
    const auto package = parse(der);
    if (!package) {
        demand(!resolve(der, lab_card()).image);
        return;
    }
    demand(equal(encode(*package), der));
    demand(!print(*package).empty());
    (void)lint(*package);
    for (const auto& card : {lab_card(), production_card()}) {
        const auto r = resolve(*package, card);
        if (r.image) check_image(*r.image);
        const auto response = der::decode<EuiccResponse>(der::encode(r.response));
        demand(response.has_value());
        demand(r.image.has_value() != response->profile_installation_aborted.has_value());
    }
}

}  // namespace mcim::saip
