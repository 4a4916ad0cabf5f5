// Operators, lines, releases and devices, by commands against a platform that runs.
#include <algorithm>
#include <cctype>

#include "mcim/apps/common/files.h"
#include "mcim/apps/mcim/with_platform_for_test.h"
#include "mcim/custody/private_file.h"
#include "support/reference.h"
#include "support/swtpm.h"

namespace mcim::apps {
namespace {

TEST_F(WithPlatform, OperatorsAreListedAndUnique) {
    const auto list = run({"operator", "list"});
    EXPECT_TRUE(list.says("north Mobile")) << list.out << list.err;
    const auto again = run({"operator", "add", "--id", "north", "--name", "x", "--key", at("north.pem.pub")});
    EXPECT_EQ(again.code, 1);
    EXPECT_TRUE(again.complains("conflict")) << again.err;
}

TEST_F(WithPlatform, OperatorHasAPolicyForPackagesThatIsShownAndHolds) {
    EXPECT_TRUE(run({"operator", "list"}).says("  default\n")) << run({"operator", "list"}).out;
    EXPECT_TRUE(run({"operator", "show", "north"}).says("nothing beyond what the platform refuses"));
    const std::vector<std::string> policy{"operator", "policy", "--operator", "north"};
    const auto with = [&](std::vector<std::string> more) {
        more.insert(more.begin(), policy.begin(), policy.end());
        return run(std::move(more));
    };
    EXPECT_TRUE(with({}).complains("operator show"));
    EXPECT_TRUE(with({"--refuse", "tset-key"}).complains("\"tset-key\" is no code of"));
    EXPECT_TRUE(with({"--applets", "none"}).complains("where-declared or refused"));
    const auto set = with({"--refuse", "warning,test-network", "--allow", "default-puk", "--applets", "refused"});
    EXPECT_TRUE(set.says("warning, test-network")) << set.out << set.err;
    const auto shown = run({"operator", "show", "north"});
    for (const char* part : {"north Mobile", "warning, test-network", "default-puk", "refused: no package"})
        EXPECT_TRUE(shown.says(part)) << shown.out << shown.err;
    EXPECT_TRUE(run({"operator", "list"}).says("  own\n"));
    const auto refused =
        run({"subscription", "add", "--operator", "north", "--iccid", iccid, "--imsi", imsi, "--mnc-digits", "2"});
    EXPECT_EQ(refused.code, 1);
    EXPECT_TRUE(refused.complains("the policy of operator \"north\" refuses it")) << refused.err;
    EXPECT_TRUE(with({"--default"}).says("nothing beyond"));
    add_line();
}

TEST_F(WithPlatform, SystemsOfOperatorsAreLetInListedAndShutOut) {
    const std::string certificate = at("pki/dp/tls.der");  // of a TLS client too (SGP.22 4.5.2.1)
    const auto added = run({"operator", "client", "add", "--operator", "north", "--certificate", certificate,
                            "--rights", "downloadOrder,confirmOrder", "--policy", "open"});
    EXPECT_TRUE(added.says("may call for north: downloadOrder, confirmOrder.")) << added.out << added.err;
    const auto listed = json({"operator", "client", "list"}).objects("clients");
    ASSERT_EQ(listed->size(), 1U);
    const std::string fingerprint = *listed->front().text("fingerprint");
    EXPECT_EQ(*listed->front().text("policy"), "open");
    EXPECT_TRUE(run({"operator", "client", "list"}).says(fingerprint));
    const auto key = run({"operator", "client", "add", "--operator", "north", "--certificate", at("north.pem.pub")});
    EXPECT_TRUE(key.complains("north.pem.pub")) << key.err;
    const auto again = run({"operator", "client", "add", "--operator", "north", "--certificate", certificate});
    EXPECT_TRUE(again.complains("remove that one first")) << again.err;
    EXPECT_TRUE(run({"operator", "client", "remove", fingerprint}).says("nothing any more"));
    EXPECT_TRUE(run({"operator", "client", "remove", fingerprint}).complains("operator client list"));
}

TEST_F(WithPlatform, LinesMayHaveATypeToBeOrderedBy) {
    ASSERT_EQ(
        run({"subscription", "add", "--operator", "north", "--iccid", iccid, "--imsi", imsi, "--profile-type", "gold"})
            .code,
        0);
    EXPECT_EQ(*json({"subscription", "show", iccid}).text("profile_type"), "gold");
    EXPECT_TRUE(run({"subscription", "show", iccid}).says("gold"));
}

TEST_F(WithPlatform, ALineIsMadeShownAndNotLetInBeforeItIsOnACard) {
    add_line();
    EXPECT_TRUE(run({"subscription", "list"}).says(imsi));
    const auto shown = run({"subscription", "show", iccid});
    EXPECT_TRUE(shown.says("on no card yet")) << shown.out << shown.err;
    EXPECT_TRUE(shown.says("MILENAGE")) << shown.out;
    EXPECT_EQ(*json({"subscription", "show", iccid}).text("standing"), "reserved");
    EXPECT_TRUE(run({"subscription", "unbar", iccid}).complains("reserved"));
    for (const char* verb : {"bar", "close"}) {
        const auto ran = run({"subscription", verb, iccid});
        EXPECT_TRUE(ran.says("this platform serves its card no more")) << ran.out << ran.err;
    }
    EXPECT_TRUE(run({"subscription", "bar", iccid}).complains("is closed"));
    EXPECT_EQ(run({"subscription", "show", "8988211000000000029"}).code, 1);
}

TEST_F(WithPlatform, BarOfALineOnNoCardIsShownAndLifted) {
    add_line();
    const auto barred = [&] {
        return *json({"subscription", "show", iccid}).object("network_access")->flag("barred_by_operator");
    };
    EXPECT_FALSE(barred());
    EXPECT_TRUE(run({"subscription", "bar", iccid}).says("No installation lifts this"));
    EXPECT_TRUE(barred());
    EXPECT_TRUE(run({"subscription", "show", iccid}).says("its operator, until \"mcim subscription unbar\""));
    EXPECT_TRUE(run({"subscription", "unbar", iccid}).says("its installation lets it in"));
    EXPECT_FALSE(barred());
}

TEST_F(WithPlatform, NextAfterALineIsWhatItsPlatformCanDo) {
    const auto delivers = run({"subscription", "add", "--operator", "north", "--iccid", iccid, "--imsi", imsi});
    EXPECT_TRUE(delivers.says("mcim order create --admin " + at("platform/admin.sock") + " --operator north --iccid " +
                              iccid + " --eid EID"))
        << delivers.out << delivers.err;
    ASSERT_EQ(mcim({"platform", "init", "--dir", at("centre"), "--roles", "auc"}).code, 0);
    const RunningPlatform centre(folder_ / "centre" / "mcimd.toml");
    const std::string admin = at("centre/admin.sock");
    ASSERT_EQ(
        mcim({"operator", "add", "--id", "north", "--name", "N", "--key", at("north.pem.pub"), "--admin", admin}).code,
        0);
    const auto serves =
        mcim({"subscription", "add", "--operator", "north", "--iccid", iccid, "--imsi", imsi, "--admin", admin});
    EXPECT_TRUE(serves.says("mcim subscription unbar --admin " + admin + " " + iccid)) << serves.out << serves.err;
    EXPECT_FALSE(serves.says("mcim order create")) << serves.out;
}

TEST_F(WithPlatform, LineOfALostCardIsReplacedByAnotherWithItsNumber) {
    constexpr const char* next = "8988211000000000029";
    ASSERT_EQ(run({"subscription", "add", "--operator", "north", "--iccid", iccid, "--imsi", "310150000000001",
                   "--mnc-digits", "3", "--msisdn", "88211000000001"})
                  .code,
              0);
    const auto replaced = run({"subscription", "add", "--operator", "north", "--iccid", next, "--imsi",
                               "310150000000002", "--replaces", iccid});
    EXPECT_EQ(replaced.code, 0) << replaced.err;
    EXPECT_TRUE(replaced.says(std::string("Subscription ") + iccid + ", whose place it takes, is closed"))
        << replaced.out;
    EXPECT_EQ(*json({"subscription", "show", iccid}).text("standing"), "closed");
    const auto line = json({"subscription", "show", next});
    EXPECT_EQ(*line.text("msisdn"), "88211000000001");
    EXPECT_EQ(*line.integer("mnc_digits"), 3);
    EXPECT_EQ(run({"order", "create", "--operator", "north", "--iccid", next}).code, 0);
    const auto again = run({"subscription", "add", "--operator", "north", "--iccid", "8988211000000000037", "--imsi",
                            "310150000000003", "--replaces", iccid});
    EXPECT_TRUE(again.complains("is closed")) << again.err;
}

TEST_F(WithPlatform, NetworkCodeOfALineHasTwoDigitsOrThree) {
    add_line();
    EXPECT_EQ(*json({"subscription", "show", iccid}).integer("mnc_digits"), 2);
    const auto added = json({"subscription", "add", "--operator", "north", "--iccid", "8988211000000000029", "--imsi",
                             "310150000000001", "--mnc-digits", "3"});
    EXPECT_EQ(*added.integer("mnc_digits"), 3);
}

TEST_F(WithPlatform, MistakesInALineAreNamed) {
    const auto with = [&](const std::string& who, const std::string& card, const std::string& subscriber) {
        return run({"subscription", "add", "--operator", who, "--iccid", card, "--imsi", subscriber});
    };
    EXPECT_TRUE(with("south", iccid, imsi).complains("south")) << "an operator that nobody knows";
    EXPECT_TRUE(with("north", "8988211000000000012", imsi).complains("at iccid: the last digit of an ICCID"));
    EXPECT_TRUE(with("north", iccid, "12").complains("at imsi: "));
    add_line();
    EXPECT_TRUE(with("north", "8988211000000000029", imsi).complains("conflict")) << "the same IMSI twice";
}

TEST_F(WithPlatform, KeysThatAnOperatorHasGoInAndNeverComeOut) {
    const std::string k = "465B5CE8B199B49FAA5F0A2EE238A6BC";
    ASSERT_TRUE(
        custody::write_private_file(at("keys"), as_view("k=" + k + "\nopc=CD63CB71954A9F4E48A5994E37A02BAF\n")));
    const auto added =
        run({"subscription", "add", "--operator", "north", "--iccid", iccid, "--imsi", imsi, "--k-file", at("keys")});
    ASSERT_EQ(added.code, 0) << added.err;
    for (const auto& ran : {added, run({"subscription", "show", iccid}), run({"subscription", "list", "--json"})})
        EXPECT_FALSE(ran.says(k.substr(0, 8))) << ran.out;
    const auto twice = run({"subscription", "add", "--operator", "north", "--iccid", "8988211000000000029", "--imsi",
                            "001010000000002", "--k-file", at("keys")});
    EXPECT_EQ(twice.code, 1) << "one K on two cards is a clone";
}

TEST_F(WithPlatform, ReleaseIsSignedForWhatThePlatformKnows) {
    add_line();
    add_operator("south");
    ASSERT_EQ(mcim({"operator", "key", "--out", at("nobodys.pem")}).code, 0);
    const auto release = [&](const std::string& by, const std::string& key, const std::string& to,
                             const std::string& card = iccid, const std::string& device = eid) {
        return run({"transfer", "release", "--operator", by, "--key", at(key), "--eid", device, "--iccid", card, "--to",
                    to, "--out", at("release.jws")});
    };
    EXPECT_TRUE(release("nord", "north.pem", "south").complains("\"nord\" is not known"));
    EXPECT_TRUE(release("north", "north.pem", "suoth").complains("\"suoth\" is not known"));
    EXPECT_TRUE(release("north", "south.pem", "south").complains("this is the key of south"));
    EXPECT_TRUE(release("north", "nobodys.pem", "south").complains("this is the key of no operator"));
    EXPECT_TRUE(release("south", "south.pem", "north").complains("a subscription of north"));
    EXPECT_TRUE(release("north", "north.pem", "south", "8988211000000000029").complains("no subscription has"));
    EXPECT_FALSE(std::filesystem::exists(at("release.jws")));
    const auto right = release("north", "north.pem", "south");
    EXPECT_EQ(right.code, 0) << right.err;
    EXPECT_FALSE(right.says("No platform was asked")) << right.out;
    EXPECT_TRUE(right.says("on no card yet")) << right.out;
    ASSERT_EQ(run({"subscription", "close", iccid}).code, 0);
    EXPECT_TRUE(release("north", "north.pem", "south").complains("is closed: there is nothing to release"));
}

TEST_F(WithPlatform, ADeviceIsEnrolledAndItsModelDescribed) {
    if (!test::Swtpm::installed()) GTEST_SKIP() << "swtpm is not installed";
    const auto tpm = test::Swtpm::start();
    ASSERT_TRUE(tpm) << to_string(tpm.error());
    const auto enrolled = run({"device", "enrol", "--eid", eid, "--tpm", tpm->tcti(), "--model", "meter-2"});
    ASSERT_EQ(enrolled.code, 0) << enrolled.err;
    EXPECT_TRUE(run({"device", "list"}).says("meter-2"));
    EXPECT_TRUE(run({"device", "show", eid}).says("attestation key"));
    const std::vector<std::string> reference{"attest",  "reference",     "--tpm",    tpm->tcti(),  "--model",
                                             "meter-2", "--pcrs",        "0-7",      "--operator", "north",
                                             "--key",   at("north.pem"), "--number", "5"};
    const auto given = run(reference);
    EXPECT_EQ(given.code, 0) << given.err;
    EXPECT_TRUE(run(reference).complains("version")) << "the same version twice";
    for (const char* model : {"meter-2", "meter-2", "meter-7"}) {
        const auto next = json({"attest", "reference", "--tpm", tpm->tcti(), "--model", model, "--pcrs", "0",
                                "--operator", "north", "--key", at("north.pem")});
        EXPECT_EQ(*next.text("model"), model);
        EXPECT_EQ(next.object("pcrs")->hex_octets("0")->size(), 32U);
        EXPECT_GT(*next.time("expires_at"), *next.time("issued_at"));
    }
    add_operator("south");
    auto of_another = reference;
    of_another[11] = at("south.pem");
    of_another[13] = "6";
    EXPECT_TRUE(run(of_another).complains("not signed with the key that \"north\" has here")) << run(of_another).err;
    EXPECT_TRUE(run({"attest", "verdict", "--eid", eid}).says("There is no verdict"));
    const auto other = run({"device", "enrol", "--eid", eid, "--tpm", tpm->tcti(), "--model", "meter-3"});
    EXPECT_EQ(other.code, 1) << "an enrolment is not changed by enrolling again";
    EXPECT_TRUE(other.complains("mcim device remove " + std::string(eid))) << other.err;
    const auto removed = run({"device", "remove", eid});
    EXPECT_EQ(removed.code, 0) << removed.err;
    EXPECT_TRUE(removed.says("mcim device enrol --eid " + std::string(eid))) << removed.out;
    EXPECT_TRUE(removed.says(" --admin " + at("platform/admin.sock"))) << removed.out;
    EXPECT_EQ(run({"device", "remove", eid}).code, 1);
    EXPECT_EQ(run({"device", "enrol", "--eid", eid, "--tpm", tpm->tcti(), "--model", "meter-3"}).code, 0);
    EXPECT_TRUE(run({"device", "list"}).says("meter-3"));
    EXPECT_TRUE(run({"device", "show", eid}).says("the same TPM, until "));
    const auto another = test::Swtpm::start();
    ASSERT_TRUE(another) << to_string(another.error());
    EXPECT_EQ(run({"device", "remove", eid}).code, 0);
    const auto anew = run({"device", "enrol", "--eid", eid, "--tpm", another->tcti(), "--model", "meter-3"});
    EXPECT_TRUE(anew.says("ANOTHER TPM, until ")) << anew.out << anew.err;
    EXPECT_TRUE(run({"device", "show", eid}).says("ANOTHER TPM, until "));
}

TEST_F(WithPlatform, AnybodysPackageBringsItsOwnNumbers) {
    MCIM_REFERENCE_OR_SKIP(package, "profiles/TS48v7_SAIP2.3_NoBERTLV.der");
    const auto added = run({"subscription", "add", "--operator", "north", "--profile", package.string()});
    ASSERT_EQ(added.code, 0) << added.err;
    EXPECT_TRUE(run({"subscription", "list"}).says("89000123456789012341")) << run({"subscription", "list"}).out;
}

}  // namespace
}  // namespace mcim::apps
