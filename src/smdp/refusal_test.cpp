// One test for every refusal that the five functions name (SGP.22 5.6.1 to 5.6.5), by the codes that leave the server.
#include "mcim/smdp/refusal.h"

#include <gtest/gtest.h>

#include <set>

#include "mcim/smdp/desk_for_test.h"
#include "mcim/x509/time.h"

namespace mcim::smdp {
namespace {

using test::SoftCard;

TEST(Refusal, EveryOneHasItsCodesAndSentence) {
    std::set<std::string_view> sentences;
    for (std::size_t i = 0; i < refusal_count; ++i) {
        const auto& code = status_code(static_cast<Refusal>(i));
        EXPECT_EQ(static_cast<std::size_t>(code.refusal), i);
        EXPECT_TRUE(code.subject.starts_with("8."));
        EXPECT_TRUE(sentences.insert(code.sentence).second);
        EXPECT_EQ(code.sentence.back(), '.');
    }
    EXPECT_EQ(to_string(Refused{Refusal::matching_id_refused}),
              "8.2.6/3.8 No download is pending under this matching ID.");
}

class Es9Refusal : public testing::Test {
protected:
    msg::AuthenticateClientRequest request() { return card.authenticate(desk.initiated(card), desk.matching_id); }
    static msg::AuthenticateResponseOk& answer(msg::AuthenticateClientRequest& r) {
        return std::get<msg::AuthenticateResponseOk>(r.authenticate_server_response.value);
    }
    std::string authenticate(msg::AuthenticateClientRequest r) {
        return desk.refusal(AuthenticateClient{std::move(r)});
    }
    void revoke(const test::Identity& issuer, const test::Identity& subject) {
        const x509::Validity validity{desk.now, desk.now + std::chrono::days(1)};
        const auto der = issue_revocation_list({validity, 1, {{subject.certificate.serial, desk.now}}},
                                               issuer.certificate, issuer.key);
        desk.server.anchors.set_revocation_lists({*x509::parse_revocation_list(der)});
    }
    Desk desk;
    SoftCard card = desk.card();
};

// ---- InitiateAuthentication

TEST_F(Es9Refusal, ForeignAddress) {
    EXPECT_EQ(desk.refusal(InitiateAuthentication{card.initiate("other.example.com")}), "8.8.1/3.8");
    EXPECT_EQ(desk.refusal(InitiateAuthentication{card.initiate("SMDPP.example.COM")}), "");
}
TEST_F(Es9Refusal, CardOfAnotherMajorVersion) {
    for (const auto major : std::to_array<std::uint8_t>({1, 3})) {
        auto r = card.initiate(desk.server.address);
        r.euicc_info1.svn = msg::version(major, 0, 0);
        EXPECT_EQ(desk.refusal(InitiateAuthentication{r}), "8.8.3/3.1");
    }
    auto r = card.initiate(desk.server.address);
    r.euicc_info1.svn = msg::version(2, 9, 0);
    EXPECT_EQ(desk.refusal(InitiateAuthentication{r}), "");
}
TEST_F(Es9Refusal, NoKnownCiToSignUnder) {
    auto r = card.initiate(desk.server.address);
    r.euicc_info1.euicc_ci_pk_id_list_for_signing = {{Bytes(20, 9)}};
    EXPECT_EQ(desk.refusal(InitiateAuthentication{r}), "8.8.2/3.1");
}
TEST_F(Es9Refusal, NoCertificateThatTheCardCanVerify) {
    auto r = card.initiate(desk.server.address);
    r.euicc_info1.euicc_ci_pk_id_list_for_verification = {{Bytes(20, 9)}};
    EXPECT_EQ(desk.refusal(InitiateAuthentication{r}), "8.8.4/3.7");
}

// ---- AuthenticateClient

TEST_F(Es9Refusal, TransactionThatThisServerNeverGave) {
    auto hello = desk.initiated(card);
    hello.server_signed1.transaction_id.bytes.back() ^= 1U;
    hello.transaction_id = hello.server_signed1.transaction_id;  // made up, and signed as such by the card
    EXPECT_EQ(authenticate(card.authenticate(hello, desk.matching_id)), "8.10.1/3.9");
}
TEST_F(Es9Refusal, TransactionThatHasExpired) {
    const auto r = request();
    desk.now += desk.server.authentication_time + std::chrono::seconds(1);
    EXPECT_EQ(authenticate(r), "8.10.1/3.9");
}
TEST_F(Es9Refusal, TransactionOtherThanTheSignedOne) {
    auto r = request();
    r.transaction_id = desk.initiated(card).transaction_id;
    EXPECT_EQ(authenticate(r), "8.10.1/3.9");
}
TEST_F(Es9Refusal, CardThatDidNotAuthenticateTheServer) {
    const auto id = desk.initiated(card).transaction_id;
    EXPECT_EQ(authenticate(
                  {id, {msg::AuthenticateResponseError{id, msg::AuthenticateErrorCode::invalid_certificate, {}}}, {}}),
              "8.1/6.1");
}
TEST_F(Es9Refusal, EumCertificateOfAnUnknownCi) {
    test::Pki stranger(crypto::Curve::p256, 99);
    auto r = request();
    answer(r).eum_certificate.tlv = stranger.eum.der();
    answer(r).euicc_certificate.tlv = stranger.euicc.der();
    EXPECT_EQ(authenticate(r), "8.11.1/3.9");
}
TEST_F(Es9Refusal, EumCertificateInvalid) {
    auto r = request();
    answer(r).eum_certificate.tlv.back() ^= 1U;
    EXPECT_EQ(authenticate(r), "8.1.2/6.1");
    answer(r).eum_certificate.tlv = {0x30, 0x00};
    EXPECT_EQ(authenticate(r), "8.1.2/6.1");
}
TEST_F(Es9Refusal, EumCertificateRevoked) {
    revoke(desk.pki.ci, desk.pki.eum);
    EXPECT_EQ(authenticate(request()), "8.1.2/6.1");
}
TEST_F(Es9Refusal, EuiccCertificateRevoked) {
    revoke(desk.pki.eum, desk.pki.euicc);
    EXPECT_EQ(authenticate(request()), "8.1.3/6.1");
}
TEST_F(Es9Refusal, PackageForACardThatWasRevokedMeanwhile) {
    for (const auto& [issuer, subject] :
         {std::pair(&desk.pki.eum, &desk.pki.euicc), std::pair(&desk.pki.ci, &desk.pki.eum)}) {
        const auto offer = desk.offered(card);
        revoke(*issuer, *subject);
        EXPECT_EQ(desk.refusal(GetBoundProfilePackage{card.prepare(offer)}), "8.1/6.1");
        desk.server.anchors.set_revocation_lists({});
        EXPECT_EQ(desk.refusal(GetBoundProfilePackage{card.prepare(offer)}), "");
    }
    revoke(desk.pki.ci, desk.pki.euicc);  // another issuer's list, with the same serial number
    EXPECT_EQ(authenticate(request()), "");
}
TEST_F(Es9Refusal, EumCertificateExpired) {
    auto profile = desk.pki.eum_profile();
    profile.validity.not_after = desk.now - std::chrono::days(1);
    const auto draft = draft_eum(profile, desk.pki.eum.key.public_key(), desk.pki.ci.certificate, desk.pki.random);
    auto r = request();
    answer(r).eum_certificate.tlv = x509::sign(draft, desk.pki.ci.key);
    EXPECT_EQ(authenticate(r), "8.1.2/6.3");
}
TEST_F(Es9Refusal, EuiccCertificateInvalid) {
    auto r = request();
    answer(r).euicc_certificate.tlv.back() ^= 1U;
    EXPECT_EQ(authenticate(r), "8.1.3/6.1");
    answer(r).euicc_certificate.tlv = {0x30, 0x00};
    EXPECT_EQ(authenticate(r), "8.1.3/6.1");
}
TEST_F(Es9Refusal, EuiccCertificateExpired) {
    const auto expired = desk.pki.issue(
        {desk.pki.eid, "x", {desk.pki.validity.not_before, desk.now - std::chrono::days(1)}}, desk.pki.euicc.key);
    const SoftCard old = desk.card_of(expired);
    EXPECT_EQ(authenticate(old.authenticate(desk.initiated(old), desk.matching_id)), "8.1.3/6.3");
}
TEST_F(Es9Refusal, EidOutsideTheRangeOfItsEum) {
    const auto foreign = desk.pki.make_euicc(*x509::make_eid("89033023", 1));
    const SoftCard other = desk.card_of(foreign);
    EXPECT_EQ(authenticate(other.authenticate(desk.initiated(other), desk.matching_id)), "8.1.3/6.1");
}
TEST_F(Es9Refusal, EidOutsideTheRangeComesAfterTheDates) {
    const auto foreign = desk.pki.issue(
        {*x509::make_eid("89033023", 1), "x", {desk.pki.validity.not_before, desk.now - std::chrono::days(1)}},
        desk.pki.euicc.key);
    const SoftCard other = desk.card_of(foreign);
    EXPECT_EQ(authenticate(other.authenticate(desk.initiated(other), desk.matching_id)), "8.1.3/6.3");
}
TEST_F(Es9Refusal, SignatureOfTheCardWrong) {
    auto r = request();
    answer(r).euicc_signature1.bytes[10] ^= 1U;
    EXPECT_EQ(authenticate(r), "8.1/6.1");
}
TEST_F(Es9Refusal, ServerChallengeOfAnotherSession) {
    auto content = card.signed1(desk.initiated(card), desk.matching_id);
    content.server_challenge = desk.initiated(card).server_signed1.server_challenge;
    EXPECT_EQ(authenticate(card.authenticate(content)), "8.1/6.1");
}
TEST_F(Es9Refusal, ServerAddressInTheSignedAnswerForeign) {
    auto content = card.signed1(desk.initiated(card), desk.matching_id);
    content.server_address.text = "other.example.com";
    EXPECT_EQ(authenticate(card.authenticate(content)), "8.8.1/3.8");
}
TEST_F(Es9Refusal, CardThatNamesOtherKeysThanWhenItBegan) {
    const auto ok = desk.initiated(card);
    const auto keys = card.info.euicc_ci_pk_id_list_for_signing;
    card.info.euicc_ci_pk_id_list_for_signing = {{Bytes(20, 9)}};
    EXPECT_EQ(authenticate(card.authenticate(ok, desk.matching_id)), "8.8.2/3.1");
    card.info.euicc_ci_pk_id_list_for_signing = keys;
    card.info.euicc_ci_pk_id_list_for_verification = {{Bytes(20, 9)}};
    EXPECT_EQ(authenticate(card.authenticate(ok, desk.matching_id)), "8.8.4/3.7");
}
TEST_F(Es9Refusal, NoMatchingIdAndNothingPendingForThisEid) {
    EXPECT_EQ(authenticate(card.authenticate(desk.initiated(card), "")), "8.2.6/3.8");
}
/// A device that asks its default SM-DP+ is told what one with an activation code would be.
TEST_F(Es9Refusal, OrderWithoutAMatchingIdThatHasToWait) {
    const auto say = [&] { return authenticate(card.authenticate(desk.initiated(card), "")); };
    desk.order().eid = desk.pki.eid;
    EXPECT_EQ(say(), "");
    const Order good = desk.order();
    desk.order().state = OrderState::confirmed;
    EXPECT_EQ(say(), "8.2/1.2");
    desk.order() = good;
    desk.order().expires_at = desk.now;
    EXPECT_EQ(say(), "8.8.5/4.10");
    desk.order() = good;
    desk.order().attempts = desk.order().attempts_max;
    EXPECT_EQ(say(), "8.8.5/6.4");
    desk.order() = good;
    desk.order().state = OrderState::installed;
    EXPECT_EQ(say(), "8.2.6/3.8") << "that one is over";
}
TEST_F(Es9Refusal, UnknownMatchingId) {
    for (const std::string_view id : {"MATCH-2", "match-1", "MATCH-1 ", "../MATCH-1", "%", "MATCH-1\n"})
        EXPECT_EQ(authenticate(card.authenticate(desk.initiated(card), id)), "8.2.6/3.8") << id;
}
TEST_F(Es9Refusal, OrderOfAnotherEid) {
    desk.order().eid = *x509::make_eid("89049032", 7);
    EXPECT_EQ(authenticate(request()), "8.1.1/3.8");
}
TEST_F(Es9Refusal, ProfileNotReleased) {
    for (const auto state : {OrderState::available, OrderState::allocated, OrderState::linked, OrderState::confirmed}) {
        desk.order().state = state;
        EXPECT_EQ(authenticate(request()), "8.2/1.2");
    }
}
TEST_F(Es9Refusal, OrderInstalledOrCancelled) {
    for (const auto state : {OrderState::installed, OrderState::unavailable}) {
        desk.order().state = state;
        EXPECT_EQ(authenticate(request()), "8.2.6/3.8");
    }
    desk.order().eid = *x509::make_eid("89049032", 7);
    EXPECT_EQ(authenticate(request()), "8.2.6/3.8") << "it is over for any card";
}
TEST_F(Es9Refusal, OrderExpired) {
    desk.order().expires_at = desk.now;
    EXPECT_EQ(authenticate(request()), "8.8.5/4.10");
}
TEST_F(Es9Refusal, TooManyAttempts) {
    desk.order().attempts = desk.order().attempts_max;
    EXPECT_EQ(authenticate(request()), "8.8.5/6.4");
}
TEST_F(Es9Refusal, NotEnoughMemory) {
    desk.order().package_octets = 600'000;
    EXPECT_EQ(authenticate(request()), "8.1/4.8");
    card.info.ext_card_resource.bytes = {0xFF};  // says nothing that can be read: the card itself will tell
    EXPECT_EQ(authenticate(request()), "");
}
TEST_F(Es9Refusal, ProfileWithApplicationsForACardWithoutJavaCard) {
    desk.order().needs_javacard = true;
    card.info.uicc_capability = der::BitString::of({static_cast<std::size_t>(msg::UiccCapabilityBit::usim)});
    EXPECT_EQ(authenticate(request()), "8.2.5/4.3");
    ASSERT_EQ(desk.refusals.size(), 1U);
    EXPECT_NE(desk.refusals.front().sentence.find("declares no Java Card runtime"), std::string::npos);
    EXPECT_TRUE(desk.sealed.empty());
    card.info.uicc_capability.set(static_cast<std::size_t>(msg::UiccCapabilityBit::javacard));
    EXPECT_EQ(authenticate(request()), "");
}
TEST_F(Es9Refusal, ProfilePackageVersionTooNewForTheCard) {
    const auto answer_of = [&](msg::VersionType card_says, std::uint8_t package) {
        card.info.profile_version = std::move(card_says);
        desk.order().package_version = package;
        return authenticate(request());
    };
    EXPECT_EQ(answer_of(msg::version(2, 3, 1), 3), "8.2.5/4.3");
    ASSERT_EQ(desk.refusals.size(), 1U);
    EXPECT_NE(desk.refusals.front().sentence.find("versions up to 2.x, this one is of version 3"), std::string::npos)
        << desk.refusals.front().sentence;
    EXPECT_EQ(answer_of(msg::version(1, 0, 0), 2), "8.2.5/4.3");
    EXPECT_TRUE(desk.sealed.empty());
    EXPECT_EQ(answer_of(msg::version(2, 0, 0), 2), "");
    EXPECT_EQ(answer_of(msg::version(3, 3, 1), 2), "");
    EXPECT_EQ(answer_of(msg::version(3, 0, 0), 3), "");
    // as cards of later releases have it: what every server knows, and beside it what they take too
    card.info.additional_euicc_profile_package_versions = {msg::version(3, 2, 0)};
    EXPECT_EQ(answer_of(msg::version(2, 3, 1), 3), "");
    EXPECT_EQ(answer_of(msg::version(2, 3, 1), 4), "8.2.5/4.3");
}
/// Of a card that names none, an older order for another sort of card is not in the way of a newer one.
TEST_F(Es9Refusal, OrderThatTheCardCannotTakeHidesNoOther) {
    desk.order().eid = desk.pki.eid;
    desk.order().needs_javacard = true;
    Order newer = desk.order();
    newer.id = "order-2";
    newer.matching_id = "MATCH-2";
    newer.needs_javacard = false;
    newer.package_version = 3;
    desk.orders.emplace(newer.id, newer);
    const auto named_none = [&] { return card.authenticate(desk.initiated(card), ""); };
    card.info.profile_version = msg::version(3, 3, 1);
    ASSERT_EQ(authenticate(named_none()), "");
    EXPECT_EQ(desk.gate_asked.back().order_id, "order-2");
    EXPECT_TRUE(desk.refusals.empty());
    card.info.profile_version = msg::version(2, 3, 1);
    EXPECT_EQ(authenticate(named_none()), "8.2.5/4.3");
    ASSERT_EQ(desk.refusals.size(), 1U);
    EXPECT_EQ(desk.refusals.front().order_id, "order-1") << "the oldest, where it can take none";
    EXPECT_EQ(authenticate(card.authenticate(desk.initiated(card), desk.matching_id)), "8.2.5/4.3") << "as it asks for";
}
TEST_F(Es9Refusal, PolicyRuleThatTheCardForbids) {
    auto metadata = *der::decode<msg::StoreMetadataRequest>(desk.order().metadata);
    metadata.profile_policy_rules = der::BitString::of({1});
    desk.order().metadata = der::encode(metadata);
    EXPECT_EQ(authenticate(request()), "");
    card.info.forbidden_profile_policy_rules = der::BitString::of({1, 2});
    EXPECT_EQ(authenticate(request()), "8.2.5/4.3");
}
TEST_F(Es9Refusal, GateOrConsentClosed) {
    desk.gate_says = "no fresh verdict";
    EXPECT_EQ(authenticate(request()), "8.2.5/4.3");
    desk.gate_says.reset();
    desk.consent_says = "the current operator has not released the device";
    EXPECT_EQ(authenticate(request()), "8.2.5/4.3");
}

// ---- GetBoundProfilePackage

TEST_F(Es9Refusal, PackageForAnUnknownTransaction) {
    const auto offer = desk.offered(card);
    auto r = card.prepare(offer);
    r.transaction_id.bytes[0] ^= 1U;
    EXPECT_EQ(desk.refusal(GetBoundProfilePackage{r}), "8.10.1/3.9");
}
TEST_F(Es9Refusal, PackageForASignedTransactionThatIsAnother) {
    const auto offer = desk.offered(card);
    auto changed = offer;
    changed.transaction_id.bytes[0] ^= 1U;
    auto r = card.prepare(changed);
    r.transaction_id = offer.transaction_id;
    EXPECT_EQ(desk.refusal(GetBoundProfilePackage{r}), "8.10.1/3.9");
}
TEST_F(Es9Refusal, PackageForAnotherTransactionThatNobodySigned) {
    const auto offer = desk.offered(card);
    auto changed = offer;
    changed.transaction_id.bytes[0] ^= 1U;
    auto r = card.prepare(changed);
    r.transaction_id = offer.transaction_id;
    std::get<msg::PrepareDownloadResponseOk>(r.prepare_download_response.value).euicc_signature2.bytes[10] ^= 1U;
    EXPECT_EQ(desk.refusal(GetBoundProfilePackage{r}), "8.1/6.1") << "the signature is looked at first";
}
TEST_F(Es9Refusal, PackageAfterTheSessionExpired) {
    const auto offer = desk.offered(card);
    desk.now += desk.server.session_time;
    EXPECT_EQ(desk.refusal(GetBoundProfilePackage{card.prepare(offer)}), "8.10.1/3.9");
}
TEST_F(Es9Refusal, PackageWithAWrongSignature) {
    const auto offer = desk.offered(card);
    auto r = card.prepare(offer);
    std::get<msg::PrepareDownloadResponseOk>(r.prepare_download_response.value).euicc_signature2.bytes[3] ^= 1U;
    EXPECT_EQ(desk.refusal(GetBoundProfilePackage{r}), "8.1/6.1");
    EXPECT_EQ(desk.refusal(GetBoundProfilePackage{card.prepare(offer)}), "") << "the right answer is still taken";
}
TEST_F(Es9Refusal, PackageForAOneTimeKeyThatIsNoPoint) {
    const auto offer = desk.offered(card);
    auto r = card.prepare(offer);
    auto& ok = std::get<msg::PrepareDownloadResponseOk>(r.prepare_download_response.value);
    ok.euicc_signed2.euicc_otpk.bytes.back() ^= 1U;
    Bytes octets = der::encode(ok.euicc_signed2);
    append(octets, der::wrap(msg::tag_signature, offer.smdp_signature2.bytes));
    ok.euicc_signature2.bytes = card.sign(octets);
    EXPECT_EQ(desk.refusal(GetBoundProfilePackage{r}), "8.1/6.1");
}
TEST_F(Es9Refusal, PackageThatTheCardDidNotPrepare) {
    const auto id = desk.offered(card).transaction_id;
    EXPECT_EQ(desk.refusal(GetBoundProfilePackage{
                  {id, {msg::PrepareDownloadResponseError{id, msg::DownloadErrorCode::invalid_certificate, {}}}, {}}}),
              "8.1/6.1");
}
TEST_F(Es9Refusal, PackageOfAnOrderThatExpiredMeanwhile) {
    const auto offer = desk.offered(card);
    desk.order().expires_at = desk.now;
    EXPECT_EQ(desk.refusal(GetBoundProfilePackage{card.prepare(offer)}), "8.8.5/4.10");
}
TEST_F(Es9Refusal, PackageBeyondTheNumberOfAttempts) {
    const auto offer = desk.offered(card);
    for (std::uint32_t i = 0; i < desk.order().attempts_max; ++i) desk.bound(card, desk.offered(card));
    EXPECT_EQ(desk.refusal(GetBoundProfilePackage{card.prepare(offer)}), "8.2/3.7");
    EXPECT_EQ(desk.sealed.size(), desk.order().attempts_max);
}
TEST_F(Es9Refusal, PackageOfAnOrderThatCanNoLongerBeBound) {
    const auto offer = desk.offered(card);
    for (const auto state : {OrderState::installed, OrderState::unavailable}) {
        desk.order().state = state;
        EXPECT_EQ(desk.refusal(GetBoundProfilePackage{card.prepare(offer)}), "8.2/3.7");
    }
    desk.order().state = OrderState::released;
    desk.order().eid = *x509::make_eid("89049032", 7);  // another card was faster
    EXPECT_EQ(desk.refusal(GetBoundProfilePackage{card.prepare(offer)}), "8.2/3.7");
    desk.order().eid.reset();
    desk.bound(card, offer);
    desk.orders.clear();
    EXPECT_EQ(desk.refusal(GetBoundProfilePackage{card.prepare(offer)}), "8.2/3.7");
}
TEST_F(Es9Refusal, PackageWhereTheServerHasLostItsCertificate) {
    const auto offer = desk.offered(card);
    desk.server.credentials.clear();
    EXPECT_EQ(desk.refusal(GetBoundProfilePackage{card.prepare(offer)}), "8.2/3.7");
}
TEST_F(Es9Refusal, PackageBehindAClosedGateOrConsent) {
    const auto offer = desk.offered(card);
    desk.gate_says = "PCR 4 differs";
    EXPECT_EQ(desk.refusal(GetBoundProfilePackage{card.prepare(offer)}), "8.2.5/4.3");
    desk.gate_says.reset();
    desk.consent_says = "the current operator has not released the device";
    EXPECT_EQ(desk.refusal(GetBoundProfilePackage{card.prepare(offer)}), "8.2.5/4.3");
}

/// Whoever helps its owner reads them in the order's timeline.
TEST_F(Es9Refusal, OfAPackageOrACancellationIsInTheTimeline) {
    const auto offer = desk.offered(card);
    const auto told = [&] {
        return desk.refusals.empty() ? "" : desk.refusals.back().code + desk.refusals.back().sentence;
    };
    auto package = card.prepare(offer);
    std::get<msg::PrepareDownloadResponseOk>(package.prepare_download_response.value).euicc_signature2.bytes[3] ^= 1U;
    EXPECT_EQ(desk.refusal(GetBoundProfilePackage{package}), "8.1/6.1");
    EXPECT_TRUE(told().starts_with("8.1/6.1package refused to EID " + desk.pki.eid.text())) << told();
    const auto& id = offer.transaction_id;
    EXPECT_EQ(desk.refusal(GetBoundProfilePackage{
                  {id, {msg::PrepareDownloadResponseError{id, msg::DownloadErrorCode::invalid_signature, {}}}, {}}}),
              "8.1/6.1");
    EXPECT_NE(told().find("invalidSignature"), std::string::npos) << told();
    EXPECT_EQ(
        desk.refusal(CancelSession{card.cancel(id, *der::Oid::parse("2.999.11"), msg::CancelSessionReason::timeout)}),
        "8.8/3.10");
    EXPECT_TRUE(told().starts_with("8.8/3.10cancellation refused to EID ")) << told();
    for (const auto& refusal : desk.refusals) EXPECT_EQ(refusal.order_id, "order-1");
}

// ---- CancelSession

TEST_F(Es9Refusal, CancellingAnUnknownTransaction) {
    EXPECT_EQ(desk.refusal(CancelSession{card.cancel({{1}}, desk.server.oid, msg::CancelSessionReason::postponed)}),
              "8.10.1/3.9");
}
TEST_F(Es9Refusal, CancellingWithAWrongSignature) {
    const auto offer = desk.offered(card);
    auto r = card.cancel(offer.transaction_id, desk.server.oid, msg::CancelSessionReason::postponed);
    std::get<msg::CancelSessionResponseOk>(r.cancel_session_response.value).euicc_cancel_session_signature.bytes[0] ^=
        1U;
    EXPECT_EQ(desk.refusal(CancelSession{r}), "8.1/6.1");
}
TEST_F(Es9Refusal, CancellingWithAnotherServersOid) {
    const auto offer = desk.offered(card);
    EXPECT_EQ(desk.refusal(CancelSession{card.cancel(offer.transaction_id, *der::Oid::parse("2.999.11"),
                                                     msg::CancelSessionReason::postponed)}),
              "8.8/3.10");
}
TEST_F(Es9Refusal, CancellingWithoutTheCardsWord) {
    const auto offer = desk.offered(card);
    EXPECT_EQ(
        desk.refusal(CancelSession{{offer.transaction_id, {msg::CancelSessionResponseError::undefined_error}, {}}}),
        "8.1/6.1");
}

}  // namespace
}  // namespace mcim::smdp
