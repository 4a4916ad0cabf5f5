#include "mcim/transfer/consent.h"

#include <gtest/gtest.h>

#include <map>

namespace mcim::transfer {
namespace {

using std::chrono::hours;

struct Consent : testing::Test {
    crypto::PrivateKey first_key = crypto::PrivateKey::generate(crypto::Curve::p256);
    Eid eid = *Eid::with_check_digits("890490320010010000000000000000");
    Iccid old_iccid = *Iccid::with_check_digit("898820000000000001");
    Time now = *from_rfc3339("2026-11-21T20:00:00Z");
    std::vector<Subscription> held{{old_iccid, "first", Standing::current}};
    MoveOrder order{"order-1", "second", eid, std::nullopt};
    std::map<std::string, ReleaseUse, std::less<>> uses;
    bool first_is_known = true;

    std::string release(std::string_view jti = "release-0001") const {
        return *sign_release({"first", eid, old_iccid, "second", std::string(jti), now, now + hours{24}}, "",
                             jose::signer_of(first_key));
    }
    Decision ask() const {
        return decide(order, held, now,
                      {.operator_key = [&](std::string_view id) -> std::optional<crypto::PublicKey> {
                           if (id != "first" || !first_is_known) return std::nullopt;
                           return first_key.public_key();
                       },
                       .release_use = [&](std::string_view, std::string_view jti) -> std::optional<ReleaseUse> {
                           const auto it = uses.find(jti);
                           return it == uses.end() ? std::nullopt : std::optional(it->second);
                       }});
    }
    static std::string_view fault(const Decision& d) {
        const auto* refused = std::get_if<Refused>(&d);
        return refused == nullptr ? "allowed"
               : refused->release ? to_string(*refused->release)
                                  : to_string(refused->fault);
    }
};

TEST_F(Consent, IsNotNeededForAFreshDevice) {
    held.clear();
    const auto decision = ask();
    ASSERT_EQ(fault(decision), "allowed");
    EXPECT_FALSE(std::get<Allowed>(decision).reserve);
}

TEST_F(Consent, IsNotNeededFromOneselfNorForClosedSubscriptions) {
    order.operator_id = "first";
    EXPECT_EQ(fault(ask()), "allowed");
    order.operator_id = "second";
    held[0].standing = Standing::closed;
    EXPECT_EQ(fault(ask()), "allowed");
}

TEST_F(Consent, RefusesAMoveWithoutRelease) {
    const auto decision = ask();
    ASSERT_EQ(fault(decision), "release_missing");
    EXPECT_NE(std::get<Refused>(decision).sentence.find("signed by first"), std::string::npos);
}

TEST_F(Consent, AllowsAMoveWithReleaseAndSaysWhatToReserve) {
    order.release = release();
    const auto decision = ask();
    ASSERT_EQ(fault(decision), "allowed");
    const auto& allowed = std::get<Allowed>(decision);
    ASSERT_TRUE(allowed.reserve);
    EXPECT_EQ(allowed.reserve->operator_id, "first");
    EXPECT_EQ(allowed.reserve->jti, "release-0001");
    EXPECT_EQ(allowed.reserve->gives_up, old_iccid);
}

TEST_F(Consent, ReleaseServesOneOrderUntilItIsConsumed) {
    order.release = release();
    uses.emplace("release-0001", ReleaseUse{"order-1", false});
    EXPECT_EQ(fault(ask()), "allowed") << "a retry of the order that reserved it";
    uses.at("release-0001").consumed = true;
    EXPECT_EQ(fault(ask()), "replayed");
    uses.at("release-0001") = {"order-0", false};
    EXPECT_EQ(fault(ask()), "replayed");
    order.release = release("release-0002");
    EXPECT_EQ(fault(ask()), "allowed");
}

TEST_F(Consent, OfTheGainingOperatorItselfIsWorthNothing) {
    const auto second_key = crypto::PrivateKey::generate(crypto::Curve::p256);
    order.release = *sign_release({"first", eid, old_iccid, "second", "release-0001", now, now + hours{1}}, "",
                                  jose::signer_of(second_key));
    EXPECT_EQ(fault(ask()), "wrong_signer");
}

TEST_F(Consent, RefusesWhereTheReleaseCannotBeCheckedOrWouldNotCover) {
    order.release = release();
    first_is_known = false;
    EXPECT_EQ(fault(ask()), "unknown_operator");
    first_is_known = true;
    held.push_back({*Iccid::with_check_digit("898820000000000002"), "third", Standing::current});
    EXPECT_EQ(fault(ask()), "several_subscriptions");
}

}  // namespace
}  // namespace mcim::transfer
