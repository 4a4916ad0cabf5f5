// An operator's system, with bodies of ES2+ written by hand.
#pragma once
#include "mcim/apps/mcimd/mcimd_for_test.h"

namespace mcim::apps::mcimd::es2 {

inline http::ClientConfig client_of(const Installation& at, std::uint16_t port, const test::Identity* system) {
    http::ClientConfig config{{at.pki.ci.der()}, {}};
    config.resolve[{"smdpp.example.com", 443}] = {"127.0.0.1", port};
    config.time_max = 10s;
    if (system != nullptr)
        config.identity =
            std::make_shared<const http::TlsIdentity>(http::TlsIdentity{{system->der()}, system->key.to_pkcs8()});
    return config;
}

inline http::Request request(std::string_view function, const std::string& members) {
    return {
        "POST",
        "/gsma/rsp2/es2plus/" + std::string(function),
        {{"Content-Type", "application/json"}, {"X-Admin-Protocol", "gsma/rsp/v2.2.0"}},
        R"({"header":{"functionRequesterIdentifier":"2.999.77","functionCallIdentifier":"the same"})" + members + "}"};
}

/// "" for Executed-Success.
inline std::string code_in(const std::string& body) {
    const auto status = msg::read_status(body);
    EXPECT_TRUE(status) << body;
    if (!status || !*status) return "";
    EXPECT_FALSE((*status)->message.empty());
    return (*status)->subject_code + "/" + (*status)->reason_code;
}

inline std::string of(const Iccid& iccid) { return R"(,"iccid":")" + iccid.text() + '"'; }
inline std::string of(const Eid& eid) { return R"(,"eid":")" + eid.text() + '"'; }

}  // namespace mcim::apps::mcimd::es2
