// Single flaws: how a draft is spoilt, and the one reason for which the certificate is then refused.
#pragma once
#include "mcim/x509/time.h"
#include "mcim/x509/verify.h"
#include "support/pki.h"

namespace mcim::x509::flaws {

using extension::Critical;

inline constexpr std::string_view unknown_extension = "2.999.77";

// ---------------------------------------------------------------- how a draft is spoilt

inline void remove(TbsCertificate& t, std::string_view id) {
    std::erase_if(t.extensions->list, [&](const Extension& e) { return e.id.text() == id; });
}
inline void replace(TbsCertificate& t, const Extension& with) {
    remove(t, with.id.text());
    t.extensions->list.push_back(with);
}
inline void rename(TbsCertificate& t, const std::vector<Attribute>& attributes) {
    t.subject = to_rdn_sequence(Name{attributes});
}
inline std::vector<Attribute> card_name(std::string_view organization, std::string_view serial) {
    return {
        {"2.5.4.6", "ES"}, {"2.5.4.10", std::string(organization)}, {"2.5.4.5", std::string(serial)}, {"2.5.4.3", "x"}};
}
inline const std::string& eid_text() {
    static const std::string text = make_eid("89049032", 1)->text();
    return text;
}
inline Extension with_value(std::string_view id, std::string_view value_hex) {
    return extension::of(id, Critical::yes, *from_hex(value_hex));
}
inline AlgorithmIdentifier algorithm(std::string_view oid) { return {*der::Oid::parse(oid), {}}; }
inline TimeChoice at(std::string_view t) { return to_time_choice(*from_rfc3339(t)); }
inline std::string role(int n) { return std::string(oid::rsp_roles) + std::to_string(n); }

using Spoil = void (*)(TbsCertificate&);
struct Flaw {
    std::string_view name;
    Refusal reason;
    Spoil spoil;
};

// Flaws that any certificate can have; tried on each of eUICC, EUM and SM-DP+.
inline constexpr std::array common_flaws{
    Flaw{"Expired", Refusal::expired, [](TbsCertificate& t) { t.validity.not_after = at("2026-05-31T00:00:00Z"); }},
    Flaw{"NotYetValid", Refusal::not_yet_valid,
         [](TbsCertificate& t) { t.validity.not_before = at("2026-06-02T00:00:00Z"); }},
    Flaw{"DatesReversed", Refusal::malformed,
         [](TbsCertificate& t) { std::swap(t.validity.not_before, t.validity.not_after); }},
    Flaw{"TimeWithoutSeconds", Refusal::malformed,
         [](TbsCertificate& t) {
             t.validity.not_before.value.emplace<0>().value.bytes = to_bytes(as_view("2501011200Z"));
         }},
    Flaw{"NoPolicies", Refusal::missing_extension, [](TbsCertificate& t) { remove(t, oid::certificate_policies); }},
    Flaw{"UnknownRole", Refusal::wrong_role,
         [](TbsCertificate& t) { replace(t, extension::policies(Critical::yes, {role(9)})); }},
    Flaw{"PolicyThatIsNoRole", Refusal::wrong_role,
         [](TbsCertificate& t) { replace(t, extension::policies(Critical::yes, {"2.999.4"})); }},
    Flaw{"TwoRoles", Refusal::wrong_role,
         [](TbsCertificate& t) {
             replace(t, extension::policies(Critical::yes, {role(1), role(2), role(4)}));
         }},
    Flaw{"RoleOfTheDiscoveryServer", Refusal::wrong_role,
         [](TbsCertificate& t) { replace(t, extension::policies(Critical::yes, {role(7)})); }},
    Flaw{"SamePolicyTwice", Refusal::malformed,
         [](TbsCertificate& t) {
             replace(t, with_value(oid::certificate_policies,
                                   "3012300706052A030405063007"
                                   "06052A03040506"));
         }},
    Flaw{"NoKeyUsage", Refusal::missing_extension, [](TbsCertificate& t) { remove(t, oid::key_usage); }},
    Flaw{"KeyUsageForAgreementOnly", Refusal::wrong_key_usage,
         [](TbsCertificate& t) { replace(t, extension::key_usage({KeyUse::key_agreement})); }},
    Flaw{"KeyUsageForNothing", Refusal::malformed,
         [](TbsCertificate& t) { replace(t, with_value(oid::key_usage, "030100")); }},
    Flaw{"UnknownCriticalExtension", Refusal::unknown_critical_extension,
         [](TbsCertificate& t) { t.extensions->list.push_back(with_value(unknown_extension, "0500")); }},
    Flaw{"ExtensionTwice", Refusal::malformed,
         [](TbsCertificate& t) { t.extensions->list.push_back(t.extensions->list.front()); }},
    Flaw{"NoSubjectKeyIdentifier", Refusal::missing_extension,
         [](TbsCertificate& t) { remove(t, oid::subject_key_identifier); }},
    Flaw{"NoAuthorityKeyIdentifier", Refusal::missing_extension,
         [](TbsCertificate& t) { remove(t, oid::authority_key_identifier); }},
    Flaw{"IssuerWithAnotherName", Refusal::wrong_issuer,
         [](TbsCertificate& t) {
             t.issuer = to_rdn_sequence(Name{{{"2.5.4.3", "Somebody else"}}});
         }},
    Flaw{"SignedWithRsa", Refusal::unsupported_algorithm,
         [](TbsCertificate& t) { t.signature = algorithm("1.2.840.113549.1.1.11"); }},
    Flaw{"AlgorithmWithParameters", Refusal::malformed, [](TbsCertificate& t) { t.signature.parameters.emplace(); }},
    Flaw{"KeyOnP384", Refusal::unsupported_algorithm,
         [](TbsCertificate& t) {
             t.subject_public_key_info.algorithm.parameters->tlv = der::encode(*der::Oid::parse("1.3.132.0.34"));
         }},
    Flaw{"KeyCompressed", Refusal::unsupported_algorithm,
         [](TbsCertificate& t) {
             Bytes bits = t.subject_public_key_info.subject_public_key.content();
             bits.resize(34);
             bits[1] = 0x02;
             t.subject_public_key_info.subject_public_key = *der::BitString::from_content(bits);
         }},
    Flaw{"KeyOnTheOtherCurve", Refusal::curve_mismatch,
         [](TbsCertificate& t) {
             t.subject_public_key_info.algorithm.parameters->tlv = der::encode(*der::Oid::parse(oid::brainpool_p256r1));
         }},
    Flaw{"KeyIsNoPoint", Refusal::malformed,
         [](TbsCertificate& t) {
             Bytes bits = t.subject_public_key_info.subject_public_key.content();
             bits.back() ^= 1U;
             t.subject_public_key_info.subject_public_key = *der::BitString::from_content(bits);
         }},
    Flaw{"VersionOne", Refusal::malformed, [](TbsCertificate& t) { t.version.reset(); }},
    Flaw{"VersionTwo", Refusal::malformed, [](TbsCertificate& t) { t.version->version = 1; }},
    Flaw{"SerialNumberNegative", Refusal::malformed, [](TbsCertificate& t) { t.serial_number.bytes = {0x80}; }},
    Flaw{"SerialNumberNotMinimal", Refusal::malformed,
         [](TbsCertificate& t) {
             t.serial_number.bytes = {0x00, 0x01};
         }},
    Flaw{"SerialNumberOf21Octets", Refusal::malformed,
         [](TbsCertificate& t) { t.serial_number.bytes = Bytes(21, 0x11); }},
    Flaw{"NoExtensions", Refusal::malformed, [](TbsCertificate& t) { t.extensions.reset(); }},
    Flaw{"EmptyExtensions", Refusal::malformed, [](TbsCertificate& t) { t.extensions->list.clear(); }},
    Flaw{"TooManyExtensions", Refusal::malformed,
         [](TbsCertificate& t) {
             for (int i = 0; i < 30; ++i)
                 t.extensions->list.push_back(extension::of("2.999." + std::to_string(i), Critical::no, {0x05, 0x00}));
         }},
    Flaw{"ControlCharacterInTheName", Refusal::malformed,
         [](TbsCertificate& t) {
             t.subject.emplace_back().value.push_back({*der::Oid::parse("2.5.4.3"), {*from_hex("0C03610062")}});
         }},
    Flaw{"TooLarge", Refusal::malformed,
         [](TbsCertificate& t) {
             t.extensions->list.push_back(
                 extension::of(unknown_extension, Critical::no, Bytes(certificate_octets_max)));
         }},
    Flaw{"PathLengthWithoutCa", Refusal::malformed,
         [](TbsCertificate& t) { replace(t, with_value(oid::basic_constraints, "3003020100")); }},
    Flaw{"OctetsAfterAnExtension", Refusal::malformed,
         [](TbsCertificate& t) { replace(t, with_value(oid::subject_key_identifier, "04010100")); }},
};

inline constexpr std::array leaf_flaws{
    Flaw{"MayIssue", Refusal::unexpected_ca,
         [](TbsCertificate& t) { replace(t, extension::basic_constraints(true, {})); }},
    Flaw{"KeyUsageForIssuing", Refusal::unexpected_ca,
         [](TbsCertificate& t) {
             replace(t, extension::key_usage({KeyUse::digital_signature, KeyUse::key_cert_sign}));
         }},
    Flaw{"KeyUsageOfAnIssuer", Refusal::wrong_key_usage,
         [](TbsCertificate& t) { replace(t, extension::key_usage({KeyUse::key_cert_sign})); }},
    Flaw{"RoleOfTheEum", Refusal::wrong_role,
         [](TbsCertificate& t) { replace(t, extension::policies(Critical::yes, {role(2)})); }},
};

inline constexpr std::array euicc_flaws{
    Flaw{"OtherOrganization", Refusal::name_constraint,
         [](TbsCertificate& t) { rename(t, card_name("Somebody else", eid_text())); }},
    Flaw{"OrganizationInOtherCase", Refusal::name_constraint,
         [](TbsCertificate& t) { rename(t, card_name("RSP TEST EUM", eid_text())); }},
    Flaw{"NoOrganization", Refusal::name_constraint,
         [](TbsCertificate& t) {
             rename(t, {{"2.5.4.5", eid_text()}, {"2.5.4.3", "x"}});
         }},
    Flaw{"TwoOrganizations", Refusal::name_constraint,
         [](TbsCertificate& t) {
             auto name = card_name("RSP Test EUM", eid_text());
             name.push_back({"2.5.4.10", "Somebody else"});
             rename(t, name);
         }},
    Flaw{"EidOfAnotherEum", Refusal::eid_out_of_range,
         [](TbsCertificate& t) { rename(t, card_name("RSP Test EUM", make_eid("89049033", 1)->text())); }},
    Flaw{"EidContainsTheEinElsewhere", Refusal::eid_out_of_range,
         [](TbsCertificate& t) { rename(t, card_name("RSP Test EUM", make_eid("0089049032", 1)->text())); }},
    Flaw{"NoEid", Refusal::bad_eid,
         [](TbsCertificate& t) {
             rename(t, {{"2.5.4.10", "RSP Test EUM"}});
         }},
    Flaw{"EidOf31Digits", Refusal::bad_eid,
         [](TbsCertificate& t) { rename(t, card_name("RSP Test EUM", eid_text().substr(0, 31))); }},
    Flaw{"EidWithALetter", Refusal::bad_eid,
         [](TbsCertificate& t) { rename(t, card_name("RSP Test EUM", eid_text().substr(0, 31) + "A")); }},
    Flaw{"TwoEids", Refusal::bad_eid,
         [](TbsCertificate& t) {
             auto name = card_name("RSP Test EUM", eid_text());
             name.push_back({"2.5.4.5", make_eid("89049032", 2)->text()});
             rename(t, name);
         }},
};

inline Name subtree(std::initializer_list<Attribute> attributes) { return Name{{attributes}}; }
inline constexpr std::array eum_flaws{
    Flaw{"NoBasicConstraints", Refusal::not_a_ca, [](TbsCertificate& t) { remove(t, oid::basic_constraints); }},
    Flaw{"MayNotIssue", Refusal::not_a_ca,
         [](TbsCertificate& t) { replace(t, extension::basic_constraints(false, {})); }},
    Flaw{"NoPathLength", Refusal::path_length,
         [](TbsCertificate& t) { replace(t, extension::basic_constraints(true, {})); }},
    Flaw{"PathLengthOne", Refusal::path_length,
         [](TbsCertificate& t) { replace(t, extension::basic_constraints(true, 1)); }},
    Flaw{"KeyUsageOfALeaf", Refusal::wrong_key_usage,
         [](TbsCertificate& t) { replace(t, extension::key_usage({KeyUse::digital_signature})); }},
    Flaw{"RoleOfTheCard", Refusal::wrong_role,
         [](TbsCertificate& t) { replace(t, extension::policies(Critical::yes, {role(1)})); }},
    Flaw{"NoNameConstraints", Refusal::missing_extension, [](TbsCertificate& t) { remove(t, oid::name_constraints); }},
    Flaw{"EmptyNameConstraints", Refusal::malformed,
         [](TbsCertificate& t) { replace(t, with_value(oid::name_constraints, "3000")); }},
    Flaw{"NoPermittedSubtree", Refusal::name_constraint,
         [](TbsCertificate& t) { replace(t, extension::name_constraints({})); }},
    Flaw{"ConstraintWithoutEin", Refusal::name_constraint,
         [](TbsCertificate& t) {
             replace(t, extension::name_constraints({subtree({{"2.5.4.10", "RSP Test EUM"}})}));
         }},
    Flaw{"ConstraintWithoutOrganization", Refusal::name_constraint,
         [](TbsCertificate& t) {
             replace(t, extension::name_constraints({subtree({{"2.5.4.5", "89049032"}})}));
         }},
    Flaw{
        "EinWithALetter", Refusal::name_constraint,
        [](TbsCertificate& t) {
            replace(t, extension::name_constraints({subtree({{"2.5.4.10", "RSP Test EUM"}, {"2.5.4.5", "8904903A"}})}));
        }},
    Flaw{"ConstraintOnMore", Refusal::name_constraint,
         [](TbsCertificate& t) {
             replace(t, extension::name_constraints(
                            {subtree({{"2.5.4.10", "RSP Test EUM"}, {"2.5.4.5", "89"}, {"2.5.4.6", "ES"}})}));
         }},
    Flaw{"ExcludedSubtree", Refusal::name_constraint,
         [](TbsCertificate& t) {
             auto value = *der::decode<NameConstraintsValue>(t.extensions->list.back().value);
             value.excluded = value.permitted;
             replace(t, extension::of(oid::name_constraints, Critical::yes, der::encode(value)));
         }},
    Flaw{"ConstraintOnHostNames", Refusal::name_constraint,
         [](TbsCertificate& t) {
             auto value = *der::decode<NameConstraintsValue>(t.extensions->list.back().value);
             value.permitted->emplace_back().base.value.emplace<GeneralName::dns>();
             replace(t, extension::of(oid::name_constraints, Critical::yes, der::encode(value)));
         }},
};

inline constexpr std::array dp_flaws{
    Flaw{"NoOid", Refusal::bad_oid, [](TbsCertificate& t) { remove(t, oid::subject_alt_name); }},
    Flaw{"TwoOids", Refusal::bad_oid,
         [](TbsCertificate& t) {
             replace(t, extension::alt_name({}, {*der::Oid::parse("2.999.10"), *der::Oid::parse("2.999.11")}));
         }},
    Flaw{"OidMissingBesideHostName", Refusal::bad_oid,
         [](TbsCertificate& t) { replace(t, extension::alt_name({"smdpp.example.com"}, {})); }},
    Flaw{"RoleOfProfileBinding", Refusal::wrong_role,
         [](TbsCertificate& t) { replace(t, extension::policies(Critical::yes, {role(5)})); }},
    Flaw{"RoleOfTls", Refusal::wrong_role,
         [](TbsCertificate& t) { replace(t, extension::policies(Critical::yes, {role(3)})); }},
};
inline constexpr std::array tls_flaws{
    Flaw{"NoPurpose", Refusal::wrong_extended_key_usage, [](TbsCertificate& t) { remove(t, oid::ext_key_usage); }},
    Flaw{"PurposeClientOnly", Refusal::wrong_extended_key_usage,
         [](TbsCertificate& t) { replace(t, extension::ext_key_usage({oid::client_auth})); }},
    Flaw{"HostNameWithASpace", Refusal::malformed,
         [](TbsCertificate& t) { replace(t, extension::alt_name({"smdpp example"}, {*der::Oid::parse("2.999.10")})); }},
};
inline constexpr std::array ci_flaws{
    Flaw{"VersionTwo", Refusal::malformed, [](TbsCertificate& t) { t.version->version = 1; }},
    Flaw{"KeyOnP384", Refusal::unsupported_algorithm,
         [](TbsCertificate& t) {
             t.subject_public_key_info.algorithm.parameters->tlv = der::encode(*der::Oid::parse("1.3.132.0.34"));
         }},
    Flaw{"KeyIsNoPoint", Refusal::malformed,
         [](TbsCertificate& t) {
             Bytes bits = t.subject_public_key_info.subject_public_key.content();
             bits.back() ^= 1U;
             t.subject_public_key_info.subject_public_key = *der::BitString::from_content(bits);
         }},
    Flaw{"IssuedBySomebodyElse", Refusal::wrong_issuer,
         [](TbsCertificate& t) {
             t.issuer = to_rdn_sequence(Name{{{"2.5.4.3", "Other"}}});
         }},
    Flaw{"AuthorityIsAnotherKey", Refusal::wrong_issuer,
         [](TbsCertificate& t) { t.extensions->list.push_back(extension::authority_key_id(Bytes(20))); }},
    Flaw{"RoleOfTheEum", Refusal::wrong_role,
         [](TbsCertificate& t) { replace(t, extension::policies(Critical::yes, {role(2)})); }},
    Flaw{"MayNotIssue", Refusal::not_a_ca, [](TbsCertificate& t) { remove(t, oid::basic_constraints); }},
    Flaw{"NoRoomForAnEum", Refusal::path_length,
         [](TbsCertificate& t) { replace(t, extension::basic_constraints(true, 0)); }},
    Flaw{"KeyUsageForListsOnly", Refusal::wrong_key_usage,
         [](TbsCertificate& t) { replace(t, extension::key_usage({KeyUse::crl_sign})); }},
    Flaw{"Constrained", Refusal::name_constraint,
         [](TbsCertificate& t) {
             replace(t, extension::name_constraints({subtree({{"2.5.4.10", "RSP Test EUM"}, {"2.5.4.5", "89"}})}));
         }},
    Flaw{"NoSubjectKeyIdentifier", Refusal::missing_extension,
         [](TbsCertificate& t) { remove(t, oid::subject_key_identifier); }},
    Flaw{"UnknownCriticalExtension", Refusal::unknown_critical_extension,
         [](TbsCertificate& t) { t.extensions->list.push_back(with_value(unknown_extension, "0500")); }},
};

}  // namespace mcim::x509::flaws
