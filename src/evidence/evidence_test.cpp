#include "mcim/evidence/evidence.h"

#include <gtest/gtest.h>

#include "support/soft_tpm.h"

namespace mcim::evidence {
namespace {

Evidence sample() {
    test::SoftTpm tpm;
    tpm.pcrs[0] = crypto::sha256(as_view("firmware"));
    tpm.pcrs[14] = {};
    return tpm.evidence(*Eid::with_check_digits("890490320010010000000000000000"), Bytes(16, 0xA1),
                        Bytes(nonce_octets, 0x0E));
}

std::string replaced(std::string text, std::string_view what, std::string_view by) {
    const auto at = text.find(what);
    EXPECT_NE(at, std::string::npos) << what;
    return text.replace(at, what.size(), by);
}

TEST(EvidenceMessage, ReadsBackWhatItWrote) {
    const Evidence e = sample();
    const std::string json = to_json(e);
    const auto back = parse_evidence(json);
    ASSERT_TRUE(back) << to_string(back.error());
    EXPECT_EQ(to_json(*back), json);
    EXPECT_EQ(back->session, e.session);
    EXPECT_EQ(back->pcrs, e.pcrs);

    Evidence without = e;
    without.session.clear();
    EXPECT_EQ(to_json(without).find("session"), std::string::npos);
    EXPECT_TRUE(parse_evidence(to_json(without))->session.empty());
}

TEST(EvidenceMessage, RefusesOtherShapesByName) {
    const std::string json = to_json(sample());
    const auto path = [](std::string_view text) {
        const auto parsed = parse_evidence(text);
        EXPECT_FALSE(parsed) << text;
        return parsed ? "" : parsed.error().path;
    };
    EXPECT_EQ(path(replaced(json, "\"format\":1", "\"format\":2")), "format");
    EXPECT_EQ(path(replaced(json, "\"format\":1,", "\"format\":1,\"extra\":1,")), "extra");
    EXPECT_EQ(path(replaced(json, "\"eid\":\"8", "\"eid\":\"X")), "eid");
    EXPECT_EQ(path(replaced(json, "A1A1", "A1A1A1")), "session");
    EXPECT_EQ(path(replaced(json, "\"14\":", "\"014\":")), "pcrs");
    EXPECT_EQ(path(replaced(json, "\"14\":", "\"24\":")), "pcrs");
    EXPECT_EQ(path(replaced(json, "\"14\":\"00", "\"14\":\"")), "pcrs.14");
    Evidence e = sample();
    e.nonce.clear();
    EXPECT_EQ(path(to_json(e)), "nonce") << "zero length";
    e.nonce = Bytes(nonce_octets - 1);
    EXPECT_EQ(path(to_json(e)), "nonce");
    path(std::string(17 * 1024, ' '));
}

TEST(ChallengeMessages, ReadBackAndRefuseOtherShapes) {
    const ChallengeRequest request{*Eid::with_check_digits("890490320010010000000000000000"), Bytes(16, 0xA1)};
    EXPECT_EQ(to_json(*parse_challenge_request(to_json(request))), to_json(request));
    EXPECT_TRUE(parse_challenge_request(to_json(ChallengeRequest{request.eid, {}}))->session.empty());
    EXPECT_EQ(parse_challenge_request(replaced(to_json(request), "A1A1", "A1A1A1")).error().path, "session");

    const Challenge challenge{Bytes(nonce_octets, 9), *from_rfc3339("2026-11-21T20:27:22Z"), {0, 4, 23}};
    const std::string json = to_json(challenge);
    const auto back = parse_challenge(json);
    ASSERT_TRUE(back) << to_string(back.error());
    EXPECT_EQ(back->selection, challenge.selection);
    EXPECT_EQ(back->expires_at, challenge.expires_at);
    EXPECT_EQ(parse_challenge(replaced(json, "[0,4,23]", "[0,4,24]")).error().path, "pcrs");
    EXPECT_EQ(parse_challenge(replaced(json, "[0,4,23]", "[-1]")).error().path, "pcrs");
    EXPECT_EQ(parse_challenge(replaced(json, "[0,4,23]", "[]")).error().path, "pcrs");
    EXPECT_EQ(parse_challenge(replaced(json, "\"nonce\":\"CQkJ", "\"nonce\":\"")).error().path, "nonce");
}

TEST(EvidenceMessage, QualifyingDataDependsOnNonceAndSession) {
    const Bytes nonce(nonce_octets, 1), session(16, 2);
    EXPECT_EQ(qualifying_data(nonce, session), crypto::sha256(concat({nonce, session})));
    EXPECT_NE(qualifying_data(nonce, session), qualifying_data(nonce, {}));
    EXPECT_NE(qualifying_data(nonce, Bytes{2}), qualifying_data(nonce, Bytes{2, 2}));
}

}  // namespace
}  // namespace mcim::evidence
