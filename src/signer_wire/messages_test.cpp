#include "mcim/signer_wire/messages.h"

#include <gtest/gtest.h>

#include <set>

#include "mcim/signer_wire/exercise.h"
#include "mcim/signer_wire/greeting.h"
#include "support/random.h"

namespace mcim::signer_wire {
namespace {

using signer::Request;
using signer::Response;

const Imsi imsi = *Imsi::parse("001010000000001");
const Iccid iccid = *Iccid::with_check_digit("890001012345678901");
const Eid eid = *Eid::with_check_digits("890490320010010000000000000000");

SecretBytes secret(std::string_view text) { return SecretBytes::copy_of(as_view(text)); }

signer::SealProfile seal(decltype(signer::SealProfile::source) source) {
    return {.source = std::move(source),
            .curve = crypto::Curve::brainpool_p256r1,
            .euicc_otpk = Bytes(65, 4),
            .transaction_id = {1, 2},
            .host_id = {3},
            .eid = eid,
            .configure_isdp = {0xBF, 0x24, 0},
            .store_metadata = {0xBF, 0x25, 0},
            .protection = signer::Protection::profile_protection_keys,
            .signing_key = {"dppb"},
            .earlier = signer::WrappedBinding{{7, 8}}};
}
signer::FromTemplate from_template() {
    signer::TemplateVariables v{iccid, imsi, *Msisdn::parse("4912345"), "North", "North M2M"};
    v.mnc_digits = 3;
    v.smsc = *Msisdn::parse("4998765");
    v.gid1 = {1, 2, 3};
    v.package_octets_min = 100'000;
    return {std::move(v), {{9, 9}}};
}

/// One of each, with something in every field.
std::vector<Request> all_requests() {
    std::vector<Request> out;
    out.emplace_back(signer::SignMessage{{"dpauth"}, {1, 2, 3}});
    out.emplace_back(signer::NewSubscriptionKeys{imsi, signer::Algorithm::tuak_256, "north"});
    out.emplace_back(signer::WrapSubscription{imsi, signer::Algorithm::test, secret("KKKK"), secret("OOOO"),
                                              signer::WrapSubscription::Constant::op, "north"});
    out.emplace_back(signer::RewrapSubscription{imsi, {{1}}});
    out.emplace_back(signer::WrapPackage{iccid, secret("package"), "north"});
    out.emplace_back(signer::RewrapPackage{iccid, {{2}}});
    out.emplace_back(signer::ExtractSubscription{iccid, {{3}}});
    out.emplace_back(signer::WrapConfirmationCode{"order 1", secret("1234")});
    out.emplace_back(signer::CheckConfirmationCode{"order 1", {{4}}, {5}, Bytes(32, 6)});
    out.emplace_back(seal(from_template()));
    out.emplace_back(seal(signer::FromPackage{iccid, {{5}}}));
    out.emplace_back(
        signer::GenerateVectors{imsi, {{6}}, {0x80, 0}, {{1ULL << 47U, {1}}, {0, {2}}, {~std::uint64_t{0}, {3}}}});
    out.emplace_back(signer::Resynchronise{imsi, {{7}}, {8}, {9}});
    out.emplace_back(signer::ImportSubscription{"north", 255, imsi, Bytes(16, 10), Bytes(16, 11), true, false});
    out.emplace_back(signer::ImportSubscription{"north", 255, imsi, Bytes(16, 10), Bytes(16, 11), false, true});
    out.emplace_back(signer::ExportSubscription{"north", 3, imsi, {{12}}});
    return out;
}

Results all_results() {
    Results out;
    signer::Signature signature;
    signature.octets.fill(1);
    out.emplace_back(Response(signature));
    const signer::Subscription subscription{signer::Algorithm::tuak_128, {{1, 2}}, {{3}}};
    out.emplace_back(Response(subscription));
    out.emplace_back(Response(signer::WrappedSubscription{{4}}));
    out.emplace_back(Response(signer::WrappedPackage{{5}}));
    out.emplace_back(Response(signer::ExtractSubscription::Response{imsi, subscription}));
    out.emplace_back(Response(signer::WrappedConfirmationCode{{6}}));
    out.emplace_back(Response(signer::CheckConfirmationCode::Response{true}));
    out.emplace_back(Response(signer::SealedProfile{Bytes(300, 7), {{8}}, true}));
    std::vector<signer::Vector> vectors;
    vectors.push_back({{1}, {2}, {3, 3, 3, 3}, secret("CKCKCKCKCKCKCKCK"), secret("IKIKIKIKIKIKIKIK")});
    out.emplace_back(Response(std::move(vectors)));
    out.emplace_back(Response(signer::Resynchronise::Response{std::nullopt}));
    out.emplace_back(Response(signer::Resynchronise::Response{42}));
    out.emplace_back(Response(signer::ExportSubscription::Response{Bytes(16, 9), Bytes(16, 10)}));
    out.emplace_back(Error{Errc::io, 12, "store.keys", "the card was drawn"});
    return out;
}

TEST(Requests, ComeBackAsTheyWere) {
    const auto made = all_requests();
    const auto message = encode_requests(made);
    const auto read = decode_requests(expose(message));
    ASSERT_TRUE(read) << to_string(read.error());
    ASSERT_EQ(read->size(), made.size());
    std::set<std::size_t> kinds;
    for (std::size_t i = 0; i < made.size(); ++i) {
        EXPECT_EQ(describe((*read)[i]), describe(made[i]));
        EXPECT_EQ((*read)[i].index(), made[i].index());
        kinds.insert(made[i].index());
    }
    EXPECT_EQ(kinds.size(), std::variant_size_v<Request>) << "one of each";
    EXPECT_TRUE(equal(expose(encode_requests(*read)), expose(message)));

    const auto& wrap = std::get<signer::WrapSubscription>((*read)[2]);
    EXPECT_EQ(as_text(expose(wrap.k)), "KKKK");
    EXPECT_EQ(as_text(expose(wrap.constant)), "OOOO");
    EXPECT_EQ(wrap.constant_is, signer::WrapSubscription::Constant::op);
    EXPECT_EQ(wrap.algorithm, signer::Algorithm::test);
    EXPECT_EQ(wrap.operator_id, "north");
    const auto& sealed = std::get<signer::SealProfile>((*read)[9]);
    EXPECT_EQ(sealed.curve, crypto::Curve::brainpool_p256r1);
    EXPECT_EQ(sealed.protection, signer::Protection::profile_protection_keys);
    EXPECT_EQ(sealed.earlier, signer::WrappedBinding{Bytes({7, 8})});
    const auto& variables = std::get<signer::FromTemplate>(sealed.source).variables;
    EXPECT_EQ(variables.msisdn->text(), "4912345");
    EXPECT_EQ(variables.smsc->text(), "4998765");
    EXPECT_EQ(variables.mnc_digits, 3);
    EXPECT_EQ(variables.package_octets_min, 100'000U);
    const auto& vectors = std::get<signer::GenerateVectors>((*read)[11]);
    EXPECT_EQ(vectors.challenges[0].sqn, 1ULL << 47U);
    EXPECT_EQ(vectors.challenges[2].sqn, ~std::uint64_t{0});
    const auto& import = std::get<signer::ImportSubscription>((*read)[13]);
    EXPECT_EQ(import.transport_key, 255);
    EXPECT_EQ(import.k, Bytes(16, 10));
    EXPECT_EQ(import.opc, Bytes(16, 11));
    EXPECT_TRUE(import.refuse_published && !import.refuse_unchosen);
    EXPECT_TRUE(std::get<signer::ImportSubscription>((*read)[14]).refuse_unchosen);
    EXPECT_EQ(std::get<signer::ExportSubscription>((*read)[15]).operator_id, "north");
    EXPECT_EQ(std::get<signer::WrapPackage>((*read)[4]).operator_id, "north");
}

TEST(Results, ComeBackAsTheyWere) {
    const Answer made = all_results();
    const auto message = encode_answer(made);
    const auto read = decode_answer(expose(message));
    ASSERT_TRUE(read) << to_string(read.error());
    const auto& results = std::get<Results>(*read);
    ASSERT_EQ(results.size(), all_results().size());
    std::set<std::size_t> kinds;
    for (std::size_t i = 0; i + 1 < results.size(); ++i) {
        ASSERT_TRUE(results[i]) << i;
        kinds.insert(results[i]->index());
    }
    EXPECT_EQ(kinds.size(), std::variant_size_v<Response>) << "one of each";
    EXPECT_TRUE(equal(expose(encode_answer(*read)), expose(message)));
    const auto& vector = std::get<std::vector<signer::Vector>>(*results[8])[0];
    EXPECT_EQ(as_text(expose(vector.ck)), "CKCKCKCKCKCKCKCK");
    EXPECT_EQ(as_text(expose(vector.ik)), "IKIKIKIKIKIKIKIK");
    EXPECT_EQ(std::get<signer::Resynchronise::Response>(*results[10]).sqn_ms, 42U);
    const Error& error = results.back().error();
    EXPECT_EQ(to_string(error), to_string(all_results().back().error()));
    EXPECT_EQ(error.code, Errc::io);
    EXPECT_EQ(error.offset, 12U);
}

TEST(Results, ErrorsOfEveryKindKeepTheirKind) {
    for (auto code = static_cast<int>(Errc::truncated); code <= static_cast<int>(Errc::io); ++code) {
        const Answer refused = Error{static_cast<Errc>(code), 0, "here", "why"};
        const auto read = decode_answer(expose(encode_answer(refused)));
        ASSERT_TRUE(read);
        EXPECT_EQ(std::get<Error>(*read).code, static_cast<Errc>(code));
        EXPECT_EQ(std::get<Error>(*read).path, "here");
        EXPECT_EQ(std::get<Error>(*read).detail, "why");
    }
}

TEST(Messages, ArbitraryOnesComeBack) {
    test::SeededRandom random(7);
    for (int i = 0; i < 500; ++i) {
        EXPECT_GE(exercise_message(arbitrary_requests(random.bytes(400))), 1);
        EXPECT_GE(exercise_message(arbitrary_answer(random.bytes(400))), 1);
    }
}

/// Wherever a message is cut there is an error, and never a shorter message.
TEST(Messages, CutAreErrors) {
    for (const Bytes& whole :
         {to_bytes(expose(encode_requests(all_requests()))), to_bytes(expose(encode_answer(all_results())))})
        for (std::size_t octets = 0; octets < whole.size(); ++octets) {
            EXPECT_FALSE(decode_requests(View(whole).first(octets))) << octets;
            EXPECT_FALSE(decode_answer(View(whole).first(octets))) << octets;
        }
}

/// A changed bit is an error, or another message that is written as it stands there.
TEST(Messages, ChangedDoNoHarm) {
    for (Bytes octets :
         {to_bytes(expose(encode_requests(all_requests()))), to_bytes(expose(encode_answer(all_results())))})
        for (std::size_t i = 0; i < octets.size() * 8; ++i) {
            octets[i / 8] ^= static_cast<std::uint8_t>(1U << (i % 8));
            exercise_message(octets);
            octets[i / 8] ^= static_cast<std::uint8_t>(1U << (i % 8));
        }
}

/// Nothing where it was read.
std::optional<Errc> refused_as(View requests) {
    const auto read = decode_requests(requests);
    return read ? std::nullopt : std::optional(read.error().code);
}

TEST(Messages, WithSomethingBehindAreErrors) {
    Bytes octets = to_bytes(expose(encode_requests(all_requests())));
    octets.push_back(0);
    EXPECT_EQ(refused_as(octets), Errc::trailing_data);
}

TEST(Messages, HaveALimit) {
    std::vector<Request> many(requests_max);
    EXPECT_TRUE(decode_requests(expose(encode_requests(many))));
    many.emplace_back();
    EXPECT_EQ(refused_as(expose(encode_requests(many))), Errc::too_large);
    EXPECT_EQ(refused_as(Bytes(message_octets_max + 1)), Errc::too_large);
    EXPECT_TRUE(decode_requests(expose(encode_requests({})))) << "none is a question too";
}

TEST(Messages, NameThePlaceOfAMistake) {
    std::vector<Request> requests;
    requests.emplace_back();
    requests.emplace_back(signer::SignMessage{{std::string(65 * 1024, 'x')}, {}});
    EXPECT_EQ(decode_requests(expose(encode_requests(requests))).error().path, "requests.1.SignMessage.key");
}

TEST(Greeting, ComesBackAsItWas) {
    const auto key = crypto::PrivateKey::generate(crypto::Curve::p256).public_key();
    const auto other = crypto::PrivateKey::generate(crypto::Curve::brainpool_p256r1).public_key();
    const Greeting made{"mcim-signer 1", {{{{"dpauth"}, key}, {{"dppb"}, other}}}};
    const Bytes octets = encode_greeting(made);
    const auto read = decode_greeting(octets);
    ASSERT_TRUE(read) << to_string(read.error());
    EXPECT_EQ(read->program, made.program);
    EXPECT_TRUE(*read->keys.find({"dpauth"}) == key);
    EXPECT_TRUE(*read->keys.find({"dppb"}) == other);
    EXPECT_EQ(read->keys.find({"nobody"}).error().code, Errc::not_found);
    EXPECT_EQ(exercise_message(octets), 1);
    for (std::size_t i = 0; i < octets.size(); ++i) EXPECT_FALSE(decode_greeting(View(octets).first(i))) << i;
}

TEST(Greeting, OfAnotherProtocolIsRefused) {
    Bytes octets = encode_greeting({"mcim-signer", {}});
    ASSERT_EQ(octets[4], protocol);
    ++octets[4];
    const auto read = decode_greeting(octets);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, Errc::refused);
    EXPECT_NE(read.error().detail.find("one release"), std::string::npos);
}

}  // namespace
}  // namespace mcim::signer_wire
