// ES9+ in its ASN.1 binding (SGP.22 6.6), as a client has it: requests for Mcimd::send(), and what their answers say.
#pragma once
#include "mcim/apps/mcimd/mcimd_for_test.h"

namespace mcim::apps::mcimd::asn1 {

inline const std::string media_type = "application/x-gsma-rsp-asn1";

inline std::vector<http::Header> headers() {
    return {{"Content-Type", media_type}, {"X-Admin-Protocol", "gsma/rsp/v2.2.0"}};
}
template <class T>
std::string body_of(const T& request) {
    return as_text(der::encode(msg::RemoteProfileProvisioningRequest{request}));
}
template <class T>
http::Request request(const T& function) {
    return {"POST", "/gsma/rsp2/asn1", headers(), body_of(function)};
}

/// R: the function's response.
template <class R>
R response_in(const http::Response& answer) {
    EXPECT_EQ(answer.status, 200U) << answer.body;
    EXPECT_EQ(answer.find_header("Content-Type"), media_type);
    EXPECT_EQ(answer.find_header("X-Admin-Protocol"), "gsma/rsp/v2.2.0");
    auto decoded = der::decode<msg::RemoteProfileProvisioningResponse>(as_view(answer.body));
    EXPECT_TRUE(decoded) << hex(as_view(answer.body));
    auto* response = decoded ? std::get_if<R>(&decoded->value) : nullptr;
    EXPECT_NE(response, nullptr) << hex(as_view(answer.body));
    return response != nullptr ? std::move(*response) : R{};
}
/// R's first alternative is what is granted, its second the number of an error: 0 where there is none.
template <class R>
auto granted_in(const http::Response& answer) {
    using Ok = std::variant_alternative_t<0, decltype(R::value)>;
    auto response = response_in<R>(answer);
    auto* ok = std::get_if<Ok>(&response.value);
    EXPECT_NE(ok, nullptr) << hex(as_view(answer.body));
    return ok != nullptr ? std::move(*ok) : Ok{};
}
template <class R>
int error_in(const http::Response& answer) {
    const auto response = response_in<R>(answer);
    return response.value.index() == 0 ? 0 : static_cast<int>(std::get<1>(response.value));
}

}  // namespace mcim::apps::mcimd::asn1
