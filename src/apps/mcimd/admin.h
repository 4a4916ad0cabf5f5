// The local administration: HTTP with JSON over a UNIX socket of mode 0600. Whoever may open the socket may do all of
// it.
//
//   GET  /status
//   GET  /operators, /subscriptions, /subscriptions/ICCID, /orders, /orders/ID (with its timeline), /notifications
//        An order that names a device of another operator's customer has "waits_for": {"fault", "operator", "iccid",
//        "sentence"} until that operator's release is given; POST /orders and .../release answer so too
//        A line of a timeline is {"at", "what"}; of a refusal also {"code", "session", "times", "last_at"}
//   GET  /devices, /devices/EID, /auc/IMSI
//   GET  /devices/EID/verdicts[?session=HEX]: {"verdicts": [JWS]}, of one session or of all that are kept, newest last
//   POST /operators            {"id", "name", "key": SubjectPublicKeyInfo}
//   POST /subscriptions        {"operator", "imsi", "iccid", "msisdn"?, "service_provider_name"?, "profile_name"?,
//                               "algorithm"?, "k"? and "opc"? (hex: an import; absent: fresh keys), "mnc_digits"?,
//                               "package_octets_min"?}
//                              {"operator", "iccid", "package": DER}: numbers and keys are taken out of the package,
//                               unless "imsi", "k" and "opc" are given beside it
//   POST /subscriptions/ICCID/bar, /unbar, /close (for good: the operator has no say in the device any more)
//   POST /orders               {"operator", "iccid", "policy"?: open|attested, "eid"?, "expires_at"?, "release"?: JWS,
//                               "attempts_max"?, "package_octets"?, "class"?: operational|provisioning|test}
//   POST /orders/ID/cancel, /orders/ID/release   {"release"?: JWS}
//   POST /devices              {"eid", "ak_public", "tpm_identity": hex, "platform_model"}
//   POST /reference-values     {"operator", "jws"}
// Octets are base64url without padding where no other form is named; times are whole seconds since 1970. Failures are
// RFC 9457 problems. No answer holds a key of a subscription.
#pragma once
#include "mcim/apps/mcimd/platform.h"
#include "mcim/http/server.h"

namespace mcim::apps::mcimd {

void serve_admin(Platform&, const http::Request&, const http::Reply&);

}  // namespace mcim::apps::mcimd
