// The Generic Test Profiles that the GSMA publishes (TS.48 v7): packages that nobody here made, on both classes of
// cards.
#include <algorithm>

#include "mcim/euicc/card_for_test.h"
#include "mcim/saip/package.h"
#include "mcim/saip/response.h"
#include "support/reference.h"

namespace mcim::euicc {
namespace {

struct Ts48Download : testing::TestWithParam<const char*> {
    /// Of the test profile at `path`.
    static for_test::Order order_of(const std::filesystem::path& path) {
        for_test::Order order{*Iccid::parse_unchecked("89000123456789012341"), {}, test::file_content(path)};
        order.metadata = for_test::metadata(order.iccid);
        return order;
    }
    test::Pki pki;
    for_test::Smdp smdp{pki};
};

TEST_P(Ts48Download, IsInstalledByALabCardAndRefusedByAProductionCard) {
    MCIM_REFERENCE_OR_SKIP(path, std::string("profiles/") + GetParam());
    const auto order = order_of(path);
    for (const auto card_class : {CardClass::lab, CardClass::production}) {
        for_test::Agent agent(for_test::birth(pki, card_class));
        const auto result = for_test::download(agent, smdp, order);
        EXPECT_EQ(for_test::installed(result), card_class == CardClass::lab) << der::print(result);
        if (card_class == CardClass::lab) continue;
        const auto& error = std::get<msg::ErrorResult>(result.data.final_result.value);
        EXPECT_EQ(error.error_reason, msg::ErrorReason::install_failed_due_to_pe_processing_error);
        const auto response = *der::decode<saip::EuiccResponse>(*error.sima_response);
        EXPECT_EQ(response.pe_status.at(0).status, saip::PeStatusCode::feature_not_supported);
        EXPECT_TRUE(response.status_message->text.starts_with("mandatory service ")) << response.status_message->text;
    }
}

/// What a network and a card have in common by a package.
struct TestSubscriber {
    Bytes k;
    std::size_t res_octets = 0;
};
TestSubscriber subscriber_in(View package) {
    TestSubscriber out;
    const auto parsed = *saip::parse(package);
    for (const auto& element : parsed.elements) {
        if (const auto* aka = std::get_if<saip::AkaParameter>(&element.body))
            if (const auto* own = std::get_if<saip::AlgoParameter>(&aka->configuration.value)) {
                EXPECT_EQ(own->algorithm, saip::AlgorithmId::usim_test_algorithm);
                out.k = to_bytes(expose(own->key.bytes));
                out.res_octets = std::size_t{4} << own->options.bytes[0];
            }
    }
    return out;
}

/// The network's half of TS 34.108 8.1.2, written apart from the card's: XDOUT is K xor RAND, and all there is.
struct Challenge {
    Challenge(const TestSubscriber& of, const Bytes& sqn) {
        Bytes xdout = of.k;
        for (std::size_t i = 0; i < xdout.size(); ++i) xdout[i] ^= rand[i];
        const Bytes cdout = concat({sqn, amf});
        for (std::size_t i = 0; i < sqn.size(); ++i) autn.push_back(sqn[i] ^ xdout[3 + i]);
        append(autn, amf);
        for (std::size_t i = 0; i < cdout.size(); ++i) autn.push_back(xdout[i] ^ cdout[i]);
        const auto field = [&](std::size_t from, std::size_t size) {
            Bytes value = xdout;
            std::ranges::rotate(value, value.begin() + static_cast<std::ptrdiff_t>(from));
            value.resize(size);
            return hex(Bytes{static_cast<std::uint8_t>(size)}) + hex(value);
        };
        success = "DB" + field(0, of.res_octets) + field(1, 16) + field(2, 16);
    }
    [[nodiscard]] std::string command() const { return "008800812210" + hex(rand) + "10" + hex(autn); }
    Bytes rand = *from_hex("0123456789ABCDEFFEDCBA9876543210");
    Bytes amf = {0x80, 0x00};
    Bytes autn;
    std::string success;  ///< RES, CK and IK; Kc may follow
};

TEST_P(Ts48Download, LogsInOnALabCardByTheTestAlgorithm) {
    MCIM_REFERENCE_OR_SKIP(path, std::string("profiles/") + GetParam());
    const auto order = order_of(path);
    const auto subscriber = subscriber_in(order.package);
    ASSERT_EQ(subscriber.k.size(), 16U);
    for_test::Agent agent(for_test::birth(pki, CardClass::lab));
    ASSERT_TRUE(for_test::installed(for_test::download(agent, smdp, order)));
    const msg::EnableProfileRequest enable{{msg::to_octets(order.iccid)}, true, {}};
    ASSERT_EQ(agent.call<msg::EnableProfileResponse>(enable).result, msg::EnableResult::ok);

    EXPECT_EQ(agent.fetch("00A4040C07A0000000871002"), "9000");
    auto foreign = subscriber;
    foreign.k[0] ^= 1U;
    EXPECT_EQ(agent.fetch(Challenge(foreign, *from_hex("000000000021")).command()), "9862") << "of another K";
    const Challenge fresh(subscriber, *from_hex("000000000021"));
    const std::string answer = agent.fetch(fresh.command());
    EXPECT_TRUE(answer.starts_with(fresh.success) && answer.ends_with("9000")) << answer;
    EXPECT_TRUE(agent.fetch(fresh.command()).starts_with("DC0E")) << "its number is used up";
}

INSTANTIATE_TEST_SUITE_P(Gsma, Ts48Download,
                         testing::Values("TS48v7_SAIP2.3_BERTLV_SUCI.der", "TS48v7_SAIP2.3_BERTLV_SUCI_NoRAMRFM.der",
                                         "TS48v7_SAIP2.3_NoBERTLV.der", "TS48v7_SAIP2.3_NoBERTLV_NoRAMRFM.der"),
                         [](const auto& each) { return "Package" + std::to_string(each.index); });

}  // namespace
}  // namespace mcim::euicc
