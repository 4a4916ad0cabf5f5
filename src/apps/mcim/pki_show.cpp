// mcim pki show: a certificate for people, and whether it holds under a root.
#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "mcim/apps/common/certificates.h"
#include "mcim/apps/mcim/pki.h"
#include "mcim/base/ports.h"
#include "mcim/jose/json.h"
#include "mcim/x509/verify.h"

namespace mcim::apps {
namespace {

struct PkiShowOptions {
    std::string file;
    std::string ci;
    std::string eum;
    bool json = false;
};

template <class T>
Status held(const x509::Verdict<T>& verdict, const PkiShowOptions& options) {
    if (verdict) return ok();
    return fail(Errc::refused, options.file,
                "it does not verify under --ci " + options.ci + ": " + to_string(verdict.refused()));
}

Status verify(const x509::Certificate& c, const PkiShowOptions& options, Time now) {
    TRY(const auto ci, read_certificate("--ci", options.ci, x509::Role::ci));
    x509::TrustAnchors anchors;
    CHECKED(held(anchors.add(ci), options));
    const auto role = c.role();
    if (!role) return fail(Errc::refused, options.file, "it names no role of SGP.22");
    if (*role == x509::Role::ci)
        return c.der == ci.der ? ok()
                               : Status(fail(Errc::refused, options.file, "it is another root than " + options.ci));
    if (*role == x509::Role::eum) return held(x509::verify_eum(c.der, anchors, now), options);
    if (*role != x509::Role::euicc) return held(x509::verify_server(*role, c.der, anchors, now), options);
    if (options.eum.empty())
        return fail(Errc::missing_field, "--eum", "the certificate of a card is verified through its EUM's");
    TRY(const auto eum, read_certificate("--eum", options.eum, x509::Role::eum));
    return held(x509::verify_euicc(c.der, eum.der, anchors, now), options);
}

const char* yes_or_no(bool b) { return b ? "yes" : "no"; }

jose::ObjectWriter json(const x509::BasicConstraints& b) {
    jose::ObjectWriter w;
    w.text("ca", yes_or_no(b.ca));
    if (b.path_length) w.integer("path_length", *b.path_length);
    return w;
}

/// Extensions as RFC 5280 has them, where the certificate has them.
void add_extensions(jose::ObjectWriter& w, const x509::Certificate& c) {
    if (c.key_usage) {
        std::vector<std::string> uses;
        for (const auto use : c.key_uses()) uses.emplace_back(to_string(use));
        w.texts("key_usage", uses);
    }
    if (!c.extended_key_usage.empty()) w.texts("extended_key_usage", c.extended_key_usage);
    if (c.basic_constraints) w.object("basic_constraints", json(*c.basic_constraints));
    if (c.name_constraints) {
        std::vector<std::string> names;
        for (const auto& name : c.name_constraints->permitted) names.push_back(to_string(name));
        w.texts("permitted_names", names);
    }
    if (!c.crl_uris.empty()) w.texts("crl_uris", c.crl_uris);
    std::vector<jose::ObjectWriter> others;
    for (const auto& e : c.other_extensions)
        others.push_back(
            jose::ObjectWriter().text("id", e.id.text()).text("critical", yes_or_no(e.critical.value_or(false))));
    if (!others.empty()) w.objects("other_extensions", others);
}

/// All that the text says. `root` is what it was verified under; empty: nobody asked.
std::string json(const x509::Certificate& c, const std::string& root) {
    jose::ObjectWriter w;
    if (const auto role = c.role()) w.text("role", to_string(*role)).text("role_oid", oid_of(*role));
    w.text("subject", to_string(c.subject)).text("issuer", to_string(c.issuer)).text("serial_number", hex(c.serial));
    w.text("not_before", to_rfc3339(c.validity.not_before)).text("not_after", to_rfc3339(c.validity.not_after));
    if (c.key) w.text("curve", crypto::to_string(c.key->curve)).text("public_point", hex(c.key->point));
    if (c.subject_key_id) w.text("subject_key_identifier", hex(*c.subject_key_id));
    if (c.authority_key_id) w.text("authority_key_identifier", hex(*c.authority_key_id));
    w.texts("registered_ids", c.registered_ids).texts("dns_names", c.dns_names);
    if (c.role() == x509::Role::euicc)
        if (const auto eid = c.eid()) w.text("eid", eid->text());
    add_extensions(w, c);
    if (!root.empty()) w.text("verifies_under", root);
    return w.finish();
}

Status run_pki_show(const PkiShowOptions& options, std::ostream& out) {
    TRY(const auto c, read_certificate(options.file));
    const Status verified = options.ci.empty() ? ok() : verify(c, options, system_now());
    out << (options.json ? json(c, verified ? options.ci : "") + "\n" : print(c));
    if (!options.ci.empty() && verified && !options.json) out << "It verifies under " << options.ci << " now.\n";
    return verified;
}

}  // namespace

void add_pki_show(CLI::App& pki, Console& console) {
    auto* command = pki.add_subcommand("show", "Print a certificate (DER or PEM), and verify it where a root is given");
    auto options = std::make_shared<PkiShowOptions>();
    command->add_option("file", options->file, "The certificate")->required();
    command->add_option("--ci", options->ci, "Root to verify it under");
    command->add_option("--eum", options->eum, "Certificate of the EUM, for the certificate of a card");
    command->add_flag("--json", options->json, "One JSON object instead of text");
    command->callback([options, &console] { console.finish(run_pki_show(*options, console.out)); });
}

}  // namespace mcim::apps
