#include "mcim/apps/common/pki_folder.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "mcim/apps/common/files.h"
#include "mcim/custody/key_folder.h"
#include "support/random.h"
#include "support/temp_folder.h"

namespace mcim::apps {
namespace {

namespace fs = std::filesystem;

const Time now = *from_rfc3339("2026-11-21T12:00:00Z");

class PkiFolder : public testing::Test {
protected:
    test::TempFolder folder_;
    PkiPaths paths_{folder_.path() / "state"};
    test::SeededRandom random_{3};
};

mode_t mode_of(const fs::path& path) {
    struct stat status {};
    EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
    return status.st_mode & 07777U;
}

TEST_F(PkiFolder, KeysAreTheirOwnersAlone) {
    ASSERT_TRUE(make_pki(paths_, {}, now, random_));
    for (const auto& entry : fs::recursive_directory_iterator(paths_.root)) {
        const bool key = entry.path().filename().string().ends_with("key.pem") ||
                         entry.path().string().find("/keys/") != std::string::npos;
        if (entry.is_directory()) {
            EXPECT_EQ(mode_of(entry), 0700U) << entry.path();
        } else if (key) {
            EXPECT_EQ(mode_of(entry), 0600U) << entry.path();
        }
    }
    EXPECT_FALSE(fs::exists(paths_.root / ".pki-being-made"));
}

TEST_F(PkiFolder, HoldsKeysThatBelongToItsCertificates) {
    const auto made = make_pki(paths_, {}, now, random_);
    ASSERT_TRUE(made) << to_string(made.error());
    const auto loaded = load_pki(paths_);
    ASSERT_TRUE(loaded) << to_string(loaded.error());
    EXPECT_EQ(loaded->dp_pb.der, made->dp_pb.der);
    const auto pem_key = [](const fs::path& path) {
        return crypto::PrivateKey::from_pem(as_text(*read_file(path, 4096)));
    };
    EXPECT_TRUE(pem_key(paths_.ci_key())->public_key() == *loaded->ci.public_key());
    EXPECT_TRUE(pem_key(paths_.eum_key())->public_key() == *loaded->eum.public_key());
    EXPECT_TRUE(pem_key(paths_.dp_tls_key())->public_key() == *loaded->dp_tls.public_key());
    const auto keys = custody::KeyFolder::open(paths_.dp_keys())->signing_keys();
    ASSERT_TRUE(keys) << to_string(keys.error());
    EXPECT_TRUE(keys->at({std::string(dp_auth_key_name)}).public_key() == *loaded->dp_auth.public_key());
    EXPECT_TRUE(keys->at({std::string(dp_pb_key_name)}).public_key() == *loaded->dp_pb.public_key());
    EXPECT_EQ(*der_of_file("CERTIFICATE", *read_file(paths_.dp_tls_pem(), 4096)), loaded->dp_tls.der);
}

TEST_F(PkiFolder, IsNeverOverwritten) {
    ASSERT_TRUE(make_pki(paths_, {}, now, random_));
    const Bytes before = *read_file(paths_.ci_certificate(), 4096);
    EXPECT_EQ(make_pki(paths_, {}, now, random_).error().code, Errc::conflict);
    EXPECT_EQ(*read_file(paths_.ci_certificate(), 4096), before);
}

TEST_F(PkiFolder, StandsBesideOtherState) {
    fs::create_directories(paths_.root);
    std::ofstream(paths_.root / "orders.sqlite") << "x";
    fs::create_directories(paths_.root / ".pki-being-made" / "ci");  // left by an interrupted run
    EXPECT_TRUE(make_pki(paths_, {}, now, random_));
    EXPECT_TRUE(fs::exists(paths_.root / "orders.sqlite"));
}

TEST_F(PkiFolder, APlanThatWouldNotVerifyLeavesNothing) {
    const auto refused = [&](auto&& spoil) {
        PkiPlan plan;
        spoil(plan);
        const auto made = make_pki(paths_, plan, now, random_);
        EXPECT_FALSE(made);
        EXPECT_FALSE(fs::exists(paths_.root / "ci"));
    };
    refused([](PkiPlan& p) { p.dp_host = "a host"; });
    refused([](PkiPlan& p) { p.dp_host = ""; });
    refused([](PkiPlan& p) { p.eins = {}; });
    refused([](PkiPlan& p) { p.eins = {"8904x"}; });
    refused([](PkiPlan& p) { p.country = "Spain"; });
    refused([](PkiPlan& p) { p.organization = std::string(200, 'x'); });
    refused([](PkiPlan& p) { p.organization = "a\nb"; });
}

TEST_F(PkiFolder, MakesCardsThatVerifyOnBothCurves) {
    for (const auto curve : {crypto::Curve::p256, crypto::Curve::brainpool_p256r1}) {
        PkiPlan plan;
        plan.curve = curve;
        plan.eins = {"89049032", "89044000"};
        const PkiPaths paths{folder_.path() / std::string(crypto::to_string(curve))};
        const auto made = make_pki(paths, plan, now, random_);
        ASSERT_TRUE(made) << to_string(made.error());
        const auto card = make_card_identity(paths, *x509::make_eid("89044000", 5), now, random_);
        ASSERT_TRUE(card) << to_string(card.error());
        x509::TrustAnchors anchors;
        ASSERT_TRUE(anchors.add(card->ci_certificate));
        const auto verdict = x509::verify_euicc(card->certificate, card->eum_certificate, anchors, now);
        ASSERT_TRUE(verdict) << to_string(verdict.refused());
        EXPECT_EQ(verdict->eid, card->eid);
        EXPECT_TRUE(verdict->key == card->key.public_key());
        EXPECT_EQ(make_card_identity(paths, *x509::make_eid("89044001", 5), now, random_).error().code, Errc::refused);
    }
}

TEST_F(PkiFolder, AnEumKeyThatOthersMayReadIsRefused) {
    ASSERT_TRUE(make_pki(paths_, {}, now, random_));
    ASSERT_EQ(::chmod(paths_.eum_key().c_str(), 0640), 0);
    const auto card = make_card_identity(paths_, *x509::make_eid("89049032", 1), now, random_);
    ASSERT_FALSE(card);
    EXPECT_EQ(card.error().code, Errc::refused);
}

TEST(CertificateOfFile, TakesDerAndPem) {
    const Bytes der{0x30, 0x03, 0x02, 0x01, 0x05};
    EXPECT_EQ(*der_of_file("CERTIFICATE", der), der);
    EXPECT_EQ(*der_of_file("CERTIFICATE", as_view("text before\n" + pem("CERTIFICATE", der))), der);
    EXPECT_FALSE(der_of_file("CERTIFICATE", as_view("-----BEGIN CERTIFICATE-----\nMAMC")));
    EXPECT_FALSE(der_of_file("CERTIFICATE", as_view("-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n")));
}

}  // namespace
}  // namespace mcim::apps
