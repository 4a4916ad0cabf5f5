#include "mcim/saip/resolve.h"

#include <gtest/gtest.h>

#include "mcim/saip/ts48_for_test.h"
#include "support/reference.h"

namespace mcim::saip {
namespace {

class Ts48OnCard : public testing::TestWithParam<const char*> {
protected:
    void SetUp() override {
        MCIM_REFERENCE_OR_SKIP(path, std::string("profiles/") + GetParam());
        der = test::file_content(path);
    }
    Bytes der;
};

TEST_P(Ts48OnCard, AProductionCardNamesTheFirstMandatedServiceThatItLacks) {
    const auto r = resolve(der, production_card());
    EXPECT_FALSE(r.image);
    ASSERT_EQ(r.response.pe_status.size(), 1U);
    EXPECT_EQ(r.response.pe_status[0].status, PeStatusCode::feature_not_supported);
    EXPECT_EQ(r.response.status_message->text, "mandatory service csim");
    EXPECT_TRUE(r.response.profile_installation_aborted);
}

TEST_P(Ts48OnCard, ALabCardInstallsIt) {
    const auto r = resolve(der, lab_card());
    ASSERT_TRUE(r.image) << r.response.status_message->text << " "
                         << r.response.pe_status[0].identification.value_or(0);
    EXPECT_EQ(hex(der::encode(r.response)), "3007A0053003800100");
    const Image& image = *r.image;
    EXPECT_EQ(hex(image.facts.iccid), "98001032547698103214");

    const Node* imsi = image.find({0x7FD0, 0x6F07});
    ASSERT_NE(imsi, nullptr);
    EXPECT_EQ(hex(imsi->content), "080910101032547698");
    EXPECT_EQ(imsi->short_id, 7);
    EXPECT_EQ(imsi->security, (SecurityReference{0x6F06, 0x0A}));

    const Node* epsloci = image.find({0x7FD0, 0x6FE3});
    ASSERT_NE(epsloci, nullptr);
    EXPECT_EQ(hex(epsloci->content), "FFFFFFFFFFFFFFFFFFFFFFFF000000000001");

    const Node* sms = image.find({0x7FD0, 0x6F3C});
    ASSERT_NE(sms, nullptr);
    EXPECT_EQ(sms->record_count, 10);
    EXPECT_EQ(sms->record_length, 176);
    EXPECT_EQ(hex(View(sms->content).subspan(176, 3)), "00FFFF");

    const Node* link = image.find({0x7F10, 0x6F3C});
    ASSERT_NE(link, nullptr);
    EXPECT_EQ(link->link, (FilePath{0x7FD0, 0x6F3C}));
    EXPECT_EQ(link->record_length, 176);
    EXPECT_TRUE(link->content.empty());
    EXPECT_FALSE(link->short_id);

    ASSERT_EQ(image.aka.size(), 2U);
    EXPECT_EQ(image.aka[0].algorithm, Algorithm::usim_test);
    EXPECT_EQ(image.aka[0].adf, (FilePath{0x7FD0}));
    EXPECT_EQ(image.aka[1].adf, (FilePath{0x7FB0}));
    ASSERT_EQ(image.domains.size(), 1U);
    EXPECT_GE(image.domains[0].keys.size(), 3U);
    EXPECT_EQ(image.pins[0].pins[0].enabled, false);
    EXPECT_EQ(image.pins[0].pins[1].reference, 0x0A);
}

TEST_P(Ts48OnCard, FileIdsAreThoseOfOurTemplates) {
    const auto package = parse(der);
    ASSERT_TRUE(package);
    std::size_t compared = 0;
    for (const auto& element : package->elements) {
        const auto* type = file_type_of(element);
        if (type == nullptr) continue;
        for (const auto& entry : files_of(element)->files)
            for (const auto& item : entry.file) {
                const auto* fcp = std::get_if<Fcp>(&item.value);
                const FileRow& row = type->rows[entry.row];
                if (fcp == nullptr || !fcp->file_id || row.fid == 0) continue;
                EXPECT_EQ(hex(fcp->file_id->bytes),
                          hex(Bytes{static_cast<std::uint8_t>(row.fid >> 8U), static_cast<std::uint8_t>(row.fid)}))
                    << type->name << " " << row.name;
                ++compared;
            }
    }
    EXPECT_GT(compared, 150U);
}

INSTANTIATE_TEST_SUITE_P(Gsma, Ts48OnCard, testing::ValuesIn(ts48),
                         [](const auto& each) { return "Package" + std::to_string(each.index); });

TEST(Ts48Full, RemoteManagementAndCdmaAreKept) {
    MCIM_REFERENCE_OR_SKIP(path, "profiles/TS48v7_SAIP2.3_BERTLV_SUCI.der");
    const auto r = resolve(test::file_content(path), lab_card());
    ASSERT_TRUE(r.image);
    ASSERT_EQ(r.image->stored.size(), 5U);
    EXPECT_EQ(r.image->stored[0].name, "cdmaParameter");
    EXPECT_EQ(r.image->stored[4].name, "rfm");
    const Node* ber = r.image->find({0x7FD0, 0x6FFE});
    ASSERT_NE(ber, nullptr);
    EXPECT_EQ(ber->kind, NodeKind::ber_tlv);
    EXPECT_EQ(ber->size, 0x400U);
}

}  // namespace
}  // namespace mcim::saip
