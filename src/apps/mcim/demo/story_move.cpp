// Step 8: the second operator, with an authentication centre of its own.
#include "mcim/custody/private_file.h"
#include "mcim/msg/download.h"
#include "story.h"

namespace mcim::demo {
namespace {

/// A download that must be refused for want of consent, with these words in its sentence.
void refused_for(Story& s, const Ordered& made, std::string_view words, const std::string& claim) {
    const auto answer = s.lab.agent(s.device, s.platform, {"download", "-a", made.activation_code});
    s.lab.say().check(!answer.good() && answer.member("subjectCode") == "8.2.5" &&
                          answer.member("reasonCode") == "4.3" && answer.text.find(words) != std::string::npos,
                      claim + ": 8.2.5/4.3", answer.text);
    if (!answer.good()) s.lab.say().note(answer.text);
}

Result<fs::path> release_by_alpha(Story& s, const std::string& name, const std::string& eid,
                                  const std::string& valid_for) {
    const fs::path file = s.lab.folder() / (name + ".jws");
    const auto made =
        s.lab.mcim({"transfer", "release", "--operator", s.alpha.id, "--key", s.alpha.key.string(), "--eid", eid,
                    "--iccid", s.alpha.iccid, "--to", s.beta.id, "--valid-for", valid_for, "--out", file.string(),
                    "--admin", ""});  // else the platform would be asked, and wrong ones not be signed
    if (!made.good()) return fail(Errc::refused, "mcim transfer release", made.text);
    return file;
}

Status give(Story& s, const Ordered& made, const fs::path& release) {
    const auto given = s.lab.mcim(
        {"order", "release", made.id, "--admin", s.platform.admin().string(), "--release", release.string()});
    if (!given.good()) return fail(Errc::refused, "mcim order release", given.text);
    return ok();
}

Status into_reader(Story& s) {
    CHECKED(s.lab.start_card(s.device, Lab::Reader::vpcd));
    if (!card_in_reader(std::chrono::seconds(15)))
        return fail(Errc::io, "pcscd", "the card does not show in the reader");
    return ok();
}

/// K and OPc as an operator's own key management makes them.
Status write_keys(const fs::path& file) {
    SystemRandom random;
    const std::string text = "k=" + hex(random.bytes(16)) + "\nopc=" + hex(random.bytes(16)) + "\n";
    return custody::write_private_file(file, as_view(text));
}

/// A second mcimd that serves vectors and nothing else: its keys and database are beta's, and it shares nothing with
/// the platform that delivers. K goes to both of them from the operator's file.
Result<Platform> centre_of_beta(Story& s) {
    const std::string name = "Beta Wireless";
    TRY(Platform centre, s.lab.make_centre("beta-centre"));
    CHECKED(add_operator(s, s.beta, name));
    CHECKED(add_operator_to(s.lab, centre, s.beta, name));
    const fs::path keys = s.lab.folder() / "beta.keys";
    CHECKED(write_keys(keys));
    CHECKED(add_subscription(s.lab, s.platform, s.beta, keys));
    CHECKED(add_subscription(s.lab, centre, s.beta, keys));
    fs::remove(keys);
    s.lab.say().note("beta has an authentication centre of its own: a second mcimd with the role auc only, in " +
                     centre.folder.string() +
                     ".\nIt has no TLS key and listens on no port: hostapd asks it through a socket there.\n"
                     "beta's line has keys that beta made; its file of mode 0600 went to the platform, which puts "
                     "them into\nthe profile, and to this centre.");
    check_keys_are_private(s.lab, centre.folder, "beta's authentication centre");
    return centre;
}

/// With a hostapd of beta's. The platform's own centre has the line too: it is shut there first, so that never both
/// serve it.
Status log_in_at(Story& s, const Platform& centre) {
    const auto here = s.lab.mcim({"subscription", "bar", s.beta.iccid, "--admin", s.platform.admin().string()});
    const auto there = s.lab.mcim({"subscription", "unbar", s.beta.iccid, "--admin", centre.admin().string()});
    s.lab.say().check(there.member("status") == "active" && here.member("status") == "barred",
                      "beta's own centre serves the line from now on, and the platform's does not",
                      here.text + there.text);
    const fs::path peers = s.lab.folder() / "peers";
    TRY(const Radius radius, start_hostapd(peers / "hostapd-beta", centre.auc(), 18122));
    CHECKED(into_reader(s));
    const auto elsewhere = try_login(s, *s.radius, Method::aka, s.beta, "peers/login-beta-elsewhere");
    s.lab.say().check(elsewhere && elsewhere->rejected && !elsewhere->mac_failed,
                      "beta's subscription gets no vector from the platform's centre: FAILURE",
                      elsewhere ? "see " + elsewhere->log.string() : to_string(elsewhere.error()));
    const auto login = try_login(s, radius, Method::aka, s.beta, "peers/login-beta");
    s.lab.say().check(login && login->success, "it logs in at beta's authentication centre: SUCCESS",
                      login ? "see " + login->log.string() : to_string(login.error()));
    return ok();
}

/// The subscription of beta that is to take alpha's place, at its own centre, and an order for it.
struct Move {
    Platform centre;
    Ordered made;
};
Result<Move> order_of_beta(Story& s) {
    s.beta = {"beta", {}, "", "001010900000002", "882120000002"};
    TRY(const Iccid iccid, Iccid::with_check_digit("898821200000000002"));
    s.beta.iccid = iccid.text();
    TRY(Platform centre, centre_of_beta(s));
    const auto values = s.lab.mcim({"attest", "reference", "--tpm", s.device.tpm->tcti, "--model", "demo-gateway",
                                    "--pcrs", "0,1,2,3,4,5,6,7", "--operator", s.beta.id, "--key", s.beta.key.string(),
                                    "--admin", s.platform.admin().string()});
    s.lab.say().check(values.good(), "beta signed its own reference values", values.text);

    TRY(Ordered made, order(s.lab, s.platform, s.beta, {"--eid", s.device.eid, "--policy", "attested"}));
    s.lab.say().check(made.waits_for == s.alpha.id, "the order is taken, and says at once whose release it waits for",
                      made.waits_for);
    s.lab.say().note(made.why);
    refused_for(s, made, "release", "refused: alpha has not released this subscription");
    return Move{std::move(centre), std::move(made)};
}

Status wrong_releases(Story& s, const Ordered& made) {
    std::string other_eid = s.device.eid;
    TRY(const Eid neighbour, Eid::with_check_digits(other_eid.substr(0, 29) + (other_eid[29] == '9' ? "0" : "9")));
    TRY(const fs::path for_other, release_by_alpha(s, "release-other-eid", neighbour.text(), "1h"));
    CHECKED(give(s, made, for_other));
    refused_for(s, made, "EID", "refused: a release for another EID");

    TRY(const fs::path expired, release_by_alpha(s, "release-expired", s.device.eid, "1s"));
    (void)poll_until([] { return false; }, std::chrono::milliseconds(2100));  // let its second pass
    const auto late = s.lab.mcim(
        {"order", "release", made.id, "--admin", s.platform.admin().string(), "--release", expired.string()});
    s.lab.say().check(!late.good() && late.text.find("expired") != std::string::npos,
                      "refused: a release that has expired, when it is given", late.text);
    return ok();
}

/// The right one, which serves one order.
Status right_release(Story& s, const Ordered& made) {
    TRY(const fs::path good, release_by_alpha(s, "release", s.device.eid, "1h"));
    CHECKED(give(s, made, good));
    const auto free = s.lab.mcim({"order", "show", made.id, "--admin", s.platform.admin().string()});
    s.lab.say().check(free.good() && !free.json->has("waits_for"), "with the right release the order waits for nobody",
                      free.text);
    const Status cut = s.lab.agent_cut_off_at(der::type_of<msg::PrepareDownloadRequest>.tag, s.device, s.platform,
                                              {"download", "-a", made.activation_code});
    s.lab.say().check(cut.operator bool(),
                      "with the right release the download begins (and the agent is killed half-way)",
                      cut ? "" : to_string(cut.error()));

    Operator line2 = s.beta;
    line2.imsi = "001010900000003";
    line2.msisdn = "882120000003";
    TRY(const Iccid iccid2, Iccid::with_check_digit("898821200000000003"));
    line2.iccid = iccid2.text();
    CHECKED(add_subscription(s.lab, s.platform, line2));
    TRY(const Ordered replay, order(s.lab, s.platform, line2, {"--eid", s.device.eid, "--policy", "attested"}));
    CHECKED(give(s, replay, good));
    refused_for(s, replay, "another order", "refused: the same release for a second order");
    return ok();
}

void take_over(Story& s, const Ordered& made) {
    const auto installed = s.lab.agent(s.device, s.platform, {"download", "-a", made.activation_code});
    s.lab.say().check(installed.good() && installed.member("iccid") == s.beta.iccid,
                      "the first order goes on where it was: ICCID " + s.beta.iccid + " is installed", installed.text);
    const auto enabled = s.lab.agent(s.device, s.platform, {"profile", "enable", s.beta.iccid});
    s.lab.say().check(enabled.good(), "enabled", enabled.text);
    const auto told = s.lab.agent(s.device, s.platform, {"notification", "process"});
    s.lab.say().check(told.good(), "notifications delivered", told.text);
}

Status leave_alpha(Story& s) {
    CHECKED(s.lab.start_card(s.device));
    const auto closed = s.lab.mcim({"subscription", "show", s.alpha.iccid, "--admin", s.platform.admin().string()});
    s.lab.say().check(closed.member("standing") == "closed", "alpha's subscription is closed", closed.text);
    const auto back = s.lab.agent(s.device, s.platform, {"profile", "enable", s.alpha.iccid});
    CHECKED(into_reader(s));
    const auto old_login = try_login(s, *s.radius, Method::aka, s.alpha, "peers/login-alpha-closed");
    s.lab.say().check(back.good() && old_login && old_login->rejected && !old_login->mac_failed,
                      "alpha's profile, enabled once more, gets no vector: FAILURE",
                      old_login ? "see " + old_login->log.string() : to_string(old_login.error()));
    CHECKED(s.lab.start_card(s.device));
    const auto again = s.lab.agent(s.device, s.platform, {"profile", "enable", s.beta.iccid});
    const auto deleted = s.lab.agent(s.device, s.platform, {"profile", "delete", s.alpha.iccid});
    s.lab.say().check(again.good() && deleted.good(), "it is deleted from the card", deleted.text);
    return ok();
}

}  // namespace

Status no_consent_no_move(Story& s) {
    s.lab.say().step("No consent, no move: operator beta takes an order for the same device");
    CHECKED(s.lab.start_card(s.device));  // out of the reader: pcscd resets a card that it has nothing to do with
    TRY(const Move move, order_of_beta(s));
    CHECKED(wrong_releases(s, move.made));
    CHECKED(right_release(s, move.made));
    take_over(s, move.made);
    CHECKED(log_in_at(s, move.centre));
    CHECKED(leave_alpha(s));
    show_timeline(s.lab, s.platform, move.made.id);
    return ok();
}

}  // namespace mcim::demo
