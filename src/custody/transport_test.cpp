// Keys under transport keys, through the port.
#include "custody_for_test.h"

namespace mcim::custody::test {
namespace {

using signer::Algorithm;
using signer::ExportSubscription;
using signer::ImportSubscription;

constexpr std::string_view transport_digits = "7B1D90E4A62C58F3093E84D7C1B5620A";

TransportKey transport_key(const std::string& operator_id, TransportUse use) {
    return {operator_id, use, secret(transport_digits)};
}
/// What an operator does who has the transport key.
Bytes under_transport(std::string_view digits) {
    return *wrap_block(transport_key("north", TransportUse::both), secret(digits));
}

/// Keys with north's transport key 3.
struct Site : Keys {
    explicit Site(TransportUse use = TransportUse::both) {
        EXPECT_TRUE(folder->add_transport_key(3, transport_key("north", use), random));
    }
};
/// One of its own, with other wrapping keys.
struct OtherSite {
    OtherSite() {
        auto made = KeyFolder::create(temp / "keys", random);
        EXPECT_TRUE(made && made->add_transport_key(3, transport_key("north", TransportUse::both), random));
        custody = *Custody::load(*made, {}, random);
    }
    TempFolder temp;
    SeededRandom random{77};
    std::unique_ptr<Custody> custody;
};

ImportSubscription import_of(std::string_view k, std::string_view opc, const std::string& operator_id = "north",
                             TransportIndex index = 3) {
    return {operator_id, index, imsi, under_transport(k), under_transport(opc)};
}
signer::WrapSubscription in_clear(const std::string& operator_id = "north") {
    const auto constant = signer::WrapSubscription::Constant::opc;
    return {imsi, Algorithm::milenage, secret(own_k), secret(own_opc), constant, operator_id};
}
std::optional<Errc> code_of(const auto& answer) { return answer ? std::nullopt : std::optional(answer.error().code); }

TEST(Transport, KeysThatComeWrappedAreThoseThatComeInClear) {
    Site site;
    const auto custody = site.load();
    const auto clear = custody->ask(in_clear());
    const auto line = custody->ask(import_of(own_k, own_opc));
    ASSERT_TRUE(clear && line) << to_string(line.error());
    EXPECT_EQ(line->fingerprint, clear->fingerprint) << "so that duplicates are found";
    EXPECT_EQ(line->algorithm, Algorithm::milenage);
    const signer::Rand rand{1, 2, 3};
    const auto a = custody->vector(imsi, line->keys, 32, amf_1, rand);
    const auto b = custody->vector(imsi, clear->keys, 32, amf_1, rand);
    ASSERT_TRUE(a && b);
    EXPECT_EQ(a->autn, b->autn);
    EXPECT_EQ(a->xres, b->xres);
}

TEST(Transport, KeysGoToAnotherInstallationAndServeTheSameCard) {
    Site site;
    const auto custody = site.load();
    const OtherSite other;
    const auto line = custody->new_subscription_keys(imsi, Algorithm::milenage, "north");
    ASSERT_TRUE(line);
    const auto sent = custody->ask(ExportSubscription{"north", 3, imsi, line->keys});
    ASSERT_TRUE(sent) << to_string(sent.error());
    const auto there = other.custody->ask(ImportSubscription{"north", 3, imsi, sent->k, sent->opc});
    ASSERT_TRUE(there) << to_string(there.error());
    for (signer::Sqn sqn = 32; sqn < 200; sqn += 33) {
        const signer::Rand rand = site.random.array<16>();
        const auto a = custody->vector(imsi, line->keys, sqn, amf_1, rand);
        const auto b = other.custody->vector(imsi, there->keys, sqn, amf_1, rand);
        ASSERT_TRUE(a && b);
        EXPECT_EQ(a->autn, b->autn);
        EXPECT_EQ(a->xres, b->xres);
        EXPECT_EQ(hex(expose(a->ck)), hex(expose(b->ck)));
    }
}

TEST(Transport, ExportedKeysAreWrappedUnderTheTransportKey) {
    Site site;
    const auto custody = site.load();
    const auto line = custody->ask(in_clear());
    ASSERT_TRUE(line);
    const auto sent = custody->ask(ExportSubscription{"north", 3, imsi, line->keys});
    ASSERT_TRUE(sent) << to_string(sent.error());
    EXPECT_EQ(hex(sent->k), hex(under_transport(own_k)));
    EXPECT_EQ(hex(sent->opc), hex(under_transport(own_opc)));
    EXPECT_NE(hex(sent->k), own_k);
}

TEST(Transport, AKeyIsForItsUseOnly) {
    Site site(TransportUse::import);
    ASSERT_TRUE(site.folder->add_transport_key(4, transport_key("north", TransportUse::export_), site.random));
    const auto custody = site.load();
    const auto line = custody->ask(import_of(own_k, own_opc));
    ASSERT_TRUE(line) << to_string(line.error());
    EXPECT_EQ(code_of(custody->ask(ExportSubscription{"north", 3, imsi, line->keys})), Errc::refused);
    EXPECT_EQ(code_of(custody->ask(import_of(own_k, own_opc, "north", 4))), Errc::refused);
    EXPECT_TRUE(custody->ask(ExportSubscription{"north", 4, imsi, line->keys}));
}

TEST(Transport, AKeyIsItsOperatorsOnly) {
    Site site;
    const auto custody = site.load();
    EXPECT_EQ(code_of(custody->ask(import_of(own_k, own_opc, "south"))), Errc::refused);
    EXPECT_EQ(code_of(custody->ask(import_of(own_k, own_opc, ""))), Errc::refused);
    EXPECT_EQ(code_of(custody->ask(import_of(own_k, own_opc, "north", 4))), Errc::not_found);
    EXPECT_EQ(code_of(custody->ask(import_of(own_k, own_opc, "north", 0))), Errc::not_found) << "in clear";
    const auto line = custody->ask(in_clear());
    EXPECT_EQ(code_of(custody->ask(ExportSubscription{"south", 3, imsi, line->keys})), Errc::refused);
    EXPECT_EQ(code_of(custody->ask(ExportSubscription{"north", 0, imsi, line->keys})), Errc::not_found);
}

/// Whoever asks may say what he likes: whose line it is, its keys say.
TEST(Transport, LinesOfAnotherOperatorAreNotExported) {
    Site site;
    const auto custody = site.load();
    const auto refused_for = [&](const auto& line) {
        ASSERT_TRUE(line);
        EXPECT_EQ(code_of(custody->ask(ExportSubscription{"north", 3, imsi, line->keys})), Errc::refused);
    };
    refused_for(custody->ask(in_clear("south")));
    refused_for(custody->ask(in_clear("")));
    refused_for(custody->new_subscription_keys(imsi, Algorithm::milenage, "south"));
    refused_for(custody->new_subscription_keys(imsi, Algorithm::milenage));
    const auto line = custody->ask(in_clear());
    const auto rewrapped = custody->ask(signer::RewrapSubscription{imsi, line->keys});
    EXPECT_TRUE(custody->ask(ExportSubscription{"north", 3, imsi, *rewrapped})) << "a rotation keeps whose it is";
    EXPECT_EQ(code_of(custody->ask(ExportSubscription{"north", 3, other_imsi, line->keys})), Errc::bad_crypto);
}

/// As they were wrapped before there were transport keys: they serve, and stay.
TEST(Transport, LinesThatNameNoOperatorYetAreNotExported) {
    Site site;
    const auto custody = site.load();
    SubscriptionKeys keys;
    keys.algorithm = Algorithm::milenage;
    keys.k = secret(own_k);
    keys.opc = secret(own_opc);
    const SecretBytes now = encode(keys);
    SecretBytes before = SecretBytes::copy_of(expose(now).first(now.size() - 1));
    expose_mutable(before)[0] = 1;
    const auto wrapping = site.folder->wrapping_keys();
    const signer::WrappedSubscription row{
        wrapping->wrap(Purpose::subscription, "IMSI " + imsi.text(), expose(before), site.random)};
    EXPECT_TRUE(custody->vector(imsi, row, 32, amf_1, {}));
    EXPECT_EQ(code_of(custody->ask(ExportSubscription{"north", 3, imsi, row})), Errc::refused);
}

/// Who has the row of a package and asks for its keys anew cannot say whose they shall be.
TEST(Transport, LinesFromPackagesAreTheirOperatorsOnly) {
    Site site;
    ASSERT_TRUE(site.folder->add_transport_key(4, transport_key("south", TransportUse::both), site.random));
    const auto custody = site.load();
    auto row = custody->ask(signer::WrapPackage{packed, package_with_keys(), "north"});
    ASSERT_TRUE(row) << to_string(row.error());
    const auto again = custody->ask(signer::RewrapPackage{packed, *row});
    ASSERT_TRUE(again);
    for (const auto& package : {*row, *again}) {  // a rotation keeps whose it is
        const auto line = custody->ask(signer::ExtractSubscription{packed, package});
        ASSERT_TRUE(line) << to_string(line.error());
        EXPECT_EQ(code_of(custody->ask(ExportSubscription{"south", 4, line->imsi, line->subscription.keys})),
                  Errc::refused);
        const auto sent = custody->ask(ExportSubscription{"north", 3, line->imsi, line->subscription.keys});
        ASSERT_TRUE(sent) << to_string(sent.error());
        EXPECT_EQ(hex(sent->k), hex(under_transport(own_k)));
    }
    const auto long_name = custody->ask(signer::WrapPackage{packed, package_with_keys(), std::string(256, 'n')});
    EXPECT_EQ(code_of(long_name), Errc::bad_length);
}

/// As they were wrapped before they had an operator inside: they are delivered, and their lines stay.
TEST(Transport, LinesFromPackagesThatNameNoOperatorYetAreNotExported) {
    Site site;
    const auto custody = site.load();
    const SecretBytes before = package_with_keys();
    const signer::WrappedPackage row{site.folder->wrapping_keys()->wrap(
        Purpose::profile_package, "ICCID " + packed.text(), expose(before), site.random)};
    const auto again = custody->ask(signer::RewrapPackage{packed, row});
    ASSERT_TRUE(again) << to_string(again.error());
    for (const auto& package : {row, *again}) {
        const auto line = custody->ask(signer::ExtractSubscription{packed, package});
        ASSERT_TRUE(line) << to_string(line.error());
        EXPECT_TRUE(custody->vector(line->imsi, line->subscription.keys, 32, amf_1, {}));
        EXPECT_EQ(code_of(custody->ask(ExportSubscription{"north", 3, line->imsi, line->subscription.keys})),
                  Errc::refused);
        EXPECT_NE(code_of(custody->ask(ExportSubscription{"", 3, line->imsi, line->subscription.keys})), std::nullopt);
    }
}

TEST(Transport, KeysThatEverybodyHasAreRefusedOutsideALaboratory) {
    Site site;
    const auto production = site.load();
    const auto laboratory = site.load(Policy::laboratory());
    for (const auto& [k, opc, name] : {std::tuple(k_1, own_opc, "k"), {own_k, opc_1, "opc"}}) {
        const auto refused = production->ask(import_of(k, opc));
        ASSERT_FALSE(refused) << name;
        EXPECT_EQ(refused.error().code, Errc::refused);
        EXPECT_EQ(refused.error().path, name);
        EXPECT_TRUE(laboratory->ask(import_of(k, opc)));
    }
}

/// A laboratory takes them for whoever has nothing against it.
TEST(Transport, KeysThatEverybodyHasAreRefusedWhereTheirOperatorSaysSo) {
    constexpr std::string_view counted = "101112131415161718191A1B1C1D1E1F";
    Site site;
    const auto custody = site.load(Policy::laboratory());
    for (const auto& [k, opc, name] :
         {std::tuple(k_1, own_opc, "k"), {own_k, opc_1, "opc"}, {counted, own_opc, "k"}, {own_k, counted, "opc"}}) {
        const bool is_published = k != counted && opc != counted;
        const auto code_with = [&](bool published, bool unchosen) {
            auto request = import_of(k, opc);
            request.refuse_published = published;
            request.refuse_unchosen = unchosen;
            const auto line = custody->ask(std::move(request));
            if (line) return std::string("taken");
            EXPECT_NE(line.error().detail.find("the policy of operator \"north\" refuses it"), std::string::npos);
            return line.error().path;
        };
        EXPECT_EQ(code_with(false, false), "taken");
        EXPECT_EQ(code_with(is_published, !is_published), name);
        EXPECT_EQ(code_with(!is_published, is_published), "taken");
    }
}

TEST(Transport, NothingButABlockIsOpened) {
    Site site;
    const auto custody = site.load();
    for (const std::size_t octets : {0U, 15U, 17U, 32U}) {
        auto request = import_of(own_k, own_opc);
        request.k.resize(octets);
        EXPECT_EQ(code_of(custody->ask(request)), Errc::bad_length) << octets;
        request = import_of(own_k, own_opc);
        request.opc.resize(octets);
        EXPECT_EQ(code_of(custody->ask(request)), Errc::bad_length) << octets;
    }
}

/// A file of this kind has no place for anything else.
TEST(Transport, OnlyMilenageIsExported) {
    Site site;
    const auto custody = site.load(Policy::laboratory());
    const auto line = custody->ask(signer::WrapSubscription{
        .imsi = imsi, .algorithm = Algorithm::test, .k = secret(own_k), .constant = {}, .operator_id = "north"});
    ASSERT_TRUE(line) << to_string(line.error());
    EXPECT_EQ(code_of(custody->ask(ExportSubscription{"north", 3, imsi, line->keys})), Errc::refused);
}

TEST(Transport, NoAnswerCarriesAKeyInClear) {
    Site site;
    const auto custody = site.load();
    const auto line = custody->ask(import_of(own_k, own_opc));
    ASSERT_TRUE(line);
    const auto sent = custody->ask(ExportSubscription{"north", 3, imsi, line->keys});
    ASSERT_TRUE(sent);
    const std::string all = hex(line->keys.octets) + hex(line->fingerprint.octets) + hex(sent->k) + hex(sent->opc) +
                            to_string(custody->ask(import_of(own_k, own_opc, "south")).error()) +
                            to_string(custody->ask(ExportSubscription{"south", 3, imsi, line->keys}).error());
    for (const std::string_view planted : {own_k, own_opc, transport_digits})
        EXPECT_EQ(all.find(planted), std::string::npos);
}

}  // namespace
}  // namespace mcim::custody::test
