// What an operator's profiles say of themselves: set for all, for a type, for a line; and what a card gets of it.
#include "mcim/apps/mcimd/mcimd_for_test.h"
#include "mcim/msg/icon_for_test.h"

namespace mcim::apps::mcimd {
namespace {

using jose::ObjectWriter;
using msg::NotificationEventBit;

class Metadata : public Mcimd {
protected:
    void SetUp() override {
        Mcimd::SetUp();
        add_two_operators();
    }
    static std::string body(const ObjectWriter& document) {
        return ObjectWriter().object("metadata", document).finish();
    }
    void set_for_all(const ObjectWriter& document) { admin("POST", "/operators/a/metadata", body(document)); }
    std::string complaint(const ObjectWriter& document, unsigned status = 422) {
        return *admin("POST", "/operators/a/metadata", body(document), status).text("detail");
    }
    void set_for(const Iccid& iccid, const ObjectWriter& document) {
        admin("POST", "/subscriptions/" + iccid.text() + "/metadata", body(document));
    }
    static ObjectWriter telling(std::string_view address) {
        return ObjectWriter().objects("notifications",
                                      {ObjectWriter().texts("events", {"enable"}).text("address", address)});
    }
    jose::Object metadata_shown(const Iccid& iccid) {
        return *admin("GET", "/subscriptions/" + iccid.text()).object("metadata");
    }
    /// Whose document counts for the line, and who is told by it.
    std::string shown(const Iccid& iccid) {
        const auto line = admin("GET", "/subscriptions/" + iccid.text());
        const auto told = line.object("metadata")->optional_member(&jose::Object::objects, "notifications");
        return *line.text("metadata_from") + ": " + (*told ? *(**told).front().text("address") : "nobody");
    }
    /// A line of the template, of a type.
    void add_template_line(const Iccid& iccid, const std::string& imsi, std::string_view type) {
        admin("POST", "/subscriptions",
              ObjectWriter()
                  .text("operator", "a")
                  .text("iccid", iccid.text())
                  .text("imsi", imsi)
                  .text("profile_type", type)
                  .finish());
    }
    msg::StoreMetadataRequest offered(const Iccid& iccid) { return offer(add_order("a", iccid)).profile_metadata; }
    Iccid third = *Iccid::with_check_digit("894412345678901233");
};

TEST_F(Metadata, ReachTheCardInSegmentsOfItsPackage) {
    const Bytes icon = msg::for_test::png(1024);
    ObjectWriter told;
    told.texts("events", {"enable", "delete"}).text("address", "events.example.com");
    set_for_all(ObjectWriter()
                    .octets("icon", icon)
                    .texts("policy_rules", {"ppr2"})
                    .text("owner", "999-99")
                    .text("gid1", "4D32")
                    .objects("notifications", {told}));
    const auto offer_made = offer(add_order("a", first));
    const auto& m = offer_made.profile_metadata;
    ASSERT_TRUE(m.icon && m.icon_type && m.profile_policy_rules && m.profile_owner);
    EXPECT_EQ(m.icon->bytes, icon);
    EXPECT_EQ(*m.icon_type, msg::IconType::png);
    EXPECT_EQ(*m.profile_policy_rules, der::BitString::of({static_cast<std::size_t>(msg::PprBit::ppr2)}));
    EXPECT_EQ(m.profile_owner->mcc_mnc.bytes, *from_hex("99F999"));
    EXPECT_EQ(m.profile_owner->gid1->bytes, *from_hex("4D32"));
    ASSERT_EQ(m.notification_configuration_info->size(), 6U) << "the platform's own four besides";
    EXPECT_EQ(m.notification_configuration_info->back().notification_address.text, "events.example.com");
    EXPECT_EQ(m.notification_configuration_info->back().profile_management_operation,
              msg::event(NotificationEventBit::delete_));
    const auto bound = call<msg::GetBoundProfilePackageOk>("getBoundProfilePackage", card.prepare(offer_made));
    EXPECT_EQ(bound.bound_profile_package.sequence_of_88.size(), 2U) << "1024 octets of icon are no one segment";
}

TEST_F(Metadata, RuleThatTheCardForbidsIsNotOffered) {
    set_for_all(ObjectWriter().texts("policy_rules", {"ppr1"}).text("owner", "999-99"));
    const auto order = add_order("a", first);
    const auto ask = [&] {
        return refusal("authenticateClient", card.authenticate(initiate(), *order.text("matching_id")));
    };
    card.info.forbidden_profile_policy_rules = der::BitString::of({static_cast<std::size_t>(msg::PprBit::ppr1)});
    EXPECT_EQ(ask(), "8.2.5/4.3");
    card.info.forbidden_profile_policy_rules = der::BitString::of({static_cast<std::size_t>(msg::PprBit::ppr2)});
    EXPECT_EQ(ask(), "");
}

TEST_F(Metadata, NearestDocumentCountsAsAWhole) {
    add_template_line(third, "999990000000003", "meter");
    const auto of_meters = [&](const std::optional<ObjectWriter>& document) {
        ObjectWriter w;
        w.text("profile_type", "meter");
        if (document) w.object("metadata", *document);
        admin("POST", "/operators/a/metadata", w.finish());
    };
    EXPECT_EQ(shown(first), "platform: nobody");
    set_for_all(telling("all.example"));
    EXPECT_EQ(shown(first), "operator: all.example");
    EXPECT_EQ(shown(third), "operator: all.example");
    of_meters(ObjectWriter().octets("icon", msg::for_test::png(100)));
    EXPECT_EQ(shown(first), "operator: all.example");
    EXPECT_EQ(shown(third), "profile_type: nobody") << "what the nearest does not name is not taken from the next";
    EXPECT_TRUE(metadata_shown(third).has("icon"));
    EXPECT_EQ(admin("GET", "/operators/a").objects("metadata")->size(), 2U);
    set_for(third, telling("own.example"));
    EXPECT_EQ(shown(third), "line: own.example");
    EXPECT_FALSE(metadata_shown(third).has("icon"));
    admin("POST", "/subscriptions/" + third.text() + "/metadata", "{}");
    EXPECT_EQ(shown(third), "profile_type: nobody");
    of_meters({});
    EXPECT_EQ(shown(third), "operator: all.example");
    admin("POST", "/operators/a/metadata", "{}");
    EXPECT_EQ(shown(third), "platform: nobody");
    EXPECT_EQ(admin("GET", "/operators/a").objects("metadata")->size(), 0U);
}

TEST_F(Metadata, OrderKeepsWhatCountedWhenItWasMade) {
    set_for_all(telling("then.example"));
    const auto order = add_order("a", first);
    set_for_all(telling("now.example"));
    start();
    EXPECT_EQ(offer(order).profile_metadata.notification_configuration_info->back().notification_address.text,
              "then.example");
    const auto metadata = *admin("GET", "/orders/" + *order.text("id")).object("metadata");
    EXPECT_EQ(*metadata.text("profile_name"), "a");
    EXPECT_EQ(*metadata.text("class"), "operational");
    EXPECT_EQ(*metadata.objects("notifications")->back().text("address"), "then.example");
    EXPECT_EQ(shown(first), "operator: now.example");
}

TEST_F(Metadata, WhatNoCardWouldTakeIsRefusedAtOnce) {
    const auto owner = ObjectWriter().text("owner", "262-01");
    const auto said = complaint(owner, 409);
    for (const auto& part : {first.text(), std::string("is not of the network 262-01")})
        EXPECT_NE(said.find(part), std::string::npos) << said;
    EXPECT_NE(complaint(ObjectWriter().text("owner", "imsi")).find("is of a package"), std::string::npos);
    EXPECT_EQ(shown(first), "platform: nobody");
    set_for(first, telling("own.example"));
    set_for_all(owner);
    EXPECT_EQ(shown(first), "line: own.example") << "what counts for it was not touched";
    const auto back = admin("POST", "/subscriptions/" + first.text() + "/metadata", "{}", 409);
    EXPECT_NE(back.text("detail")->find("262-01"), std::string::npos) << "nor may it come to count by the back door";
    EXPECT_EQ(shown(first), "line: own.example");
    admin("POST", "/subscriptions",
          ObjectWriter().text("operator", "a").text("iccid", third.text()).text("imsi", "999990000000003").finish(),
          409);
}

TEST_F(Metadata, GroupsOfATemplateLineAreThoseOfItsFiles) {
    add_template_line(third, "999990000000003", "meter");
    const auto refused = [&](const ObjectWriter& document) {
        return *admin("POST", "/subscriptions/" + third.text() + "/metadata", body(document), 422).text("detail");
    };
    const auto owner = [] { return ObjectWriter().text("owner", "imsi"); };
    EXPECT_NE(refused(owner().text("gid2", "01")).find("no EF_GID2"), std::string::npos);
    EXPECT_NE(refused(owner().text("gid1", "010203040506070809")).find("8 octets"), std::string::npos);
    set_for(third, owner().text("gid1", "0102"));
    const auto metadata = offered(third);
    EXPECT_EQ(metadata.profile_owner->mcc_mnc.bytes, *from_hex("99F999")) << "of its IMSI, whose MNC has two digits";
}

TEST_F(Metadata, MistakesAreNamed) {
    const auto told = [](const std::vector<std::string>& events, std::string_view address) {
        return ObjectWriter().objects("notifications",
                                      {ObjectWriter().texts("events", events).text("address", address)});
    };
    std::vector<ObjectWriter> many;
    for (int i = 0; i < 15; ++i)
        many.push_back(ObjectWriter()
                           .texts("events", {"enable", "disable"})
                           .text("address", "n" + std::to_string(i) + ".example"));
    struct Mistake {
        ObjectWriter document;
        const char* complaint;
    };
    const Mistake mistakes[]{
        {ObjectWriter().texts("policy_rules", {"ppr2"}), "has an owner"},
        {ObjectWriter().texts("policy_rules", {"ppr3"}).text("owner", "999-99"), "\"ppr3\" is not"},
        {ObjectWriter().text("owner", "99999"), "MCC-MNC is wanted"},
        {ObjectWriter().text("gid1", "01"), "name his network"},
        {ObjectWriter().text("owner", "999-99").text("gid1", std::string(66, '0')), "1 to 32 octets"},
        {ObjectWriter().octets("icon", to_bytes(as_view("GIF89a"))), "PNG"},
        {ObjectWriter().octets("icon", msg::for_test::png(1025)), "1024"},
        {ObjectWriter().text("colour", "red"), "colour"},
        {told({"enable", "update"}, "a.example"), "\"update\" is not"},
        {told({}, "a.example"), "of which events"},
        {told({"enable"}, "no host"), "address"},
        {ObjectWriter().objects("notifications", many), "here are 30"},
    };
    for (const auto& [document, part] : mistakes) {
        const auto said = complaint(document);
        EXPECT_NE(said.find(part), std::string::npos) << said;
    }
    const auto another = ObjectWriter().octets("icon", msg::for_test::png(100)).text("icon_type", "jpg");
    EXPECT_NE(complaint(another, 409).find("is a png"), std::string::npos);
    EXPECT_EQ(admin("GET", "/operators/a").objects("metadata")->size(), 0U);
    admin("POST", "/operators/nobody/metadata", body(telling("a.example")), 404);
}

TEST_F(Metadata, LineThatReplacesAnotherTakesItsMetadataToo) {
    install(add_order("a", first), first);
    set_for(first, telling("own.example"));
    admin("POST", "/subscriptions",
          ObjectWriter()
              .text("operator", "a")
              .text("iccid", third.text())
              .text("imsi", "999990000000003")
              .text("replaces", first.text())
              .finish());
    EXPECT_EQ(shown(third), "line: own.example");
    admin("POST", "/subscriptions/" + first.text() + "/metadata", body(telling("late.example")), 403);
}

TEST_F(Metadata, NamesAreAsLongAsACardTakesThem) {
    const auto with_name = [&](const std::string& name, unsigned status) {
        return admin("POST", "/subscriptions",
                     ObjectWriter()
                         .text("operator", "a")
                         .text("iccid", third.text())
                         .text("imsi", "999990000000003")
                         .text("profile_name", name)
                         .flag("dry_run", true)
                         .finish(),
                     status);
    };
    std::string name;
    for (int i = 0; i < 64; ++i) name += "ü";
    with_name(name, 200);
    EXPECT_NE(with_name(name + "x", 422).text("detail")->find("at profile_name: 1 to 64"), std::string::npos);
}

}  // namespace
}  // namespace mcim::apps::mcimd
