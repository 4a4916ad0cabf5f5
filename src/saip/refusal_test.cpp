// One package that installs, and one thing wrong with it at a time.
#include <gtest/gtest.h>

#include <functional>

#include "mcim/saip/contents.h"
#include "mcim/saip/resolve.h"
#include "mcim/saip/sample.h"

namespace mcim::saip {
namespace {

using enum PeStatusCode;

template <class T>
T& element(ProfilePackage& p) {
    for (auto& e : p.elements)
        if (auto* body = std::get_if<T>(&e.body)) return *body;
    std::abort();
}
using Mf = FileElementOf<0xB0>;
using Usim = FileElementOf<0xB3>;

/// The file of a component, made present.
template <std::uint32_t Wire>
File& file(FileElementOf<Wire>& e, std::string_view name) {
    const auto& rows = find_file_element_type(Tag{Wire})->rows;
    for (auto& entry : e.files)
        if (rows[entry.row].name == name) return entry.file;
    std::abort();
}
void erase(ProfilePackage& p, std::size_t i) { p.elements.erase(p.elements.begin() + static_cast<std::ptrdiff_t>(i)); }
Fcp& fcp_of(File& f) { return std::get<Fcp>(f.at(0).value); }

struct Wrong {
    const char* name;
    PeStatusCode status;
    std::optional<int> identification;
    std::function<void(ProfilePackage&)> change;
};

class RefusedPackage : public testing::TestWithParam<Wrong> {};

TEST_P(RefusedPackage, GetsItsStatus) {
    ProfilePackage package = sample_package();
    GetParam().change(package);
    // what a card gets is octets
    const auto r = resolve(encode(package), production_card());
    ASSERT_FALSE(r.image);
    ASSERT_EQ(r.response.pe_status.size(), 1U);
    const PeStatus& status = r.response.pe_status[0];
    EXPECT_EQ(status.status, GetParam().status) << r.response.status_message->text;
    EXPECT_EQ(status.identification.has_value(), GetParam().identification.has_value());
    if (status.identification && GetParam().identification) {
        EXPECT_EQ(*status.identification, *GetParam().identification);
    }
    EXPECT_TRUE(r.response.profile_installation_aborted);
}

// sample_package: 1 mf, 2 puk, 3 pin, 4 telecom, 5 usim, 6 opt-usim, 7 pin, 8 aka, 9 df-5gs, 10 sd, 11 end
const Wrong wrongs[] = {
    {"NoHeader", invalid_request_format, {}, [](auto& p) { erase(p, 0); }},
    {"TwoHeaders", invalid_request_format, {}, [](auto& p) { p.elements[1].body = ProfileHeader{}; }},
    {"NoEnd", invalid_request_format, {}, [](auto& p) { p.elements.pop_back(); }},
    {"EndInTheMiddle", invalid_request_format, {}, [](auto& p) { std::swap(p.elements[3], p.elements.back()); }},
    {"NewerFormat", unsupported_profile_version, {}, [](auto& p) { element<ProfileHeader>(p).major_version = 4; }},
    {"OlderFormat", unsupported_profile_version, {}, [](auto& p) { element<ProfileHeader>(p).major_version = 1; }},
    {"MandatoryService",
     feature_not_supported,
     {},
     [](auto& p) {
         element<ProfileHeader>(p).mandatory_services.present = {service("usim"), service("javacard")};
     }},
    {"LaterService",
     feature_not_supported,
     {},
     [](auto& p) {
         element<ProfileHeader>(p).mandatory_services.more.tlvs = {0x9F, 0x20, 0x00};
     }},
    {"MandatoryTemplate",
     template_not_supported,
     {},
     [](auto& p) { element<ProfileHeader>(p).mandatory_gfste_list.push_back(*der::Oid::parse("2.23.143.1.2.99")); }},
    {"MandatoryCsimTemplate",
     template_not_supported,
     {},
     [](auto& p) { element<ProfileHeader>(p).mandatory_gfste_list.push_back(*der::Oid::parse("2.23.143.1.2.10")); }},
    {"MandatoryLibrary",
     lib_not_supported,
     {},
     [](auto& p) { element<ProfileHeader>(p).mandatory_aids = std::vector<MandatoryAid>(1); }},
    {"UsimBeforeMf", invalid_parameter, 5, [](auto& p) { std::swap(p.elements[1], p.elements[5]); }},
    {"NoMf", invalid_parameter, 3, [](auto& p) { erase(p, 1); }},
    {"OptionalUsimWithoutUsim", invalid_parameter, 6, [](auto& p) { erase(p, 5); }},
    {"SameIdentificationTwice", invalid_parameter, 3, [](auto& p) { element<PukCodes>(p).header.identification = 3; }},
    {"UnknownTemplate", template_not_supported, 5,
     [](auto& p) { element<Usim>(p).template_id = *der::Oid::parse("2.23.143.1.2.4.9"); }},
    {"TemplateOfAnotherElement", template_not_supported, 5,
     [](auto& p) { element<Usim>(p).template_id = *der::Oid::parse("2.23.143.1.2.8"); }},
    {"ContentBeyondTheFile", bad_values, 5, [](auto& p) { file(element<Usim>(p), "ef-imsi") = {content(Bytes(10))}; }},
    {"OffsetBeyondTheFile", bad_values, 5, [](auto& p) { file(element<Usim>(p), "ef-imsi") = {{std::uint16_t{10}}}; }},
    {"ParametersAfterContent", bad_values, 5,
     [](auto& p) {
         file(element<Usim>(p), "ef-ad") = {content({0}), parameters(transparent_of(4))};
     }},
    {"NoRecordLength", bad_values, 1, [](auto& p) { file(element<Mf>(p), "ef-dir") = {}; }},
    {"SizeNoMultipleOfTheRecord", bad_values, 1,
     [](auto& p) { fcp_of(file(element<Mf>(p), "ef-dir")).ef_file_size->bytes = {39}; }},
    {"TooManyRecords", bad_values, 1, [](auto& p) { fcp_of(file(element<Mf>(p), "ef-dir")) = linear_of(1, 255); }},
    {"SizeWithLeadingZero", bad_values, 1,
     [](auto& p) {
         fcp_of(file(element<Mf>(p), "ef-dir")).ef_file_size->bytes = {0, 38};
     }},
    {"HugeFile", not_enough_memory, 5,
     [](auto& p) { file(element<Usim>(p), "ef-imsi") = {parameters(transparent_of(0xFFFFFFFF))}; }},
    {"TwoPatterns", bad_values, 5,
     [](auto& p) {
         ProprietaryInfo info;
         info.fill_pattern = der::OctetString<1, 200>{{0}};
         info.repeat_pattern = der::OctetString<1, 200>{{0}};
         Fcp fcp;
         fcp.proprietary_ef_info = info;
         file(element<Usim>(p), "ef-ad") = {parameters(fcp)};
     }},
    {"DirectoryAsFile", bad_values, 5,
     [](auto& p) {
         Fcp fcp;
         fcp.file_descriptor = der::OctetString<2, 4>{{0x78, 0x21}};
         file(element<Usim>(p), "ef-ad") = {parameters(fcp)};
     }},
    {"AdfWithoutAid", bad_values, 5, [](auto& p) { fcp_of(file(element<Usim>(p), "adf-usim")).df_name.reset(); }},
    {"AdfWithoutTemporaryId", bad_values, 5,
     [](auto& p) { fcp_of(file(element<Usim>(p), "adf-usim")).file_id.reset(); }},
    {"ShortIdOutOfRange", bad_values, 5,
     [](auto& p) {
         Fcp fcp;
         fcp.short_ef_id = der::OctetString<0, 1>{{0x11}};
         file(element<Usim>(p), "ef-ad") = {parameters(fcp)};
     }},
    {"SameFileTwice", bad_values, 5,
     [](auto& p) {
         Fcp fcp;
         fcp.file_id = der::OctetString<2, 2>{{0x6F, 0x07}};
         file(element<Usim>(p), "ef-ad") = {parameters(fcp)};
     }},
    {"LinkToNothing", bad_values, 5,
     [](auto& p) {
         Fcp fcp;
         fcp.link_path = der::OctetString<0, 8>{{0x7F, 0xD0, 0x6F, 0xFF}};
         file(element<Usim>(p), "ef-ad") = {parameters(fcp)};
     }},
    {"LinkToItself", bad_values, 5,
     [](auto& p) {
         Fcp fcp;
         fcp.link_path = der::OctetString<0, 8>{{0x7F, 0xD0, 0x6F, 0xAD}};
         file(element<Usim>(p), "ef-ad") = {parameters(fcp)};
     }},
    {"LocalPinInTheMf", bad_values, 3,
     [](auto& p) {
         std::get<std::vector<PinConfiguration>>(element<PinCodes>(p).codes.value)[0].key_reference = 0x81;
     }},
    {"PinTwice", bad_values, 3,
     [](auto& p) { std::get<std::vector<PinConfiguration>>(element<PinCodes>(p).codes.value)[1].key_reference = 1; }},
    {"PinWithoutItsPuk", bad_values, 3,
     [](auto& p) {
         std::get<std::vector<PinConfiguration>>(element<PinCodes>(p).codes.value)[0].unblocking_reference = 5;
     }},
    {"MoreAttemptsLeftThanEver", bad_values, 3,
     [](auto& p) { std::get<std::vector<PinConfiguration>>(element<PinCodes>(p).codes.value)[0].attempts = 0x34; }},
    {"PinsSharedWithNobody", bad_values, 7,
     [](auto& p) {
         std::get<PinCodes>(p.elements[7].body).codes.value = der::OctetString<0, 8>{{0x7F, 0x77}};
     }},
    {"PukTwice", bad_values, 2, [](auto& p) { element<PukCodes>(p).codes[1].key_reference = 1; }},
    {"KeysWithoutUsim", invalid_parameter, 8, [](auto& p) { std::swap(p.elements[8], p.elements[4]); }},
    {"ShortKey", bad_values, 8,
     [](auto& p) {
         std::get<AlgoParameter>(element<AkaParameter>(p).configuration.value).key.bytes = SecretBytes(15);
     }},
    {"TestAlgorithm", feature_not_supported, 8,
     [](auto& p) {
         std::get<AlgoParameter>(element<AkaParameter>(p).configuration.value).algorithm =
             AlgorithmId::usim_test_algorithm;
     }},
    {"UnknownAlgorithm", feature_not_supported, 8,
     [](auto& p) { std::get<AlgoParameter>(element<AkaParameter>(p).configuration.value).algorithm = AlgorithmId{9}; }},
    {"SequenceNumberTooHigh", bad_values, 8,
     [](auto& p) {
         element<AkaParameter>(p).sqn_delta = der::OctetString<6, 6>{{0x08, 0, 0, 0, 0, 0}};
     }},
    {"TooFewSequenceNumbers", bad_values, 8,
     [](auto& p) { element<AkaParameter>(p).sqn_init = std::vector<der::OctetString<6, 6>>(31); }},
    {"KeysOfNobody", bad_values, 8, [](auto& p) { element<AkaParameter>(p).configuration.value = MappingParameter{}; }},
    {"MandatedRemoteManagement", pe_not_supported, 9,
     [](auto& p) {
         Rfm rfm;
         rfm.header.mandated.emplace();
         rfm.header.identification = 9;
         p.elements[9].body = std::move(rfm);
     }},
    {"MandatedApplication", runtime_not_supported, 9,
     [](auto& p) {
         Application app;
         app.header.mandated.emplace();
         app.header.identification = 9;
         p.elements[9].body = std::move(app);
     }},
};

INSTANTIATE_TEST_SUITE_P(EachWrong, RefusedPackage, testing::ValuesIn(wrongs),
                         [](const auto& each) { return std::string(each.param.name); });

TEST(LeftOut, WhatIsNotMandatedIsReportedAndLeftOut) {
    ProfilePackage package = sample_package();
    Rfm rfm;
    rfm.header.identification = 77;
    ProfileElement extra{std::move(rfm)};
    package.elements.insert(package.elements.end() - 1, std::move(extra));
    const auto r = resolve(encode(package), production_card());
    ASSERT_TRUE(r.image);
    ASSERT_EQ(r.response.pe_status.size(), 1U);
    EXPECT_EQ(r.response.pe_status[0].status, pe_not_supported);
    EXPECT_EQ(r.response.pe_status[0].identification, 77);
    EXPECT_TRUE(r.image->stored.empty());
}

TEST(LeftOut, AnApplicationTakesItsKeysAlong) {
    ProfilePackage package = sample_package();
    for (const std::size_t i : {5U, 6U, 7U, 8U, 9U}) {
        if (auto* files = files_of(package.elements[i])) files->header.mandated.reset();
        if (auto* pins = std::get_if<PinCodes>(&package.elements[i].body)) pins->header.mandated.reset();
        if (auto* aka = std::get_if<AkaParameter>(&package.elements[i].body)) aka->header.mandated.reset();
    }
    auto& header = element<ProfileHeader>(package);
    header.mandatory_services.present.clear();
    header.mandatory_gfste_list.clear();
    CardCapabilities card;  // nothing but files
    const auto r = resolve(package, card);
    ASSERT_TRUE(r.image) << r.response.status_message->text;
    EXPECT_TRUE(r.image->aka.empty());
    EXPECT_EQ(r.image->pins.size(), 1U);
    EXPECT_EQ(r.response.pe_status.size(), 5U);
}

TEST(Generic, FilesAreMadeByCommandWhereThePathLeads) {
    ProfilePackage package = sample_package();
    const auto path = [](Bytes octets) { return FileCommand{der::OctetString<0, 8>{std::move(octets)}}; };
    Fcp directory;
    directory.file_descriptor = der::OctetString<2, 4>{{0x78, 0x21}};
    directory.file_id = der::OctetString<2, 2>{{0x5F, 0x70}};
    directory.security_attributes_referenced = der::OctetString<1, 3>{{0x0E}};
    Fcp record = linear_of(4, 2);
    record.file_id = der::OctetString<2, 2>{{0x4F, 0x22}};
    ProprietaryInfo info;
    info.repeat_pattern = der::OctetString<1, 200>{{0xAB, 0xCD, 0xEF}};
    record.proprietary_ef_info = info;
    GenericFileManagement commands;
    commands.header.identification = 50;
    commands.commands.emplace_back();
    auto& list = commands.commands.back();
    list.push_back(path({0x7F, 0xD0}));
    list.push_back({directory});
    list.push_back({record});
    list.push_back({std::uint16_t{5}});
    list.push_back({der::OctetString<>{{0x01, 0x02}}});
    ProfileElement extra{std::move(commands)};
    package.elements.insert(package.elements.end() - 1, std::move(extra));
    const auto r = resolve(encode(package), production_card());
    ASSERT_TRUE(r.image) << r.response.status_message->text;
    const Node* made = r.image->find({0x7FD0, 0x5F70, 0x4F22});
    ASSERT_NE(made, nullptr);
    EXPECT_EQ(hex(made->content),
              "ABCDEFAB"
              "AB0102AB");
    EXPECT_EQ(made->short_id, 2);
    EXPECT_EQ(made->security.arr, 0x6F06);
    EXPECT_EQ(r.image->find({0x7FD0, 0x5F70})->security.record, 14);
}

TEST(Services, SwitchedOffWhereTheCardLacksThem) {
    ProfilePackage package = sample_package();
    file(element<Usim>(package), "ef-ust") = {content(service_table({19, 68, 69, 124, 125}, 17))};
    const auto r = resolve(package, production_card());
    ASSERT_TRUE(r.image);
    EXPECT_EQ(hex(r.image->find({0x7FD0, 0x6F38})->content), hex(service_table({19, 124}, 17)));
}

TEST(NotCreated, AFileOfACreatedTemplateMayBeForbidden) {
    ProfilePackage package = sample_package();
    auto& usim = element<Usim>(package);
    usim.files.insert(usim.files.begin() + 4, FileEntry{7, {{der::Null{}}}});  // ef-fdn
    const auto r = resolve(encode(package), production_card());
    ASSERT_TRUE(r.image) << r.response.status_message->text;
    EXPECT_EQ(r.image->find({0x7FD0, 0x6F3B}), nullptr);
    EXPECT_NE(r.image->find({0x7FD0, 0x6F3C}), nullptr);
}

}  // namespace
}  // namespace mcim::saip
