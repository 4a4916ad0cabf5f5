// Steps 1 to 4: a PKI, a platform, an operator's subscription, a device.
#include <algorithm>

#include "mcim/apps/common/files.h"
#include "mcim/saip/package.h"
#include "story.h"

namespace mcim::demo {
namespace {

using namespace std::chrono_literals;

/// The database and what SQLite keeps beside it while it is open.
bool database_is_private(const Platform& p) {
    const std::string database = p.database().string();
    if (!only_its_owner_opens(database)) return false;
    for (const char* tail : {"-wal", "-shm"})
        if (fs::exists(database + tail) && !only_its_owner_opens(database + tail)) return false;
    return true;
}

bool whole_folder_is_private(const fs::path& folder) {
    bool empty = true;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        if (!entry.is_regular_file()) continue;
        empty = false;
        if (!only_its_owner_opens(entry.path())) return false;
    }
    return !empty;
}

/// What `openssl verify` has against a certificate ("error 7 at 0 depth lookup: ..."); nothing where it holds.
/// `between` is the certificate of who issued it, where that is not the CI.
std::string openssl_complaint(const fs::path& ci_pem, const fs::path& der, const fs::path& between = {}) {
    const fs::path pem = der.string() + ".checked.pem";
    const auto converted = run({"openssl", "x509", "-inform", "der", "-in", der.string(), "-out", pem.string()}, 5s);
    if (!converted || converted->status != 0) return "no certificate";
    // RSP certificates carry critical extensions that a web client does not know: the chain and the dates are what
    // counts
    std::vector<std::string> argv{"openssl", "verify", "-ignore_critical", "-CAfile", ci_pem.string()};
    if (!between.empty()) argv.insert(argv.end(), {"-untrusted", between.string()});
    argv.push_back(pem.string());
    const auto verified = run(argv, 5s);
    fs::remove(pem);
    if (!verified) return to_string(verified.error());
    return verified->status == 0 ? std::string()
                                 : verified->err.substr(std::min(verified->err.find("error "), verified->err.size()));
}

/// Name constraints come last in openssl, after signatures and dates, and are compared as RFC 5280 has them: a whole
/// serial number. SGP.22 4.5.2.1 means an EID's first digits, so a card's certificate ends here, those of GSMA's own
/// test set (SGP.26) too.
constexpr std::string_view nothing_but_the_name_constraint = "error 47 at 0 depth lookup";

void check_certificate(Lab& lab, const Device& device, const fs::path& pki) {
    const fs::path ci = pki / "ci" / "certificate.pem";
    const fs::path eum = pki / "eum" / "certificate.der";
    const auto through_eum = openssl_complaint(ci, device.certificate(), eum);
    lab.say().check(through_eum.starts_with(nothing_but_the_name_constraint),
                    "openssl verifies signatures and dates of the eUICC's certificate, through the EUM's up to the CI",
                    through_eum);
    const auto alone = openssl_complaint(ci, device.certificate());
    lab.say().check(alone.starts_with("error 20 at 0 depth lookup"), "and knows no issuer of it without the EUM's",
                    alone);
    const auto ours =
        lab.mcim({"pki", "show", device.certificate().string(), "--ci", ci.string(), "--eum", eum.string()});
    lab.say().check(ours.good() && ours.member("eid") == device.eid,
                    "mcim verifies what openssl does not know: that the EUM may name this EID", ours.text);
}

bool speaks_tls(const Platform& p, const char* version) {
    const std::string port = p.address.substr(p.address.find(':') + 1);
    const auto output = run({"openssl", "s_client", "-connect", "127.0.0.1:" + port, version, "-brief",
                             "-verify_return_error", "-servername", "smdp.mcim.test", "-verify_hostname",
                             "smdp.mcim.test", "-CAfile", (p.pki / "ci" / "certificate.pem").string()},
                            5s);
    return output && (output->out + output->err).find("Verification: OK") != std::string::npos;
}

/// What the package tells the card to authenticate with.
bool has_milenage(const fs::path& file) {
    const auto der = apps::read_file(file, saip::Limits{}.package_bytes_max);
    const auto package = der ? saip::parse(*der) : Result<saip::ProfilePackage>(der.error());
    if (!package) return false;
    for (const auto& element : package->elements)
        if (const auto* aka = std::get_if<saip::AkaParameter>(&element.body))
            if (const auto* own = std::get_if<saip::AlgoParameter>(&aka->configuration.value))
                return own->algorithm == saip::AlgorithmId::milenage;
    return false;
}

/// What the platform fills with the line's numbers and keys, here without keys: those are seen nowhere.
void look_at_template(Story& s) {
    const fs::path file = s.lab.folder() / "template.der";
    const auto made = s.lab.mcim({"profile", "template", "--iccid", s.alpha.iccid, "--imsi", s.alpha.imsi, "--msisdn",
                                  s.alpha.msisdn, "--out", file.string()});
    const auto shown = s.lab.mcim({"profile", "show", file.string()});
    std::vector<std::string> elements;
    if (shown.json)
        if (auto listed = shown.json->texts("elements")) elements = *std::move(listed);
    std::string missing;
    for (const char* wanted :
         {"header", "mf", "pukCodes", "pinCodes", "telecom", "usim", "akaParameter", "securityDomain", "end"})
        if (std::ranges::find(elements, wanted) == elements.end()) missing += std::string(" ") + wanted;
    s.lab.say().check(missing.empty() && has_milenage(file),
                      "that template has MF, PUK and PIN codes, telecom, USIM, AKA parameters for MILENAGE, and a "
                      "security domain",
                      "not there:" + missing + "\n" + made.text + shown.text);
}

Status subscription_from_template(Story& s) {
    s.lab.say().step("Operator alpha makes a subscription: fresh K and OPc, which nobody ever sees");
    s.alpha = {"alpha", {}, "8988211000000000018", "001010000000001", "882110000001"};
    CHECKED(add_operator(s, s.alpha, "Alpha Mobile"));
    TRY(const Iccid iccid, Iccid::with_check_digit(s.alpha.iccid.substr(0, 18)));
    s.alpha.iccid = iccid.text();
    CHECKED(add_subscription(s.lab, s.platform, s.alpha));
    look_at_template(s);
    return ok();
}

}  // namespace

Status make_pki(Story& s) {
    s.lab.say().step("A new PKI: CI root, EUM, SM-DP+ certificates by SGP.22 4.5.2 (P-256)");
    s.pki = s.lab.folder() / "pki";
    const auto made = s.lab.mcim({"pki", "init", "--dir", s.pki.string(), "--dp-host", "smdp.mcim.test"});
    if (!made.good()) return fail(Errc::refused, "mcim pki init", made.text);
    const fs::path ci = s.pki / "ci" / "certificate.pem";
    for (const char* name : {"dp/auth.der", "dp/pb.der", "dp/tls.der", "eum/certificate.der"})
        s.lab.say().check(openssl_complaint(ci, s.pki / name).empty(),
                          std::string("openssl verifies ") + name + " up to the CI");
    check_keys_are_private(s.lab, s.pki, "the PKI");
    return ok();
}

Status start_platform(Story& s) {
    s.lab.say().step("mcimd starts: SM-DP+, authentication centre and verifier in one process, SQLite");
    TRY(s.platform, s.lab.make_platform("platform", s.pki, 8443));
    s.lab.say().note("roles dp, auc, pva at https://" + s.platform.address + "; files in " +
                     s.platform.folder.string());
    s.lab.say().check(speaks_tls(s.platform, "-tls1_3"),
                      "openssl s_client: TLS 1.3, certificate and host name verified");
    s.lab.say().check(speaks_tls(s.platform, "-tls1_2"),
                      "openssl s_client: TLS 1.2, certificate and host name verified");
    s.lab.say().check(!speaks_tls(s.platform, "-tls1_1"), "openssl s_client: TLS 1.1 is refused");
    s.lab.say().check(database_is_private(s.platform), "the database is readable by its owner only");
    check_keys_are_private(s.lab, s.platform.folder, "the platform");
    return ok();
}

Status make_subscription(Story& s) {
    CHECKED(s.given ? subscription_from_package(s) : subscription_from_template(s));
    const auto line = s.lab.mcim({"subscription", "show", s.alpha.iccid, "--admin", s.platform.admin().string()});
    const std::string number = s.alpha.msisdn.empty() ? "" : ", MSISDN " + s.alpha.msisdn;
    s.lab.say().check(line.member("iccid") == s.alpha.iccid && line.member("imsi") == s.alpha.imsi &&
                          line.member("msisdn") == s.alpha.msisdn && line.member("algorithm") == s.alpha.algorithm &&
                          line.member("source") == (s.given ? "package" : "template"),
                      "it has ICCID " + s.alpha.iccid + ", IMSI " + s.alpha.imsi + number + ", " + s.alpha.algorithm +
                          (s.given ? ", all of them the package's" : ", and a profile of the project's template"),
                      line.text);
    s.lab.say().check(line.member("standing") == "reserved",
                      "it is reserved: the authentication centre serves nobody with it yet", line.text);
    return ok();
}

Status manufacture(Story& s) {
    s.lab.say().step("A device is made: a card of its own process, a host with a TPM 2.0 (swtpm)");
    if (s.given && !s.given->refusal.empty()) CHECKED(refused_by_production_class(s));
    const std::string card_class = s.given ? s.given->card_class() : "production";
    TRY(s.device, s.lab.make_device("device", s.pki, card_class));
    s.lab.say().note("EID " + s.device.eid + ", class " + card_class);
    check_certificate(s.lab, s.device, s.pki);
    const auto before = card_resources(s.lab, s.device, s.platform);
    s.lab.say().check(before.has_value(), "the agent reads the card over APDUs");
    s.lab.say().check(whole_folder_is_private(s.device.state()), "the card's state is readable by its owner only");
    for (int i = 0; i < 3; ++i) {
        s.device.tre->kill();
        CHECKED(s.lab.start_card(s.device));
    }
    s.lab.say().check(before && card_resources(s.lab, s.device, s.platform) == before,
                      "killed three times with kill -9, it comes back as it was");
    const auto enrolled = s.lab.mcim({"device", "enrol", "--admin", s.platform.admin().string(), "--eid", s.device.eid,
                                      "--tpm", s.device.tpm->tcti, "--model", "demo-gateway"});
    s.lab.say().check(enrolled.good(), "the verifier has enrolled EID and TPM together", enrolled.text);

    s.device.tre->stop();
    const fs::path elsewhere = s.lab.folder() / "stolen";
    fs::create_directories(elsewhere);
    fs::copy(s.device.state(), elsewhere / "card", fs::copy_options::recursive);
    TRY(auto other_tpm, start_swtpm(elsewhere / "tpm"));
    Device stolen{"stolen", elsewhere, s.device.eid, std::move(other_tpm), {}};
    const auto run_there =
        run({(fs::read_symlink("/proc/self/exe").parent_path() / "mcim-tre").string(), "run", "--state",
             stolen.state().string(), "--socket", stolen.socket().string(), "--seal", "tpm:" + stolen.tpm->tcti},
            5s);
    s.lab.say().check(run_there && run_there->status != 0,
                      "its state folder, copied to a machine with another TPM, does not start there");
    if (run_there) s.lab.say().note(run_there->err);
    return s.lab.start_card(s.device);
}

}  // namespace mcim::demo
