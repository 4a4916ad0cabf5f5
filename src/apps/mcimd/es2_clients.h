// Operators' systems that may call ES2+: a certificate each, of whose owner it is and what he may do with it. Rows of
// the store, so that one is taken in or out while the server runs.
#pragma once
#include "mcim/smdp/es2.h"
#include "mcim/store/store.h"

namespace mcim::apps::mcimd {

struct Es2Client {
    std::string operator_id;
    std::vector<smdp::Es2Function> rights;                 ///< over this operator's profiles, whatever they are
    smdp::GatePolicy policy = smdp::GatePolicy::attested;  ///< of the orders that it makes
    Bytes certificate;                                     ///< DER
    Time added_at{};
    [[nodiscard]] bool may(smdp::Es2Function) const;
};

inline constexpr std::string_view es2_client_kind = "es2-client";
/// SHA-256 of a certificate, in hexadecimal digits: the row's key, and its name for people.
[[nodiscard]] std::string fingerprint_of(View certificate);
[[nodiscard]] Bytes encode(const Es2Client&);
[[nodiscard]] Result<Es2Client> decode_es2_client(View body);
[[nodiscard]] Result<std::optional<Es2Client>> find_es2_client(store::Store&, View certificate);

}  // namespace mcim::apps::mcimd
