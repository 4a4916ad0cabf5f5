#include "mcim/jose/json.h"

#include <gtest/gtest.h>

namespace mcim::jose {
namespace {

Error refused(std::string_view json, const JsonLimits& limits = {}) {
    auto parsed = Object::parse(json, limits);
    EXPECT_FALSE(parsed) << json;
    return parsed ? Error{} : parsed.error();
}

TEST(JsonObject, RefusesAMemberGivenTwiceAtAnyDepth) {
    EXPECT_NE(refused(R"({"a":1,"b":2,"a":3})").detail.find("\"a\" is given twice"), std::string::npos);
    EXPECT_NE(refused(R"({"o":[{"x":1,"x":1}]})").detail.find("twice"), std::string::npos);
    EXPECT_NE(refused(R"({"a":1,"\u0061":2})").detail.find("twice"), std::string::npos)
        << "escapes spell the same name";
    EXPECT_NE(refused(R"({"":1,"":2})").detail.find("twice"), std::string::npos);
    EXPECT_TRUE(Object::parse(R"({"a":{"x":1},"b":{"x":1}})"));
}

TEST(JsonObject, RefusesWhatIsNoSingleObject) {
    for (const std::string_view bad : {"", " ", "[]", "1", "null", "{", "{}{}", "{} x", "{\"a\":1,}", "{'a':1}",
                                       "{\"a\":01}", "{\"a\":NaN}", "{/**/}"})
        refused(bad);
    refused("{\"a\":\"\xC0\x80\"}");
    EXPECT_TRUE(Object::parse(" { } \r\n"));
}

TEST(JsonObject, HoldsSizeAndDepthToTheLimits) {
    EXPECT_EQ(refused(R"({"a":1})", {.octets_max = 6, .depth_max = 16}).code, Errc::too_large);
    EXPECT_TRUE(Object::parse(R"({"a":[1]})", {.octets_max = 9, .depth_max = 2}));
    refused(R"({"a":[[1]]})", {.octets_max = 99, .depth_max = 2});
    refused(std::string(60000, '['));
}

TEST(JsonObject, ReadsKeysIntoSecrets) {
    const auto o = *Object::parse(R"({"k":"000102FF","p":"AAEC_w","bad":"0","n":1})");
    EXPECT_EQ(hex(expose(*o.secret_hex_octets("k"))), "000102FF");
    EXPECT_EQ(hex(expose(*o.secret_octets("p"))), "000102FF");
    EXPECT_EQ(o.secret_hex_octets("bad").error().path, "bad");
    EXPECT_EQ(o.secret_octets("n").error().path, "n");
    EXPECT_EQ(o.secret_octets("absent").error().code, Errc::missing_field);
}

TEST(JsonObject, NamesTheMemberThatIsWrong) {
    const auto o = Object::parse(
        R"({"n":1.5,"big":9223372036854775808,"s":"","o":{"t":"x"},"h":"0","b":"Zh==","list":[1],"late":253402300800,"neg":-1})");
    ASSERT_TRUE(o);
    EXPECT_EQ(o->text("absent").error().code, Errc::missing_field);
    EXPECT_EQ(o->text("absent").error().path, "absent");
    EXPECT_EQ(o->object("o")->integer("t").error().path, "o.t");
    for (const std::string_view name : {"n", "big", "s", "o"}) EXPECT_EQ(o->integer(name).error().path, name);
    EXPECT_FALSE(o->text("s"));
    EXPECT_FALSE(o->hex_octets("h"));
    EXPECT_FALSE(o->octets("b"));
    EXPECT_FALSE(o->texts("list"));
    EXPECT_FALSE(o->objects("list"));
    EXPECT_FALSE(o->time("late"));
    EXPECT_FALSE(o->time("neg"));
    EXPECT_EQ(o->only({"n"}).error().path, "big");
    EXPECT_EQ(*o->optional_member(&Object::text, "absent"), std::nullopt);
    EXPECT_FALSE(o->optional_member(&Object::text, "n"));
}

TEST(JsonObject, ReadsFlagsAndKnowsEmptyTexts) {
    const auto o = Object::parse(R"({"yes":true,"no":false,"one":1,"text":"true","empty":""})");
    ASSERT_TRUE(o);
    EXPECT_EQ(*o->flag("yes"), true);
    EXPECT_EQ(*o->flag("no"), false);
    for (const std::string_view name : {"one", "text", "absent"}) EXPECT_FALSE(o->flag(name)) << name;
    EXPECT_TRUE(o->is_empty_text("empty"));
    for (const std::string_view name : {"one", "text", "absent"}) EXPECT_FALSE(o->is_empty_text(name)) << name;
}

TEST(JsonObject, OutlivesTheDocumentItWasReadFrom) {
    const auto inner = [] { return *Object::parse(R"({"list":[{"name":"a"},{"name":"b"}]})")->objects("list"); }();
    ASSERT_EQ(inner.size(), 2U);
    EXPECT_EQ(*inner[1].text("name"), "b");
    EXPECT_EQ(inner[1].text("other").error().path, "list[1].other");
}

TEST(JsonWriter, WritesMembersInOrderAndReadsBack) {
    ObjectWriter part;
    part.text("quote", "a\"b\\c\n\x01");
    ObjectWriter w;
    w.text("z", "ü").integer("n", -5).time("iat",
                                           *from_rfc3339("2026-11-21T20:27:22Z") + std::chrono::milliseconds{999});
    w.octets("o", *from_hex("FBFF"))
        .hex_octets("h", *from_hex("00FF"))
        .object("part", part)
        .objects("many", {part, part})
        .texts("t", {"x", "y"})
        .integers("i", {1, -2})
        .flag("yes", true)
        .flag("no", false);
    const std::string written = w.finish();
    EXPECT_EQ(written.substr(0, 40), R"({"z":"ü","n":-5,"iat":1795292842,"o":"-)");
    const auto o = Object::parse(written);
    ASSERT_TRUE(o);
    EXPECT_EQ(o->names(), (std::vector<std::string>{"z", "n", "iat", "o", "h", "part", "many", "t", "i", "yes", "no"}));
    EXPECT_EQ(to_rfc3339(*o->time("iat")), "2026-11-21T20:27:22Z");
    EXPECT_EQ(hex(*o->octets("o")), "FBFF");
    EXPECT_EQ(hex(*o->hex_octets("h")), "00FF");
    EXPECT_EQ(*o->objects("many")->at(1).text("quote"), "a\"b\\c\n\x01");
    EXPECT_EQ(*o->texts("t"), (std::vector<std::string>{"x", "y"}));
    EXPECT_EQ(*o->integers("i"), (std::vector<std::int64_t>{1, -2}));
    EXPECT_FALSE(o->integers("t"));
    EXPECT_TRUE(*o->flag("yes"));
    EXPECT_FALSE(*o->flag("no"));
    EXPECT_EQ(ObjectWriter().finish(), "{}");
}

}  // namespace
}  // namespace mcim::jose
