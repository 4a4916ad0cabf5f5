#include "mcim/apps/common/pki_import.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <set>
#include <system_error>

#include "mcim/apps/common/file_kind.h"
#include "mcim/apps/common/files.h"
#include "mcim/apps/common/key_files.h"
#include "mcim/apps/common/pki_folder.h"
#include "mcim/custody/key_folder.h"
#include "mcim/x509/issue.h"

namespace mcim::apps {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t imported_octets_max = 64 * 1024;
constexpr std::size_t imported_files_max = 10'000;
constexpr std::chrono::days renewed_life{398};
constexpr std::chrono::hours renewed_backdated{1};  // clocks of devices run behind

// ---------------------------------------------------------------- what lies there

struct FoundCertificate {
    fs::path file;
    x509::Certificate certificate;
    [[nodiscard]] bool is(x509::Role role) const { return certificate.role() == role; }
};
struct FoundKey {
    fs::path file;
    crypto::PrivateKey key;
};
struct Finds {
    std::vector<FoundCertificate> certificates;
    std::vector<FoundKey> keys;
    std::vector<Imported::Line> left_out;

    [[nodiscard]] const FoundKey* key_of(const x509::Certificate& c) const {
        const auto wanted = c.public_key();
        if (!wanted) return nullptr;
        const auto found = std::ranges::find_if(keys, [&](const FoundKey& k) { return k.key.public_key() == *wanted; });
        return found == keys.end() ? nullptr : &*found;
    }
};

Result<std::vector<fs::path>> files_below(const fs::path& folder) {
    std::error_code failed;
    std::vector<fs::path> out;
    for (fs::recursive_directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed)) {
        if (!at->is_regular_file()) continue;
        out.push_back(at->path());
        if (out.size() > imported_files_max)
            return fail(Errc::too_large, folder.string(), "more than 10000 files: name the folder of the PKI itself");
    }
    if (failed) return fail(Errc::io, folder.string(), "cannot be read: " + failed.message());
    std::ranges::sort(out);
    return out;
}

void add_certificate(const fs::path& file, x509::Certificate certificate, Finds& finds) {
    const auto same = std::ranges::find_if(
        finds.certificates, [&](const FoundCertificate& c) { return c.certificate.der == certificate.der; });
    if (same != finds.certificates.end())
        finds.left_out.push_back({file, "the same certificate as " + same->file.filename().string()});
    else
        finds.certificates.push_back({file, std::move(certificate)});
}

Status look_at(const fs::path& file, Finds& finds) {
    auto content = read_file(file, imported_octets_max);
    if (!content && content.error().code == Errc::too_large) {
        finds.left_out.push_back({file, "too large for a certificate or a key"});
        return ok();
    }
    if (!content) return content.error();
    bool known = false;
    if (const auto der = der_of_file("CERTIFICATE", *content))
        if (auto certificate = x509::parse_certificate(*der)) {
            add_certificate(file, *std::move(certificate), finds);
            known = true;
        }
    if (auto key = read_foreign_private_key(file)) {
        finds.keys.push_back({file, *std::move(key)});
        known = true;
    }
    const std::string kind = kind_of_file(*content);
    explicit_bzero(content->data(), content->size());  // it may be a key
    if (!known)
        finds.left_out.push_back({file, kind.starts_with("a public key") ? "a public key, which its certificate has too"
                                                                         : "neither a certificate of SGP.22 nor a "
                                                                           "private key on one of its curves: " +
                                                                               kind});
    return ok();
}

Result<Finds> look_into(const fs::path& folder) {
    TRY(const auto files, files_below(folder));
    Finds out;
    for (const auto& file : files) CHECKED(look_at(file, out));
    return out;
}

// ---------------------------------------------------------------- what serves as what

/// A certificate with its key, where somebody needs that.
struct Pair {
    const FoundCertificate* found = nullptr;
    const FoundKey* key = nullptr;
    explicit operator bool() const { return found != nullptr; }
};
struct Tls {
    Pair pair;
    x509::Certificate certificate;  ///< as it is served: renewed, or that of the file
};
/// One CI, and what is below it.
struct Branch {
    Pair ci;
    Pair eum;
    Pair auth;
    Pair pb;
    std::optional<Tls> tls;
};

class Sorter {
public:
    Sorter(const Finds& finds, const ImportPlan& plan, Time now, Random& random, Imported& report)
        : finds_(finds), plan_(plan), now_(now), random_(random), report_(report) {}

    Result<std::vector<Branch>> sort() {
        find_cis();
        verify_servers();
        CHECKED(choose_oid());
        std::vector<Branch> out;
        for (const auto* ci : cis_)
            if (auto branch = branch_under(*ci)) out.push_back(std::move(*branch));
        CHECKED(add_tls(out));
        for (const auto& branch : out) report_.curves.push_back(branch.ci.found->certificate.key->curve);
        say_what_is_left();
        return out;
    }

private:
    /// Of an SM-DP+, verified.
    struct Server {
        const FoundCertificate* found;
        x509::VerifiedServer verified;
        const FoundKey* key;
    };

    void find_cis() {
        for (const auto& c : finds_.certificates) {
            if (!c.is(x509::Role::ci)) continue;
            if (const auto added = anchors_.add(c.certificate); !added)
                leave_out(c, to_string(added.refused()));
            else
                cis_.push_back(&c);
        }
        std::ranges::stable_sort(cis_, {}, [](const auto* c) { return c->certificate.key->curve; });
    }

    void verify_servers() {
        for (const auto& c : finds_.certificates) {
            const auto role = c.certificate.role();
            if (role != x509::Role::dp_auth && role != x509::Role::dp_pb && role != x509::Role::dp_tls) continue;
            // of one that is issued anew the dates do not count
            const bool renewed = role == x509::Role::dp_tls && plan_.tls == ImportPlan::Tls::renewed;
            auto verified = x509::verify_server(*role, c.certificate.der, anchors_,
                                                renewed ? x509::Now(c.certificate.validity.not_before) : now_);
            const auto* key = finds_.key_of(c.certificate);
            if (!verified)
                leave_out(c, to_string(verified.refused()) + if_expired(*role, verified.refused()));
            else if (key == nullptr)
                leave_out(c, "its private key is not here");
            else
                servers_.push_back({&c, *std::move(verified), key});
        }
    }
    static std::string if_expired(x509::Role role, const x509::Refused& why) {
        const bool ended = role == x509::Role::dp_tls && why.reason == x509::Refusal::expired;
        return ended ? "; --renew-tls issues it anew" : "";
    }

    /// The one named, or the one with most credentials among those that have TLS.
    Status choose_oid() {
        report_.dp_oid = plan_.dp_oid;
        std::map<std::string, std::pair<bool, int>> merits;
        for (const auto& s : servers_) {
            if (s.verified.role == x509::Role::dp_tls) merits[s.verified.oid].first = true;
            if (s.verified.role == x509::Role::dp_auth && pb_of(s)) ++merits[s.verified.oid].second;
        }
        std::erase_if(merits, [](const auto& m) { return m.second.second == 0; });
        if (merits.empty())
            return fail(Errc::not_found, plan_.from.string(),
                        "no SM-DP+ has CERT.DPauth and CERT.DPpb with their private keys under a CI of this folder");
        if (report_.dp_oid.empty())
            report_.dp_oid = std::ranges::max_element(merits, {}, [](const auto& m) { return m.second; })->first;
        if (merits.contains(report_.dp_oid)) return ok();
        std::string known;
        for (const auto& [oid, merit] : merits) known += (known.empty() ? "" : ", ") + oid;
        return fail(Errc::not_found, "--dp-oid", "certificates with keys are here of " + known);
    }

    Pair pb_of(const Server& auth) const {
        for (const auto& s : servers_)
            if (s.verified.role == x509::Role::dp_pb &&
                x509::verify_dp_pb(s.found->certificate.der, auth.verified, anchors_, now_))
                return {s.found, s.key};
        return {};
    }

    std::optional<Branch> branch_under(const FoundCertificate& ci) {
        for (const auto& s : servers_) {
            if (s.verified.role != x509::Role::dp_auth || s.verified.oid != report_.dp_oid) continue;
            if (s.verified.ci_key_id != *ci.certificate.subject_key_id) continue;
            const Pair pb = pb_of(s);
            if (!pb) continue;
            Branch out{{&ci, finds_.key_of(ci.certificate)}, eum_under(ci), {s.found, s.key}, pb, {}};
            const std::string curve = " on " + std::string(to_string(s.verified.key.curve()));
            take(out.ci, "CI" + curve, "key of the CI" + curve);
            take(out.eum, "EUM" + curve, "key of the EUM" + curve);
            take(out.auth, "CERT.DPauth" + curve, "key of CERT.DPauth" + curve);
            take(out.pb, "CERT.DPpb" + curve, "key of CERT.DPpb" + curve);
            return out;
        }
        leave_out(ci, "SM-DP+ " + report_.dp_oid + " has no CERT.DPauth with CERT.DPpb and their keys under it");
        return std::nullopt;
    }

    /// Only a factory needs it; with its key where there is one.
    Pair eum_under(const FoundCertificate& ci) const {
        Pair out;
        for (const auto& c : finds_.certificates) {
            if (!c.is(x509::Role::eum)) continue;
            const auto verified = x509::verify_eum(c.certificate.der, anchors_, now_);
            if (!verified || verified->ci_key_id != *ci.certificate.subject_key_id) continue;
            const auto* key = finds_.key_of(c.certificate);
            if (!out || (out.key == nullptr && key != nullptr)) out = {&c, key};
        }
        return out;
    }

    /// One for each curve, all for the same host: that which lives longest.
    Status add_tls(std::vector<Branch>& branches) {
        std::set<crypto::Curve> shown;
        for (auto& branch : branches) {
            const auto& ci = branch.ci.found->certificate;
            const Server* best = nullptr;
            for (const auto& s : servers_)
                if (is_tls_of(s, ci) && (best == nullptr || s.found->certificate.validity.not_after >
                                                                best->found->certificate.validity.not_after))
                    best = &s;
            if (best == nullptr || !shown.insert(ci.key->curve).second) continue;
            TRY(auto certificate, as_served(*best, branch.ci));
            if (report_.host.empty() || certificate.validity.not_after < report_.tls_until)
                report_.tls_until = certificate.validity.not_after;
            report_.host = certificate.dns_names.front();
            branch.tls = Tls{{best->found, best->key}, std::move(certificate)};
            const std::string curve = " on " + std::string(to_string(ci.key->curve));
            const bool renewed = plan_.tls == ImportPlan::Tls::renewed;
            take(branch.tls->pair, "TLS" + curve + (renewed ? ", issued anew" : ""), "key of TLS" + curve);
        }
        if (!report_.host.empty()) return ok();
        return fail(Errc::not_found, plan_.from.string(), why_no_tls());
    }
    [[nodiscard]] bool is_tls_of(const Server& s, const x509::Certificate& ci) const {
        const auto& names = s.found->certificate.dns_names;
        return s.verified.role == x509::Role::dp_tls && s.verified.oid == report_.dp_oid &&
               s.verified.ci_key_id == *ci.subject_key_id && !names.empty() &&
               (report_.host.empty() || std::ranges::find(names, report_.host) != names.end());
    }
    [[nodiscard]] std::string why_no_tls() const {
        std::string out = "SM-DP+ " + report_.dp_oid + " has no TLS certificate with its key that holds now";
        for (const auto& line : report_.left_out)
            for (const auto& c : finds_.certificates)
                if (c.file == line.file && c.is(x509::Role::dp_tls) &&
                    std::ranges::find(c.certificate.registered_ids, report_.dp_oid) !=
                        c.certificate.registered_ids.end())
                    out += "; " + c.file.filename().string() + ": " + line.what;
        return out;
    }

    Result<x509::Certificate> as_served(const Server& tls, const Pair& ci) {
        const auto& old = tls.found->certificate;
        if (plan_.tls == ImportPlan::Tls::as_it_is) return old;
        if (ci.key == nullptr)
            return fail(Errc::not_found, "--renew-tls",
                        "the private key of " + ci.found->file.filename().string() + " is not in " +
                            plan_.from.string() + ", and only it can issue " + tls.found->file.filename().string() +
                            " anew");
        const Time from = std::chrono::floor<std::chrono::seconds>(now_ - renewed_backdated);
        const x509::Validity validity{from,
                                      std::min<Time>(from + renewed_life, ci.found->certificate.validity.not_after)};
        TRY(const Bytes der, x509::renew(old, validity, ci.key->key, random_));
        const auto verified = x509::verify_server(x509::Role::dp_tls, der, anchors_, now_);
        if (!verified) return fail(Errc::refused, tls.found->file.string(), to_string(verified.refused()));
        return verified->certificate;
    }

    void take(const Pair& pair, const std::string& what, const std::string& key_is) {
        if (!pair) return;
        report_.taken.push_back({pair.found->file, what});
        done_.insert(pair.found->file);
        if (pair.key == nullptr) return;
        report_.taken.push_back({pair.key->file, key_is});
        done_.insert(pair.key->file);
    }
    void leave_out(const FoundCertificate& c, const std::string& why) {
        report_.left_out.push_back({c.file, why});
        done_.insert(c.file);
    }
    /// Every file has a line.
    void say_what_is_left() {
        for (const auto& c : finds_.certificates)
            if (!done_.contains(c.file)) leave_out(c, why_not_taken(c.certificate));
        for (const auto& k : finds_.keys)
            if (!done_.contains(k.file)) report_.left_out.push_back({k.file, why_not_taken(k)});
        report_.left_out.insert(report_.left_out.end(), finds_.left_out.begin(), finds_.left_out.end());
        std::ranges::stable_sort(report_.left_out, {}, &Imported::Line::file);
    }
    [[nodiscard]] std::string why_not_taken(const x509::Certificate& c) const {
        const auto role = c.role();
        if (!role) return "it names no role of SGP.22";
        if (*role == x509::Role::euicc) return "a card's: it belongs into the card, not to a server";
        if (*role == x509::Role::ds_auth || *role == x509::Role::ds_tls) return "of an SM-DS";
        if (*role == x509::Role::eum) {
            const auto verified = x509::verify_eum(c.der, anchors_, now_);
            return verified ? "another EUM of its CI was taken, or its CI was left out" : to_string(verified.refused());
        }
        if (std::ranges::find(c.registered_ids, report_.dp_oid) == c.registered_ids.end())
            return "of SM-DP+ " + (c.registered_ids.empty() ? "" : c.registered_ids.front()) + ", not of " +
                   report_.dp_oid;
        if (*role != x509::Role::dp_tls) return "another one of this SM-DP+ was taken";
        const bool same_host = std::ranges::find(c.dns_names, report_.host) != c.dns_names.end();
        return same_host ? "another one on its curve was taken" : "for another host than " + report_.host;
    }
    [[nodiscard]] std::string why_not_taken(const FoundKey& k) const {
        for (const auto& c : finds_.certificates)
            if (const auto of = c.certificate.public_key(); of && *of == k.key.public_key())
                return "the key of " + c.file.filename().string() + ", which was left out";
        return "a private key of no certificate that is here";
    }

    const Finds& finds_;
    const ImportPlan& plan_;
    Time now_;
    Random& random_;
    Imported& report_;
    x509::TrustAnchors anchors_;
    std::vector<const FoundCertificate*> cis_;
    std::vector<Server> servers_;
    std::set<fs::path> done_;
};

// ---------------------------------------------------------------- writing

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
Status write_key_of(const fs::path& path, const Pair& pair) {
    if (pair.key == nullptr) return ok();
    return custody::write_private_file(path, expose(private_key_pem(pair.key->key)));
}

Status write_branch(const PkiPaths& to, const Branch& branch) {
    CHECKED(custody::ensure_private_folder(to.root));
    for (const auto* part : {"ci", "dp"}) CHECKED(custody::ensure_private_folder(to.root / part));
    CHECKED(write_certificate(to.ci_certificate(), branch.ci.found->certificate));
    CHECKED(write_pem(to.ci_certificate_pem(), branch.ci.found->certificate));
    CHECKED(write_key_of(to.ci_key(), branch.ci));
    if (branch.eum) {
        CHECKED(custody::ensure_private_folder(to.root / "eum"));
        CHECKED(write_certificate(to.eum_certificate(), branch.eum.found->certificate));
        CHECKED(write_key_of(to.eum_key(), branch.eum));
    }
    CHECKED(write_certificate(to.dp_auth(), branch.auth.found->certificate));
    CHECKED(write_certificate(to.dp_pb(), branch.pb.found->certificate));
    if (!branch.tls) return ok();
    CHECKED(write_certificate(to.dp_tls(), branch.tls->certificate));
    CHECKED(write_pem(to.dp_tls_pem(), branch.tls->certificate));
    return write_key_of(to.dp_tls_key(), branch.tls->pair);
}

std::string config_of(const std::vector<Branch>& branches, const Imported& report, const std::string& listen) {
    std::string tls, ci, credentials;
    for (std::size_t i = 0; i < branches.size(); ++i) {
        const std::string at = place_of(i);
        ci += (i == 0 ? "\"" : ", \"") + at + "ci/certificate.der\"";
        if (branches[i].tls)
            tls += "\n[[server.tls]]\ncertificate = \"" + at + "dp/tls.der\"\nkey = \"" + at + "dp/tls.key.pem\"\n";
        credentials += "\n[[dp.credential]]\nauth_certificate = \"" + at + "dp/auth.der\"\npb_certificate = \"" + at +
                       "dp/pb.der\"\nauth_key = \"" + key_name_of(dp_auth_key_name, i) + "\"\npb_key = \"" +
                       key_name_of(dp_pb_key_name, i) + "\"\n";
    }
    return "# Serves the PKI that was imported into this folder. Every key there is: mcimd --print-config\n\n"
           "[server]\nroles = [\"dp\"]\nlisten = \"" +
           listen +
           "\"\ndatabase = \"mcimd.sqlite\"\nkeys = \"dp/keys\"\nadmin_socket = \"admin.sock\"\nlog_level = "
           "\"info\"\n" +
           tls + "\n[dp]\naddress = \"" + report.address + "\"\nci = [" + ci + "]\n" + credentials;
}

Status write_signing_keys(const fs::path& folder, const std::vector<Branch>& branches, Random& random) {
    TRY(auto keys, custody::KeyFolder::create(folder, random));
    for (std::size_t i = 0; i < branches.size(); ++i) {
        CHECKED(keys.add_signing_key({key_name_of(dp_auth_key_name, i)}, branches[i].auth.key->key, random));
        CHECKED(keys.add_signing_key({key_name_of(dp_pb_key_name, i)}, branches[i].pb.key->key, random));
    }
    return ok();
}

Status write_import(const fs::path& root, const std::vector<Branch>& branches, const std::string& config,
                    Random& random) {
    for (std::size_t i = 0; i < branches.size(); ++i) CHECKED(write_branch({root_of(root, i)}, branches[i]));
    CHECKED(write_signing_keys(PkiPaths{root}.dp_keys(), branches, random));
    // last: where it stands, the folder is complete
    return write_new_file(root / "mcimd.toml", as_view(config));
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
    TRY(const auto branches, Sorter(finds, plan, now, random, report).sort());
    report.address = address_of(plan, report.host);
    report.config = plan.to / "mcimd.toml";
    std::error_code ignored;
    const bool existed = fs::exists(plan.to, ignored);
    const auto written = write_import(plan.to, branches, config_of(branches, report, plan.listen), random);
    if (written) return report;
    if (existed)
        for (const auto& entry : fs::directory_iterator(plan.to, ignored)) fs::remove_all(entry.path(), ignored);
    else
        fs::remove_all(plan.to, ignored);
    return written.error();
}

}  // namespace mcim::apps
