// The JSON binding of ES9+, and what the server's parts make of what is in it.
#include <gtest/gtest.h>

#include "mcim/msg/json.h"
#include "mcim/smdp/challenge.h"
#include "mcim/smdp/desk_for_test.h"
#include "mcim/smdp/eligibility.h"

namespace mcim::smdp {
namespace {

Result<Function> read_json(std::string_view path, std::string_view body) { return es9_json.read(path, body); }
std::string written_json(const Reply& reply) {
    return es9_json.write(Es9Function::get_bound_profile_package, reply).value();
}

TEST(Es9, FunctionsAreReadFromPathAndBody) {
    Desk desk;
    const test::SoftCard card = desk.card();
    const std::string body = msg::to_json(card.initiate(desk.server.address));
    const auto function = read_json("/gsma/rsp2/es9plus/initiateAuthentication", body);
    ASSERT_TRUE(function);
    EXPECT_EQ(std::get<InitiateAuthentication>(*function).request, card.initiate(desk.server.address));
    EXPECT_EQ(read_json("/gsma/rsp2/es9plus/initiateauthentication", body).error().code, Errc::not_found);
    EXPECT_EQ(read_json("/gsma/rsp2/es2plus/initiateAuthentication", body).error().code, Errc::not_found);
    EXPECT_NE(read_json("/gsma/rsp2/es9plus/authenticateClient", body).error().code, Errc::not_found);
}

TEST(Es9, RepliesCarryTheirFieldsAndRefusalsTheirCodes) {
    const std::string package = written_json(BoundPackage{{0xAA, 0x01}, *from_hex("BF3600")});
    EXPECT_FALSE(*msg::read_status(package));
    EXPECT_NE(package.find(R"("transactionId":"AA01")"), std::string::npos);
    EXPECT_NE(package.find("\"boundProfilePackage\":\"" + base64(*from_hex("BF3600")) + "\""), std::string::npos);
    EXPECT_EQ(written_json(NoContent{}), "");
    const auto status = *msg::read_status(written_json(Refused{Refusal::order_expired}));
    ASSERT_TRUE(status);
    EXPECT_EQ(status->subject_code, "8.8.5");
    EXPECT_EQ(status->reason_code, "4.10");
    EXPECT_FALSE(status->message.empty());
    const auto ours = *msg::read_status(written_json(Refused{Refusal::server_unavailable}));
    ASSERT_TRUE(ours);
    EXPECT_EQ(ours->subject_code + "/" + ours->reason_code, "8.8/5.1");
    EXPECT_FALSE(es9_json.write(Es9Function::handle_notification, Refused{Refusal::server_unavailable}))
        << "a reply without a body says nothing";
}

TEST(Es9, HostileBodiesAreRefused) {
    Desk desk;
    const auto ask_every = [&](std::string_view body) {
        for (const std::string_view name : {"initiateAuthentication", "authenticateClient", "getBoundProfilePackage",
                                            "cancelSession", "handleNotification"})
            if (auto function = read_json(std::string(es9_json_path) + std::string(name), body)) {
                EXPECT_TRUE(desk.ask(*std::move(function))) << body;
            }
    };
    for (const std::string_view body :
         {"", "{", "[]", R"({"transactionId":"zz"})", R"({"transactionId":""})", R"({"euiccChallenge":"AA=="})"})
        ask_every(body);
    const test::SoftCard card = desk.card();
    const auto first = desk.initiated(card);
    for (const std::string& body : {msg::to_json(card.initiate("x")), msg::to_json(card.authenticate(first, "M")),
                                    msg::to_json(card.notify(desk.iccid, msg::NotificationEventBit::enable)),
                                    msg::to_json(card.installed(first.transaction_id, desk.iccid, desk.server.oid))}) {
        ask_every(body);
        for (std::size_t i = 0; i < body.size(); i += 7) {
            std::string changed = body;
            changed[i] = static_cast<char>(changed[i] ^ 1);
            ask_every(changed);
            ask_every(body.substr(0, i));
        }
    }
}

/// A request with one member changed: refused, and the member named.
class Es9Body : public testing::Test {
protected:
    struct Member {
        std::string function, body, name, value;
        [[nodiscard]] std::string with(std::string_view other) const {
            std::string changed = body;
            return changed.replace(changed.find(value), value.size(), other);
        }
    };
    static Member member(std::string function, std::string body, const std::string& name) {
        const auto from = body.find('"' + name + "\":\"") + name.size() + 4;
        std::string value = body.substr(from, body.find('"', from) - from);
        return {std::move(function), std::move(body), name, std::move(value)};
    }
    /// Each member of the five functions that carries DER.
    std::vector<Member> members() {
        const auto first = desk.initiated(card);
        const msg::TransactionId id = first.transaction_id;
        return {
            member("initiateAuthentication", msg::to_json(card.initiate("a.example")), "euiccInfo1"),
            member("authenticateClient", msg::to_json(card.authenticate(first, "M")), "authenticateServerResponse"),
            member("getBoundProfilePackage", msg::to_json(card.prepare({id, {}, {id, false, {}, {}}, {}, {}, {}})),
                   "prepareDownloadResponse"),
            member("cancelSession", msg::to_json(card.cancel(id, desk.server.oid, msg::CancelSessionReason::postponed)),
                   "cancelSessionResponse"),
            member("handleNotification", msg::to_json(card.notify(desk.iccid, msg::NotificationEventBit::enable)),
                   "pendingNotification")};
    }
    static void expect_refused(const Member& m, std::string_view value) {
        const auto read = read_json(std::string(es9_json_path) + m.function, m.with(value));
        ASSERT_FALSE(read) << m.function << ' ' << value;
        EXPECT_NE(read.error().code, Errc::not_found);
        EXPECT_NE(read.error().path.find(m.name), std::string::npos) << m.function << ": " << to_string(read.error());
    }
    Desk desk;
    test::SoftCard card = desk.card();
};

TEST_F(Es9Body, DerCutShortIsRefusedAndItsMemberNamed) {
    for (const Member& m : members()) {
        const Bytes der = *from_base64(m.value);
        for (std::size_t size = 0; size < der.size(); size += 11) expect_refused(m, base64(View(der).first(size)));
    }
}
TEST_F(Es9Body, OctetsBehindTheDerAreRefused) {
    for (const Member& m : members()) expect_refused(m, base64(concat({*from_base64(m.value), Bytes{0}})));
}
TEST_F(Es9Body, LengthsThatAreNotCanonicalAreRefused) {
    for (const Member& m : members()) {
        const Bytes der = *from_base64(m.value);
        const std::size_t tag = der::Reader(der).peek()->wire > 0xFF ? 2 : 1;
        const View contents = (*der::Reader(der).read()).content.rest();
        const auto n = contents.size();
        expect_refused(m,
                       base64(concat({View(der).first(tag),
                                      Bytes{0x83, 0, static_cast<std::uint8_t>(n >> 8U), static_cast<std::uint8_t>(n)},
                                      contents})));
        expect_refused(m, base64(concat({View(der).first(tag), Bytes{0x80}, contents, Bytes{0, 0}})));
    }
}
TEST_F(Es9Body, AnotherTagIsRefused) {
    for (const Member& m : members()) {
        Bytes der = *from_base64(m.value);
        der[0] ^= 0x01U;
        expect_refused(m, base64(der));
    }
}
TEST_F(Es9Body, WhatIsNoBase64IsRefused) {
    for (const Member& m : members())
        for (const std::string_view bad : {"!", "A", "AA=A", "AA==AA==", "-_-_", "AAA\\n"}) expect_refused(m, bad);
}
TEST_F(Es9Body, LengthsBeyondTheBodyAreRefused) {
    for (const Member& m : members())
        for (const std::string_view announced :
             {"BF3884FFFFFFFF00", "BF388400000001", "308580FFFFFFFF00", "BF38847FFFFFFF"})
            expect_refused(m, base64(*from_hex(announced)));
}
TEST_F(Es9Body, AMemberThatIsMissingOrOfAnotherKindIsNamed) {
    for (const Member& m : members()) {
        for (const std::string_view other : {R"("other":"AA==")", "7", "null", "[]", "{}"}) {
            std::string body = m.body;
            const std::string whole = '"' + m.name + "\":\"" + m.value + '"';
            body.replace(body.find(whole), whole.size(),
                         other.starts_with('"') ? std::string(other) : '"' + m.name + "\":" + std::string(other));
            const auto read = read_json(std::string(es9_json_path) + m.function, body);
            ASSERT_FALSE(read) << body;
            EXPECT_NE(read.error().path.find(m.name), std::string::npos) << to_string(read.error());
        }
    }
}

TEST(Challenge, BelongsToOneTransactionAddressCiAndKey) {
    test::SeededRandom random(3);
    const SecretBytes key(Bytes(32, 1)), other(Bytes(32, 2));
    const Time now = *from_rfc3339("2026-06-01T12:00:00Z");
    const Bytes id = fresh_transaction_id(key, now, random);
    EXPECT_EQ(id.size(), 16U);
    EXPECT_TRUE(is_pending(key, id, now, std::chrono::seconds(60)));
    EXPECT_TRUE(is_pending(key, id, now + std::chrono::seconds(60), std::chrono::seconds(60)));
    EXPECT_FALSE(is_pending(key, id, now + std::chrono::seconds(61), std::chrono::seconds(60)));
    EXPECT_FALSE(is_pending(key, id, now - std::chrono::seconds(60), std::chrono::seconds(60)));
    EXPECT_FALSE(is_pending(other, id, now, std::chrono::seconds(60)));
    EXPECT_FALSE(is_pending(key, View(id).first(15), now, std::chrono::seconds(60)));
    EXPECT_FALSE(is_pending(key, {}, now, std::chrono::seconds(60)));
    EXPECT_NE(fresh_transaction_id(key, now, random), id);

    const Bytes ci(20, 5);
    const Bytes challenge = server_challenge(key, id, ci, "a.example");
    EXPECT_EQ(challenge.size(), 16U);
    EXPECT_EQ(server_challenge(key, id, ci, "a.example"), challenge);
    EXPECT_NE(server_challenge(other, id, ci, "a.example"), challenge);
    EXPECT_NE(server_challenge(key, id, Bytes(20, 6), "a.example"), challenge);
    EXPECT_NE(server_challenge(key, id, ci, "b.example"), challenge);
}

TEST(Eligibility, ReadsTheFreeMemoryOfACard) {
    EXPECT_EQ(free_memory(*from_hex("81010082040008")), std::nullopt) << "cut short";
    EXPECT_EQ(free_memory(*from_hex("810100820400080000830400010000")), 524288U);
    EXPECT_EQ(free_memory(*from_hex("8203010000")), 65536U);
    EXPECT_EQ(free_memory(*from_hex("8200")), std::nullopt);
    EXPECT_EQ(free_memory({}), std::nullopt);
}

}  // namespace
}  // namespace mcim::smdp
