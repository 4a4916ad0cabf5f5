#include "mcim/apps/mcim/subscriber_file.h"

#include <gtest/gtest.h>

namespace mcim::apps {
namespace {

using enum SubscriberFormat;

constexpr std::string_view k_in_file = "9F1C4A7730E2B85D06CB91D44F3E68A2";
constexpr std::string_view opc_in_file = "27d8035b9efa61c2447b8810d5ac3f96";
const std::string keys_in_file = std::string(k_in_file) + "," + std::string(opc_in_file);

Result<SubscriberFile> read_text(std::string_view text, std::optional<SubscriberFormat> format = {}) {
    return read_subscribers(as_view(text), format);
}
SubscriberFile good_subscribers(std::string_view text, std::optional<SubscriberFormat> format = {}) {
    auto file = read_text(text, format);
    EXPECT_TRUE(file) << to_string(file.error());
    if (!file) return {};
    for (const auto& row : file->rows) EXPECT_FALSE(row.problem) << to_string(*row.problem);
    return *std::move(file);
}

TEST(SubscriberFile, CsvHasItsColumnsInAnyOrder) {
    const auto file = good_subscribers("\xEF\xBB\xBFKi,Colour,IMSI,opc,MSISDN,iccid,mnc_digits,provider\r\n" +
                                       std::string(k_in_file) + ",red,001010000000001," + std::string(opc_in_file) +
                                       ",+88 2110,8988211000000000011,3,\"North, Ltd\"\r\n\r\n");
    EXPECT_EQ(file.format, csv);
    EXPECT_EQ(file.unknown, std::vector<std::string>{"Colour"});
    EXPECT_TRUE(file.ignored.empty());
    ASSERT_EQ(file.rows.size(), 1U);
    const auto& row = file.rows.front();
    EXPECT_EQ(row.place, 2U);
    EXPECT_EQ(row.iccid, "8988211000000000011");
    EXPECT_EQ(row.imsi, "001010000000001");
    EXPECT_EQ(row.msisdn, "882110");
    EXPECT_EQ(row.provider, "North, Ltd");
    EXPECT_EQ(row.mnc_digits, 3U);
    EXPECT_EQ(hex(expose(row.k)), k_in_file);
    EXPECT_EQ(expose(row.opc).size(), 16U);
    EXPECT_EQ(good_subscribers("imsi;k\n001010000000001;" + std::string(k_in_file)).rows.front().imsi,
              "001010000000001");
}

TEST(SubscriberFile, CsvSaysWhatIsWrongWithARowAndGoesOn) {
    const auto file = read_text("imsi,k,opc\n1,zz," + std::string(opc_in_file) + "\n2\n3," + keys_in_file +
                                "\n4,9F1C," + std::string(opc_in_file));
    ASSERT_TRUE(file);
    ASSERT_EQ(file->rows.size(), 4U);
    for (const std::size_t wrong : {0U, 1U, 3U}) EXPECT_TRUE(file->rows[wrong].problem) << wrong;
    EXPECT_FALSE(file->rows[2].problem);
    EXPECT_EQ(file->rows[3].place, 5U);
    EXPECT_EQ(to_string(*file->rows[3].problem).find("9F1C"), std::string::npos);
}

TEST(SubscriberFile, KeyInAColumnOfAnotherKindIsNotKept) {
    const std::string key(k_in_file);
    const auto file = read_text("imsi,iccid,msisdn,algorithm,provider,profile_name," + key + "\n" + key + "," + key +
                                "," + key + "," + key + ",,,\n1,,,,North," + key + ",\n");
    ASSERT_TRUE(file) << to_string(file.error());
    EXPECT_EQ(file->unknown, std::vector<std::string>{"?"});
    ASSERT_EQ(file->rows.size(), 2U);
    const auto& row = file->rows.front();
    for (const auto& text : {row.imsi, row.iccid, row.msisdn, row.algorithm}) EXPECT_EQ(text, "?");
    ASSERT_TRUE(file->rows[1].problem);
    EXPECT_EQ(to_string(*file->rows[1].problem).find(k_in_file), std::string::npos);
    EXPECT_EQ(file->rows[1].profile_name, "");
}

TEST(SubscriberFile, CsvWithoutItsHeaderIsNone) {
    for (const std::string& wrong : {std::string(), std::string("\n\n"), "001010000000001," + keys_in_file,
                                     std::string("imsi,k,ki\n1,2,3"), std::string("iccid,k\n1,2")}) {
        const auto file = read_text(wrong);
        ASSERT_FALSE(file) << wrong;
        EXPECT_EQ(to_string(file.error()).find(k_in_file), std::string::npos) << "a first line may hold keys";
    }
}

TEST(SubscriberFile, SrsranHasTenColumnsAndNoHeader) {
    const auto file =
        good_subscribers("# comment\nue1,mil,001010000000001," + std::string(k_in_file) + ",opc," +
                         std::string(opc_in_file) + ",8000,000000001234,7,dynamic\nue2,xor,001010000000002," +
                         std::string(k_in_file) + ",opc,,8000,0,7,dynamic\nue3,mil,001010000000003," +
                         std::string(k_in_file) + ",op," + std::string(opc_in_file) + ",8000,0,7,dynamic\n");
    EXPECT_EQ(file.format, srsran);
    ASSERT_EQ(file.rows.size(), 3U);
    EXPECT_EQ(file.rows[0].place, 2U);
    EXPECT_EQ(file.rows[0].algorithm, "MILENAGE");
    EXPECT_EQ(file.rows[0].opc.size(), 16U);
    EXPECT_EQ(file.rows[1].algorithm, "test algorithm");
    EXPECT_EQ(file.rows[2].op.size(), 16U);
    EXPECT_TRUE(file.rows[2].opc.empty());
    EXPECT_TRUE(read_text("ue1,mil,001010000000001\n", srsran)->rows.front().problem);
}

std::string open5gs_document(std::string_view imsi, std::string_view constant) {
    return R"({"_id":{"$oid":"6"},"imsi":")" + std::string(imsi) +
           R"(","msisdn":["88211"],"security":{"k":"9F1C4A77 30E2B85D )"
           R"(06CB91D4 4F3E68A2",)" +
           std::string(constant) + R"(,"amf":"8000","sqn":{"$numberLong":"97"}},"slice":[],"__v":0})";
}

TEST(SubscriberFile, Open5gsHasDocumentsInLinesOrInAnArray) {
    const std::string first =
        open5gs_document("001010000000001", R"("op":null,"opc":")" + std::string(opc_in_file) + '"');
    const std::string second =
        open5gs_document("001010000000002", R"("opc":null,"op":")" + std::string(opc_in_file) + '"');
    const std::string in_lines = first + "\n" + second + "\n";
    const std::string in_an_array = "[" + first + ",\n" + second + "]";
    for (const auto& text : {in_lines, in_an_array}) {
        const auto file = good_subscribers(text);
        EXPECT_EQ(file.format, open5gs);
        ASSERT_EQ(file.rows.size(), 2U) << text;
        EXPECT_EQ(hex(expose(file.rows[0].k)), k_in_file);
        EXPECT_EQ(file.rows[0].opc.size(), 16U);
        EXPECT_EQ(file.rows[0].msisdn, "88211");
        EXPECT_EQ(file.rows[1].op.size(), 16U);
        EXPECT_EQ(file.rows[1].place, 2U);
    }
    EXPECT_EQ(good_subscribers("[" + first + "]").places, "entry");
    const auto csv_of_it = good_subscribers("_id,imsi,security.k,security.opc\n1,001010000000001," + keys_in_file);
    EXPECT_EQ(csv_of_it.format, open5gs);
    EXPECT_EQ(hex(expose(csv_of_it.rows.front().k)), k_in_file);
    EXPECT_EQ(csv_of_it.ignored, std::vector<std::string>{"_id"});
    EXPECT_TRUE(csv_of_it.unknown.empty());
}

TEST(SubscriberFile, Open5gsRowsThatAreNoneDoNotStopTheOthers) {
    const auto file = read_text("{\"imsi\":\"1\"}\n{" + std::string(k_in_file) + "\n" +
                                open5gs_document("001010000000001", R"("opc":")" + std::string(opc_in_file) + '"'));
    ASSERT_TRUE(file);
    ASSERT_EQ(file->rows.size(), 3U);
    EXPECT_TRUE(file->rows[0].problem);
    ASSERT_TRUE(file->rows[1].problem);
    EXPECT_EQ(to_string(*file->rows[1].problem).find(k_in_file.substr(0, 8)), std::string::npos);
    EXPECT_FALSE(file->rows[2].problem);
    EXPECT_FALSE(read_text("[" + std::string(k_in_file) + "]"));
}

TEST(SubscriberFile, PysimColumnsAreKnown) {
    const auto file =
        good_subscribers("name,iccid,mcc,mnc,imsi,smsp,ki,opc,adm1\nx,8988211000000000011,310,150,310150000000001,,0x" +
                         keys_in_file + ",12345678\n");
    EXPECT_EQ(file.format, pysim);
    EXPECT_EQ(file.rows.front().mnc_digits, 3U);
    EXPECT_EQ(file.ignored, (std::vector<std::string>{"name", "mcc", "smsp", "adm1"}));
}

std::string classic_row(std::string_view iccid, std::string_view imsi, std::string_view more = "") {
    return std::string(iccid) + " 88211000000001 " + std::string(imsi) + " " + std::string(k_in_file) + " " +
           std::string(opc_in_file) + std::string(more) + "\n";
}
constexpr const char* first_iccid = "8988211000000000011";

TEST(SubscriberFile, ClassicHasAHeaderOfNumbersAndRowsOfCards) {
    const auto file = good_subscribers("\n00567 112318151552 2 5014 1 3 0 3 1\r\n" +
                                       classic_row(first_iccid, "001010000000001", " 1234 12345678 99") + "\n" +
                                       "8988211000000000029\t-\t001010000000002\t" + std::string(k_in_file) + "\t" +
                                       std::string(opc_in_file) + "\n");
    EXPECT_EQ(file.format, classic);
    EXPECT_EQ(file.transport_key, 3U);
    EXPECT_EQ(file.ignored, (std::vector<std::string>{"productId", "otaTransportKeyIdx", "simType", "step",
                                                      "(what stands behind OPc)"}));
    ASSERT_EQ(file.rows.size(), 2U);
    EXPECT_EQ(file.rows[0].place, 3U);
    EXPECT_EQ(file.rows[0].iccid, first_iccid);
    EXPECT_EQ(file.rows[0].msisdn, "88211000000001");
    EXPECT_EQ(file.rows[0].imsi, "001010000000001");
    EXPECT_EQ(file.rows[0].algorithm, "MILENAGE");
    EXPECT_EQ(hex(expose(file.rows[0].k)), k_in_file);
    EXPECT_EQ(file.rows[0].opc.size(), 16U);
    EXPECT_EQ(file.rows[1].msisdn, "");
    EXPECT_EQ(file.rows[1].place, 5U);
}

TEST(SubscriberFile, ClassicWithoutAnIndexIsInClear) {
    const auto file = good_subscribers("1 112318151552 1 5014 1\n" + classic_row(first_iccid, "001010000000001"));
    EXPECT_EQ(file.transport_key, 0U);
    EXPECT_FALSE(good_subscribers("imsi,k\n1," + std::string(k_in_file)).transport_key) << "others do not say";
}

/// Found and read alike, whether the format is told or not.
TEST(SubscriberFile, ClassicMayBeginWithRemarks) {
    const std::string row = classic_row(first_iccid, "001010000000001");
    const std::string text = "# of 23 November\n  # 1 1 2 1 1 3\n1 1 1 1 1 3\n" + row;
    for (const auto& file : {read_text(text), read_text(text, classic)}) {
        ASSERT_TRUE(file) << to_string(file.error());
        EXPECT_EQ(file->format, classic);
        ASSERT_EQ(file->rows.size(), 1U);
        EXPECT_EQ(file->rows[0].place, 4U);
    }
    EXPECT_FALSE(read_text("1 1 1 1 1 3\n# a remark\n" + row)) << "behind the header each line is a card";
}

TEST(SubscriberFile, ClassicOfAnotherShapeIsRefused) {
    const std::string row = classic_row(first_iccid, "001010000000001");
    const auto refused = [&](const std::string& text, const std::string& why) {
        const auto file = read_text(text, classic);
        ASSERT_FALSE(file) << text;
        EXPECT_NE(to_string(file.error()).find(why), std::string::npos) << to_string(file.error());
        EXPECT_EQ(to_string(file.error()).find(k_in_file.substr(0, 8)), std::string::npos);
    };
    refused("1 1 2 1 1 3\n" + row, "quantity");
    refused("1 1 0 1 1 3\n" + row, "quantity");
    refused("1 1 1 1 3 3\n" + row, "imsisPerSim");
    refused("1 1 1 1 1 256\n" + row, "aucTransportKeyIdx");
    refused("1 1 1 1\n" + row, "5 to 9 numbers");
    refused("1 1 1 1 1 3 0 3 1 9\n" + row, "5 to 9 numbers");
    refused("1 1 x 1 1 3\n" + row, "5 to 9 numbers");
    refused(row, "5 to 9 numbers");
    refused("", "empty");
}

TEST(SubscriberFile, ClassicRowsThatAreNoneDoNotStopTheOthers) {
    const std::string key(k_in_file);
    const auto file = read_text("1 1 5 1 1 3\n" + classic_row(first_iccid, "001010000000001") + "1 2 3 " + key +
                                "\n1 2 3 " + key.substr(2) + " " + key + "\n1 2 3 " + key + " " + key + "00\n1 2 3\n");
    ASSERT_TRUE(file) << to_string(file.error());
    ASSERT_EQ(file->rows.size(), 5U);
    EXPECT_FALSE(file->rows[0].problem);
    for (const std::size_t wrong : {1U, 2U, 3U}) {
        ASSERT_TRUE(file->rows[wrong].problem) << wrong;
        EXPECT_EQ(to_string(*file->rows[wrong].problem).find(key.substr(2, 8)), std::string::npos);
    }
    EXPECT_FALSE(file->rows[4].problem) << "an order of cards: their keys are to be made";
    EXPECT_TRUE(file->rows[4].k.empty());
}

TEST(SubscriberFile, FormatsHaveNames) {
    for (const auto format : {csv, srsran, open5gs, pysim, classic})
        EXPECT_EQ(find_subscriber_format(to_string(format)), format);
    EXPECT_FALSE(find_subscriber_format("auto"));
}

}  // namespace
}  // namespace mcim::apps
