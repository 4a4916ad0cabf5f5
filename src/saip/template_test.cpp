#include "mcim/saip/template.h"

#include <gtest/gtest.h>

#include "mcim/saip/contents.h"
#include "mcim/saip/exercise.h"
#include "mcim/saip/resolve.h"
#include "mcim/saip/sample.h"

namespace mcim::saip {
namespace {

const FilePath usim{0x7FD0};
FilePath in_usim(FileId id) { return {0x7FD0, id}; }

Image installed(const ProfilePackage& package) {
    auto r = resolve(package, production_card());
    EXPECT_TRUE(r.image) << r.response.status_message->text;
    EXPECT_EQ(hex(der::encode(r.response)), "3007A0053003800100");
    return std::move(*r.image);
}
bool service_set(const Image& image, unsigned n) {
    const Node* ust = image.find(in_usim(0x6F38));
    return ust != nullptr && (ust->content[(n - 1) / 8] >> ((n - 1) % 8) & 1U) != 0;
}

TEST(ProfileTemplate, NetworkCodeOfThreeDigitsIsInEveryFileThatHasTheNetwork) {
    auto variables = sample_variables();
    variables.mnc_digits = 3;
    const Image image = installed(*personalise({}, variables, sample_key(0x40), sample_key(0x80)));
    const auto content_of = [&](const FilePath& path) { return hex(image.find(path)->content); };
    EXPECT_EQ(content_of(in_usim(0x6FAD)), "00000003");
    EXPECT_EQ(content_of(in_usim(0x6F62)), "000110C880");
}

TEST(ProfileTemplate, MakesAPackageThatComesBackAndInstalls) {
    const Bytes der = encode(sample_package());
    EXPECT_GE(der.size(), 1500U);
    EXPECT_LE(der.size(), 6000U);
    const auto back = parse(der);
    ASSERT_TRUE(back) << to_string(back.error());
    EXPECT_EQ(encode(*back), der);
    const Image image = installed(*back);
    EXPECT_EQ(image.facts.iccid, sample_variables().iccid.octets());
    exercise_package(der);
}

TEST(ProfileTemplate, ItsSubscriptionStandsInTheFiles) {
    const Image image = installed(sample_package());
    const auto content_of = [&](const FilePath& path) { return hex(image.find(path)->content); };
    EXPECT_EQ(content_of({0x2FE2}), hex(sample_variables().iccid.octets()));
    EXPECT_EQ(content_of(in_usim(0x6F07)), "080910101032540636");
    EXPECT_EQ(content_of(in_usim(0x6FAD)), "00000002");
    EXPECT_EQ(content_of(in_usim(0x6F78)), "0008");
    EXPECT_EQ(content_of(in_usim(0x6F46)), "016D63696DFFFFFFFFFFFFFFFFFFFFFFFF");
    EXPECT_EQ(content_of(in_usim(0x6F62)), "00F110C880");
    EXPECT_EQ(content_of(in_usim(0x6F40)),
              "FFFFFFFFFFFFFFFFFFFF"
              "0991"
              "88530100000000F1FFFF"
              "FFFF");
    EXPECT_EQ(content_of({0x2F00}).substr(0, 54), "61184F10A0000000871002FFFFFFFF890302000050045553494DFF");
}

TEST(ProfileTemplate, HasEveryFileThatTs31102MakesMandatory) {
    const Image image = installed(sample_package());
    constexpr FileId in_application[] = {0x6F05, 0x6F06, 0x6F07, 0x6F08, 0x6F09, 0x6F31, 0x6F38, 0x6F3C,
                                         0x6F42, 0x6F43, 0x6F46, 0x6F56, 0x6F5B, 0x6F5C, 0x6F73, 0x6F78,
                                         0x6F7B, 0x6F7E, 0x6FAD, 0x6FB7, 0x6FC4, 0x6FE3, 0x6FE4};
    constexpr FileId in_mf[] = {0x2F00, 0x2F05, 0x2F06, 0x2F08, 0x2FE2};
    for (const FileId id : in_application) EXPECT_NE(image.find(in_usim(id)), nullptr) << id;
    for (const FileId id : in_mf) EXPECT_NE(image.find({id}), nullptr) << id;
}

TEST(ProfileTemplate, ServiceTableMatchesTheFiles) {
    // TS 31.102: service and the file that it promises
    const std::pair<unsigned, FilePath> promised[] = {{2, in_usim(0x6F3B)},
                                                      {10, in_usim(0x6F3C)},
                                                      {12, in_usim(0x6F42)},
                                                      {17, in_usim(0x6F3E)},
                                                      {18, in_usim(0x6F3F)},
                                                      {19, in_usim(0x6F46)},
                                                      {20, in_usim(0x6F60)},
                                                      {21, in_usim(0x6F40)},
                                                      {27, {0x7FD0, 0x5F3B}},
                                                      {34, in_usim(0x6F56)},
                                                      {42, in_usim(0x6F61)},
                                                      {43, in_usim(0x6F62)},
                                                      {45, in_usim(0x6FC5)},
                                                      {71, in_usim(0x6FD9)},
                                                      {85, in_usim(0x6FE3)},
                                                      {122, {0x7FD0, 0x5FC0, 0x4F01}},
                                                      {123, {0x7FD0, 0x5FC0, 0x4F05}},
                                                      {124, {0x7FD0, 0x5FC0, 0x4F07}}};
    const Image image = installed(sample_package());
    for (const auto& [service_number, path] : promised)
        EXPECT_EQ(service_set(image, service_number), image.find(path) != nullptr) << service_number;
    EXPECT_TRUE(service_set(image, 33));
    EXPECT_FALSE(service_set(image, 1));
}

TEST(ProfileTemplate, EveryAccessRuleThatAFileNamesIsThere) {
    const auto filled = *padded({}, sample_variables(), 5000);
    const Image image = installed(*personalise(filled, sample_variables()));
    for (const Node& n : image.nodes) {
        FilePath at = n.path;
        const Node* arr = nullptr;
        while (arr == nullptr) {
            if (!at.empty()) at.pop_back();
            FilePath path = at;
            path.push_back(n.security.arr);
            arr = image.find(path);
            if (at.empty()) break;
        }
        ASSERT_NE(arr, nullptr) << hex(Bytes{static_cast<std::uint8_t>(n.fid >> 8U), static_cast<std::uint8_t>(n.fid)});
        EXPECT_GE(n.security.record, 1);
        EXPECT_LE(n.security.record, arr->record_count) << n.name;
    }
}

TEST(ProfileTemplate, NobodyReadsKeysWithoutPinAndWritesImsiWithoutAdm) {
    const auto rules = access_rules();
    const Image image = installed(sample_package());
    // rule 2: read with PIN 1, the rest with ADM 1; rule 5: read and update with PIN 1; rule 10: read always
    EXPECT_EQ(hex(rules[1]), "800101A40683010195010880015AA40683010A950108");
    EXPECT_EQ(hex(rules[4]), "800103A406830101950108800158A40683010A950108");
    EXPECT_EQ(hex(rules[9]), "800101900080015AA40683010A950108");
    EXPECT_EQ(image.find(in_usim(0x6F07))->security.record, 2);
    EXPECT_EQ(image.find(in_usim(0x6F08))->security.record, 5);
    EXPECT_EQ(image.find(in_usim(0x6F06))->security.record, 10);
}

TEST(ProfileTemplate, PinsAndPuksBelongTogether) {
    const Image image = installed(sample_package());
    ASSERT_EQ(image.pins.size(), 2U);
    EXPECT_TRUE(image.pins[0].directory.empty());
    EXPECT_EQ(image.pins[1].directory, usim);
    EXPECT_EQ(image.pins[1].pins[0].reference, 0x81);
    EXPECT_EQ(image.pins[1].pins[0].puk, 0x81);
    EXPECT_FALSE(image.pins[0].pins[0].enabled);
    EXPECT_EQ(hex(expose(image.pins[0].pins[1].value)), "3535363637373838");
    ASSERT_EQ(image.domains.size(), 1U);
    EXPECT_EQ(hex(expose(image.domains[0].keys[2].components[0].data)), "E3E3E3E3E3E3E3E3E3E3E3E3E3E3E3E3");
}

TEST(ProfileTemplate, KeysInsertedLastGiveTheSamePackage) {
    const auto k = sample_key(0x40);
    const auto opc = sample_key(0x80);
    const Bytes without = encode(*personalise({}, sample_variables()));
    const auto with = insert_keys(without, k, opc);
    ASSERT_TRUE(with) << to_string(with.error());
    EXPECT_EQ(hex(expose(*with)), hex(encode(sample_package())));
    EXPECT_EQ(insert_keys(expose(*with), k, opc).error().code, Errc::conflict);
    const auto r = resolve(expose(*with), production_card());
    ASSERT_TRUE(r.image);
    EXPECT_TRUE(equal(expose(r.image->aka[0].k), expose(k)));
    EXPECT_TRUE(equal(expose(r.image->aka[0].opc), expose(opc)));
    EXPECT_EQ(r.image->aka[0].sqn_delta, 0x10000000U);
}

TEST(ProfileTemplate, KeysGoNowhereElse) {
    const auto k = sample_key(0x40);
    EXPECT_EQ(insert_keys(*from_hex("AA05A003810101"), k, k).error().code, Errc::not_found);
    EXPECT_FALSE(insert_keys(*from_hex("A403A00181"), k, k));
    EXPECT_FALSE(insert_keys(*from_hex("A4"), k, k));
}

TEST(ProfileTemplate, PaddedReachesTwelveKilobytes) {
    const auto t = padded({}, sample_variables(), 12 * 1024);
    ASSERT_TRUE(t);
    const auto package = personalise(*t, sample_variables());
    ASSERT_TRUE(package);
    const Bytes der = encode(*package);
    EXPECT_GE(der.size(), 12U * 1024);
    EXPECT_LE(der.size(), 12U * 1024 + 200);
    const Image image = installed(*package);
    const Node* adn = image.find({0x7F10, 0x5F3A, 0x4F58});
    ASSERT_NE(adn, nullptr);
    EXPECT_EQ(adn->record_count, t->phonebook_entries);
    EXPECT_TRUE(service_set(image, 1));
    EXPECT_EQ(padded({}, sample_variables(), 1000)->phonebook_entries, 0);
}

TEST(ProfileTemplate, RefusesVariablesThatNoFileCanHold) {
    EXPECT_FALSE(personalise({.spn = ""}, sample_variables()));
    EXPECT_FALSE(personalise({.spn = "seventeen letters"}, sample_variables()));
    EXPECT_FALSE(personalise({.phonebook_entries = 255}, sample_variables()));
    auto v = sample_variables();
    v.mnc_digits = 4;
    EXPECT_FALSE(personalise({}, v));
    EXPECT_FALSE(pin_from_digits("123"));
    EXPECT_FALSE(pin_from_digits("12a4"));
}

}  // namespace
}  // namespace mcim::saip
