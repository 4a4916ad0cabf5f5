#include "mcim/transfer/release.h"

#include <gtest/gtest.h>

namespace mcim::transfer {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

struct ReleaseCase : testing::Test {
    crypto::PrivateKey key = crypto::PrivateKey::generate(crypto::Curve::p256);
    crypto::PublicKey public_key = key.public_key();
    Eid eid = *Eid::with_check_digits("890490320010010000000000000000");
    Eid other_eid = *Eid::with_check_digits("890490320010010000000000000001");
    Iccid iccid = *Iccid::with_check_digit("898820000000000001");
    Time now = *from_rfc3339("2026-11-21T20:00:00Z");
    Release terms{"first", eid, iccid, "second", "0011223344556677", now, now + hours{24}};
    std::vector<std::string> used;

    ReleaseCheck wanted() const { return {public_key, "first", eid, iccid, "second", now}; }
    std::string signed_release() const { return *sign_release(terms, "first-1", jose::signer_of(key)); }
    std::string signed_claims(const jose::ObjectWriter& claims) const {
        return *jose::sign({.typ = std::string(release_typ)}, claims, key);
    }
    ReleaseAnswer check(std::string_view jws, const ReleaseCheck& check) const {
        return check_release(jws, check,
                             [&](std::string_view jti) { return std::ranges::find(used, jti) != used.end(); });
    }
    ReleaseAnswer check(std::string_view jws) const { return check(jws, wanted()); }
    static std::string_view fault(const ReleaseAnswer& answer) {
        const auto* refused = std::get_if<ReleaseRefused>(&answer);
        if (refused == nullptr) return "accepted";
        EXPECT_EQ(refused->sentence.back(), '.');
        return to_string(refused->fault);
    }
};

TEST_F(ReleaseCase, RightOneIsAccepted) {
    const auto answer = check(signed_release());
    ASSERT_EQ(fault(answer), "accepted");
    EXPECT_EQ(std::get<ReleaseAccepted>(answer).jti, terms.jti);
    terms.gaining_operator.reset();
    EXPECT_EQ(fault(check(signed_release())), "accepted") << "without aud any operator may gain";
}

TEST_F(ReleaseCase, ForAnotherDeviceIsRefused) {
    terms.eid = other_eid;
    const auto answer = check(signed_release());
    EXPECT_EQ(fault(answer), "other_eid");
    EXPECT_NE(std::get<ReleaseRefused>(answer).sentence.find(other_eid.text()), std::string::npos);
}

TEST_F(ReleaseCase, ForAnotherSubscriptionIsRefused) {
    terms.iccid = *Iccid::with_check_digit("898820000000000002");
    EXPECT_EQ(fault(check(signed_release())), "other_iccid");
}

TEST_F(ReleaseCase, HoldsFromIssueUntilExpiry) {
    const std::string jws = signed_release();
    auto when = wanted();
    when.now = now - seconds{1};
    EXPECT_EQ(fault(check(jws, when)), "not_yet_valid");
    when.now = now + hours{24} - seconds{1};
    EXPECT_EQ(fault(check(jws, when)), "accepted");
    when.now = now + hours{24};
    EXPECT_EQ(fault(check(jws, when)), "expired");
}

TEST_F(ReleaseCase, UsedForAnotherOrderIsRefused) {
    used.push_back(terms.jti);
    EXPECT_EQ(fault(check(signed_release())), "replayed");
}

TEST_F(ReleaseCase, ForAnotherGainingOperatorIsRefused) {
    terms.gaining_operator = "third";
    EXPECT_EQ(fault(check(signed_release())), "wrong_audience");
}

TEST_F(ReleaseCase, OfAnotherSignerIsRefused) {
    const auto gaining = crypto::PrivateKey::generate(crypto::Curve::p256);
    EXPECT_EQ(fault(check(*sign_release(terms, "", jose::signer_of(gaining)))), "wrong_signer");
    terms.operator_id = "second";
    EXPECT_EQ(fault(check(signed_release())), "other_operator");
}

TEST_F(ReleaseCase, OriginIsCheckedBeforeAnybodyKnowsWhatItIsFor) {
    const auto origin = [&](std::string_view jws) -> std::string_view {
        const auto refused = check_origin(jws, [&](std::string_view id) -> std::optional<crypto::PublicKey> {
            return id == "first" ? std::optional(public_key) : std::nullopt;
        });
        return refused ? to_string(refused->fault) : "genuine";
    };
    EXPECT_EQ(origin(signed_release()), "genuine");
    terms.expires_at = terms.issued_at + seconds{1};
    EXPECT_EQ(origin(signed_release()), "genuine") << "what it is good for is another question";
    const auto gaining = crypto::PrivateKey::generate(crypto::Curve::p256);
    EXPECT_EQ(origin(*sign_release(terms, "", jose::signer_of(gaining))), "wrong_signer");
    EXPECT_EQ(origin(signed_claims(jose::ObjectWriter().text("iss", "first"))), "malformed");
    for (const std::string_view bad : {"", "..", "{}", "a.b.c"}) EXPECT_EQ(origin(bad), "malformed") << bad;
    terms.operator_id = "nobody";
    EXPECT_EQ(origin(signed_release()), "wrong_signer") << "no operator of that name is known";
}

TEST_F(ReleaseCase, EveryFlippedCharacterIsRefused) {
    const std::string jws = signed_release();
    for (std::size_t i = 0; i < jws.size(); ++i) {
        std::string changed = jws;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        const auto reason = fault(check(changed));
        EXPECT_TRUE(reason == "malformed" || reason == "wrong_signer") << i << ' ' << reason;
    }
}

TEST_F(ReleaseCase, MalformedOnesAreRefused) {
    for (const std::string_view bad : {"", ".", "..", "a.b.c", "not a token"})
        EXPECT_EQ(fault(check(bad)), "malformed") << bad;
    EXPECT_EQ(fault(check(std::string(5000, 'A'))), "malformed");
    EXPECT_EQ(fault(check(*jose::sign({.typ = "mcim-ear+jwt"}, jose::ObjectWriter(), key))), "malformed")
        << "another type of token";

    const auto claims = [&] {
        jose::ObjectWriter c;
        c.text("iss", "first")
            .text("eid", eid.text())
            .text("iccid", iccid.text())
            .time("iat", now)
            .time("exp", now + hours{1});
        return c;
    };
    EXPECT_EQ(fault(check(signed_claims(claims().text("jti", "12345678")))), "accepted");
    EXPECT_EQ(fault(check(signed_claims(claims()))), "malformed") << "no jti";
    EXPECT_EQ(fault(check(signed_claims(claims().text("jti", "1234567")))), "malformed") << "jti too short";
    EXPECT_EQ(fault(check(signed_claims(claims().text("jti", std::string(65, 'a'))))), "malformed") << "jti too long";
    EXPECT_EQ(fault(check(signed_claims(claims().text("jti", "1234\x1b[2J5678")))), "malformed") << "for a terminal";
    EXPECT_EQ(fault(check(signed_claims(claims().text("jti", "12345678").text("aud", "b\nby a")))), "malformed");
    EXPECT_EQ(fault(check(signed_claims(claims().text("jti", "12345678").text("until_paid", "yes")))), "malformed")
        << "a condition we do not know";
}

TEST_F(ReleaseCase, TermsThatNoCheckCouldAcceptAreNotSigned) {
    terms.expires_at = terms.issued_at;
    EXPECT_EQ(sign_release(terms, "", jose::signer_of(key)).error().path, "exp");
    terms.expires_at += hours{1};
    terms.jti = "short";
    EXPECT_EQ(sign_release(terms, "", jose::signer_of(key)).error().path, "jti");
    terms.jti = "1234567\n";
    EXPECT_EQ(sign_release(terms, "", jose::signer_of(key)).error().path, "jti");
}

TEST(ReleaseJti, IsFreshAndLongEnough) {
    SystemRandom random;
    EXPECT_EQ(fresh_jti(random).size(), 32U);
    EXPECT_NE(fresh_jti(random), fresh_jti(random));
}

}  // namespace
}  // namespace mcim::transfer
