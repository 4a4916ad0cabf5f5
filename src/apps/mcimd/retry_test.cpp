// A download that is tried again, through the whole program: what is kept for it survives kill -9, and ends with the
// installation.
#include "mcim/apps/mcimd/mcimd_for_test.h"
#include "mcim/store/sqlite.h"

namespace mcim::apps::mcimd {
namespace {

class Retried : public Mcimd {
protected:
    void SetUp() override {
        start_process();
        add_operator("a", key_a);
        add_line("a", first, "999990000000001");
    }
    /// For the card: while a package is out, no other can have the profile, though its order is cancelled.
    jose::Object ordered(const std::string& protection) {
        return admin("POST", "/orders",
                     jose::ObjectWriter()
                         .text("operator", "a")
                         .text("iccid", first.text())
                         .text("policy", "open")
                         .text("eid", at.pki.eid.text())
                         .text("protection", protection)
                         .finish());
    }
    msg::BoundProfilePackage package(const msg::AuthenticateClientOk& offered) {
        return call<msg::GetBoundProfilePackageOk>("getBoundProfilePackage", card.prepare(offered))
            .bound_profile_package;
    }
    [[nodiscard]] bool retry_is_possible(const jose::Object& order) {
        return offer(order).smdp_signed2.bpp_euicc_otpk.has_value();
    }
    /// How many orders have something for a retry. Ends the server.
    std::int64_t kept() {
        process.reset();
        auto db = store::Database::open(at.temp / "mcimd.sqlite");
        EXPECT_TRUE(db);
        store::Query query(
            **(*db)->prepare("SELECT count(*) FROM orders WHERE binding IS NOT NULL OR euicc_otpk IS NOT NULL"));
        EXPECT_TRUE(query->step());
        return query->integer(0);
    }
};

TEST_F(Retried, CarriesTheSameSegmentsAfterTheServerWasKilled) {
    for (const std::string protection : {"session_keys", "profile_protection_keys"}) {
        SCOPED_TRACE(protection);
        const auto order = ordered(protection);
        const auto lost = package(offer(order));
        EXPECT_EQ(lost.second_sequence_of_87.has_value(), protection == "profile_protection_keys");
        start_process();
        const auto offered = offer(order);
        ASSERT_TRUE(offered.smdp_signed2.bpp_euicc_otpk);
        EXPECT_EQ(offered.smdp_signed2.bpp_euicc_otpk->bytes, card.otpk.public_key().point());
        const auto again = package(offered);
        EXPECT_EQ(again.initialise_secure_channel_request.transaction_id, offered.transaction_id);
        EXPECT_EQ(again.initialise_secure_channel_request.smdp_otpk, lost.initialise_secure_channel_request.smdp_otpk);
        EXPECT_NE(again.initialise_secure_channel_request.smdp_sign, lost.initialise_secure_channel_request.smdp_sign);
        EXPECT_EQ(again.first_sequence_of_87, lost.first_sequence_of_87);
        EXPECT_EQ(again.sequence_of_88, lost.sequence_of_88);
        EXPECT_EQ(again.second_sequence_of_87, lost.second_sequence_of_87);
        EXPECT_EQ(again.sequence_of_86, lost.sequence_of_86);

        card.otpk = crypto::PrivateKey::generate(crypto::Curve::p256);
        const auto other = package(offer(order));
        EXPECT_NE(other.initialise_secure_channel_request.smdp_otpk, lost.initialise_secure_channel_request.smdp_otpk);
        EXPECT_NE(other.sequence_of_86, lost.sequence_of_86);
        admin("POST", "/orders/" + *order.text("id") + "/cancel");
    }
    EXPECT_EQ(kept(), 0);
}

TEST_F(Retried, NothingIsKeptOfWhatIsInstalled) {
    const auto order = ordered("session_keys");
    const auto id = bind(order);
    EXPECT_TRUE(retry_is_possible(order));
    notify(card.installed(id, first, oid));
    EXPECT_EQ(state_of(order), "Installed");
    EXPECT_EQ(kept(), 0);
}

TEST_F(Retried, ProtectionIsOneOfTwo) {
    order_with("protection", "none", 422);
    EXPECT_EQ(*ordered("profile_protection_keys").text("protection"), "profile_protection_keys");
}

}  // namespace
}  // namespace mcim::apps::mcimd
