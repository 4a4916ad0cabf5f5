// The port's structures, each declared once. They are the port's own types (signer/signer.h): nothing is copied on its
// way into a message, and no secret stands in a second place.
#pragma once
#include "leaves.h"

namespace mcim::signer_wire {

template <class T>
struct Table;  ///< of type T: `asn1`

/// A value to be read into. Identifiers cannot be empty, so that there is somebody's until every component was read;
/// where one is missing, reading fails.
template <class T>
[[nodiscard]] T blank() {
    return T{};
}
template <Digits T>
[[nodiscard]] T blank() {
    return any_digits<T>();
}
template <>
inline signer::NewSubscriptionKeys blank() {
    return {.imsi = blank<Imsi>()};
}
template <>
inline signer::WrapSubscription blank() {
    return {.imsi = blank<Imsi>(), .k = {}, .constant = {}};
}
template <>
inline signer::RewrapSubscription blank() {
    return {.imsi = blank<Imsi>(), .keys = {}};
}
template <>
inline signer::ImportSubscription blank() {
    return {.operator_id = {}, .imsi = blank<Imsi>(), .k = {}, .opc = {}};
}
template <>
inline signer::ExportSubscription blank() {
    return {.operator_id = {}, .imsi = blank<Imsi>(), .keys = {}};
}
template <>
inline signer::WrapPackage blank() {
    return {.iccid = blank<Iccid>(), .der = {}};
}
template <>
inline signer::RewrapPackage blank() {
    return {.iccid = blank<Iccid>(), .package = {}};
}
template <>
inline signer::ExtractSubscription blank() {
    return {.iccid = blank<Iccid>(), .package = {}};
}
template <>
inline signer::ExtractSubscription::Response blank() {
    return {.imsi = blank<Imsi>(), .subscription = {}};
}
template <>
inline signer::FromTemplate blank() {
    return {.variables = {.iccid = blank<Iccid>(),
                          .imsi = blank<Imsi>(),
                          .msisdn = {},
                          .service_provider_name = {},
                          .profile_name = {}},
            .keys = {}};
}
template <>
inline signer::FromPackage blank() {
    return {.iccid = blank<Iccid>(), .package = {}};
}
template <>
inline signer::SealProfile blank() {
    return {.source = blank<signer::FromPackage>(),
            .euicc_otpk = {},
            .transaction_id = {},
            .host_id = {},
            .eid = blank<Eid>(),
            .configure_isdp = {},
            .store_metadata = {},
            .signing_key = {}};
}
template <>
inline signer::GenerateVectors blank() {
    return {.imsi = blank<Imsi>(), .keys = {}, .challenges = {}};
}
template <>
inline signer::Resynchronise blank() {
    return {.imsi = blank<Imsi>(), .keys = {}};
}

/// der::field for an OPTIONAL identifier.
template <auto P>
struct optional_digits;
template <class S, class T, std::optional<T> S::*P>
struct optional_digits<P> {
    static void* emplace(void* o) { return &(static_cast<S*>(o)->*P).emplace(blank<T>()); }
};
template <auto P>
consteval der::Field digits_field(std::string_view name, der::Tag tag) {
    using V = typename der::member<P>::value;
    return {name, tag, &der::type_of<V>, true, &der::member<P>::find, &optional_digits<P>::emplace};
}

/// One alternative of a variant that is the whole value, and not a member as der::alternative has it.
template <class V, std::size_t I>
struct held {
    using value = std::variant_alternative_t<I, V>;
    static const void* find(const void* o) { return std::get_if<I>(static_cast<const V*>(o)); }
    static void* emplace(void* o) { return &static_cast<V*>(o)->template emplace<I>(blank<value>()); }
};
template <class V, std::size_t I>
consteval der::Field alternative(std::string_view name, der::Tag tag) {
    using A = held<V, I>;
    if (tag.constructed() != der::type_of<typename A::value>.tag.constructed())
        throw "constructed bit of tag and type differ";
    return {name, tag, &der::type_of<typename A::value>, false, &A::find, &A::emplace};
}

}  // namespace mcim::signer_wire

namespace mcim::der {

template <class T>
    requires requires { signer_wire::Table<T>::asn1.fields; }
struct Describe<T> {
    static constexpr const auto& table = signer_wire::Table<T>::asn1;
    static constexpr Type type{table.tag,          write_sequence, read_sequence, print_fields,
                               arbitrary_sequence, table.name,     table.fields};
};
template <class T>
    requires requires { signer_wire::Table<T>::asn1.alternatives; }
struct Describe<T> {
    static constexpr const auto& table = signer_wire::Table<T>::asn1;
    static constexpr Type type{table.tag,        write_choice, read_choice,       print_fields,
                               arbitrary_choice, table.name,   table.alternatives};
};

}  // namespace mcim::der

namespace mcim::signer_wire {

using der::field;
using der::Tag;

// ---------------------------------------------------------------- what several have in common

template <>
struct Table<signer::Subscription> {
    using T = signer::Subscription;
    static constexpr auto asn1 =
        der::sequence("Subscription", field<&T::algorithm>("algorithm", Tag{0x80}), field<&T::keys>("keys", Tag{0x81}),
                      field<&T::fingerprint>("fingerprint", Tag{0x82}));
};

template <>
struct Table<signer::TemplateVariables> {
    using T = signer::TemplateVariables;
    static constexpr auto asn1 =
        der::sequence("TemplateVariables", field<&T::iccid>("iccid", Tag{0x80}), field<&T::imsi>("imsi", Tag{0x81}),
                      digits_field<&T::msisdn>("msisdn", Tag{0x82}),
                      field<&T::service_provider_name>("serviceProviderName", Tag{0x83}),
                      field<&T::profile_name>("profileName", Tag{0x84}), field<&T::mnc_digits>("mncDigits", Tag{0x85}),
                      digits_field<&T::smsc>("smsc", Tag{0x86}), field<&T::gid1>("gid1", Tag{0x87}),
                      field<&T::package_octets_min>("packageOctetsMin", Tag{0x88}));
};
template <>
struct Table<signer::FromTemplate> {
    using T = signer::FromTemplate;
    static constexpr auto asn1 =
        der::sequence("FromTemplate", field<&T::variables>("variables", Tag{0xA0}), field<&T::keys>("keys", Tag{0x81}));
};
template <>
struct Table<signer::FromPackage> {
    using T = signer::FromPackage;
    static constexpr auto asn1 =
        der::sequence("FromPackage", field<&T::iccid>("iccid", Tag{0x80}), field<&T::package>("package", Tag{0x81}));
};
using ProfileSource = decltype(signer::SealProfile::source);
template <>
struct Table<ProfileSource> {
    static constexpr auto asn1 = der::choice("ProfileSource", alternative<ProfileSource, 0>("fromTemplate", Tag{0xA0}),
                                             alternative<ProfileSource, 1>("fromPackage", Tag{0xA1}));
};

template <>
struct Table<signer::GenerateVectors::Challenge> {
    using T = signer::GenerateVectors::Challenge;
    static constexpr auto asn1 =
        der::sequence("Challenge", field<&T::sqn>("sqn", Tag{0x80}), field<&T::rand>("rand", Tag{0x81}));
};
template <>
struct Table<signer::Vector> {
    using T = signer::Vector;
    static constexpr auto asn1 = der::sequence("Vector", field<&T::rand>("rand", Tag{0x80}),
                                               field<&T::autn>("autn", Tag{0x81}), field<&T::xres>("xres", Tag{0x82}),
                                               field<&T::ck>("ck", Tag{0x83}), field<&T::ik>("ik", Tag{0x84}));
};

// ---------------------------------------------------------------- requests

template <>
struct Table<signer::SignMessage> {
    using T = signer::SignMessage;
    static constexpr auto asn1 =
        der::sequence("SignMessage", field<&T::key>("key", Tag{0x80}), field<&T::message>("message", Tag{0x81}));
};
template <>
struct Table<signer::NewSubscriptionKeys> {
    using T = signer::NewSubscriptionKeys;
    static constexpr auto asn1 =
        der::sequence("NewSubscriptionKeys", field<&T::imsi>("imsi", Tag{0x80}),
                      field<&T::algorithm>("algorithm", Tag{0x81}), field<&T::operator_id>("operatorId", Tag{0x82}));
};
template <>
struct Table<signer::WrapSubscription> {
    using T = signer::WrapSubscription;
    static constexpr auto asn1 = der::sequence(
        "WrapSubscription", field<&T::imsi>("imsi", Tag{0x80}), field<&T::algorithm>("algorithm", Tag{0x81}),
        field<&T::k>("k", Tag{0x82}), field<&T::constant>("constant", Tag{0x83}),
        field<&T::constant_is>("constantIs", Tag{0x84}), field<&T::operator_id>("operatorId", Tag{0x85}));
};
template <>
struct Table<signer::RewrapSubscription> {
    using T = signer::RewrapSubscription;
    static constexpr auto asn1 =
        der::sequence("RewrapSubscription", field<&T::imsi>("imsi", Tag{0x80}), field<&T::keys>("keys", Tag{0x81}));
};
template <>
struct Table<signer::WrapPackage> {
    using T = signer::WrapPackage;
    static constexpr auto asn1 =
        der::sequence("WrapPackage", field<&T::iccid>("iccid", Tag{0x80}), field<&T::der>("der", Tag{0x81}),
                      field<&T::operator_id>("operatorId", Tag{0x82}));
};
template <>
struct Table<signer::RewrapPackage> {
    using T = signer::RewrapPackage;
    static constexpr auto asn1 =
        der::sequence("RewrapPackage", field<&T::iccid>("iccid", Tag{0x80}), field<&T::package>("package", Tag{0x81}));
};
template <>
struct Table<signer::ExtractSubscription> {
    using T = signer::ExtractSubscription;
    static constexpr auto asn1 = der::sequence("ExtractSubscription", field<&T::iccid>("iccid", Tag{0x80}),
                                               field<&T::package>("package", Tag{0x81}));
};
template <>
struct Table<signer::WrapConfirmationCode> {
    using T = signer::WrapConfirmationCode;
    static constexpr auto asn1 = der::sequence("WrapConfirmationCode", field<&T::order_id>("orderId", Tag{0x80}),
                                               field<&T::code>("code", Tag{0x81}));
};
template <>
struct Table<signer::CheckConfirmationCode> {
    using T = signer::CheckConfirmationCode;
    static constexpr auto asn1 = der::sequence(
        "CheckConfirmationCode", field<&T::order_id>("orderId", Tag{0x80}), field<&T::code>("code", Tag{0x81}),
        field<&T::transaction_id>("transactionId", Tag{0x82}), field<&T::hash_cc>("hashCc", Tag{0x83}));
};
template <>
struct Table<signer::SealProfile> {
    using T = signer::SealProfile;
    static constexpr auto asn1 = der::sequence(
        "SealProfile", field<&T::source>("source", Tag{0xA0}), field<&T::curve>("curve", Tag{0x81}),
        field<&T::euicc_otpk>("euiccOtpk", Tag{0x82}), field<&T::transaction_id>("transactionId", Tag{0x83}),
        field<&T::host_id>("hostId", Tag{0x84}), field<&T::eid>("eid", Tag{0x85}),
        field<&T::configure_isdp>("configureIsdp", Tag{0x86}), field<&T::store_metadata>("storeMetadata", Tag{0x87}),
        field<&T::protection>("protection", Tag{0x88}), field<&T::signing_key>("signingKey", Tag{0x89}),
        field<&T::earlier>("earlier", Tag{0x8A}));
};
template <>
struct Table<signer::GenerateVectors> {
    using T = signer::GenerateVectors;
    static constexpr auto asn1 =
        der::sequence("GenerateVectors", field<&T::imsi>("imsi", Tag{0x80}), field<&T::keys>("keys", Tag{0x81}),
                      field<&T::amf>("amf", Tag{0x82}), field<&T::challenges>("challenges", Tag{0xA3}));
};
template <>
struct Table<signer::Resynchronise> {
    using T = signer::Resynchronise;
    static constexpr auto asn1 =
        der::sequence("Resynchronise", field<&T::imsi>("imsi", Tag{0x80}), field<&T::keys>("keys", Tag{0x81}),
                      field<&T::rand>("rand", Tag{0x82}), field<&T::auts>("auts", Tag{0x83}));
};
template <>
struct Table<signer::ImportSubscription> {
    using T = signer::ImportSubscription;
    static constexpr auto asn1 =
        der::sequence("ImportSubscription", field<&T::operator_id>("operatorId", Tag{0x80}),
                      field<&T::transport_key>("transportKey", Tag{0x81}), field<&T::imsi>("imsi", Tag{0x82}),
                      field<&T::k>("k", Tag{0x83}), field<&T::opc>("opc", Tag{0x84}),
                      field<&T::refuse_published>("refusePublished", Tag{0x85}),
                      field<&T::refuse_unchosen>("refuseUnchosen", Tag{0x86}));
};
template <>
struct Table<signer::ExportSubscription> {
    using T = signer::ExportSubscription;
    static constexpr auto asn1 = der::sequence("ExportSubscription", field<&T::operator_id>("operatorId", Tag{0x80}),
                                               field<&T::transport_key>("transportKey", Tag{0x81}),
                                               field<&T::imsi>("imsi", Tag{0x82}), field<&T::keys>("keys", Tag{0x83}));
};
template <>
struct Table<signer::Request> {
    using T = signer::Request;
    static constexpr auto asn1 = der::choice(
        "Request", alternative<T, 0>("SignMessage", Tag{0xA0}), alternative<T, 1>("NewSubscriptionKeys", Tag{0xA1}),
        alternative<T, 2>("WrapSubscription", Tag{0xA2}), alternative<T, 3>("RewrapSubscription", Tag{0xA3}),
        alternative<T, 4>("WrapPackage", Tag{0xA4}), alternative<T, 5>("RewrapPackage", Tag{0xA5}),
        alternative<T, 6>("ExtractSubscription", Tag{0xA6}), alternative<T, 7>("WrapConfirmationCode", Tag{0xA7}),
        alternative<T, 8>("CheckConfirmationCode", Tag{0xA8}), alternative<T, 9>("SealProfile", Tag{0xA9}),
        alternative<T, 10>("GenerateVectors", Tag{0xAA}), alternative<T, 11>("Resynchronise", Tag{0xAB}),
        alternative<T, 12>("ImportSubscription", Tag{0xAC}), alternative<T, 13>("ExportSubscription", Tag{0xAD}));
    static_assert(std::variant_size_v<T> == asn1.alternatives.size());
};

// ---------------------------------------------------------------- responses

template <>
struct Table<signer::ExtractSubscription::Response> {
    using T = signer::ExtractSubscription::Response;
    static constexpr auto asn1 = der::sequence("ExtractedSubscription", field<&T::imsi>("imsi", Tag{0x80}),
                                               field<&T::subscription>("subscription", Tag{0xA1}));
};
template <>
struct Table<signer::CheckConfirmationCode::Response> {
    using T = signer::CheckConfirmationCode::Response;
    static constexpr auto asn1 = der::sequence("CheckedConfirmationCode", field<&T::holds>("holds", Tag{0x80}));
};
template <>
struct Table<signer::SealedProfile> {
    using T = signer::SealedProfile;
    static constexpr auto asn1 =
        der::sequence("SealedProfile", field<&T::bound_profile_package>("boundProfilePackage", Tag{0x80}),
                      field<&T::binding>("binding", Tag{0x81}), field<&T::again>("again", Tag{0x82}));
};
template <>
struct Table<signer::Resynchronise::Response> {
    using T = signer::Resynchronise::Response;
    static constexpr auto asn1 = der::sequence("Resynchronised", field<&T::sqn_ms>("sqnMs", Tag{0x80}));
};
template <>
struct Table<signer::ExportSubscription::Response> {
    using T = signer::ExportSubscription::Response;
    static constexpr auto asn1 =
        der::sequence("ExportedSubscription", field<&T::k>("k", Tag{0x80}), field<&T::opc>("opc", Tag{0x81}));
};
template <>
struct Table<signer::Response> {
    using T = signer::Response;
    static constexpr auto asn1 = der::choice(
        "Response", alternative<T, 0>("Signature", Tag{0x80}), alternative<T, 1>("Subscription", Tag{0xA1}),
        alternative<T, 2>("WrappedSubscription", Tag{0x82}), alternative<T, 3>("WrappedPackage", Tag{0x83}),
        alternative<T, 4>("ExtractedSubscription", Tag{0xA4}), alternative<T, 5>("WrappedConfirmationCode", Tag{0x85}),
        alternative<T, 6>("CheckedConfirmationCode", Tag{0xA6}), alternative<T, 7>("SealedProfile", Tag{0xA7}),
        alternative<T, 8>("Vectors", Tag{0xA8}), alternative<T, 9>("Resynchronised", Tag{0xA9}),
        alternative<T, 10>("ExportedSubscription", Tag{0xAA}));
    static_assert(std::variant_size_v<T> == asn1.alternatives.size());
};

template <>
struct Table<Error> {
    static constexpr auto asn1 =
        der::sequence("Error", field<&Error::code>("code", Tag{0x80}), field<&Error::offset>("offset", Tag{0x81}),
                      field<&Error::path>("path", Tag{0x82}), field<&Error::detail>("detail", Tag{0x83}));
};
template <>
struct Table<Result<signer::Response>> {
    using T = Result<signer::Response>;
    static const void* find_done(const void* o) {
        const auto& result = *static_cast<const T*>(o);
        return result ? &*result : nullptr;
    }
    static void* emplace_done(void* o) {
        auto& result = *static_cast<T*>(o);
        result = signer::Response();
        return &*result;
    }
    static const void* find_failed(const void* o) {
        const auto& result = *static_cast<const T*>(o);
        return result ? nullptr : &result.error();
    }
    static void* emplace_failed(void* o) {
        auto& result = *static_cast<T*>(o);
        result = Error();
        Error&& error = std::move(result).error();  // where it stands; nothing is moved
        return &error;
    }
    static constexpr auto asn1 = der::choice(
        "Result", der::Field{"done", Tag{0xA0}, &der::type_of<signer::Response>, false, find_done, emplace_done},
        der::Field{"failed", Tag{0xA1}, &der::type_of<Error>, false, find_failed, emplace_failed});
};

}  // namespace mcim::signer_wire
