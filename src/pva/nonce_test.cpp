#include "mcim/pva/nonce.h"

#include <gtest/gtest.h>

#include "support/random.h"

namespace mcim::pva {
namespace {

using std::chrono::seconds;

struct VerifierNonce : testing::Test {
    test::SeededRandom random{1};
    NonceKey key = *NonceKey::copy_of(Bytes(32, 7));
    Eid eid = *Eid::with_check_digits("890490320010010000000000000000");
    Eid other_eid = *Eid::with_check_digits("890490320010010000000000000001");
    Bytes session = Bytes(16, 0xA1);
    Time now = *from_rfc3339("2026-11-21T20:00:00Z");
    Bytes nonce = make_nonce(key, eid, session, now + seconds{120}, random);

    static std::string_view outcome(const std::variant<NonceGood, Refused>& v) {
        const auto* refused = std::get_if<Refused>(&v);
        return refused == nullptr ? "good" : to_string(refused->reason);
    }
};

TEST_F(VerifierNonce, HoldsForItsDeviceAndSession) {
    EXPECT_EQ(nonce.size(), evidence::nonce_octets);
    EXPECT_EQ(outcome(check_nonce(key, nonce, eid, session, now)), "good");
    EXPECT_EQ(outcome(check_nonce(key, nonce, other_eid, session, now)), "nonce_of_other_eid");
    EXPECT_EQ(outcome(check_nonce(key, nonce, eid, Bytes(16, 0xA2), now)), "nonce_of_other_session");
    EXPECT_EQ(outcome(check_nonce(key, nonce, eid, View(session).first(15), now)), "nonce_of_other_session");
    EXPECT_EQ(outcome(check_nonce(key, nonce, eid, {}, now)), "nonce_of_other_session");
    EXPECT_EQ(outcome(check_nonce(key, make_nonce(key, eid, {}, now + seconds{1}, random), eid, {}, now)), "good");
}

TEST_F(VerifierNonce, Expires) {
    EXPECT_EQ(outcome(check_nonce(key, nonce, eid, session, now + seconds{119})), "good");
    EXPECT_EQ(outcome(check_nonce(key, nonce, eid, session, now + seconds{120})), "nonce_expired");
}

TEST_F(VerifierNonce, CannotBeMadeUpOrChanged) {
    EXPECT_EQ(outcome(check_nonce(key, {}, eid, session, now)), "nonce_unknown") << "zero length";
    EXPECT_EQ(outcome(check_nonce(key, View(nonce).first(47), eid, session, now)), "nonce_unknown");
    EXPECT_EQ(outcome(check_nonce(*NonceKey::copy_of(Bytes(32, 8)), nonce, eid, session, now)), "nonce_unknown");
    for (std::size_t bit = 0; bit < nonce.size() * 8; ++bit) {
        Bytes changed = nonce;
        changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ 1U << bit % 8);
        EXPECT_NE(outcome(check_nonce(key, changed, eid, session, now)), "good") << bit;
    }
}

TEST_F(VerifierNonce, DiffersEachTime) {
    EXPECT_NE(make_nonce(key, eid, session, now, random), make_nonce(key, eid, session, now, random));
}

}  // namespace
}  // namespace mcim::pva
