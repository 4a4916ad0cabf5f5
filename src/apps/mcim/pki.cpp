// mcim pki: make a PKI or import one, issue the certificate of a card.
#include "mcim/apps/mcim/pki.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "mcim/apps/common/files.h"
#include "mcim/apps/common/key_files.h"
#include "mcim/apps/common/pki_folder.h"
#include "mcim/apps/common/typing_errors.h"
#include "mcim/custody/private_file.h"
#include "mcim/jose/json.h"

namespace mcim::apps {

namespace fs = std::filesystem;

namespace {

// ---------------------------------------------------------------- mcim pki init

struct InitOptions {
    std::string dir;
    PkiPlan plan;
    std::string curve = "p256";
    std::string dp_oid = "2.999.10";
    bool json = false;
};

std::string init_json(const PkiPaths& paths, const PkiPlan& plan, const PkiCertificates& made) {
    const auto entry = [](const fs::path& file, const x509::Certificate& c) {
        jose::ObjectWriter w;
        w.text("file", file.string()).text("key_identifier", hex(c.subject_key_id.value_or(Bytes{})));
        w.text("not_after", to_rfc3339(c.validity.not_after));
        return w;
    };
    jose::ObjectWriter out;
    out.text("dir", paths.root.string()).text("curve", crypto::to_string(plan.curve));
    out.text("dp_oid", plan.dp_oid.text()).text("dp_host", plan.dp_host).texts("eum_eins", plan.eins);
    out.object("ci", entry(paths.ci_certificate(), made.ci)).object("eum", entry(paths.eum_certificate(), made.eum));
    out.object("dp_auth", entry(paths.dp_auth(), made.dp_auth)).object("dp_pb", entry(paths.dp_pb(), made.dp_pb));
    out.object("dp_tls", entry(paths.dp_tls(), made.dp_tls));
    return out.finish();
}

void print_line(std::ostream& out, const fs::path& file, std::string_view what) {
    const std::string name = file.string();
    out << "  " << name << std::string(name.size() < 34 ? 34 - name.size() : 1, ' ') << what << "\n";
}

void print_init(std::ostream& out, const PkiPaths& paths, const PkiPlan& plan, const PkiCertificates& made) {
    std::string eins;
    for (const auto& ein : plan.eins) eins += (eins.empty() ? "" : ", ") + ein;
    const std::string dir = paths.root.string();
    out << "A PKI on " << crypto::to_string(plan.curve) << " was made in " << dir << ":\n\n";
    print_line(out, paths.ci_certificate(), "the root, for cards, agents and servers to trust (also .pem)");
    print_line(out, paths.ci_key(), "its key: signs EUMs and servers. Keep it offline");
    print_line(out, paths.eum_certificate(), "the EUM, for EIDs that begin with " + eins);
    print_line(out, paths.eum_key(), "its key: signs cards. Keep it in the factory");
    print_line(out, paths.dp_auth(), "SM-DP+ " + plan.dp_oid.text() + ": shows who it is");
    print_line(out, paths.dp_pb(), "SM-DP+ " + plan.dp_oid.text() + ": binds profiles to cards");
    print_line(out, paths.dp_tls(), "SM-DP+: TLS for " + plan.dp_host + " (also .pem, with tls.key.pem)");
    print_line(out, paths.dp_keys(), "signing keys of the SM-DP+, and the key that wraps K");
    out << "\nThe SM-DP+ certificates end at " << to_rfc3339(made.dp_tls.validity.not_after) << ", the root at "
        << to_rfc3339(made.ci.validity.not_after) << ".\n";
    if (plan.curve == crypto::Curve::brainpool_p256r1)
        out << "Most TLS stacks refuse Brainpool: give the server a TLS certificate on P-256 from elsewhere.\n";
    out << "\nNext:\n"
        << "  mcim pki show " << paths.dp_auth().string() << "\n"
        << "  mcim platform init --dir platform --pki " << dir << " --dp-address " << plan.dp_host << ":8443\n";
}

Status run_init(const InitOptions& options, std::ostream& out) {
    PkiPlan plan = options.plan;
    plan.curve = options.curve == "p256" ? crypto::Curve::p256 : crypto::Curve::brainpool_p256r1;
    auto dp_oid = der::Oid::parse(options.dp_oid);
    if (!dp_oid) return std::move(dp_oid).error().within("--dp-oid");
    plan.dp_oid = *std::move(dp_oid);
    const PkiPaths paths{options.dir};
    SystemRandom random;
    TRY(const auto made, make_pki(paths, plan, system_now(), random));
    if (options.json)
        out << init_json(paths, plan, made) << "\n";
    else
        print_init(out, paths, plan, made);
    return ok();
}

void add_pki_init(CLI::App& pki, Console& console) {
    auto* command =
        pki.add_subcommand("init", "Make a CI root, an EUM and the three certificates of an SM-DP+ (SGP.22 4.5.2)");
    auto options = std::make_shared<InitOptions>();
    command->add_option("--dir", options->dir, "Folder to make ci/, eum/ and dp/ in")->required();
    command->add_option("--curve", options->curve, "p256 or brainpool")
        ->check(CLI::IsMember({"p256", "brainpool"}))
        ->capture_default_str();
    command->add_option("--dp-host", options->plan.dp_host, "Host name at which the SM-DP+ is reached")
        ->capture_default_str();
    command->add_option("--dp-oid", options->dp_oid, "Object identifier of the SM-DP+")->capture_default_str();
    command->add_option("--eum-ein", options->plan.eins, "Digits with which EIDs of the EUM begin; may be repeated")
        ->capture_default_str();
    command->add_option("--organization", options->plan.organization, "Name in every certificate")
        ->capture_default_str();
    command->add_option("--country", options->plan.country, "Two letters")->capture_default_str();
    command->add_option("--crl-uri", options->plan.crl_uri, "Where a revocation list will lie (none is made yet)");
    command->add_flag("--json", options->json, "One JSON object instead of text");
    command->footer(
        "\nRefuses to touch a folder that holds a PKI. Keys are written with mode 0600.\n"
        "Example:  mcim pki init --dir state --dp-host smdpp.example.com --eum-ein 89049032\n");
    command->callback([options, &console] { console.finish(run_init(*options, console.out)); });
}

// ---------------------------------------------------------------- mcim pki euicc

struct EuiccOptions {
    std::string dir;
    std::string eid;
    std::uint64_t number = 0;
    std::string out;
    bool json = false;
};

Result<Eid> chosen_eid(const EuiccOptions& options, const PkiPaths& paths) {
    if (!options.eid.empty()) return parse_typed_eid("--eid", options.eid);
    TRY(const std::string ein, first_ein(paths));
    return x509::make_eid(ein, options.number);
}

Status run_euicc(const EuiccOptions& options, std::ostream& out) {
    const PkiPaths paths{options.dir};
    TRY(const Eid eid, chosen_eid(options, paths));
    SystemRandom random;
    TRY(const auto card, make_card_identity(paths, eid, system_now(), random));
    const fs::path to = options.out;
    CHECKED(custody::ensure_private_folder(to));
    CHECKED(custody::write_private_file(to / "key.pem", expose(private_key_pem(card.key))));
    CHECKED(write_new_file(to / "certificate.der", card.certificate));
    CHECKED(write_new_file(to / "eum.der", card.eum_certificate));
    CHECKED(write_new_file(to / "ci.der", card.ci_certificate));
    if (options.json) {
        jose::ObjectWriter w;
        out << w.text("eid", eid.text()).text("dir", to.string()).finish() << "\n";
        return ok();
    }
    out << "A card for EID " << eid.text() << ":\n\n";
    print_line(out, to / "certificate.der", "its certificate");
    print_line(out, to / "key.pem", "its key");
    print_line(out, to / "eum.der", "the EUM that signed it");
    print_line(out, to / "ci.der", "the root that it trusts");
    return ok();
}

void add_euicc(CLI::App& pki, Console& console) {
    auto* command = pki.add_subcommand("euicc", "Make key and certificate of a card, signed by the EUM");
    auto options = std::make_shared<EuiccOptions>();
    command->add_option("--dir", options->dir, "Folder of the PKI")->required();
    command->add_option("--out", options->out, "Folder for the card's files")->required();
    auto* eid = command->add_option("--eid", options->eid, "32 digits, the last two of them check digits");
    auto* number =
        command->add_option("--number", options->number, "Instead of an EID: its number under the EUM's first EIN");
    eid->excludes(number);
    command->add_flag("--json", options->json, "One JSON object instead of text");
    command->callback([options, eid, number, &console] {
        if (eid->count() + number->count() == 0)
            return console.finish(
                fail(Errc::missing_field, "mcim pki euicc", "name the card with --eid, or number it with --number"));
        console.finish(run_euicc(*options, console.out));
    });
}

}  // namespace

void add_pki(CLI::App& app, Console& console) {
    auto* pki = app.add_subcommand("pki", "Certificates and keys: CI, EUM, SM-DP+, cards");
    pki->require_subcommand(1);
    add_pki_init(*pki, console);
    add_pki_import(*pki, console);
    add_euicc(*pki, console);
    add_pki_show(*pki, console);
}

}  // namespace mcim::apps
