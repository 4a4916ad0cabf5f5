// osmo-auc-gen (libosmocore) as a second opinion, where it is installed.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <map>
#include <memory>

#include "mcim/aka/authentication.h"
#include "support/random.h"

namespace mcim::aka {
namespace {

using test::SeededRandom;

struct Close {
    void operator()(std::FILE* pipe) const { pclose(pipe); }
};

/// "AUTN:\t<hex>" and the like; empty where the program is not installed.
std::map<std::string, std::string> osmo_auc_gen(const std::string& arguments) {
    std::map<std::string, std::string> out;
    const std::unique_ptr<std::FILE, Close> pipe(popen(("osmo-auc-gen " + arguments + " 2>&1").c_str(), "r"));
    if (!pipe) return out;
    std::array<char, 512> line{};
    while (std::fgets(line.data(), static_cast<int>(line.size()), pipe.get()) != nullptr) {
        const std::string text(line.data());
        const auto colon = text.find(":\t");
        if (colon == std::string::npos) continue;
        std::string value = text.substr(colon + 2);
        while (!value.empty() && (value.back() == '\n' || value.back() == ' ')) value.pop_back();
        out[text.substr(0, colon)] = value;
    }
    return out;
}

std::string upper(const std::string& digits) {
    const auto octets = from_hex(digits);
    return octets ? hex(*octets) : "not hexadecimal: " + digits;
}

TEST(OsmoAucGen, MakesTheSameVectors) {
    SeededRandom random(21);
    for (int i = 0; i < 5; ++i) {
        const Bytes k = random.bytes(16);
        const Bytes opc = random.bytes(16);
        const Rand rand = random.array<16>();
        const auto peer =
            osmo_auc_gen("-3 -a MILENAGE -k " + hex(k) + " -o " + hex(opc) + " -f 8000 -s 12 -r " + hex(rand));
        if (peer.empty()) GTEST_SKIP() << "osmo-auc-gen (Debian: libosmocore-utils) is not installed";
        const auto sqn = Sqn::from_number(std::stoull(peer.at("SQN")));
        ASSERT_TRUE(sqn);
        const Algorithm algorithm = Milenage(*Secret<16>::copy_of(k), *Secret<16>::copy_of(opc));
        const Vector ours = make_vector(algorithm, *sqn, Amf{0x80, 0x00}, rand);
        EXPECT_EQ(upper(peer.at("AUTN")), hex(ours.autn));
        EXPECT_EQ(upper(peer.at("IK")), hex(expose(ours.ik)));
        EXPECT_EQ(upper(peer.at("CK")), hex(expose(ours.ck)));
        EXPECT_EQ(upper(peer.at("RES")), hex(ours.xres));
        const GsmResponse gsm = authenticate_gsm(algorithm, rand);
        EXPECT_EQ(upper(peer.at("SRES")), hex(gsm.sres));
        EXPECT_EQ(upper(peer.at("Kc")), hex(expose(gsm.kc)));
    }
}

TEST(OsmoAucGen, OpensTheAutsOfOurCardAndItsNextVectorSucceeds) {
    SeededRandom random(22);
    const Bytes k = random.bytes(16);
    const Bytes opc = random.bytes(16);
    const auto make = [&] { return Milenage(*Secret<16>::copy_of(k), *Secret<16>::copy_of(opc)); };
    const Subscription card{make(), {}};
    SqnState state;
    state.seq.fill(777);

    const Vector stale = make_vector(make(), Sqn::of(1, 1), Amf{0x80, 0x00}, random.array<16>());
    const CardStep refused = authenticate(card, state, stale.rand, stale.autn);
    const auto* failure = std::get_if<SyncFailure>(&refused.outcome);
    ASSERT_NE(failure, nullptr);

    const auto peer = osmo_auc_gen("-3 -a MILENAGE -k " + hex(k) + " -o " + hex(opc) + " -f 8000 -r " +
                                   hex(stale.rand) + " -A " + hex(failure->auts) + " -i 3");
    if (peer.empty()) GTEST_SKIP() << "osmo-auc-gen (Debian: libosmocore-utils) is not installed";
    const auto autn = to_array<16>(*from_hex(peer.at("AUTN")));
    const auto rand = to_array<16>(*from_hex(peer.at("RAND")));
    ASSERT_TRUE(autn && rand);
    EXPECT_TRUE(std::holds_alternative<Success>(authenticate(card, state, *rand, *autn).outcome));
}

}  // namespace
}  // namespace mcim::aka
