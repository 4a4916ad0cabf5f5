#include "mcim/pva/record.h"

#include <gtest/gtest.h>

#include "support/soft_tpm.h"

namespace mcim::pva {
namespace {

DeviceRecord sample() {
    const Time now = *from_rfc3339("2026-11-21T20:00:00Z");
    const Eid eid = *Eid::with_check_digits("890490320010010000000000000000");
    const Bytes session(16, 0xA1);
    const Bytes ak_public = test::SoftTpm{}.ak_public();
    const evidence::Verdict verdict{
        "pva-1",     "0.1.0",
        eid,         session,
        now,         now + std::chrono::minutes{10},
        "gateway-2", "first",
        7,           {{evidence::Tier::contraindicated, {"PCR 4 (boot loader) was not quoted"}}, {}}};
    return {eid,
            ak_public,
            evidence::parse_attestation_key(ak_public)->name,
            crypto::sha256(as_view("EK")),
            "gateway-2",
            now,
            RemovedDevice{now, now, Bytes(34, 1), crypto::sha256(as_view("earlier EK"))},
            evidence::ClockInfo{0x8000000000000001U, 0xFFFFFFFF, 2, true},
            {{{{1, 2, 3}}, now}},
            now,
            {{session, {0xFFFFFFFF, 2}, {verdict}}}};
}

std::string replaced(std::string text, std::string_view what, std::string_view by) {
    const auto at = text.find(what);
    EXPECT_NE(at, std::string::npos) << what;
    return text.replace(at, what.size(), by);
}

TEST(PvaRecord, ReadsBackWhatItWrote) {
    const auto record = sample();
    const auto back = parse_record(to_json(record));
    ASSERT_TRUE(back) << to_string(back.error());
    EXPECT_EQ(*back, record);
}

TEST(PvaRecord, OfARemovedDeviceHoldsNoVerdict) {
    const auto record = sample();
    EXPECT_EQ(std::get<DeviceRecord>(*parse_row(to_json(record))), record);
    const RemovedDevice removed{record.enrolled_at, record.spent_until, record.ak_name, record.tpm_identity};
    EXPECT_EQ(std::get<RemovedDevice>(*parse_row(to_json(removed))), removed);
    EXPECT_FALSE(parse_record(to_json(removed)));
    EXPECT_FALSE(parse_row(replaced(to_json(removed), "\"format\":1", "\"format\":2")));
    EXPECT_FALSE(parse_row(replaced(to_json(removed), "\"format\":1", "\"format\":1,\"more\":1")));
}

TEST(PvaRecord, RefusesOtherFormatsAndRowsThatDoNotBelongTogether) {
    const std::string json = to_json(sample());
    EXPECT_EQ(parse_record(replaced(json, "\"format\":1", "\"format\":2")).error().path, "format");
    EXPECT_FALSE(parse_record(replaced(json, "\"format\":1", "\"format\":1,\"more\":1")));
    EXPECT_FALSE(parse_record(replaced(json, "\"removed_at\"", "\"more\":1,\"removed_at\"")));
    EXPECT_TRUE(parse_record(replaced(json, "\"format\":1", "\"format\":1,\"revision\":3"))) << "an earlier version's";
    EXPECT_FALSE(parse_record(replaced(json, "\"sub\":\"8904", "\"sub\":\"8905"))) << "a verdict of another device";
    EXPECT_FALSE(parse_record(replaced(json, "\"reset_count\":4294967295", "\"reset_count\":4294967296")));
}

}  // namespace
}  // namespace mcim::pva
