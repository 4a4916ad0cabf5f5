#include "mcim/apps/common/pki_import.h"

#include <system_error>

#include "mcim/apps/common/files.h"
#include "mcim/apps/common/key_files.h"
#include "mcim/apps/common/pki_choice.h"
#include "mcim/apps/common/pki_folder.h"
#include "mcim/apps/mcimd/config.h"
#include "mcim/custody/key_folder.h"

namespace mcim::apps {

namespace fs = std::filesystem;

namespace {

/// Relative to the root: "" and "2/".
std::string place_of(std::size_t branch) { return branch == 0 ? "" : std::to_string(branch + 1) + "/"; }
fs::path root_of(const fs::path& root, std::size_t branch) {
    return branch == 0 ? root : root / std::to_string(branch + 1);
}
std::string key_name_of(std::string_view first, std::size_t branch) {
    return std::string(first) + (branch == 0 ? "" : "-" + std::to_string(branch + 1));
}

Status write_certificate(const fs::path& der, const x509::Certificate& c) { return write_new_file(der, c.der); }
Status write_pem(const fs::path& path, const x509::Certificate& c) {
    return write_new_file(path, as_view(pem("CERTIFICATE", c.der)));
}
Status write_key_of(const fs::path& path, const CertificateAndKey& pair) {
    if (pair.key == nullptr) return ok();
    return custody::write_private_file(path, expose(private_key_pem(pair.key->key)));
}

Status write_issuer_keys(const PkiPaths& to, const PkiBranch& branch) {
    CHECKED(write_key_of(to.ci_key(), branch.ci));
    return write_key_of(to.eum_key(), branch.eum);
}

Status write_branch(const PkiPaths& to, const PkiBranch& branch, ImportPlan::IssuerKeys issuer_keys) {
    CHECKED(custody::ensure_private_folder(to.root));
    for (const auto* part : {"ci", "dp"}) CHECKED(custody::ensure_private_folder(to.root / part));
    CHECKED(write_certificate(to.ci_certificate(), branch.ci.found->certificate));
    CHECKED(write_pem(to.ci_certificate_pem(), branch.ci.found->certificate));
    if (branch.eum) {
        CHECKED(custody::ensure_private_folder(to.root / "eum"));
        CHECKED(write_certificate(to.eum_certificate(), branch.eum.found->certificate));
    }
    if (issuer_keys == ImportPlan::IssuerKeys::taken) CHECKED(write_issuer_keys(to, branch));
    CHECKED(write_certificate(to.dp_auth(), branch.auth.found->certificate));
    CHECKED(write_certificate(to.dp_pb(), branch.pb.found->certificate));
    if (!branch.tls) return ok();
    CHECKED(write_certificate(to.dp_tls(), branch.tls->certificate));
    CHECKED(write_pem(to.dp_tls_pem(), branch.tls->certificate));
    return write_key_of(to.dp_tls_key(), branch.tls->pair);
}

std::string config_of(const std::vector<PkiBranch>& branches, const Imported& report, const std::string& listen) {
    std::string tls, ci, credentials;
    for (std::size_t i = 0; i < branches.size(); ++i) {
        const std::string at = place_of(i);
        ci += (i == 0 ? "\"" : ", \"") + at + "ci/certificate.der\"";
        if (branches[i].tls)
            tls.append("\n[[server.tls]]\ncertificate = \"" + at)
                .append("dp/tls.der\"\nkey = \"" + at + "dp/tls.key.pem\"\n");
        credentials.append("\n[[dp.credential]]\nauth_certificate = \"" + at + "dp/auth.der\"\n")
            .append("pb_certificate = \"" + at + "dp/pb.der\"\n")
            .append("auth_key = \"" + key_name_of(dp_auth_key_name, i) + "\"\n")
            .append("pb_key = \"" + key_name_of(dp_pb_key_name, i) + "\"\n");
    }
    return "# Serves the PKI that was imported into this folder. Every key there is: mcimd --print-config\n\n"
           "[server]\nroles = [\"dp\"]\nlisten = \"" +
           listen +
           "\"\ndatabase = \"mcimd.sqlite\"\nkeys = \"dp/keys\"\nadmin_socket = \"admin.sock\"\nlog_level = "
           "\"info\"\n" +
           tls + "\n[dp]\naddress = \"" + report.address + "\"\nci = [" + ci + "]\n" + credentials;
}

Status write_signing_keys(const fs::path& folder, const std::vector<PkiBranch>& branches, Random& random) {
    TRY(auto keys, custody::KeyFolder::create(folder, random));
    for (std::size_t i = 0; i < branches.size(); ++i) {
        CHECKED(keys.add_signing_key({key_name_of(dp_auth_key_name, i)}, branches[i].auth.key->key, random));
        CHECKED(keys.add_signing_key({key_name_of(dp_pb_key_name, i)}, branches[i].pb.key->key, random));
    }
    return ok();
}

/// What `mcimd --check-config` would say.
Status check_served(const fs::path& config, Time now) {
    const auto loaded = mcimd::load_config(config);
    const auto* unread = std::get_if<mcimd::Mistakes>(&loaded);
    const auto mistakes = unread != nullptr ? *unread : mcimd::check_files(std::get<mcimd::Config>(loaded), now);
    if (mistakes.lines.empty()) return ok();
    std::string all;
    for (const auto& line : mistakes.lines) all += (all.empty() ? "" : "; ") + line;
    return fail(Errc::refused, "", "mcimd would not serve it: " + all);
}

Status write_import(const ImportPlan& plan, const std::vector<PkiBranch>& branches, const std::string& config,
                    Random& random) {
    for (std::size_t i = 0; i < branches.size(); ++i)
        CHECKED(write_branch({root_of(plan.to, i)}, branches[i], plan.issuer_keys));
    CHECKED(write_signing_keys(PkiPaths{plan.to}.dp_keys(), branches, random));
    // last: where it stands, the folder is complete
    return write_new_file(plan.to / "mcimd.toml", as_view(config));
}

void take_back(const fs::path& folder, bool with_itself) {
    std::error_code ignored;
    if (with_itself) {
        fs::remove_all(folder, ignored);
        return;
    }
    std::vector<fs::path> entries;
    for (fs::directory_iterator at(folder, ignored), end; !ignored && at != end; at.increment(ignored))
        entries.push_back(at->path());
    for (const auto& entry : entries) fs::remove_all(entry, ignored);
}

Status check_new(const fs::path& folder) {
    std::error_code ignored;
    if (!fs::exists(folder, ignored) || (fs::is_directory(folder, ignored) && fs::is_empty(folder, ignored)))
        return ok();
    return fail(Errc::conflict, folder.string(), "it is not empty, and keys are never overwritten; name a new one");
}

std::string address_of(const ImportPlan& plan, const std::string& host) {
    if (!plan.address.empty()) return plan.address;
    const auto colon = plan.listen.rfind(':');
    const std::string port = colon == std::string::npos ? "" : plan.listen.substr(colon);
    // port 0 is any free one: nobody knows it yet
    return port == ":443" || port == ":0" ? host : host + port;
}

}  // namespace

Result<Imported> import_pki(const ImportPlan& plan, Time now, Random& random) {
    CHECKED(check_new(plan.to));
    TRY(const auto finds, look_into(plan.from));
    Imported report;
    TRY(const auto branches, choose_branches(finds, plan, now, random, report));
    report.address = address_of(plan, report.host);
    report.config = plan.to / "mcimd.toml";
    std::error_code ignored;
    const bool existed = fs::exists(plan.to, ignored);
    auto done = write_import(plan, branches, config_of(branches, report, plan.listen), random);
    if (done) done = check_served(report.config, now);
    if (done) return report;
    take_back(plan.to, !existed);
    return done.error();
}

}  // namespace mcim::apps
