// What operators refuse of packages and keys that come in for them, beyond what the platform refuses by itself.
#include <algorithm>

#include "mcim/apps/mcimd/admin_calls.h"
#include "mcim/apps/mcimd/metadata.h"
#include "mcim/saip/package_policy.h"
#include "mcim/saip/template.h"

namespace mcim::apps::mcimd {
namespace {

saip::LintClass lint_class(const Platform& p) {
    return p.laboratory ? saip::LintClass::lab : saip::LintClass::production;
}

Json json_of(const saip::PackagePolicy& policy) {
    const auto words = saip::words_of(policy);
    return Json().texts("refuse", words.refuse).texts("allow", words.allow).text("applets", to_string(policy.applets));
}

Result<store::Operator> operator_named(Platform& p, std::string_view id) {
    TRY(auto found, p.store.find_operator(id));
    if (!found) return unknown_operator(id);
    return *std::move(found);
}

/// The signer refuses these keys outside of a laboratory, and whoever allows them would wait for something else.
Status check_platforms_own(const Platform& p, const saip::PackagePolicy& policy) {
    if (p.laboratory) return ok();
    for (const auto what : {saip::Finding::test_key, saip::Finding::default_key})
        if (std::ranges::find(policy.allowed, what) != policy.allowed.end())
            return fail(Errc::refused, "allow",
                        "\"" + std::string(code_of(what)) +
                            "\" is the platform's own rule: keys that everybody has are refused outside of a "
                            "laboratory, whatever a policy says");
    return ok();
}

/// The template's own is MILENAGE.
void set_test_algorithm(saip::ProfilePackage& package) {
    for (auto& element : package.elements)
        if (auto* aka = std::get_if<saip::AkaParameter>(&element.body))
            if (auto* own = std::get_if<saip::AlgoParameter>(&aka->configuration.value))
                own->algorithm = saip::AlgorithmId::usim_test_algorithm;
}

/// The first of what is refused, how many more, whose policy it is, and what to do.
Status none_refused(const store::Operator& whose, std::string path, const std::vector<saip::LintFinding>& refused) {
    if (refused.empty()) return ok();
    const auto& first = refused.front();
    const std::string others = refused.size() == 1 ? "" : " (and " + std::to_string(refused.size() - 1) + " more)";
    const std::string place = first.element == 0 ? "" : " at " + where(first);
    return fail(Errc::refused, std::move(path),
                std::string(code_of(first.what)) + place + ": " + first.detail + others +
                    ": the policy of operator \"" + whose.id + "\" refuses it: " + std::string(next_step(first.what)) +
                    "; \"mcim operator policy\" shows and changes the policy");
}

}  // namespace

Json json_of(const store::Operator& o) {
    Json out;
    out.text("id", o.id).text("name", o.name).octets("key", o.key_spki);
    if (const auto key = crypto::PublicKey::from_spki(o.key_spki)) out.text("thumbprint", jose::thumbprint(*key));
    return out.object("policy", json_of(o.policy)).time("created_at", o.created_at);
}

Result<Json> show_operator(Platform& p, std::string_view id) {
    TRY(const auto row, operator_named(p, id));
    TRY(const auto metadata, metadata_of_operator(p.store, row.id));
    std::vector<Json> documents;
    for (const auto& [type, settings] : metadata) {
        Json& one = documents.emplace_back();
        if (type) one.text("profile_type", *type);
        one.object("metadata", json_of(settings));
    }
    return json_of(row).objects("metadata", documents);
}

Result<Json> set_package_policy(Platform& p, std::string_view operator_id, const jose::Object& in) {
    TRY(auto row, operator_named(p, operator_id));
    TRY(auto refuse, in.optional_member(&jose::Object::texts, "refuse"));
    TRY(auto allow, in.optional_member(&jose::Object::texts, "allow"));
    TRY(const auto word, in.optional_member(&jose::Object::text, "applets"));
    auto applets = saip::Applets::where_declared;
    if (word) {
        TRY(applets, saip::parse_applets(*word));
    }
    using Words = std::vector<std::string>;
    TRY(row.policy,
        saip::policy_of({std::move(refuse).value_or(Words{}), std::move(allow).value_or(Words{})}, applets));
    CHECKED(check_platforms_own(p, row.policy));
    CHECKED(p.store.commit_one({store::SetPackagePolicy{row.id, row.policy}}));
    return json_of(row);
}

Status check_package(const Platform& p, const store::Operator& whose, const saip::ProfilePackage& package) {
    return none_refused(whose, "package", saip::refused_findings(whose.policy, package, lint_class(p)));
}

Status check_template(const Platform& p, const store::Operator& whose, const store::Subscription& s) {
    if (whose.policy == saip::PackagePolicy{}) return ok();
    TRY(auto variables, saip::blank_variables(s.iccid, s.imsi));
    variables.mnc_digits = s.mnc_digits;
    variables.msisdn = s.msisdn;
    const saip::ProfileTemplate form{.profile_type = s.profile_name, .spn = s.service_provider_name};
    TRY(auto package, saip::personalise(form, variables));
    if (s.algorithm == signer::Algorithm::test) set_test_algorithm(package);
    auto refused = saip::refused_findings(whose.policy, package, lint_class(p));
    std::erase_if(refused, [](const auto& f) { return f.what == saip::Finding::unfilled; });  // the signer fills it
    return none_refused(whose, "template", refused);
}

Status check_key(const Platform& p, const store::Operator& whose, std::string_view name, const SecretBytes& key) {
    auto found = saip::lint_key(std::string(name), expose(key), {lint_class(p), saip::Runtime::none});
    std::erase_if(found, [&](const auto& f) { return !saip::refuses(whose.policy, f); });
    return none_refused(whose, std::string(name), found);
}

bool refuses(const Platform& p, const store::Operator& whose, saip::Finding what) {
    return saip::refuses(whose.policy, what, {lint_class(p), saip::Runtime::none});
}

}  // namespace mcim::apps::mcimd
