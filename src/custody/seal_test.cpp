#include "custody_for_test.h"
#include "mcim/bpp/opener.h"
#include "mcim/bpp/secure_channel.h"
#include "mcim/bpp/segments.h"
#include "mcim/saip/resolve.h"
#include "support/reference.h"

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
        auto accepted = bpp::accept_secure_channel(channel_of(der), {transaction_id, eid, one_time_key, server_key});
        if (const auto* refused = std::get_if<bpp::Refusal>(&accepted)) return to_bytes(as_view(refused->detail));
        return open(der, std::get<bpp::SessionKeys>(accepted));
    }
    /// The same by a card that does not ask who signed: what is left are the keys.
    [[nodiscard]] Bytes install_unsigned(View der) const {
        const auto channel = channel_of(der);
        const auto server_otpk = *crypto::PublicKey::from_point(curve, channel.smdp_otpk);
        return open(
            der, bpp::derive_session_keys(*one_time_key.agree(server_otpk), channel.control_ref_template.host_id, eid));
    }
    [[nodiscard]] static msg::InitialiseSecureChannelRequest channel_of(View der) {
        const auto opening = *bpp::parse_opening_piece(bpp::split_for_card(der)->front());
        return *der::decode<msg::InitialiseSecureChannelRequest>(opening.initialise_secure_channel);
    }

private:
    [[nodiscard]] static Bytes open(View der, const bpp::SessionKeys& keys) {
        const auto pieces = bpp::split_for_card(der);
        bpp::Opener opener(keys, bpp::parse_opening_piece(pieces->front())->octets_to_follow);
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
    std::set<Bytes> server_otpks;
    for (const Curve curve : {Curve::p256, Curve::brainpool_p256r1}) {
        for (const Protection protection : {Protection::session_keys, Protection::profile_protection_keys}) {
            const Card card(curve);
            auto request = card.request(protection);
            request.source = signer::FromPackage{iccid, *wrapped};
            const auto server_key = *custody->public_key(request.signing_key);
            const auto sealed = custody->seal_profile(std::move(request));
            ASSERT_TRUE(sealed) << to_string(sealed.error());
            const Bytes& bound = sealed->bound_profile_package;
            EXPECT_EQ(card.install(bound, server_key), package);
            EXPECT_EQ(card.install_unsigned(bound), package);
            EXPECT_NE(Card(curve).install(bound, server_key), package) << "another card";
            EXPECT_NE(Card(curve).install_unsigned(bound), package) << "another card";
            EXPECT_TRUE(server_otpks.insert(Card::channel_of(bound).smdp_otpk.bytes).second) << "a key of one time";
        }
    }
}

/// What is left of a bound package behind BF23.
Bytes segments_of(View bound) {
    Bytes out;
    const auto pieces = bpp::split_for_card(bound);
    for (const View piece : std::span(*pieces).subspan(1)) append(out, piece);
    return out;
}

/// A card that has a package, and asks for it again in another transaction.
struct Again {
    explicit Again(Curve curve = Curve::p256, Protection protection = Protection::session_keys)
        : card(curve), as(protection) {
        first = seal(request());
        card.transaction_id = Bytes(16, 0x0B);
    }
    [[nodiscard]] signer::SealProfile request() const {
        auto r = card.request(as);
        r.source = signer::FromPackage{iccid, wrapped};
        if (!first.binding.octets.empty()) r.earlier = first.binding;
        return r;
    }
    [[nodiscard]] signer::SealedProfile seal(signer::SealProfile r) const {
        auto sealed = custody->seal_profile(std::move(r));
        EXPECT_TRUE(sealed) << to_string(sealed.error());
        return sealed ? *std::move(sealed) : signer::SealedProfile{};
    }
    /// Sealed anew: nothing of it is as it was.
    void expect_anew(signer::SealProfile r) const {
        const auto second = seal(std::move(r));
        EXPECT_FALSE(second.again);
        EXPECT_NE(second.binding, first.binding);
        EXPECT_NE(Card::channel_of(second.bound_profile_package).smdp_otpk,
                  Card::channel_of(first.bound_profile_package).smdp_otpk);
        EXPECT_NE(segments_of(second.bound_profile_package), segments_of(first.bound_profile_package));
    }
    Keys keys;
    std::unique_ptr<Subject> custody = keys.load();
    Bytes package = package_of(iccid, 12'000);
    signer::WrappedPackage wrapped =
        *custody->ask(signer::WrapPackage{iccid, SecretBytes::copy_of(package_of(iccid, 12'000))});
    Card card;
    Protection as;
    signer::SealedProfile first{};
};

TEST(KeptBinding, CarriesTheSegmentsAgainUnderANewSignature) {
    for (const Curve curve : {Curve::p256, Curve::brainpool_p256r1}) {
        for (const Protection protection : {Protection::session_keys, Protection::profile_protection_keys}) {
            const Again again(curve, protection);
            EXPECT_FALSE(again.first.again);
            const auto second = again.seal(again.request());
            EXPECT_TRUE(second.again);
            EXPECT_EQ(second.binding, again.first.binding);
            EXPECT_EQ(segments_of(second.bound_profile_package), segments_of(again.first.bound_profile_package));
            const auto server_key = *again.custody->public_key(again.request().signing_key);
            EXPECT_EQ(again.card.install(second.bound_profile_package, server_key), again.package);
            EXPECT_NE(again.card.install(again.first.bound_profile_package, server_key), again.package)
                << "of another transaction";
        }
    }
}

TEST(KeptBinding, OtherContentIsNeverSealedWithTheSameKeys) {
    for (const Protection protection : {Protection::session_keys, Protection::profile_protection_keys}) {
        const Again again(Curve::p256, protection);
        auto metadata = again.request();
        metadata.store_metadata = *from_hex("BF25055A03010204");
        again.expect_anew(std::move(metadata));
        auto profile = again.request();
        const Bytes other = package_of(iccid, 12'001);
        profile.source =
            signer::FromPackage{iccid, *again.custody->ask(signer::WrapPackage{iccid, SecretBytes::copy_of(other)})};
        again.expect_anew(std::move(profile));
        auto host = again.request();
        host.host_id = {1, 2, 3, 5};
        const auto sealed = again.seal(std::move(host));
        EXPECT_EQ(again.card.install(sealed.bound_profile_package, *again.custody->public_key(nist_key)),
                  again.package);
    }
}

TEST(KeptBinding, OpensForItsProfileItsCardAndItsKeyOnly) {
    const Again again;
    const Card stranger(Curve::p256);
    auto key = again.request();
    key.euicc_otpk = stranger.one_time_key.public_key().point();
    again.expect_anew(std::move(key));
    auto eid = again.request();
    eid.eid = *Eid::with_check_digits("890490320010010000000000000001");
    again.expect_anew(std::move(eid));
    auto changed = again.request();
    changed.earlier->octets.back() ^= 1U;
    again.expect_anew(std::move(changed));
    auto protection = again.request();
    protection.protection = Protection::profile_protection_keys;
    again.expect_anew(std::move(protection));
    auto none = again.request();
    none.earlier->octets.clear();
    again.expect_anew(std::move(none));
}

TEST(KeptBinding, TellsNothingInClear) {
    const Again again;
    const auto otpk = Card::channel_of(again.first.bound_profile_package).smdp_otpk.bytes;
    const auto keys =
        bpp::derive_session_keys(*again.card.one_time_key.agree(*crypto::PublicKey::from_point(Curve::p256, otpk)),
                                 again.request().host_id, again.card.eid);
    const std::string binding = hex(again.first.binding.octets);
    for (const View secret : {View(expose(keys.enc)), View(expose(keys.mac)), View(otpk)})
        EXPECT_EQ(binding.find(hex(secret)), std::string::npos);
}

/// A package sealed for a card and opened by it.
Bytes delivered(Subject& custody, signer::FromTemplate source) {
    const Card card(Curve::p256);
    auto request = card.request(Protection::profile_protection_keys);
    request.source = std::move(source);
    const auto sealed = custody.seal_profile(std::move(request));
    EXPECT_TRUE(sealed) << to_string(sealed.error());
    return sealed ? card.install(sealed->bound_profile_package, *custody.public_key(nist_key)) : Bytes{};
}
signer::TemplateVariables variables() {
    return {.iccid = iccid,
            .imsi = imsi,
            .msisdn = *Msisdn::parse("883510000000001"),
            .service_provider_name = "mcim",
            .profile_name = "meter"};
}

TEST(SealProfile, PersonalisesTheTemplateWithTheSubscriptionsKeys) {
    Keys keys;
    const auto custody = keys.load();
    const auto subscription = custody->ask(import_1());
    ASSERT_TRUE(subscription);
    const Bytes package = delivered(*custody, {variables(), subscription->keys});
    const auto resolution = saip::resolve(package, saip::production_card());
    ASSERT_TRUE(resolution.image);
    ASSERT_FALSE(resolution.image->aka.empty());
    EXPECT_EQ(hex(expose(resolution.image->aka[0].k)), k_1);
    EXPECT_EQ(hex(expose(resolution.image->aka[0].opc)), opc_1);
    EXPECT_EQ(hex(resolution.image->facts.iccid), hex(iccid.octets()));
    EXPECT_EQ(resolution.image->facts.profile_type, "meter");
}

TEST(SealProfile, ARepeatedDownloadCarriesTheSameCodesAndAnotherCardOthers) {
    Keys keys;
    const auto custody = keys.load();
    const auto subscription = custody->ask(import_1());
    ASSERT_TRUE(subscription);
    const Bytes once = delivered(*custody, {variables(), subscription->keys});
    EXPECT_EQ(delivered(*custody, {variables(), subscription->keys}), once);
    auto other = variables();
    other.iccid = *Iccid::with_check_digit("890001012345678902");
    const auto codes = [](View package) {
        const auto image = *saip::resolve(package, saip::production_card()).image;
        std::string all;
        for (const auto& puk : image.puks) all += hex(expose(puk.value)) + " ";
        for (const auto& context : image.pins)
            for (const auto& pin : context.pins) all += hex(expose(pin.value)) + " ";
        return all;
    };
    EXPECT_NE(codes(delivered(*custody, {other, subscription->keys})), codes(once));
}

TEST(SealProfile, FillsThePackageUpToTheSizeAskedFor) {
    Keys keys;
    const auto custody = keys.load();
    const auto subscription = custody->ask(import_1());
    ASSERT_TRUE(subscription);
    auto large = variables();
    large.package_octets_min = 12'000;
    EXPECT_GE(delivered(*custody, {large, subscription->keys}).size(), 12'000U);
}

TEST(SealProfile, RefusesKeysOfAnotherSubscriberInATemplate) {
    Keys keys;
    const auto custody = keys.load();
    const auto subscription = custody->ask(import_1());
    ASSERT_TRUE(subscription);
    auto stolen = variables();
    stolen.imsi = other_imsi;
    auto request = Card(Curve::p256).request(Protection::session_keys);
    request.source = signer::FromTemplate{stolen, subscription->keys};
    EXPECT_EQ(custody->seal_profile(std::move(request)).error().code, Errc::bad_crypto);
}

TEST(ExtractSubscription, GivesTheCentreTheKeysThatTheCardGot) {
    Keys keys;
    const auto custody = keys.load();
    const auto made = custody->new_subscription_keys(imsi, signer::Algorithm::milenage);
    ASSERT_TRUE(made);
    const auto imported =
        custody->ask(signer::WrapPackage{iccid, SecretBytes(delivered(*custody, {variables(), made->keys}))});
    ASSERT_TRUE(imported) << to_string(imported.error());
    const auto found = custody->ask(signer::ExtractSubscription{iccid, *imported});
    ASSERT_TRUE(found) << to_string(found.error());
    EXPECT_EQ(found->imsi, imsi);
    EXPECT_EQ(found->subscription.algorithm, signer::Algorithm::milenage);
    EXPECT_EQ(found->subscription.fingerprint, made->fingerprint);
    const auto a = custody->vector(imsi, made->keys, 32, amf_1, {});
    const auto b = custody->vector(imsi, found->subscription.keys, 32, amf_1, {});
    ASSERT_TRUE(a && b);
    EXPECT_EQ(a->autn, b->autn);
}

TEST(ExtractSubscription, TakesTheGenericTestProfilesInALaboratoryOnly) {
    MCIM_REFERENCE_OR_SKIP(folder, "profiles");
    Keys keys;
    const auto laboratory = keys.load(Policy::laboratory());
    const auto production = keys.load();
    const auto ts48 = *Iccid::parse_unchecked("89000123456789012341");
    int packages = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        const auto wrap_by = [&](Subject& custody) {
            return custody.ask(signer::WrapPackage{ts48, SecretBytes(mcim::test::file_content(entry.path()))});
        };
        const auto refused = wrap_by(*production);
        ASSERT_FALSE(refused);
        EXPECT_NE(to_string(refused.error()).find("K is published in TS 34.108"), std::string::npos);
        const auto wrapped = wrap_by(*laboratory);
        ASSERT_TRUE(wrapped) << entry.path() << to_string(wrapped.error());
        const auto found = laboratory->ask(signer::ExtractSubscription{ts48, *wrapped});
        ASSERT_TRUE(found) << entry.path() << to_string(found.error());
        EXPECT_EQ(found->subscription.algorithm, signer::Algorithm::test);
        EXPECT_EQ(laboratory->vector(found->imsi, found->subscription.keys, 32, amf_1, {})->xres.size(), 16U);
        EXPECT_EQ(production->ask(signer::ExtractSubscription{ts48, *wrapped}).error().code, Errc::refused);
        ++packages;
    }
    EXPECT_EQ(packages, 4);
}

TEST(ExtractSubscription, RefusesAPackageWithoutASubscription) {
    Keys keys;
    const auto custody = keys.load();
    const auto wrapped = custody->ask(signer::WrapPackage{iccid, SecretBytes(package_of(iccid, 10))});
    ASSERT_TRUE(wrapped);
    EXPECT_FALSE(custody->ask(signer::ExtractSubscription{iccid, *wrapped}));
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

/// A header, and an application whose code has these octets in it; the keys of its security domain where there are any.
Bytes package_with_code(View octets, View key = {}) {
    saip::ProfilePackage package = *saip::parse(package_of(iccid, 10));
    saip::Application applet;
    applet.header.identification = 40;
    applet.load_block.emplace().aid.bytes = *from_hex("A00000000901");
    applet.load_block->load_block.bytes = to_bytes(octets);
    package.elements.push_back({std::move(applet)});
    if (key.empty()) return saip::encode(package);
    saip::SecurityDomainElement domain;
    domain.header.identification = 41;
    for (auto* aid : {&domain.instance.load_package, &domain.instance.module, &domain.instance.instance})
        aid->bytes = *from_hex("A0000001510000");
    auto& object = domain.keys.emplace().emplace_back();
    object.usage_qualifier.bytes = {0x38};
    object.identifier.bytes = {0x01};
    object.version.bytes = {0x30};
    object.components.emplace_back().data.bytes = SecretBytes::copy_of(key);
    package.elements.push_back({std::move(domain)});
    return saip::encode(package);
}

TEST(WrapPackage, RefusesKeysThatEverybodyHasAndNotCodeThatLooksLikeOne) {
    Keys keys;
    const Bytes published = *from_hex("000102030405060708090A0B0C0D0E0F");
    const auto custody = keys.load();
    const auto wrapped = custody->ask(signer::WrapPackage{iccid, SecretBytes(package_with_code(published))});
    EXPECT_TRUE(wrapped) << to_string(wrapped.error());
    const auto refused = custody->ask(signer::WrapPackage{iccid, SecretBytes(package_with_code(published, published))});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::refused);
    EXPECT_EQ(refused.error().path, "package");
    EXPECT_NE(refused.error().detail.find("(securityDomain): key "), std::string::npos) << refused.error().detail;
    EXPECT_TRUE(keys.load(Policy::laboratory())
                    ->ask(signer::WrapPackage{iccid, SecretBytes(package_with_code(published, published))}));
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
