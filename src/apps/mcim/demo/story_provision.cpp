// Steps 5 to 7: trust, download, login.
#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>

#include "mcim/apps/common/files.h"
#include "mcim/apps/mcim/operator_keys.h"
#include "mcim/base/ascii.h"
#include "mcim/evidence/verdict.h"
#include "mcim/saip/template.h"
#include "story.h"

namespace mcim::demo {
namespace {

using namespace std::chrono_literals;

/// How these octets look in clear, in hexadecimal, and in base64 of any alignment: of that, what no neighbour changes.
std::vector<std::string> codings_of(View octets) {
    std::vector<std::string> out{as_text(octets), hex(octets)};
    std::string small = out.back();
    std::ranges::transform(small, small.begin(), ascii::lower);
    out.push_back(small);
    for (std::size_t before = 0; before < 3; ++before) {
        const std::string text = base64(concat({Bytes(before), octets}));
        const std::size_t from = before == 0 ? 0 : before + 1;
        const std::size_t whole = (before + octets.size()) / 3 * 4;
        out.push_back(text.substr(from, whole - from));
    }
    return out;
}

/// How many messages of the folder name the profile: its ICCID in digits or as EF_ICCID has it, or its IMSI.
struct Search {
    std::size_t messages = 0;
    std::size_t found = 0;
};
Search search_messages(const fs::path& folder, const Operator& o) {
    std::vector<std::string> needles;
    for (const Bytes& octets : {to_bytes(as_view(o.iccid)), swapped_bcd(o.iccid, 10), to_bytes(as_view(o.imsi))})
        std::ranges::move(codings_of(octets), std::back_inserter(needles));
    Search out;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        std::ifstream in(entry.path(), std::ios::binary);
        const std::string content{std::istreambuf_iterator<char>(in), {}};
        ++out.messages;
        out.found +=
            std::ranges::any_of(needles, [&](const std::string& n) { return content.find(n) != std::string::npos; });
    }
    return out;
}

/// The messages of all runs are there: numbered without a gap, and each session from its start.
void check_messages_are_kept(Story& s, std::size_t sessions_min) {
    std::set<std::string> numbers;
    std::size_t files = 0;
    std::size_t sessions = 0;
    for (const auto& entry : fs::directory_iterator(s.device.messages())) {
        const std::string name = entry.path().filename().string();
        ++files;
        numbers.insert(name.substr(0, name.find('-')));
        sessions += name.find("es9-initiateAuthentication-request") != std::string::npos;
    }
    const bool without_gap = files > 0 && numbers.size() == files && std::stoul(*numbers.rbegin()) == files;
    s.lab.say().check(without_gap && sessions >= sessions_min, "every message is kept: " + std::to_string(files) +
                                                                   " in " + std::to_string(sessions) +
                                                                   " sessions, none overwritten");
}

bool extend_pcr(const Device& d, int pcr) {
    const auto output =
        run({"tpm2_pcrextend", "-T", d.tpm->tcti, std::to_string(pcr) + ":sha256=" + std::string(64, 'a')}, 10s);
    return output && output->status == 0;
}

/// As after a reboot: registers at their start, sealed data and keys as they were.
Status reboot(Lab& lab, Device& d) {
    d.tre.reset();
    d.tpm.reset();
    TRY(d.tpm, start_swtpm(d.folder / "tpm"));
    return lab.start_card(d);
}

/// Eight modules side by side: nothing else in the terminal looks like it.
constexpr std::string_view part_of_a_qr_code = "████████";

constexpr Method both_methods[] = {Method::aka, Method::aka_prime};
std::string name_of(Method method) { return method == Method::aka ? "EAP-AKA" : "EAP-AKA'"; }
std::string log_name(const std::string& what, Method method) {
    return "peers/login-" + what + (method == Method::aka ? "aka" : "aka-prime");
}

void describe_login(Lab& lab, const Result<Login>& login, bool as_wanted, const std::string& claim) {
    lab.say().check(as_wanted, claim, login ? "see " + login->log.string() : to_string(login.error()));
}
void expect_success(Lab& lab, const Result<Login>& login, const std::string& claim) {
    describe_login(lab, login, login && login->success, claim);
}

/// ES256 of a JWS, as openssl sees it: ECDSA with SHA-256 over the two parts before the last full stop.
bool openssl_takes_signature(const std::string& token, const fs::path& key, const fs::path& folder) {
    const auto dot = token.rfind('.');
    if (dot == std::string::npos) return false;
    const auto plain = from_base64url(std::string_view(token).substr(dot + 1));
    if (!plain) return false;
    const auto der = crypto::der_from_plain_signature(*plain);
    const fs::path text = folder / "verdict.signed";
    const fs::path signature = folder / "verdict.signature";
    if (!der || !apps::write_new_file(text, as_view(token.substr(0, dot))) || !apps::write_new_file(signature, *der))
        return false;
    const auto verified = run(
        {"openssl", "dgst", "-sha256", "-verify", key.string(), "-signature", signature.string(), text.string()}, 5s);
    return verified && verified->status == 0;
}

/// The newest verdict of the device, as whoever relies on it takes it.
Status look_at_verdict(Story& s) {
    const auto answer =
        s.lab.mcim({"attest", "verdict", "--eid", s.device.eid, "--admin", s.platform.admin().string()});
    if (!answer.good() || !answer.json) return fail(Errc::refused, "mcim attest verdict", answer.text);
    TRY(const auto verdicts, answer.json->objects("verdicts"));
    if (verdicts.empty()) return fail(Errc::not_found, "mcim attest verdict", answer.text);
    TRY(const std::string token, verdicts.front().text("token"));
    const fs::path key_file = s.platform.folder / "verifier.pub";
    TRY(const auto key, apps::read_public_key(key_file));
    const auto verdict = evidence::verify_verdict(token, key, system_now());
    s.lab.say().check(verdict && verdict->passes() && verdict->eid.text() == s.device.eid &&
                          verdict->reference_operator == s.alpha.id && !verdict->session.empty(),
                      "the verdict is a pass, about this EID, by alpha's values, for one download",
                      verdict ? answer.text : to_string(verdict.error()));
    if (!verdict) return ok();
    s.lab.say().check(
        verdict->expires_at - verdict->issued_at == 10min && !evidence::verify_verdict(token, key, verdict->expires_at),
        "it lives for ten minutes: from " + to_rfc3339(verdict->expires_at) + " on nobody takes it");
    s.lab.say().check(openssl_takes_signature(token, key_file, s.lab.folder()),
                      "openssl verifies its signature with the verifier's public key");
    return ok();
}

/// The last answer to these commands in the USIM, after its PIN 1 where that is on.
std::string read_usim(const Operator& whose, std::vector<std::string> commands) {
    std::vector<std::string> all{"00A4040007A0000000871002"};
    if (const auto pin = saip::pin_from_digits(whose.pin)) all.push_back("0020000108" + hex(expose(*pin)));
    std::ranges::move(commands, std::back_inserter(all));
    return answer_to(all);
}

/// The USIM's own files, read by opensc-tool: TS 31.102 4.2.2 (EF_IMSI) and 4.2.26 (EF_MSISDN). What number is in a
/// package that somebody gave nobody knows here.
void look_at_numbers(Story& s) {
    const std::string imsi = read_usim(s.alpha, {"00A40004026F0700", "00B0000009"});
    const auto wanted = Imsi::parse(s.alpha.imsi);
    s.lab.say().check(wanted && imsi == hex(wanted->ef()), "opensc-tool reads alpha's IMSI in EF_IMSI of the card",
                      imsi);
    if (s.alpha.msisdn.empty()) return;
    const std::string number = read_usim(s.alpha, {"00A40004026F4000", "00B2010418"});
    s.lab.say().check(number.find("91" + hex(swapped_bcd(s.alpha.msisdn, 6))) != std::string::npos,
                      "and its MSISDN in EF_MSISDN", number);
}

fs::path backup(const Lab& lab) { return lab.folder() / "backup.sqlite"; }

Status restore_backup(Story& s) {
    s.lab.stop(s.platform);
    for (const char* tail : {"", "-wal", "-shm"}) fs::remove(s.platform.database().string() + tail);
    fs::copy_file(backup(s.lab), s.platform.database());
    return s.lab.start(s.platform);
}

/// Each login brings the authentication centre up to the card again: it is thrown back before the next.
Status resynchronise(Story& s) {
    for (const Method method : both_methods) {
        CHECKED(restore_backup(s));
        s.lab.say().note("The platform's database is restored from a backup: the card's SQN is ahead now.");
        const auto login = try_login(s, *s.radius, method, s.alpha, log_name("resync-", method));
        expect_success(s.lab, login, name_of(method) + ": SUCCESS after resynchronisation");
        s.lab.say().check(login && login->resynchronised, "the card answered AUTS on the way");
    }
    return ok();
}

/// A card of the same IMSI and another K: it comes from another platform, where it works.
Status twin_with_another_key(Story& s) {
    TRY(Platform other, s.lab.make_platform("other-platform", s.pki, 8444));
    TRY(const Iccid iccid, Iccid::with_check_digit("898821900000000009"));
    const Operator twin{.id = "twin",
                        .key = s.lab.folder() / "twin.key.pem",
                        .iccid = iccid.text(),
                        .imsi = s.alpha.imsi,
                        .msisdn = "882190000009",
                        .mnc_digits = s.alpha.mnc_digits};
    const auto key = s.lab.mcim({"operator", "key", "--out", twin.key.string()});
    if (!key.good()) return fail(Errc::refused, "mcim operator key", key.text);
    CHECKED(add_operator_to(s.lab, other, twin, "Twin"));
    CHECKED(add_subscription(s.lab, other, twin));
    TRY(const Ordered made, order(s.lab, other, twin, {"--policy", "open"}));
    TRY(Device device, s.lab.make_device("twin", s.pki));
    const auto installed = s.lab.agent(device, other, {"download", "-a", made.activation_code});
    const auto enabled = s.lab.agent(device, other, {"profile", "enable", twin.iccid});
    const auto told = s.lab.agent(device, other, {"notification", "process"});
    if (!installed.good() || !enabled.good() || !told.good())
        return fail(Errc::refused, "twin", installed.text + enabled.text + told.text);

    CHECKED(s.lab.start_card(s.device));  // out of the reader
    CHECKED(s.lab.start_card(device, Lab::Reader::vpcd));
    s.lab.say().check(card_in_reader(15s), "a card with the same IMSI and another K is in the reader");
    for (const Method method : both_methods) {
        const auto refused = try_login(s, *s.radius, method, twin, log_name("other-key-", method));
        describe_login(s.lab, refused, refused && refused->rejected && refused->mac_failed,
                       name_of(method) + ": FAILURE, for the card does not take the network's MAC");
    }
    TRY(const Radius own, start_hostapd(s.lab.folder() / "peers" / "hostapd-other", other.auc(), 18121));
    expect_success(s.lab, try_login(s, own, Method::aka, twin, "peers/login-other-key-at-home"),
                   "at its own authentication centre: SUCCESS");
    device.tre.reset();
    CHECKED(s.lab.start_card(s.device, Lab::Reader::vpcd));
    s.lab.say().check(card_in_reader(15s), "the first card is back in the reader");
    return ok();
}

}  // namespace

Status no_trust_no_subscription(Story& s) {
    s.lab.say().step("No trust, no subscription: the order's policy is `attested`");
    const auto signed_values = s.lab.mcim({"attest", "reference", "--tpm", s.device.tpm->tcti, "--model",
                                           "demo-gateway", "--pcrs", "0,1,2,3,4,5,6,7", "--operator", s.alpha.id,
                                           "--key", s.alpha.key.string(), "--admin", s.platform.admin().string()});
    s.lab.say().check(signed_values.good(), "alpha signed what the boot registers of this model must hold",
                      signed_values.text);
    TRY(s.first_order, order(s.lab, s.platform, s.alpha, {"--eid", s.device.eid, "--policy", "attested"}));
    const Ordered& made = s.first_order;

    if (!s.lab.say().check(extend_pcr(s.device, 4), "another boot loader is measured: PCR 4 changes")) return ok();
    const auto refused = s.lab.agent(s.device, s.platform, {"download", "-a", made.activation_code});
    s.lab.say().check(
        !refused.good() && refused.member("subjectCode") == "8.2.5" && refused.member("reasonCode") == "4.3",
        "the download is refused with 8.2.5/4.3", refused.text);
    s.lab.say().check(refused.text.find("PCR 4") != std::string::npos, "and the difference is named");
    s.lab.say().note(refused.text);
    const auto explained = s.lab.mcim({"order", "explain", made.id, "--admin", s.platform.admin().string()});
    s.lab.say().check(
        explained.text.find("8.2.5/4.3") != std::string::npos && explained.text.find("PCR 4") != std::string::npos,
        "the order's timeline has the refusal, its code and the difference", explained.text);
    const Search search = search_messages(s.device.messages(), s.alpha);
    s.lab.say().check(
        search.messages > 0 && search.found == 0,
        "nothing of the profile has left the server for this device: neither ICCID nor IMSI is in any of " +
            std::to_string(search.messages) + " messages");
    s.lab.say().check(installed_profiles(s.lab, s.device, s.platform) == 0U, "nothing is on the card");

    CHECKED(reboot(s.lab, s.device));
    s.lab.say().note("The device boots again, as its operator knows it.");
    const auto shown = s.lab.mcim({"order", "show", made.id, "--admin", s.platform.admin().string()});
    s.lab.say().check(shown.member("state") == "Released", "the order is still open to this card", shown.text);
    return ok();
}

Status provision(Story& s) {
    s.lab.say().step("The profile is provisioned over the air (ES9+, ES10) and enabled");
    const std::string& id = s.first_order.id;
    const std::string& code = s.first_order.activation_code;
    const auto as_text = s.lab.mcim_text({"order", "show", id, "--admin", s.platform.admin().string(), "--qr"});
    s.lab.say().check(as_text.good() && as_text.text.find(code) != std::string::npos &&
                          as_text.text.find(part_of_a_qr_code) != std::string::npos,
                      "the activation code is shown, and as a QR code", as_text.text);

    const auto installed = s.lab.agent(s.device, s.platform, {"download", "-a", code});
    s.lab.say().check(installed.good() && installed.member("iccid") == s.alpha.iccid,
                      "attested, downloaded and installed: ICCID " + s.alpha.iccid, installed.text);
    CHECKED(look_at_verdict(s));
    s.lab.say().check(search_messages(s.device.messages(), s.alpha).found > 0,
                      "now the same search finds the ICCID in the messages");
    check_messages_are_kept(s, 2);
    const auto enabled = s.lab.agent(s.device, s.platform, {"profile", "enable", s.alpha.iccid});
    s.lab.say().check(enabled.good(), "enabled", enabled.text);
    const auto told = s.lab.agent(s.device, s.platform, {"notification", "process"});
    s.lab.say().check(told.good(), "every notification is delivered, and then taken off the card's list", told.text);
    const auto shown = s.lab.mcim({"order", "show", id, "--admin", s.platform.admin().string()});
    s.lab.say().check(shown.member("state") == "Installed", "the server knows: the order is Installed", shown.text);
    show_timeline(s.lab, s.platform, id);
    return ok();
}

Status log_in_with_it(Story& s) {
    s.lab.say().step("The subscription logs in (" + s.alpha.algorithm +
                     "): hostapd and eapol_test, unmodified, through pcscd");
    const fs::path peers = s.lab.folder() / "peers";
    TRY(s.pcscd, start_pcscd(peers));
    TRY(s.radius, start_hostapd(peers / "hostapd", s.platform.auc(), 18120));
    CHECKED(s.lab.start_card(s.device, Lab::Reader::vpcd));
    s.lab.say().check(card_in_reader(15s), "the card is in the reader, as any program sees it");
    look_at_numbers(s);
    s.lab.stop(s.platform);
    fs::copy_file(s.platform.database(), backup(s.lab));
    CHECKED(s.lab.start(s.platform));

    for (const Method method : both_methods)
        expect_success(s.lab, try_login(s, *s.radius, method, s.alpha, log_name("", method)),
                       name_of(method) + ": SUCCESS");
    CHECKED(resynchronise(s));
    return twin_with_another_key(s);
}

}  // namespace mcim::demo
