// Step 9: what is refused, each with the specification's code.
#include <fstream>
#include <iterator>

#include "mcim/apps/common/files.h"
#include "mcim/apps/common/key_files.h"
#include "mcim/apps/common/pki_folder.h"
#include "mcim/bpp/segments.h"
#include "mcim/custody/private_file.h"
#include "story.h"

namespace mcim::demo {
namespace {

using namespace std::chrono_literals;

/// Somewhere in the last protected segment.
bool flip_one_bit(const fs::path& file) {
    std::fstream stream(file, std::ios::binary | std::ios::in | std::ios::out);
    if (!stream) return false;
    stream.seekg(-40, std::ios::end);
    const auto at = stream.tellg();
    const int octet = stream.get();
    stream.seekp(at);
    stream.put(static_cast<char>(octet ^ 0x10));
    return stream.good();
}

void refused_with(Lab& lab, const Answer& answer, const std::string& subject, const std::string& reason,
                  const std::string& claim) {
    lab.say().check(!answer.good() && answer.member("subjectCode") == subject && answer.member("reasonCode") == reason,
                    claim + ": " + subject + "/" + reason, answer.text);
    if (!answer.good()) lab.say().note(answer.text);
}

Status line_for_refusals(Story& s, Operator& o) {
    TRY(const Iccid iccid, Iccid::with_check_digit("898821100000000004"));
    o = {s.alpha.id, s.alpha.key, iccid.text(), "001010900000004", "882110000004"};
    return add_subscription(s.lab, s.platform, o);
}

/// Where the owner has what he types besides the activation code.
fs::path confirmation_code(const Lab& lab) { return lab.folder() / "confirmation-code"; }

std::vector<std::string> download(const Lab& lab, const Ordered& made) {
    return {"download", "-a", made.activation_code, "--confirmation-code-file", confirmation_code(lab).string()};
}

/// A bound package that was changed on its way; the same order afterwards, as it should be.
Status bit_flip(Story& s, const Device& device, const Operator& o, const Ordered& made) {
    const auto memory = card_resources(s.lab, device, s.platform);
    CHECKED(s.lab.agent_cut_off_at(bpp::tag_bound_profile_package, device, s.platform, download(s.lab, made)));
    s.lab.say().check(flip_one_bit(device.folder / "agent" / "bound-profile-package.der"),
                      "one bit of the bound package is flipped on its way to the card");
    const auto refused = s.lab.agent(device, s.platform, download(s.lab, made));
    s.lab.say().check(!refused.good() && refused.text.find("scp03tSecurityError") != std::string::npos,
                      "the card refuses it: scp03tSecurityError", refused.text);
    s.lab.say().note(refused.text);
    s.lab.say().check(installed_profiles(s.lab, device, s.platform) == 0U, "nothing is installed");
    s.lab.say().check(memory && card_resources(s.lab, device, s.platform) == memory, "free memory is as before");
    const auto again = s.lab.mcim({"order", "release", made.id, "--admin", s.platform.admin().string()});
    s.lab.say().check(again.good(), "the operator releases the order again", again.text);
    const auto installed = s.lab.agent(device, s.platform, download(s.lab, made));
    s.lab.say().check(installed.good() && installed.member("iccid") == o.iccid, "and the same card installs it",
                      installed.text);
    return ok();
}

/// A card that is right in everything but the date of its certificate.
Status expired_card(Story& s, const std::string& activation_code) {
    SystemRandom random;
    const apps::PkiPaths paths{s.pki};
    TRY(const auto pki, apps::load_pki(paths));
    TRY(const Bytes eum_pem, apps::read_file(paths.eum_key(), 4096));
    TRY(const auto eum_key, crypto::PrivateKey::from_pem(as_text(eum_pem)));
    TRY(const Eid eid, x509::make_eid("89049032", 666));
    const auto key = crypto::PrivateKey::generate(crypto::Curve::p256);
    const Time now = system_now();
    TRY(const Bytes certificate,
        x509::issue_euicc({eid, "expired", {now - std::chrono::hours(48), now - std::chrono::hours(24)}},
                          key.public_key(), pki.eum, eum_key, random));

    Device device{"expired", s.lab.folder() / "expired", eid.text(), {}, {}};
    fs::create_directories(device.folder);
    CHECKED(apps::write_new_file(device.certificate(), certificate));
    const auto pem = apps::private_key_pem(key);
    CHECKED(apps::write_new_file(device.folder / "euicc.key.pem", expose(pem)));
    CHECKED(apps::write_new_file(device.passphrase(), as_view("correct horse battery staple\n")));
    fs::permissions(device.passphrase(), fs::perms::owner_read | fs::perms::owner_write);
    fs::permissions(device.folder / "euicc.key.pem", fs::perms::owner_read | fs::perms::owner_write);
    const auto tre = (fs::read_symlink("/proc/self/exe").parent_path() / "mcim-tre").string();
    const auto made = run({tre, "init", "--state", device.state().string(), "--cert", device.certificate().string(),
                           "--eum-cert", paths.eum_certificate().string(), "--ci", paths.ci_certificate().string(),
                           "--key", (device.folder / "euicc.key.pem").string(), "--seal", device.seal()},
                          20s);
    if (!made || made->status != 0)
        return fail(Errc::refused, "mcim-tre init", made ? made->err : to_string(made.error()));
    CHECKED(s.lab.start_card(device));
    refused_with(s.lab, s.lab.agent(device, s.platform, {"download", "-a", activation_code}), "8.1.3", "6.3",
                 "an expired eUICC certificate");
    return ok();
}

/// A platform of somebody else's CI.
Status other_ci(Story& s, const Device& device) {
    const fs::path pki = s.lab.folder() / "other-pki";
    const auto made = s.lab.mcim({"pki", "init", "--dir", pki.string(), "--dp-host", "smdp.mcim.test"});
    if (!made.good()) return fail(Errc::refused, "mcim pki init", made.text);
    TRY(Platform foreign, s.lab.make_platform("foreign", pki, 8445));
    const std::string code = "LPA:1$" + foreign.address + "$NOT-A-REAL-ORDER-BUT-WELL-FORMED";

    Platform as_we_trust = Platform{foreign.name, foreign.folder, s.pki, foreign.address, {}};
    const auto by_agent = s.lab.agent(device, as_we_trust, {"download", "-a", code, "--attempts", "1"});
    s.lab.say().check(!by_agent.good() && by_agent.text.find("certificate") != std::string::npos,
                      "a server of another CI: the agent ends the connection", by_agent.text);
    s.lab.say().note(by_agent.text);
    refused_with(s.lab, s.lab.agent(device, foreign, {"download", "-a", code, "--attempts", "1"}), "8.8.2", "3.1",
                 "and where the host trusts that CI, the card's list of CI does not");
    return ok();
}

}  // namespace

Status refusals(Story& s) {
    s.lab.say().step("Refusals");
    Operator line;
    CHECKED(line_for_refusals(s, line));
    CHECKED(custody::write_private_file(confirmation_code(s.lab), as_view("4711\n")));
    TRY(const Ordered made, order(s.lab, s.platform, line,
                                  {"--policy", "open", "--confirmation-code-file", confirmation_code(s.lab).string()}));
    TRY(const Device second, s.lab.make_device("second", s.pki));

    std::string unknown = made.activation_code;
    const auto id_at = unknown.find('$', unknown.find('$') + 1) + 1;
    unknown[id_at] = unknown[id_at] == 'A' ? 'B' : 'A';
    refused_with(s.lab, s.lab.agent(second, s.platform, {"download", "-a", unknown}), "8.2.6", "3.8",
                 "an unknown matching ID");
    CHECKED(expired_card(s, made.activation_code));
    refused_with(s.lab, s.lab.agent(second, s.platform, {"download", "-a", made.activation_code, "-c", "0000"}),
                 "8.2.7", "3.8", "a wrong confirmation code");
    CHECKED(bit_flip(s, second, line, made));
    refused_with(s.lab, s.lab.agent(s.device, s.platform, download(s.lab, made)), "8.2.6", "3.8",
                 "the same order from a second card");
    return other_ci(s, second);
}

}  // namespace mcim::demo
