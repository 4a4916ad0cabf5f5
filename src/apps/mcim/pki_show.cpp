// mcim pki show: a certificate for people, and whether it holds under a root.
#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "mcim/apps/common/files.h"
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

Result<x509::Certificate> load(const std::string& path) {
    TRY(const Bytes der, read_certificate_file(path));
    auto parsed = x509::parse_certificate(der);
    if (!parsed)
        return fail(Errc::bad_value, path,
                    "it cannot be read as a certificate of SGP.22, in DER or PEM: " + to_string(parsed.error()));
    return parsed;
}

template <class T>
Status held(const x509::Verdict<T>& verdict) {
    if (verdict) return ok();
    return fail(Errc::refused, "", to_string(verdict.refused()));
}

Status verify(const x509::Certificate& c, const PkiShowOptions& options, Time now) {
    TRY(const auto ci, load(options.ci));
    x509::TrustAnchors anchors;
    CHECKED(held(anchors.add(ci)));
    const auto role = c.role();
    if (!role) return fail(Errc::refused, options.file, "it names no role of SGP.22");
    if (*role == x509::Role::ci)
        return c.der == ci.der ? ok()
                               : Status(fail(Errc::refused, options.file, "it is another root than " + options.ci));
    if (*role == x509::Role::eum) return held(x509::verify_eum(c.der, anchors, now));
    if (*role != x509::Role::euicc) return held(x509::verify_server(*role, c.der, anchors, now));
    if (options.eum.empty())
        return fail(Errc::missing_field, "--eum", "the certificate of a card is verified through its EUM's");
    TRY(const auto eum, load(options.eum));
    return held(x509::verify_euicc(c.der, eum.der, anchors, now));
}

std::string json(const x509::Certificate& c) {
    jose::ObjectWriter w;
    if (const auto role = c.role()) w.text("role", to_string(*role));
    w.text("subject", to_string(c.subject)).text("issuer", to_string(c.issuer)).text("serial_number", hex(c.serial));
    w.text("not_before", to_rfc3339(c.validity.not_before)).text("not_after", to_rfc3339(c.validity.not_after));
    if (c.key) w.text("curve", crypto::to_string(c.key->curve)).text("public_point", hex(c.key->point));
    if (c.subject_key_id) w.text("subject_key_identifier", hex(*c.subject_key_id));
    if (c.authority_key_id) w.text("authority_key_identifier", hex(*c.authority_key_id));
    w.texts("registered_ids", c.registered_ids).texts("dns_names", c.dns_names);
    if (c.role() == x509::Role::euicc)
        if (const auto eid = c.eid()) w.text("eid", eid->text());
    return w.finish();
}

Status run_pki_show(const PkiShowOptions& options, std::ostream& out) {
    TRY(const auto c, load(options.file));
    out << (options.json ? json(c) + "\n" : print(c));
    if (options.ci.empty()) return ok();
    CHECKED(verify(c, options, system_now()));
    if (!options.json) out << "It verifies under " << options.ci << " now.\n";
    return ok();
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
