// The whole program over real sockets on loopback: ES9+ by TLS, the administration by its UNIX socket, hostapd's
// datagrams, with a card made of messages (tests/support/soft_card.h).
#include "mcim/apps/mcimd/es9_service.h"
#include "mcim/apps/mcimd/mcimd_for_test.h"
#include "support/soft_tpm.h"

namespace mcim::apps::mcimd {
namespace {

TEST_F(Mcimd, InitiateAuthenticationOverTls) {
    const auto ok = initiate();
    EXPECT_EQ(ok.server_signed1.server_address.text, "smdpp.example.com");
    const auto auth = *x509::parse_certificate(ok.server_certificate.tlv);
    EXPECT_TRUE(auth.public_key()->verify(der::encode(ok.server_signed1), ok.server_signature1.bytes));
}

TEST_F(Mcimd, DownloadsInstallsEnablesAndOpensTheAuthenticationCentre) {
    add_operator("a", key_a);
    add_line("a", first, "999990000000001");
    const auto order = add_order("a", first);
    EXPECT_EQ(*order.text("activation_code"), "LPA:1$smdpp.example.com$" + *order.text("matching_id") + "$2.999.10");
    EXPECT_EQ(auc_status("999990000000001"), "barred");
    install(order, first);
    EXPECT_EQ(state_of(order), "Installed");
    EXPECT_EQ(auc_status("999990000000001"), "active");
    notify(card.notify(first, msg::NotificationEventBit::enable));
    EXPECT_EQ(*admin("GET", "/subscriptions/" + first.text()).text("standing"), "enabled");
    notify(card.notify(first, msg::NotificationEventBit::disable));
    notify(card.notify(first, msg::NotificationEventBit::delete_));
    EXPECT_EQ(*admin("GET", "/subscriptions/" + first.text()).text("standing"), "deleted");
    EXPECT_EQ(auc_status("999990000000001"), "barred");
    EXPECT_GE(admin("GET", "/orders/" + *order.text("id")).objects("timeline")->size(), 6U);
}

TEST_F(Mcimd, SessionOutlivesTheProgram) {
    add_operator("a", key_a);
    add_line("a", first, "999990000000001");
    const auto order = add_order("a", first);
    const auto ok = initiate();
    start();  // nothing was stored; the challenge key was
    const auto request = card.authenticate(ok, *order.text("matching_id"));
    const auto offered = call<msg::AuthenticateClientOk>("authenticateClient", request);
    start();
    EXPECT_EQ(call<msg::AuthenticateClientOk>("authenticateClient", request), offered);
    call<msg::GetBoundProfilePackageOk>("getBoundProfilePackage", card.prepare(offered));
    start();
    notify(card.installed(offered.transaction_id, first, oid));
    EXPECT_EQ(state_of(order), "Installed");
}

TEST_F(Mcimd, DownloadOutlivesAKillAfterEveryReply) {
    add_operator("a", key_a);
    add_line("a", first, "999990000000001");
    const auto order = add_order("a", first);
    start_process();
    const auto ok = initiate();
    start_process();
    const auto offered =
        call<msg::AuthenticateClientOk>("authenticateClient", card.authenticate(ok, *order.text("matching_id")));
    start_process();
    call<msg::GetBoundProfilePackageOk>("getBoundProfilePackage", card.prepare(offered));
    start_process();
    EXPECT_EQ(state_of(order), "Downloaded");
    notify(card.installed(offered.transaction_id, first, oid));
    start_process();
    EXPECT_EQ(state_of(order), "Installed");
    EXPECT_EQ(auc_status("999990000000001"), "active");
}

TEST_F(Mcimd, EndsInGoodOrderAtSigterm) {
    start_process();
    initiate();
    EXPECT_EQ(process->end_by(SIGTERM), 0);
    EXPECT_FALSE(std::filesystem::exists(at.temp / "admin.sock"));
    EXPECT_FALSE(std::filesystem::exists(at.temp / "auc.sock"));
}

TEST_F(Mcimd, RefusesWithCodesAndSentences) {
    std::string sentence;
    EXPECT_EQ(refusal("initiateAuthentication", card.initiate("other.example.com"), &sentence), "8.8.1/3.8");
    EXPECT_NE(sentence.find("smdpp.example.com"), std::string::npos);
    EXPECT_EQ(refusal("authenticateClient", card.authenticate(initiate(), "UNKNOWN")), "8.2.6/3.8");
}

TEST_F(Mcimd, CancelledOrderIsRefusedAndItsIccidIsFree) {
    add_operator("a", key_a);
    add_line("a", first, "999990000000001");
    const auto order = add_order("a", first);
    admin("POST", "/orders", jose::ObjectWriter().text("operator", "a").text("iccid", first.text()).finish(), 409);
    admin("POST", "/orders/" + *order.text("id") + "/cancel");
    EXPECT_EQ(refusal("authenticateClient", card.authenticate(initiate(), *order.text("matching_id"))), "8.2.6/3.8");
    admin("POST", "/orders/" + *order.text("id") + "/cancel", "", 409);
    add_order("a", first);
}

// ---------------------------------------------------------------- no trust, no subscription

class Attested : public Mcimd {
protected:
    void SetUp() override {
        Mcimd::SetUp();
        add_operator("a", key_a);
        add_line("a", first, "999990000000001");
        tpm.pcrs[4] = crypto::sha256(as_view("boot loader"));
        evidence::ReferenceValues values{"a", 1, system_now() - 1s, system_now() + 1h, {}};
        values.platforms["model-1"][4] = {evidence::Part::platform, {{tpm.pcrs[4], "GRUB 2.06"}}};
        admin("POST", "/reference-values",
              jose::ObjectWriter()
                  .text("operator", "a")
                  .text("jws", *evidence::sign_reference_values(values, "", jose::signer_of(key_a)))
                  .finish());
        enrol(at.pki.eid, "00");
    }
    void enrol(const Eid& eid, std::string_view tpm_octet, unsigned wanted = 200) {
        std::string identity;
        for (int i = 0; i < 32; ++i) identity += tpm_octet;
        admin("POST", "/devices",
              jose::ObjectWriter()
                  .text("eid", eid.text())
                  .octets("ak_public", tpm.ak_public())
                  .text("tpm_identity", identity)
                  .text("platform_model", "model-1")
                  .finish(),
              wanted);
    }
    http::Response pva(std::string_view function, std::string body) {
        return post("/mcim/pva/v1/" + std::string(function), std::move(body), {{"Content-Type", "application/json"}});
    }
    http::Response attest(View session) {
        const auto nonce = pva("nonce", evidence::to_json(evidence::ChallengeRequest{at.pki.eid, to_bytes(session)}));
        EXPECT_EQ(nonce.status, 200U) << nonce.body;
        const auto challenge = evidence::parse_challenge(nonce.body);
        EXPECT_TRUE(challenge);
        tpm.clock.clock_ms += 10;
        return pva("evidence", evidence::to_json(tpm.evidence(at.pki.eid, session, challenge->nonce)));
    }
    test::SoftTpm tpm;
};

TEST_F(Attested, DeviceThatPassesDownloads) {
    const auto order = add_order("a", first, "attested");
    const auto ok = initiate();
    std::string sentence;
    const auto request = card.authenticate(ok, *order.text("matching_id"));
    EXPECT_EQ(refusal("authenticateClient", request, &sentence), "8.2.5/4.3") << "there is no verdict yet";
    const auto given = attest(ok.transaction_id.bytes);
    ASSERT_EQ(given.status, 200U) << given.body;
    const auto tokens = *jose::Object::parse(given.body)->texts("verdicts");
    ASSERT_EQ(tokens.size(), 1U);
    const auto verdict = evidence::verify_verdict(tokens[0], at.verifier_key.public_key(), system_now());
    ASSERT_TRUE(verdict) << to_string(verdict.error());
    EXPECT_TRUE(verdict->passes());
    const auto offered = call<msg::AuthenticateClientOk>("authenticateClient", request);
    call<msg::GetBoundProfilePackageOk>("getBoundProfilePackage", card.prepare(offered));
}

TEST_F(Attested, DeviceWithAnotherRegisterIsRefusedAndToldTheDifference) {
    const auto order = add_order("a", first, "attested");
    const auto ok = initiate();
    tpm.pcrs[4] = crypto::sha256(as_view("rootkit"));
    EXPECT_EQ(attest(ok.transaction_id.bytes).status, 200U);
    std::string sentence;
    EXPECT_EQ(refusal("authenticateClient", card.authenticate(ok, *order.text("matching_id")), &sentence), "8.2.5/4.3");
    EXPECT_NE(sentence.find("PCR 4"), std::string::npos) << sentence;
    EXPECT_EQ(state_of(order), "Released");
}

TEST_F(Attested, RefusalStandsInTheOrdersTimelineWithItsCodeAndTheDifference) {
    const auto order = add_order("a", first, "attested");
    tpm.pcrs[4] = crypto::sha256(as_view("rootkit"));
    std::string last;
    for (int i = 0; i < 3; ++i) {
        const auto ok = initiate();
        attest(ok.transaction_id.bytes);
        refusal("authenticateClient", card.authenticate(ok, *order.text("matching_id")));
        last = hex(ok.transaction_id.bytes);
    }
    start();  // it is on the disk
    const auto timeline = *admin("GET", "/orders/" + *order.text("id")).objects("timeline");
    ASSERT_EQ(timeline.size(), 2U) << "the same refusal is one line";
    const auto& line = timeline.back();
    EXPECT_EQ(*line.text("code"), "8.2.5/4.3");
    EXPECT_EQ(*line.integer("times"), 3);
    EXPECT_EQ(*line.text("session"), last);
    for (const std::string& part : {std::string("offer refused to EID ") + at.pki.eid.text(),
                                    std::string("may not be downloaded"), std::string("PCR 4")})
        EXPECT_NE(line.text("what")->find(part), std::string::npos) << *line.text("what");
}

TEST_F(Attested, VerdictsOfDownloadsAreShownWithoutNamingTheirSessions) {
    const std::string path = "/devices/" + at.pki.eid.text() + "/verdicts";
    EXPECT_TRUE(admin("GET", path).objects("verdicts")->empty());
    const auto one = initiate(), two = initiate();
    attest(one.transaction_id.bytes);
    tpm.pcrs[4] = crypto::sha256(as_view("rootkit"));
    attest(two.transaction_id.bytes);
    const auto verdicts = *admin("GET", path).objects("verdicts");
    ASSERT_EQ(verdicts.size(), 2U);
    const auto& newest = verdicts[0];
    const auto token = evidence::verify_verdict(*newest.text("token"), at.verifier_key.public_key(), system_now());
    ASSERT_TRUE(token);
    EXPECT_EQ(token->session, two.transaction_id.bytes);
    EXPECT_FALSE(token->passes());
    EXPECT_EQ(*newest.text("operator"), "a");
    EXPECT_EQ(*newest.text("result"), "fail");
    EXPECT_EQ(*newest.text("standing"), "fail");
    EXPECT_EQ(*newest.hex_octets("session"), two.transaction_id.bytes);
    EXPECT_EQ(*newest.time("issued_at"), token->issued_at);
    EXPECT_EQ(*newest.time("expires_at"), token->expires_at);
    EXPECT_EQ(*newest.object("platform")->texts("differences"), token->parts.platform.differences);
    const auto of_one = *admin("GET", path + "?session=" + hex(one.transaction_id.bytes)).objects("verdicts");
    ASSERT_EQ(of_one.size(), 1U);
    EXPECT_EQ(*of_one[0].text("result"), "pass");
    ++tpm.clock.restart_count;
    attest(initiate().transaction_id.bytes);
    const auto stale = *admin("GET", path + "?session=" + hex(one.transaction_id.bytes)).objects("verdicts");
    EXPECT_EQ(*stale[0].text("standing"), "stale");
    EXPECT_EQ(stale[0].texts("why")->size(), 1U);
}

TEST_F(Attested, RefusedEvidenceIsNamedWhereTheDeviceSignedIt) {
    jose::ObjectWriter w;
    w.text("operator", "a").text("iccid", first.text()).text("eid", at.pki.eid.text());
    const auto order = admin("POST", "/orders", w.finish());
    const std::string shown = "/orders/" + *order.text("id");
    const std::string verdicts = "/devices/" + at.pki.eid.text() + "/verdicts";
    ++tpm.clock.reset_count;
    EXPECT_EQ(attest({}).status, 200U);
    --tpm.clock.reset_count;
    const auto ok = initiate();
    const auto refused = attest(ok.transaction_id.bytes);
    EXPECT_EQ(refused.status, 403U);
    start();  // it is on the disk
    for (const auto& path : {shown, verdicts}) {
        const auto named = admin("GET", path).object("refused_evidence");
        ASSERT_TRUE(named) << path;
        EXPECT_EQ(*named->text("reason"), "counters_went_back");
        EXPECT_EQ(*named->text("sentence"), *jose::Object::parse(refused.body)->text("detail"));
        EXPECT_EQ(*named->hex_octets("session"), ok.transaction_id.bytes);
    }
    EXPECT_FALSE(admin("GET", verdicts + "?session=00").has("refused_evidence"));
    std::string sentence;
    refusal("authenticateClient", card.authenticate(ok, *order.text("matching_id")), &sentence);
    EXPECT_NE(sentence.find("Its evidence was refused: The TPM counts"), std::string::npos) << sentence;
    tpm.clock.reset_count += 2;
    EXPECT_EQ(attest({}).status, 200U);
    EXPECT_FALSE(admin("GET", shown).has("refused_evidence"));
}

TEST_F(Attested, VerdictOfOneSessionOpensNoOther) {
    const auto order = add_order("a", first, "attested");
    EXPECT_EQ(attest(initiate().transaction_id.bytes).status, 200U);
    EXPECT_EQ(refusal("authenticateClient", card.authenticate(initiate(), *order.text("matching_id"))), "8.2.5/4.3");
}

TEST_F(Attested, IdentitiesDoNotChangeHands) {
    enrol(at.pki.eid, "00");                           // the same again
    enrol(*x509::make_eid("89049032", 2), "01", 409);  // its attestation key under another EID
    enrol(at.pki.eid, "02", 409);                      // another TPM under its EID
}

TEST_F(Attested, EnrolmentIsTakenBackWithItsVerdicts) {
    const auto order = add_order("a", first, "attested");
    const auto ok = initiate();
    EXPECT_EQ(attest(ok.transaction_id.bytes).status, 200U);
    const auto offered =
        call<msg::AuthenticateClientOk>("authenticateClient", card.authenticate(ok, *order.text("matching_id")));
    const std::string device = "/devices/" + at.pki.eid.text();
    admin("POST", device + "/remove");
    const auto holds_nothing = [&] {
        EXPECT_EQ(refusal("getBoundProfilePackage", card.prepare(offered)), "8.2.5/4.3");
    };
    holds_nothing();
    admin("GET", device, {}, 404);
    admin("POST", device + "/remove", {}, 404);
    EXPECT_TRUE(admin("GET", "/devices").objects("devices")->empty());
    enrol(at.pki.eid, "02");  // its board was replaced
    holds_nothing();
    EXPECT_TRUE(admin("GET", device + "/verdicts").objects("verdicts")->empty());
    admin("POST", device + "/remove");
    enrol(*x509::make_eid("89049032", 2), "02");  // it was a typing error
}

TEST_F(Attested, OrdersOfADeviceSayThatItWasEnrolledAnew) {
    jose::ObjectWriter w;
    w.text("operator", "a").text("iccid", first.text()).text("eid", at.pki.eid.text());
    const std::string id = *admin("POST", "/orders", w.finish()).text("id");
    const auto removed = admin("POST", "/devices/" + at.pki.eid.text() + "/remove");
    EXPECT_EQ(*removed.texts("orders"), std::vector{id});
    enrol(at.pki.eid, "02");
    const auto timeline = *admin("GET", "/orders/" + id).objects("timeline");
    ASSERT_EQ(timeline.size(), 3U);
    EXPECT_EQ(*timeline[1].text("what"), "the enrolment of its device was taken back");
    EXPECT_NE(timeline[2].text("what")->find("enrolled anew with ANOTHER TPM"), std::string::npos);
}

TEST_F(Attested, OldBootStateFailsAfterItsValuesAreWithdrawn) {
    const auto order = add_order("a", first, "attested");
    const auto sign = [&](std::int64_t version, std::int64_t withdraws_before, Time expires_at) {
        evidence::ReferenceValues values{"a", version, system_now() - 1s, expires_at, {}, withdraws_before};
        values.platforms["model-1"][4] = {evidence::Part::platform,
                                          {{crypto::sha256(as_view("boot loader 2")), "GRUB 2.12"}}};
        return jose::ObjectWriter()
            .text("operator", "a")
            .text("jws", *evidence::sign_reference_values(values, "", jose::signer_of(key_a)))
            .finish();
    };
    const auto outcome = [&] {
        const auto ok = initiate();
        EXPECT_EQ(attest(ok.transaction_id.bytes).status, 200U);
        return refusal("authenticateClient", card.authenticate(ok, *order.text("matching_id")));
    };
    admin("POST", "/reference-values", sign(3, 0, system_now() + 1h));
    EXPECT_EQ(outcome(), "") << "an update rolls out: both are good";
    admin("POST", "/reference-values", sign(5, 5, system_now() + 1h));
    EXPECT_EQ(outcome(), "8.2.5/4.3");
    start();
    EXPECT_EQ(outcome(), "8.2.5/4.3");
    admin("POST", "/reference-values", sign(4, 0, system_now() + 1h), 409);
}

TEST_F(Attested, VersionsOfReferenceValuesGrowForEachModel) {
    const auto give = [&](std::int64_t version, const std::string& model, unsigned status = 200) {
        evidence::ReferenceValues values{"a", version, system_now() - 1s, system_now() + 1h, {}, 0};
        values.platforms[model][4] = {evidence::Part::platform, {{crypto::sha256(as_view(model)), "GRUB 2.12"}}};
        const auto jws = *evidence::sign_reference_values(values, "", jose::signer_of(key_a));
        return admin("POST", "/reference-values", jose::ObjectWriter().text("operator", "a").text("jws", jws).finish(),
                     status);
    };
    give(20, "model-8");
    give(10, "model-9");
    give(9, "model-9", 409);
    give(20, "model-9", 409);
    start();
    give(19, "model-8", 409);
    give(21, "model-8");
}

TEST_F(Attested, ReferenceValuesOutliveTheProgram) {
    start();
    const auto order = add_order("a", first, "attested");
    const auto ok = initiate();
    EXPECT_EQ(attest(ok.transaction_id.bytes).status, 200U);
    call<msg::AuthenticateClientOk>("authenticateClient", card.authenticate(ok, *order.text("matching_id")));
}

// ---------------------------------------------------------------- authentication centre

TEST_F(Mcimd, AuthenticationCentreServesWhatIsInstalled) {
    add_operator("a", key_a);
    add_line("a", first, "999990000000001");
    EXPECT_EQ(ask_auc(at, "AKA-REQ-AUTH 999990000000001"), "AKA-RESP-AUTH 999990000000001 FAILURE");
    install(add_order("a", first), first);
    const std::string one = ask_auc(at, "AKA-REQ-AUTH 999990000000001");
    EXPECT_TRUE(one.starts_with("AKA-RESP-AUTH 999990000000001 ")) << one;
    EXPECT_EQ(one.find("FAILURE"), std::string::npos);
    start();  // the number that was used is on the disk
    EXPECT_NE(ask_auc(at, "AKA-REQ-AUTH 999990000000001"), one);
    admin("POST", "/subscriptions/" + first.text() + "/bar");
    EXPECT_EQ(ask_auc(at, "AKA-REQ-AUTH 999990000000001"), "AKA-RESP-AUTH 999990000000001 FAILURE");
}

// ---------------------------------------------------------------- bad input

TEST_F(Mcimd, AnswersWhatIsNoEs9Cleanly) {
    const std::string path = "/gsma/rsp2/es9plus/initiateAuthentication";
    EXPECT_EQ(post(path, "{}", {{"Content-Type", "text/plain"}, {"X-Admin-Protocol", "gsma/rsp/v2.1.0"}}).status, 415U);
    EXPECT_EQ(post(path, "{}", {{"Content-Type", "application/json"}}).status, 400U);
    EXPECT_EQ(post(path, "{", es9_headers()).status, 400U);
    EXPECT_EQ(post("/gsma/rsp2/es9plus/nothing", "{}", es9_headers()).status, 404U);
    EXPECT_EQ(post("/elsewhere", "{}", es9_headers()).status, 404U);
    EXPECT_EQ(client->send({"smdpp.example.com"}, {"GET", path, {}, ""})->status, 405U);
    const auto missing = post(path, R"({"euiccChallenge":"AAECAwQFBgcICQoLDA0ODw=="})", es9_headers());
    EXPECT_EQ(missing.status, 400U);
    EXPECT_NE(missing.body.find("smdpAddress"), std::string::npos) << missing.body;
    EXPECT_EQ(post(path, std::string(300'000, ' '), es9_headers()).status, 413U);
    initiate();  // and it goes on
}

TEST_F(Mcimd, BodiesBeyondTheConfiguredLimitAreRefused) {
    at.more_of_server = "body_octets_max = 4096\n";
    start();
    const std::string path = "/gsma/rsp2/es9plus/initiateAuthentication";
    EXPECT_EQ(post(path, std::string(4097, ' '), es9_headers()).status, 413U);
    EXPECT_EQ(post(path, std::string(4096, ' '), es9_headers()).status, 400U) << "no JSON, but no longer too large";
    initiate();  // and it goes on
}

TEST_F(Mcimd, AdministrationNamesWhatIsWrong) {
    admin("POST", "/operators", "{", 422);
    admin("POST", "/operators", R"({"id":"a"})", 422);
    for (const auto& [id, name] : {std::pair("", "A"), {"a b", "A"}, {"a\x1b[2J", "A"}, {"a", ""}, {"a", "A\nB"}})
        admin("POST", "/operators",
              jose::ObjectWriter().text("id", id).text("name", name).octets("key", key_a.public_key().spki()).finish(),
              422);
    admin("POST", "/orders", R"({"operator":"a","iccid":"8944123456789012312"})", 404);
    admin("GET", "/nothing", "", 404);
    admin("GET", "/orders/unknown", "", 404);
    admin("DELETE", "/orders", "", 422);
    const auto why = admin("POST", "/orders", R"({"operator":"a","iccid":"12"})", 422);
    EXPECT_NE(why.text("detail")->find("ICCID"), std::string::npos);
}

/// A client names the highest version that it speaks, and is answered in the highest that both do.
TEST(Protocol, IsTheHighestOfVersionTwoThatBothSpeak) {
    EXPECT_EQ(negotiate_protocol("gsma/rsp/v2.1.0"), "gsma/rsp/v2.1.0");
    EXPECT_EQ(negotiate_protocol("gsma/rsp/v2.5.0"), "gsma/rsp/v2.5.0");
    EXPECT_EQ(negotiate_protocol("gsma/rsp/v2.9.1"), "gsma/rsp/v2.5.0");
    EXPECT_EQ(negotiate_protocol("gsma/rsp/v3.1.0"), "gsma/rsp/v2.5.0");
    for (const auto* other : {"", "gsma/rsp/v1.1.0", "gsma/rsp/v", "gsma/rsp/v2", "gsma/rsp/v2.", "gsma/rsp/v2.-1.0",
                              "gsma/rsp/v.5.0", "gsma/rsp/v99999999999.0", "gsma/rsp/w2.1.0"})
        EXPECT_FALSE(negotiate_protocol(other)) << other;
}

TEST(Start, FailsWithTheNameOfWhatIsWrong) {
    const Installation at;
    http::Loop loop;
    auto config = at.config();
    config.dp->credentials.front().auth_key = "verifier";
    auto program = Program::start(config, loop);
    ASSERT_FALSE(program);
    EXPECT_NE(to_string(program.error()).find("keys/signing/verifier"), std::string::npos);
    config = at.config();
    config.tls->identities.front().key = at.temp / "ci.der";  // readable by everybody
    EXPECT_EQ(Program::start(config, loop).error().code, Errc::refused);
    config = at.config();
    config.dp->credentials.front().auth_certificate = at.temp / "absent";
    EXPECT_NE(to_string(Program::start(config, loop).error()).find("absent"), std::string::npos);
    const auto running = Program::start(at.config(), loop);
    ASSERT_TRUE(running) << to_string(running.error());
    const Installation other;
    config = other.config();
    config.tls->listen.port = (*running)->port().value();
    const auto taken = to_string(Program::start(config, loop).error());
    EXPECT_NE(taken.find("server.listen 127.0.0.1:"), std::string::npos) << taken;
    EXPECT_NE(taken.find("another program has the port"), std::string::npos) << taken;
    (*running)->stop();
}

TEST(Start, GoesOnWhereTheFirstOneWasKilledWhileItMadeItsKeys) {
    const Installation at;
    const auto keys = at.temp / "keys";
    for (const char* name : {".challenge.key.new", ".nonce.key.new"}) std::ofstream(keys / name) << "half";
    for (int starts = 0; starts < 2; ++starts) {
        const Running running(at);
        for (const char* name : {"challenge.key", "nonce.key"}) EXPECT_EQ(std::filesystem::file_size(keys / name), 32U);
    }
    for (const auto& entry : std::filesystem::directory_iterator(keys))
        EXPECT_FALSE(custody::is_left_over(entry.path())) << entry.path();
}

TEST(Start, OpensNoPortForAnAuthenticationCentreAlone) {
    const Installation at;
    for (const auto* file : {"tls.der", "tls.key"}) std::filesystem::remove(at.temp / file);
    http::Loop loop;
    const auto program = Program::start(at.config_of(Installation::centre_toml()), loop);
    ASSERT_TRUE(program) << to_string(program.error());
    EXPECT_FALSE((*program)->port());
    EXPECT_TRUE((*program)->idle());
    (*program)->stop();
    loop.run();  // nothing is left
}

}  // namespace
}  // namespace mcim::apps::mcimd
