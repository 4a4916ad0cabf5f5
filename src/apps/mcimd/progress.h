// What operators are told of their orders (ES2+.HandleDownloadProgressInfo): how it goes out, and until when, is in
// outbox.h.
#pragma once
#include "mcim/apps/mcimd/outbox.h"

namespace mcim::apps::mcimd {

/// Where an operator is told, and by which roots his server is known.
struct ProgressAddress {
    std::string operator_id;
    http::HostPort server;
    std::vector<Bytes> roots;  ///< DER
};
inline constexpr std::string_view progress_address_kind = "es2-progress-to";  ///< rows of the store, by operator
[[nodiscard]] Bytes encode(const ProgressAddress&);
[[nodiscard]] Result<ProgressAddress> decode_progress_address(View body);
[[nodiscard]] Result<std::optional<ProgressAddress>> find_progress_address(store::Store&, std::string_view operator_id);

/// What the change of an order tells its operator; nothing where he is told nothing.
[[nodiscard]] Status tell_operator(Platform&, const smdp::Order& changed, store::Batch& out);
/// To the operators' servers.
[[nodiscard]] Mail progress_mail(Platform&);

}  // namespace mcim::apps::mcimd
