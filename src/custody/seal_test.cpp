#include "custody_for_test.h"
#include "mcim/bpp/opener.h"
#include "mcim/bpp/secure_channel.h"
#include "mcim/bpp/segments.h"
#include "mcim/saip/package.h"

namespace mcim::custody::test {
namespace {

using crypto::Curve;
using crypto::PrivateKey;
using signer::Protection;

/// A package of a header and of octets that a later version added, `octets` in all or a little more.
Bytes package_of(const Iccid& for_iccid, std::size_t octets) {
    saip::ProfileHeader header;
    header.iccid.bytes = *from_hex(for_iccid.text() + (for_iccid.text().size() % 2 == 1 ? "F" : ""));
    Bytes der = saip::encode({[&] {
        std::vector<saip::ProfileElement> elements;
        elements.emplace_back().body = std::move(header);
        return elements;
    }()});
    append(der, der::wrap(der::Tag{0xBF30}, Bytes(octets, 0x77)));
    return der;
}

/// What a card has before it takes the package.
struct Card {
    explicit Card(Curve on) : curve(on), one_time_key(PrivateKey::generate(on)) {}
    Curve curve;
    PrivateKey one_time_key;
    Eid eid = *Eid::with_check_digits("890490320010010000000000000000");
    Bytes transaction_id = Bytes(16, 0x0A);

    [[nodiscard]] signer::SealProfile request(Protection protection) const {
        signer::SealProfile r{.source = signer::FromPackage{iccid, {}},
                              .curve = curve,
                              .euicc_otpk = one_time_key.public_key().point(),
                              .transaction_id = transaction_id,
                              .host_id = {1, 2, 3, 4},
                              .eid = eid,
                              .configure_isdp = *from_hex("BF2400"),
                              .store_metadata = *from_hex("BF25055A03010203"),
                              .protection = protection,
                              .signing_key = curve == Curve::p256 ? nist_key : brainpool_key};
        return r;
    }
    /// The profile package, or the refusal's detail.
    [[nodiscard]] Bytes install(View der, const crypto::PublicKey& server_key) const {
        const auto pieces = bpp::split_for_card(der);
        if (!pieces) return to_bytes(as_view(to_string(pieces.error())));
        const auto opening = *bpp::parse_opening_piece(pieces->front());
        const auto channel = der::decode<msg::InitialiseSecureChannelRequest>(opening.initialise_secure_channel);
        auto accepted = bpp::accept_secure_channel(*channel, {transaction_id, eid, one_time_key, server_key});
        if (const auto* refused = std::get_if<bpp::Refusal>(&accepted)) return to_bytes(as_view(refused->detail));
        bpp::Opener opener(std::get<bpp::SessionKeys>(accepted), opening.octets_to_follow);
        Bytes package;
        for (const View piece : std::span(*pieces).subspan(1)) {
            const auto opened = opener.take(piece);
            if (const auto* refused = std::get_if<bpp::Refusal>(&opened)) return to_bytes(as_view(refused->detail));
            if (const auto* part = std::get_if<bpp::ProfileElements>(&opened)) append(package, expose(part->octets));
        }
        return package;
    }
};

TEST(SealProfile, ReachesTheCardItIsForOnBothCurvesInBothModes) {
    Keys keys;
    const auto custody = keys.load();
    const Bytes package = package_of(iccid, 12'000);
    const auto wrapped = custody->ask(signer::WrapPackage{iccid, SecretBytes::copy_of(package)});
    ASSERT_TRUE(wrapped) << to_string(wrapped.error());
    for (const Curve curve : {Curve::p256, Curve::brainpool_p256r1}) {
        for (const Protection protection : {Protection::session_keys, Protection::profile_protection_keys}) {
            const Card card(curve);
            auto request = card.request(protection);
            request.source = signer::FromPackage{iccid, *wrapped};
            const auto server_key = *custody->public_key(request.signing_key);
            const auto sealed = custody->seal_profile(std::move(request));
            ASSERT_TRUE(sealed) << to_string(sealed.error());
            EXPECT_EQ(card.install(sealed->bound_profile_package, server_key), package);
            EXPECT_NE(Card(curve).install(sealed->bound_profile_package, server_key), package) << "another card";
        }
    }
}

TEST(SealProfile, RefusesWhatDoesNotFitTogether) {
    Keys keys;
    const auto custody = keys.load();
    const auto wrapped = custody->ask(signer::WrapPackage{iccid, SecretBytes(package_of(iccid, 100))});
    ASSERT_TRUE(wrapped);
    const auto with = [&](auto change) {
        auto request = Card(Curve::p256).request(Protection::session_keys);
        request.source = signer::FromPackage{iccid, *wrapped};
        change(request);
        const auto sealed = custody->seal_profile(std::move(request));
        return sealed ? std::nullopt : std::optional(sealed.error().code);
    };
    using R = signer::SealProfile;
    EXPECT_EQ(with([](R& r) { r.signing_key = {"nobody"}; }), Errc::not_found);
    EXPECT_EQ(with([](R& r) { r.signing_key = brainpool_key; }), Errc::bad_value);
    EXPECT_NE(with([](R& r) { r.euicc_otpk = Bytes(65, 4); }), std::nullopt);
    EXPECT_NE(with([](R& r) { r.euicc_otpk = PrivateKey::generate(Curve::brainpool_p256r1).public_key().point(); }),
              std::nullopt);
    EXPECT_EQ(with([](R& r) { r.transaction_id = {}; }), Errc::bad_length);
    EXPECT_EQ(with([](R& r) { r.host_id = Bytes(17); }), Errc::bad_length);
    EXPECT_EQ(with([](R& r) { r.configure_isdp = *from_hex("BF2500"); }), Errc::bad_tag);
    EXPECT_EQ(with([](R& r) { r.configure_isdp.push_back(0); }), Errc::trailing_data);
    EXPECT_NE(with([](R& r) { r.store_metadata = {}; }), std::nullopt);
    EXPECT_EQ(with([&](R& r) {
                  r.source = signer::FromPackage{*Iccid::parse_unchecked("8900010123456789029"), *wrapped};
              }),
              Errc::bad_crypto);
}

TEST(WrapPackage, RefusesAnotherIccidAndWhatIsNoPackage) {
    Keys keys;
    const auto custody = keys.load();
    const auto other = *Iccid::with_check_digit("890001012345678902");
    EXPECT_EQ(custody->ask(signer::WrapPackage{other, SecretBytes(package_of(iccid, 10))}).error().code,
              Errc::conflict);
    EXPECT_FALSE(custody->ask(signer::WrapPackage{iccid, SecretBytes(Bytes{0x30, 0x00})}));
    EXPECT_FALSE(custody->ask(signer::WrapPackage{iccid, {}}));
}

TEST(RewrapPackage, BringsItToTheNewestKey) {
    Keys keys;
    const auto old = keys.load()->ask(signer::WrapPackage{iccid, SecretBytes(package_of(iccid, 10))});
    ASSERT_TRUE(old && keys.folder->add_wrapping_key(keys.random));
    const auto rewrapped = keys.load()->ask(signer::RewrapPackage{iccid, *old});
    ASSERT_TRUE(rewrapped);
    std::filesystem::remove(keys.temp / "keys/wrapping/1.key");
    EXPECT_TRUE(keys.load()->ask(signer::RewrapPackage{iccid, *rewrapped}));
    EXPECT_EQ(keys.load()->ask(signer::RewrapPackage{iccid, *old}).error().code, Errc::bad_crypto);
}

}  // namespace
}  // namespace mcim::custody::test
