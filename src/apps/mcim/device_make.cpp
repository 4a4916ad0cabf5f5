// mcim device make: the factory. A card gets its EID, key and certificate, and lives in a folder from then on.
#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "mcim/apps/common/files.h"
#include "mcim/apps/common/key_files.h"
#include "mcim/apps/common/pki_folder.h"
#include "mcim/apps/common/typing_errors.h"
#include "mcim/apps/mcim/admin.h"
#include "mcim/apps/mcim/device.h"
#include "mcim/apps/mcim/program.h"
#include "mcim/apps/mcim/text.h"
#include "mcim/jose/json.h"

namespace mcim::apps {

namespace {

struct MakeOptions {
    std::string pki;
    std::string eid;
    std::string prefix;
    std::string state;
    std::string tpm;
    std::string passphrase_file;
    std::string card_class = "production";
    std::string default_dp;
    std::string certificate_out;
    std::string program;
    bool json = false;
};

constexpr std::size_t digits_without_check = 30;

/// A number that nobody has used: the rest of the thirty digits at random.
Result<Eid> fresh_eid(std::string prefix, Random& random) {
    if (prefix.size() >= digits_without_check)
        return fail(Errc::bad_value, "--eid-prefix", "at most 29 digits; a whole EID goes to --eid");
    while (prefix.size() < digits_without_check) {
        const auto octet = random.array<1>()[0];
        if (octet < 250) prefix += static_cast<char>('0' + octet % 10);  // 250 = 25 * 10: no bias
    }
    return Eid::with_check_digits(prefix);
}

Result<Eid> chosen_eid(const MakeOptions& options, const PkiPaths& paths, Random& random) {
    if (!options.eid.empty()) return parse_typed_eid("--eid", options.eid);
    if (!options.prefix.empty()) return fresh_eid(options.prefix, random);
    TRY(std::string ein, first_ein(paths));
    return fresh_eid(std::move(ein), random);
}

std::string seal_of(const MakeOptions& options) {
    return options.tpm.empty() ? "passphrase-file:" + options.passphrase_file : "tpm:" + options.tpm;
}

Result<std::string> manufacture(const MakeOptions& options, const CardIdentity& card) {
    const auto program =
        options.program.empty() ? program_folder() / "mcim-tre" : std::filesystem::path(options.program);
    // the card's only key goes to the card's process and nowhere else: none of this is written to a disk
    const SecretBytes pem = private_key_pem(card.key);
    TRY(const auto key, InheritedFile::make("euicc-key", expose(pem)));
    TRY(const auto certificate, InheritedFile::make("euicc-certificate", card.certificate));
    TRY(const auto eum, InheritedFile::make("eum-certificate", card.eum_certificate));
    TRY(const auto ci, InheritedFile::make("ci-certificate", card.ci_certificate));
    std::vector<std::string> argv{
        program.string(), "init", "--state", options.state, "--cert",   certificate.path(), "--eum-cert",
        eum.path(),       "--ci", ci.path(), "--key",       key.path(), "--class",          options.card_class};
    argv.insert(argv.end(), {"--seal", seal_of(options)});
    if (!options.default_dp.empty()) argv.insert(argv.end(), {"--default-dp", options.default_dp});
    auto finished = run_program(argv);
    if (!finished)
        return fail(Errc::io, program.string(),
                    "cannot be started (" + finished.error().detail + "); name it with --tre");
    if (finished->status != 0)
        return fail(Errc::refused, program.string(), "made no card; it said: " + finished->words);
    return std::move(finished->words);
}

Status run_make(const MakeOptions& options, std::ostream& out) {
    if (options.tpm.empty() == options.passphrase_file.empty())
        return fail(
            Errc::missing_field, "--tpm or --passphrase-file",
            "the card's state is sealed to a TPM, or protected by a passphrase (lower assurance): name one of them");
    const PkiPaths paths{options.pki};
    SystemRandom random;
    TRY(const Eid eid, chosen_eid(options, paths, random));
    TRY(const auto card, make_card_identity(paths, eid, system_now(), random));
    const std::filesystem::path certificate = options.certificate_out;
    if (!certificate.empty()) CHECKED(write_new_file(certificate, card.certificate));
    auto words = manufacture(options, card);
    if (!words) {
        std::error_code ignored;
        if (!certificate.empty()) std::filesystem::remove(certificate, ignored);
        return std::move(words).error();
    }
    if (options.json) {
        jose::ObjectWriter w;
        w.text("eid", eid.text()).text("state", options.state).text("class", options.card_class);
        w.text("seal", options.tpm.empty() ? "passphrase" : "tpm");
        if (!certificate.empty()) w.text("certificate", certificate.string());
        out << w.finish() << "\n";
        return ok();
    }
    out << *words << "\nEID " << eid.text() << "\n\nNext:\n"
        << "  mcim-tre run --state " << options.state << " --socket card.sock --seal " << seal_of(options) << " &\n"
        << "  mcim device enrol" << admin_words() << " --eid " << eid.text() << " --tpm "
        << (options.tpm.empty() ? "TCTI" : options.tpm) << " --model NAME\n";
    return ok();
}

}  // namespace

void add_device_make(CLI::App& parent, Console& console) {
    auto* command = parent.add_subcommand("make", "Manufacture a card: EID, key, certificate by the EUM, state folder");
    auto options = std::make_shared<MakeOptions>();
    command->add_option("--pki", options->pki, "Folder of the PKI, with the EUM's key")->required();
    command->add_option("--state", options->state, "New folder of the card")->required();
    auto* eid = command->add_option("--eid", options->eid, "32 digits, the last two of them check digits");
    command
        ->add_option("--eid-prefix", options->prefix,
                     "Instead: digits to begin with, the others at random; EIN of the EUM where absent")
        ->excludes(eid);
    auto* tpm = command->add_option("--tpm", options->tpm, "TCTI of the TPM to which the state is sealed");
    command->add_option("--passphrase-file", options->passphrase_file, "Instead of a TPM; lower assurance")
        ->excludes(tpm);
    command->add_option("--class", options->card_class, "production, or lab: takes test profiles")
        ->check(CLI::IsMember({"production", "lab"}))
        ->capture_default_str();
    command->add_option("--default-dp", options->default_dp, "SM-DP+ that the card asks where there is no code");
    command->add_option("--certificate-out", options->certificate_out,
                        "New file for a copy of the card's certificate (DER), which is public");
    command->add_option("--tre", options->program, "The program mcim-tre, where it does not lie beside this one");
    command->add_flag("--json", options->json, "One JSON object instead of text");
    command->footer(
        "\nThe card's private key goes from this process to mcim-tre's and is stored nowhere else.\n"
        "Example:  mcim device make --pki state --state card --tpm device:/dev/tpmrm0\n");
    command->callback([options, &console] { console.finish(run_make(*options, console.out)); });
}

}  // namespace mcim::apps
