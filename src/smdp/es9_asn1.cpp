// SGP.22 6.6: the ASN.1 binding. One path and one pair of messages for all functions, in DER.
#include "mcim/smdp/es9.h"

namespace mcim::smdp {
namespace {

using Response = msg::RemoteProfileProvisioningResponse;

Function function_of(msg::InitiateAuthenticationRequest r) { return InitiateAuthentication{std::move(r)}; }
Function function_of(msg::AuthenticateClientRequest r) { return AuthenticateClient{std::move(r)}; }
Function function_of(msg::GetBoundProfilePackageRequest r) { return GetBoundProfilePackage{std::move(r)}; }
Function function_of(msg::CancelSessionRequestEs9 r) { return CancelSession{std::move(r)}; }
Function function_of(msg::HandleNotification r) { return HandleNotification{std::move(r)}; }

Result<Function> read_asn1(std::string_view path, std::string_view body) {
    if (path != es9_asn1_path) return fail(Errc::not_found, std::string(path), "no function of ES9+ has this path");
    TRY(auto request, der::decode<msg::RemoteProfileProvisioningRequest>(as_view(body)));
    return std::visit([](auto&& r) { return function_of(std::forward<decltype(r)>(r)); }, std::move(request.value));
}

/// What each function's response has for a refusal, by 5.6.1 to 5.6.5. There is no status code and no sentence;
/// initiateAuthenticationError has no undefinedError either.
struct Errors {
    using Initiate = msg::InitiateAuthenticationError;
    using Authenticate = msg::AuthenticateClientError;
    using Package = msg::GetBoundProfilePackageError;
    using Cancel = msg::CancelSessionError;

    Refusal refusal{};
    std::optional<Initiate> initiate{};
    Authenticate authenticate = Authenticate::undefined_error;
    Package package = Package::undefined_error;
    Cancel cancel = Cancel::undefined_error;
};
using Of = Errors;
constexpr std::array<Errors, refusal_count> errors{{
    {.refusal = Refusal::address_unknown, .initiate = Of::Initiate::invalid_dp_address},
    {.refusal = Refusal::card_version_unsupported, .initiate = Of::Initiate::euicc_version_not_supported_by_dp},
    {.refusal = Refusal::ci_not_supported, .initiate = Of::Initiate::ci_pk_not_supported},
    {.refusal = Refusal::no_certificate_for_ci, .initiate = Of::Initiate::ci_pk_not_supported},
    {.refusal = Refusal::transaction_unknown,
     .authenticate = Of::Authenticate::invalid_transaction_id,
     .package = Of::Package::invalid_transaction_id,
     .cancel = Of::Cancel::invalid_transaction_id},
    {.refusal = Refusal::ci_unknown, .authenticate = Of::Authenticate::ci_pk_unknown},
    {.refusal = Refusal::eum_certificate_invalid, .authenticate = Of::Authenticate::eum_certificate_invalid},
    {.refusal = Refusal::eum_certificate_expired, .authenticate = Of::Authenticate::eum_certificate_expired},
    {.refusal = Refusal::euicc_certificate_invalid, .authenticate = Of::Authenticate::euicc_certificate_invalid},
    {.refusal = Refusal::euicc_certificate_expired, .authenticate = Of::Authenticate::euicc_certificate_expired},
    {.refusal = Refusal::euicc_signature_invalid,
     .authenticate = Of::Authenticate::euicc_signature_invalid,
     .package = Of::Package::euicc_signature_invalid,
     .cancel = Of::Cancel::euicc_signature_invalid},
    {.refusal = Refusal::matching_id_refused, .authenticate = Of::Authenticate::matching_id_refused},
    {.refusal = Refusal::eid_refused, .authenticate = Of::Authenticate::eid_mismatch},
    {.refusal = Refusal::profile_not_released},
    {.refusal = Refusal::order_expired, .package = Of::Package::download_order_expired},
    {.refusal = Refusal::attempts_exceeded},
    {.refusal = Refusal::memory_insufficient, .authenticate = Of::Authenticate::insufficient_memory},
    {.refusal = Refusal::not_eligible, .authenticate = Of::Authenticate::no_eligible_profile},
    {.refusal = Refusal::smdp_oid_wrong},
    {.refusal = Refusal::server_unavailable},
    {.refusal = Refusal::package_unavailable, .package = Of::Package::bpp_rebinding_refused},
    {.refusal = Refusal::confirmation_code_missing, .package = Of::Package::confirmation_code_missing},
    {.refusal = Refusal::confirmation_code_refused, .package = Of::Package::confirmation_code_refused},
    {.refusal = Refusal::confirmation_code_retries_exceeded,
     .package = Of::Package::confirmation_code_retries_exceeded},
}};
constexpr bool in_order() {
    for (std::size_t i = 0; i < errors.size(); ++i)
        if (static_cast<std::size_t>(errors[i].refusal) != i) return false;
    return true;
}
static_assert(in_order());

std::optional<Response> refusal_response(Es9Function function, Refusal refusal) {
    const Errors& error = errors[static_cast<std::size_t>(refusal)];
    switch (function) {
        case Es9Function::initiate_authentication:
            if (!error.initiate) return std::nullopt;
            return Response{msg::InitiateAuthenticationResponse{*error.initiate}};
        case Es9Function::authenticate_client: return Response{msg::AuthenticateClientResponseEs9{error.authenticate}};
        case Es9Function::get_bound_profile_package:
            return Response{msg::GetBoundProfilePackageResponse{error.package}};
        case Es9Function::cancel_session: return Response{msg::CancelSessionResponseEs9{error.cancel}};
        case Es9Function::handle_notification: return std::nullopt;  // it has no response
    }
    return std::nullopt;
}

Response response_of(const msg::InitiateAuthenticationOkEs9& ok) { return {msg::InitiateAuthenticationResponse{ok}}; }
Response response_of(const msg::AuthenticateClientOk& ok) { return {msg::AuthenticateClientResponseEs9{ok}}; }
Response response_of(const msg::CancelSessionOk& ok) { return {msg::CancelSessionResponseEs9{ok}}; }

/// GetBoundProfilePackageOk, apart from its table: the package is long, and it is there in DER already.
std::string package_asn1(const BoundPackage& reply) {
    der::Writer w;
    w.bytes(reply.package);
    w.bytes(reply.transaction_id);
    w.header(der::Tag{0x80}, reply.transaction_id.size());
    w.header(der::Tag{0xA0}, w.size());
    w.header(der::type_of<msg::GetBoundProfilePackageResponse>.tag, w.size());
    w.header(der::type_of<Response>.tag, w.size());
    return as_text(std::move(w).finish());
}

std::optional<std::string> write_asn1(Es9Function function, const Reply& reply) {
    return std::visit(
        [&](const auto& r) -> std::optional<std::string> {
            using R = std::remove_cvref_t<decltype(r)>;
            if constexpr (std::same_as<R, NoContent>) {
                return std::string();
            } else if constexpr (std::same_as<R, BoundPackage>) {
                return package_asn1(r);
            } else if constexpr (std::same_as<R, Refused>) {
                const auto response = refusal_response(function, r.refusal);
                return response ? std::optional(as_text(der::encode(*response))) : std::nullopt;
            } else {
                return as_text(der::encode(response_of(r)));
            }
        },
        reply);
}

}  // namespace

constinit const Es9Binding es9_asn1{"application/x-gsma-rsp-asn1", read_asn1, write_asn1};

}  // namespace mcim::smdp
