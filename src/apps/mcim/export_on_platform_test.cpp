// Lines that go from one platform that runs to another, wrapped.
#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/datagram_protocol.hpp>
#include <sstream>

#include "mcim/aka/authentication.h"
#include "mcim/apps/common/files.h"
#include "mcim/apps/mcim/with_platform_for_test.h"
#include "mcim/custody/key_folder.h"
#include "mcim/custody/private_file.h"

namespace mcim::apps {
namespace {

/// As hostapd asks a centre.
std::string ask_centre(const std::filesystem::path& folder, const std::string& question) {
    using boost::asio::local::datagram_protocol;
    boost::asio::io_context context;
    datagram_protocol::socket me(context, (folder / "hostapd").string());
    me.send_to(boost::asio::buffer(question), (folder / "auc.sock").string());
    std::string answer(1024, '\0');
    answer.resize(me.receive(boost::asio::buffer(answer)));
    std::filesystem::remove(folder / "hostapd");
    return answer;
}

/// Whether the card with this K takes what the centre answered, and answers the same.
bool card_accepts(const std::string& answer) {
    std::istringstream in(answer);
    std::string verb, who, rand, autn, ik, ck, res;
    in >> verb >> who >> rand >> autn >> ik >> ck >> res;
    const auto secret = [](std::string_view digits) { return *Secret<16>::copy_of(*from_hex(digits)); };
    const aka::Subscription card{aka::Milenage(secret(k_of_north), secret(opc_of_north)), {}};
    const auto octets = [](const std::string& digits) { return *to_array<16>(*from_hex(digits)); };
    const auto step = aka::authenticate(card, {}, octets(rand), octets(autn));
    const auto* success = std::get_if<aka::Success>(&step.outcome);
    return success != nullptr && hex(success->res) == hex(*from_hex(res));
}

/// An authentication centre of its own, with north's transport key 3.
class Centre {
public:
    Centre(const std::filesystem::path& folder, const std::string& operator_key, custody::TransportUse use)
        : folder_(folder) {
        EXPECT_EQ(mcim({"platform", "init", "--dir", folder_.string(), "--roles", "auc"}).code, 0);
        auto keys = custody::KeyFolder::open(folder_ / "keys");
        EXPECT_TRUE(keys) << to_string(keys.error());
        SystemRandom random;
        EXPECT_TRUE(keys->add_transport_key(3, {"north", use, SecretBytes(*from_hex(transport_digits))}, random));
        platform_.emplace(folder_ / "mcimd.toml");
        EXPECT_EQ(run({"operator", "add", "--id", "north", "--name", "N", "--key", operator_key}).code, 0);
    }
    [[nodiscard]] Ran run(std::vector<std::string> args) const {
        args.insert(args.end(), {"--admin", (folder_ / "admin.sock").string()});
        return mcim(args);
    }
    /// Files that have these octets, in clear or in hexadecimal digits.
    [[nodiscard]] int files_with(std::string_view digits) const {
        int count = 0;
        const Bytes octets = *from_hex(digits);
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_)) {
            if (!entry.is_regular_file()) continue;
            const Bytes content = *read_file(entry.path().string(), 64 * 1024 * 1024);
            const std::string text = as_text(content);
            if (!std::ranges::search(content, octets).empty() || text.find(digits) != std::string::npos) ++count;
        }
        return count;
    }
    static constexpr const char* transport_digits = "7B1D90E4A62C58F3093E84D7C1B5620A";

private:
    std::filesystem::path folder_;
    std::optional<RunningPlatform> platform_;
};

TEST_F(WithPlatform, LinesGoToAnotherPlatformUnderATransportKey) {
    const Centre one(folder_ / "one", at("north.pem.pub"), custody::TransportUse::export_);
    const Centre other(folder_ / "other", at("north.pem.pub"), custody::TransportUse::import);
    const std::string rows = std::string("iccid,imsi,msisdn,k,opc\n") + iccid + "," + imsi + ",88211000000001," +
                             k_of_north + "," + opc_of_north + "\n8988211000000000029,001010000000002,," + other_k +
                             "," + opc_of_north + "\n";
    ASSERT_TRUE(custody::write_private_file(at("rows.csv"), as_view(rows)));
    ASSERT_EQ(one.run({"subscription", "import", at("rows.csv"), "--operator", "north"}).code, 0);

    const auto sent = one.run(
        {"subscription", "export", at("north.out"), "--operator", "north", "--transport-key", "3", "--batch", "17"});
    EXPECT_EQ(sent.code, 0) << sent.out << sent.err;
    EXPECT_TRUE(sent.says("2 exported, 0 refused.")) << sent.out;
    const auto file = custody::read_private_file(at("north.out"));
    ASSERT_TRUE(file) << to_string(file.error());
    const std::string text = as_text(expose(*file));
    EXPECT_TRUE(text.starts_with("00017 ")) << text;
    EXPECT_NE(text.find(" 2 0 1 3 0 0 0\n"), std::string::npos) << text;
    EXPECT_NE(text.find(std::string("\n") + iccid + " 88211000000001 " + imsi + " "), std::string::npos) << text;
    EXPECT_NE(text.find("8988211000000000029 - 001010000000002 "), std::string::npos) << text;
    EXPECT_TRUE(one.run({"subscription", "export", at("north.out"), "--operator", "north", "--transport-key", "3"})
                    .complains("there is a file of this name"));
    const auto shown = one.run({"subscription", "show", iccid});
    EXPECT_TRUE(shown.says("Z, for north, under transport key 3, asked for by user " + std::to_string(::geteuid())))
        << shown.out;
    const auto line = *jose::Object::parse(one.run({"subscription", "show", iccid, "--json"}).out);
    const auto exports = *line.objects("exports");
    ASSERT_EQ(exports.size(), 1U);
    EXPECT_EQ(*exports[0].integer("transport_key"), 3);

    const auto taken = other.run({"subscription", "import", at("north.out"), "--operator", "north"});
    EXPECT_EQ(taken.code, 0) << taken.out << taken.err;
    EXPECT_TRUE(taken.says("format classic")) << taken.out;
    EXPECT_TRUE(taken.says("2 done, 0 refused.")) << taken.out;
    ASSERT_EQ(other.run({"subscription", "unbar", iccid}).code, 0);
    const auto vector = ask_centre(folder_ / "other", std::string("AKA-REQ-AUTH ") + imsi);
    EXPECT_TRUE(card_accepts(vector)) << vector;
    for (const auto* key : {k_of_north, other_k, opc_of_north}) {
        EXPECT_EQ(text.find(key), std::string::npos) << "it is wrapped";
        EXPECT_EQ(other.files_with(key), 0);
        EXPECT_FALSE(sent.says(key) || taken.says(key));
    }
    EXPECT_EQ(other.files_with(Centre::transport_digits), 1) << "so the search finds what is there";

    const auto again = other.run({"subscription", "import", at("rows.csv"), "--operator", "north"});
    EXPECT_EQ(again.code, 1) << "in clear they are the same";
    EXPECT_TRUE(again.says("0 done, 2 refused.")) << again.out;
    const auto back = other.run({"subscription", "export", at("back"), "--operator", "north", "--transport-key", "3"});
    EXPECT_EQ(back.code, 1) << "there the key is for import";
    EXPECT_TRUE(back.says("transport key 3 is for import only")) << back.out;
    EXPECT_FALSE(std::filesystem::exists(at("back")));
}

TEST_F(WithPlatform, LinesThatCannotBeExportedAreReportedAndLeftOut) {
    const Centre one(folder_ / "one", at("north.pem.pub"), custody::TransportUse::both);
    const auto add = [&](const char* card, const char* subscriber) {
        EXPECT_EQ(one.run({"subscription", "add", "--operator", "north", "--iccid", card, "--imsi", subscriber}).code,
                  0);
    };
    const auto send = [&](std::vector<std::string> more, const std::string& file) {
        more.insert(more.begin(), {"subscription", "export", at(file), "--operator", "north", "--transport-key", "3"});
        return one.run(std::move(more));
    };
    EXPECT_TRUE(send({}, "none").complains("has no line that is not closed"));
    add(iccid, imsi);
    add("8988211000000000029", "001010000000002");
    ASSERT_EQ(one.run({"subscription", "close", iccid}).code, 0);
    const auto all = send({}, "all");
    EXPECT_EQ(all.code, 0) << all.out << all.err;
    EXPECT_TRUE(all.says("1 exported, 0 refused.")) << all.out;
    const auto named = send({"--iccid", iccid, "--iccid", "8988211000000000029", "--json"}, "named");
    EXPECT_EQ(named.code, 1);
    const auto report = *jose::Object::parse(named.out);
    EXPECT_EQ(*report.integer("exported"), 1);
    EXPECT_NE(report.objects("rows")->front().text("why")->find("is closed"), std::string::npos) << named.out;
    EXPECT_EQ(send({"--iccid", iccid}, "closed").code, 1);
    EXPECT_FALSE(std::filesystem::exists(at("closed")));
    EXPECT_NE(one.run({"subscription", "export", at("x"), "--operator", "north", "--transport-key", "0"}).code, 0);
}

}  // namespace
}  // namespace mcim::apps
