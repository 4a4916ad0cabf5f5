// ES9+ in its ASN.1 binding, over real sockets: the same server, sessions and orders as in JSON.
#include "mcim/apps/mcimd/asn1_for_test.h"

namespace mcim::apps::mcimd {
namespace {

using Initiated = msg::InitiateAuthenticationResponse;
using Authenticated = msg::AuthenticateClientResponseEs9;
using Packaged = msg::GetBoundProfilePackageResponse;
using Cancelled = msg::CancelSessionResponseEs9;

class Asn1 : public Mcimd {
protected:
    void SetUp() override {
        Mcimd::SetUp();
        add_two_operators();
    }
    template <class T>
    http::Response ask(const T& function) {
        return send(asn1::request(function));
    }
    msg::InitiateAuthenticationOkEs9 begin() {
        return asn1::granted_in<Initiated>(ask(card.initiate("smdpp.example.com")));
    }
    msg::AuthenticateClientRequest asking_for(const jose::Object& order) {
        return card.authenticate(begin(), *order.text("matching_id"));
    }
    msg::AuthenticateClientOk begin_download(const jose::Object& order) {
        return asn1::granted_in<Authenticated>(ask(asking_for(order)));
    }
    int refusal_of(const msg::AuthenticateClientRequest& r) { return asn1::error_in<Authenticated>(ask(r)); }
    int refusal_of(const msg::GetBoundProfilePackageRequest& r) { return asn1::error_in<Packaged>(ask(r)); }
    int refusal_of(const msg::CancelSessionRequestEs9& r) { return asn1::error_in<Cancelled>(ask(r)); }
    int refusal_of(const msg::InitiateAuthenticationRequest& r) { return asn1::error_in<Initiated>(ask(r)); }
    void tell(const msg::HandleNotification& n) {
        ++card.seq_number;
        const auto answer = ask(n);
        EXPECT_EQ(answer.status, 204U);
        EXPECT_EQ(answer.body, "");
        EXPECT_EQ(answer.find_header("X-Admin-Protocol"), "gsma/rsp/v2.2.0");
    }
    http::Response post_der(std::string body) { return post("/gsma/rsp2/asn1", std::move(body), asn1::headers()); }
};

TEST_F(Asn1, DownloadsFromTheOrderToTheDeletedProfile) {
    const auto order = add_order("a", first);
    const auto begun = begin();
    const auto auth = *x509::parse_certificate(begun.server_certificate.tlv);
    EXPECT_TRUE(auth.public_key()->verify(der::encode(begun.server_signed1), begun.server_signature1.bytes));
    const auto offered = asn1::granted_in<Authenticated>(ask(card.authenticate(begun, *order.text("matching_id"))));
    EXPECT_EQ(offered.transaction_id, begun.transaction_id);
    EXPECT_EQ(offered.profile_metadata.iccid, msg::to_octets(first));
    const auto package = asn1::granted_in<Packaged>(ask(card.prepare(offered)));
    EXPECT_EQ(package.transaction_id, offered.transaction_id);
    EXPECT_EQ(package.bound_profile_package.initialise_secure_channel_request.transaction_id, offered.transaction_id);
    EXPECT_EQ(state_of(order), "Downloaded");
    tell(card.installed(offered.transaction_id, first, oid));
    EXPECT_EQ(state_of(order), "Installed");
    EXPECT_EQ(auc_status("999990000000001"), "active");
    tell(card.notify(first, msg::NotificationEventBit::enable));
    EXPECT_EQ(standing(first), "enabled");
    tell(card.notify(first, msg::NotificationEventBit::disable));
    tell(card.notify(first, msg::NotificationEventBit::delete_));
    EXPECT_EQ(standing(first), "deleted");
}

TEST_F(Asn1, PackageOf150KibLeavesWhole) {
    const Iccid third = *Iccid::with_check_digit("894412345678901233");
    add_line("a", third, "999990000000003", der::wrap(der::Tag{0x9F50}, Bytes(153'500)));
    const auto answer = ask(card.prepare(begin_download(add_order("a", third))));
    EXPECT_GT(answer.body.size(), 153'600U);
    const auto package = asn1::granted_in<Packaged>(answer);
    EXPECT_GT(package.bound_profile_package.sequence_of_86.size(), 150U);
}

TEST_F(Asn1, SessionIsOneInBothBindings) {
    const auto order = add_order("a", first);
    const auto request = card.authenticate(initiate(), *order.text("matching_id"));
    const auto offered = asn1::granted_in<Authenticated>(ask(request));
    EXPECT_EQ(call<msg::AuthenticateClientOk>("authenticateClient", request), offered) << "the lost reply, again";
    const auto package = call<msg::GetBoundProfilePackageOk>("getBoundProfilePackage", card.prepare(offered));
    EXPECT_EQ(package.transaction_id, offered.transaction_id);
    tell(card.installed(offered.transaction_id, first, oid));
    EXPECT_EQ(state_of(order), "Installed");
}

TEST_F(Asn1, CancelledSessionIsAnsweredWithNothingButOk) {
    const auto order = add_order("a", first);
    const auto request =
        card.cancel(begin_download(order).transaction_id, oid, msg::CancelSessionReason::end_user_rejection);
    const auto answer = ask(request);
    EXPECT_EQ(hex(as_view(answer.body)), "A205BF4102A000");
    EXPECT_EQ(state_of(order), "Error");
    EXPECT_EQ(ask(request).body, answer.body) << "again, the same";
}

TEST_F(Asn1, RefusalsAreTheNumbersOfEachFunction) {
    EXPECT_EQ(refusal_of(card.initiate("other.example.com")), 1) << "invalidDpAddress";
    auto request = card.initiate("smdpp.example.com");
    request.euicc_info1.svn = msg::version(3, 0, 0);
    EXPECT_EQ(refusal_of(request), 2) << "euiccVersionNotSupportedByDp";
    request = card.initiate("smdpp.example.com");
    request.euicc_info1.euicc_ci_pk_id_list_for_signing = {{Bytes(20, 9)}};
    EXPECT_EQ(refusal_of(request), 3) << "ciPKNotSupported";

    const auto order = add_order("a", first);
    EXPECT_EQ(refusal_of(card.authenticate(begin(), "UNKNOWN")), 6) << "matchingIdRefused";
    auto authenticate = asking_for(order);
    authenticate.transaction_id.bytes[0] ^= 1U;
    EXPECT_EQ(refusal_of(authenticate), 10) << "invalidTransactionId";
    EXPECT_EQ(refusal_of(asking_for(add_order("b", second, "attested"))), 8) << "noEligibleProfile";

    const auto offered = begin_download(order);
    auto prepare = card.prepare(offered);
    std::get<msg::PrepareDownloadResponseOk>(prepare.prepare_download_response.value).euicc_signature2.bytes[3] ^= 1U;
    EXPECT_EQ(refusal_of(prepare), 1) << "euiccSignatureInvalid";
    prepare = card.prepare(offered);
    prepare.transaction_id.bytes[0] ^= 1U;
    EXPECT_EQ(refusal_of(prepare), 95) << "invalidTransactionId";
    admin("POST", "/orders/" + *order.text("id") + "/cancel");
    EXPECT_EQ(refusal_of(card.prepare(offered)), 5) << "bppRebindingRefused";

    using enum msg::CancelSessionReason;
    const auto& id = offered.transaction_id;
    EXPECT_EQ(refusal_of(card.cancel({{1}}, oid, postponed)), 1) << "invalidTransactionId";
    EXPECT_EQ(refusal_of(msg::CancelSessionRequestEs9{id, {msg::CancelSessionResponseError::undefined_error}, {}}), 2)
        << "euiccSignatureInvalid";
    EXPECT_EQ(refusal_of(card.cancel(id, *der::Oid::parse("2.999.11"), postponed)), 127) << "undefinedError";
}

/// Both want to write the order: the one that finds it changed is looked at again, and answered.
TEST_F(Asn1, RequestsThatMeetInOneOrderAreBothAnswered) {
    const auto order = add_order("a", first);
    const auto offered = begin_download(order);
    const auto answers =
        at_once({asn1::request(card.prepare(offered)),
                 asn1::request(card.cancel(offered.transaction_id, oid, msg::CancelSessionReason::postponed))});
    const int of_package = asn1::error_in<Packaged>(answers[0]);
    EXPECT_TRUE(of_package == 0 || of_package == 95) << of_package;
    EXPECT_EQ(asn1::error_in<Cancelled>(answers[1]), 0);
    EXPECT_EQ(state_of(order), "Released");
}

TEST_F(Asn1, AnswersWhatIsNoRequestCleanly) {
    const std::string body = asn1::body_of(card.initiate("smdpp.example.com"));
    for (std::size_t size = 0; size < body.size(); size += 5) EXPECT_EQ(post_der(body.substr(0, size)).status, 400U);
    EXPECT_EQ(post_der(body + '\0').status, 400U) << "an octet behind it";
    EXPECT_EQ(post_der(as_text(*from_hex("A203BF4000"))).status, 400U) << "of ES11";
    EXPECT_EQ(post_der(as_text(*from_hex("A200"))).status, 400U);
    EXPECT_EQ(post_der(body.substr(3)).status, 400U) << "the function without its frame";
    EXPECT_EQ(post_der(msg::to_json(card.initiate("smdpp.example.com"))).status, 400U);
    EXPECT_EQ(post_der(std::string(300'000, '\xA2')).status, 413U);
    const auto missing = post_der(as_text(*from_hex("A203BF3900")));
    EXPECT_EQ(missing.status, 400U);
    EXPECT_NE(missing.body.find("initiateAuthenticationRequest.euiccChallenge"), std::string::npos) << missing.body;
    EXPECT_EQ(begin().transaction_id.bytes.size(), 16U) << "and it goes on";
}

TEST_F(Asn1, EachBindingHasItsPathAndContentType) {
    const std::string json_path = "/gsma/rsp2/es9plus/initiateAuthentication", asn1_path = "/gsma/rsp2/asn1";
    const auto request = card.initiate("smdpp.example.com");
    EXPECT_EQ(post(asn1_path, msg::to_json(request), es9_headers()).status, 415U);
    EXPECT_EQ(post(json_path, asn1::body_of(request), asn1::headers()).status, 415U);
    EXPECT_EQ(post(json_path, asn1::body_of(request), es9_headers()).status, 400U);
    for (const std::string wrong : {"/", "/initiateAuthentication", "1"})
        EXPECT_EQ(post(asn1_path + wrong, asn1::body_of(request), asn1::headers()).status, 404U) << wrong;
    EXPECT_EQ(send({"GET", asn1_path, asn1::headers(), ""}).status, 405U);
    EXPECT_EQ(post(asn1_path, asn1::body_of(request), {{"Content-Type", asn1::media_type}}).status, 400U);
    EXPECT_EQ(post(asn1_path, asn1::body_of(request),
                   {{"Content-Type", asn1::media_type}, {"X-Admin-Protocol", "gsma/rsp/v1.1.0"}})
                  .status,
              400U);
    const auto later = post(asn1_path, asn1::body_of(request),
                            {{"Content-Type", "Application/X-GSMA-RSP-ASN1"}, {"X-Admin-Protocol", "gsma/rsp/v2.9.0"}});
    EXPECT_EQ(later.status, 200U);
    EXPECT_EQ(later.find_header("X-Admin-Protocol"), "gsma/rsp/v2.5.0");
}

}  // namespace
}  // namespace mcim::apps::mcimd
