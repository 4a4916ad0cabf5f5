// Of two things that are wrong with AuthenticateClient the one is told that SGP.22 5.6.3 looks at first: every pair.
#include <gtest/gtest.h>

#include <set>

#include "mcim/smdp/desk_for_test.h"
#include "mcim/x509/crl.h"

namespace mcim::smdp {
namespace {

enum class Fault : std::uint8_t {
    eum_unreadable,
    euicc_unreadable,
    ci_unknown,
    eum_invalid,
    eum_expired,
    euicc_invalid,
    euicc_expired,
    eid_out_of_range,
    eum_revoked,
    euicc_revoked,
    signature,
    transaction,
    challenge,
    address,
    matching_id,
    eid,
    not_released,
    order_expired,
    attempts,
    memory,
    package_version,
};

/// In the order in which they are looked for.
constexpr std::array<std::pair<Fault, std::string_view>, 21> faults{{
    {Fault::eum_unreadable, "8.1.2/6.1"},  {Fault::euicc_unreadable, "8.1.3/6.1"},
    {Fault::ci_unknown, "8.11.1/3.9"},     {Fault::eum_invalid, "8.1.2/6.1"},
    {Fault::eum_expired, "8.1.2/6.3"},     {Fault::euicc_invalid, "8.1.3/6.1"},
    {Fault::euicc_expired, "8.1.3/6.3"},   {Fault::eid_out_of_range, "8.1.3/6.1"},
    {Fault::eum_revoked, "8.1.2/6.1"},     {Fault::euicc_revoked, "8.1.3/6.1"},
    {Fault::signature, "8.1/6.1"},         {Fault::transaction, "8.10.1/3.9"},
    {Fault::challenge, "8.1/6.1"},         {Fault::address, "8.8.1/3.8"},
    {Fault::matching_id, "8.2.6/3.8"},     {Fault::eid, "8.1.1/3.8"},
    {Fault::not_released, "8.2/1.2"},      {Fault::order_expired, "8.8.5/4.10"},
    {Fault::attempts, "8.8.5/6.4"},        {Fault::memory, "8.1/4.8"},
    {Fault::package_version, "8.2.5/4.3"},
}};

class Es9RefusalOrder : public testing::Test {
protected:
    using Faults = std::set<Fault>;

    Bytes eum_certificate(const Faults& with) {
        if (with.contains(Fault::eum_unreadable)) return {0x30, 0x00};
        auto profile = desk.pki.eum_profile();
        if (with.contains(Fault::eum_expired)) profile.validity.not_after = desk.now - std::chrono::days(1);
        const auto& ci = with.contains(Fault::ci_unknown) ? stranger.ci : desk.pki.ci;
        const auto draft = draft_eum(profile, desk.pki.eum.key.public_key(), ci.certificate, desk.pki.random);
        Bytes der = x509::sign(draft, ci.key);
        if (with.contains(Fault::eum_revoked)) revoked.push_back(list_of(ci, x509::parse_certificate(der)->serial));
        if (with.contains(Fault::eum_invalid)) der.back() ^= 1U;
        return der;
    }
    /// The same in every request from here on, and for one day.
    void show_one_eum() {
        auto profile = desk.pki.eum_profile();
        profile.validity.not_after = desk.now + std::chrono::days(1);
        known_eum =
            x509::sign(draft_eum(profile, desk.pki.eum.key.public_key(), desk.pki.ci.certificate, desk.pki.random),
                       desk.pki.ci.key);
    }
    Bytes euicc_certificate(const Faults& with) {
        if (with.contains(Fault::euicc_unreadable)) return {0x30, 0x00};
        const auto eid = with.contains(Fault::eid_out_of_range) ? *x509::make_eid("89033023", 1) : desk.pki.eid;
        const auto until =
            with.contains(Fault::euicc_expired) ? desk.now - std::chrono::days(1) : desk.pki.validity.not_after;
        const auto made = desk.pki.issue({eid, "x", {desk.pki.validity.not_before, until}}, desk.pki.euicc.key);
        if (with.contains(Fault::euicc_revoked)) revoked.push_back(list_of(desk.pki.eum, made.certificate.serial));
        Bytes der = made.der();
        if (with.contains(Fault::euicc_invalid)) der.back() ^= 1U;
        return der;
    }
    x509::RevocationList list_of(const test::Identity& issuer, const Bytes& serial) {
        const x509::Validity validity{desk.now, desk.now + std::chrono::days(1)};
        return *x509::parse_revocation_list(
            issue_revocation_list({validity, 1, {{serial, desk.now}}}, issuer.certificate, issuer.key));
    }
    void spoil_order(const Faults& with) {
        Order& order = desk.order() = good;
        if (with.contains(Fault::eid)) order.eid = *x509::make_eid("89049032", 7);
        if (with.contains(Fault::not_released)) order.state = OrderState::confirmed;
        if (with.contains(Fault::order_expired)) order.expires_at = desk.now;
        if (with.contains(Fault::attempts)) order.attempts = order.attempts_max;
        if (with.contains(Fault::memory)) order.package_octets = 600'000;
    }
    std::string answer_to(const Faults& with) {
        test::SoftCard card = desk.card();
        if (with.contains(Fault::package_version)) card.info.profile_version = msg::version(1, 0, 0);
        const auto hello = desk.initiated(card);
        auto content = card.signed1(hello, with.contains(Fault::matching_id) ? "OTHER" : desk.matching_id);
        if (with.contains(Fault::challenge))
            content.server_challenge = desk.initiated(card).server_signed1.server_challenge;
        if (with.contains(Fault::address)) content.server_address.text = "other.example.com";
        auto request = card.authenticate(content);
        if (with.contains(Fault::transaction)) request.transaction_id = desk.initiated(card).transaction_id;
        auto& ok = std::get<msg::AuthenticateResponseOk>(request.authenticate_server_response.value);
        if (with.contains(Fault::signature)) ok.euicc_signature1.bytes[10] ^= 1U;
        revoked.clear();
        ok.eum_certificate.tlv = known_eum.empty() ? eum_certificate(with) : known_eum;
        ok.euicc_certificate.tlv = euicc_certificate(with);
        if (!known_serial.empty()) revoked.push_back(list_of(desk.pki.ci, known_serial));
        desk.server.anchors.set_revocation_lists(revoked);
        spoil_order(with);
        return desk.refusal(AuthenticateClient{std::move(request)});
    }

    Desk desk;
    const Order good = desk.order();
    test::Pki stranger{crypto::Curve::p256, 99};
    std::vector<x509::RevocationList> revoked;
    Bytes known_eum;     ///< empty: another one in each request
    Bytes known_serial;  ///< of it, once its issuer has revoked it
};

TEST_F(Es9RefusalOrder, IsThatOfTheTextForEveryPair) {
    EXPECT_EQ(answer_to({}), "");
    for (std::size_t i = 0; i < faults.size(); ++i) {
        EXPECT_EQ(answer_to({faults[i].first}), faults[i].second) << "fault " << i << " alone";
        for (std::size_t j = i + 1; j < faults.size(); ++j)
            EXPECT_EQ(answer_to({faults[i].first, faults[j].first}), faults[i].second) << "faults " << i << ", " << j;
    }
}

/// The EUM is known from the first request on, and its signature is not looked at again: its dates and lists are.
TEST_F(Es9RefusalOrder, IsTheSameWhereTheEumIsKnown) {
    show_one_eum();
    const auto at = [](Fault fault) {
        return std::ranges::find(faults, fault, &std::pair<Fault, std::string_view>::first);
    };
    const auto expect_in_its_place = [&](Fault of_the_eum) {
        EXPECT_EQ(answer_to({}), at(of_the_eum)->second);
        EXPECT_EQ(answer_to({Fault::euicc_unreadable}), at(Fault::euicc_unreadable)->second);
        for (const auto& [fault, code] : faults) {
            if (fault < Fault::euicc_invalid || fault == Fault::eum_revoked) continue;
            const auto first = std::min(at(of_the_eum), at(fault));
            EXPECT_EQ(answer_to({fault}), first->second) << "fault " << (at(fault) - faults.begin());
        }
    };
    EXPECT_EQ(answer_to({}), "");
    known_serial = x509::parse_certificate(known_eum)->serial;
    expect_in_its_place(Fault::eum_revoked);
    known_serial.clear();
    EXPECT_EQ(answer_to({}), "");
    desk.now += std::chrono::days(2);
    expect_in_its_place(Fault::eum_expired);
}

}  // namespace
}  // namespace mcim::smdp
