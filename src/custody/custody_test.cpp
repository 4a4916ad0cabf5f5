#include "mcim/custody/custody.h"

#include "custody_for_test.h"
#include "mcim/crypto/hash.h"

namespace mcim::custody::test {
namespace {

using signer::Algorithm;
using signer::Subscription;
using Constant = signer::WrapSubscription::Constant;

signer::Rand rand_of(std::string_view digits) { return *to_array<16>(*from_hex(digits)); }

TEST(Custody, SignsWithTheNamedKey) {
    Keys keys;
    const auto custody = keys.load();
    for (const auto& name : {nist_key, brainpool_key}) {
        const auto signature = custody->sign(name, as_view("message"));
        ASSERT_TRUE(signature);
        EXPECT_TRUE(custody->public_key(name)->verify(as_view("message"), *signature));
    }
    EXPECT_EQ(custody->sign({"nobody"}, {}).error().code, Errc::not_found);
    EXPECT_EQ(custody->public_key({"nobody"}).error().code, Errc::not_found);
}

TEST(Custody, AFailedRequestDoesNotStopTheOthers) {
    Keys keys;
    const auto custody = keys.load();
    std::vector<signer::Request> requests;
    requests.emplace_back(signer::SignMessage{nist_key, {1}});
    requests.emplace_back(signer::SignMessage{{"nobody"}, {2}});
    requests.emplace_back(signer::NewSubscriptionKeys{imsi, Algorithm::milenage});
    const auto responses = custody->execute(requests);
    ASSERT_EQ(responses.size(), 3U);
    EXPECT_TRUE(responses[0]);
    EXPECT_FALSE(responses[1]);
    EXPECT_TRUE(responses[2] && std::holds_alternative<Subscription>(*responses[2]));
}

TEST(Custody, MakesTheVectorsOfTs35208) {
    Keys keys;
    const auto custody = keys.load();
    const auto subscription = custody->ask(import_1());
    ASSERT_TRUE(subscription) << to_string(subscription.error());
    const auto v = custody->vector(imsi, subscription->keys, sqn_1, amf_1, rand_of(rand_1));
    ASSERT_TRUE(v);
    EXPECT_EQ(hex(v->xres), "A54211D5E3BA50BF");
    EXPECT_EQ(hex(expose(v->ck)), "B40BA9A3C58B2A05BBF0D987B21BF8CB");
    EXPECT_EQ(hex(expose(v->ik)), "F769BCD751044604127672711C6D3441");
    EXPECT_EQ(hex(View(v->autn).subspan(6)), "B9B94A9FFAC354DFAFB3");
}

TEST(Custody, MakesManyVectorsAtOnce) {
    Keys keys;
    const auto custody = keys.load();
    const auto subscription = custody->ask(import_1());
    ASSERT_TRUE(subscription);
    signer::GenerateVectors request{imsi, subscription->keys, amf_1, {}};
    for (signer::Sqn sqn = 32; sqn < 32 * 20; sqn += 33) request.challenges.push_back({sqn, keys.random.array<16>()});
    const auto vectors = custody->ask(request);
    ASSERT_TRUE(vectors);
    ASSERT_EQ(vectors->size(), request.challenges.size());
    for (std::size_t i = 0; i < vectors->size(); ++i) {
        const auto alone =
            custody->vector(imsi, subscription->keys, request.challenges[i].sqn, amf_1, request.challenges[i].rand);
        EXPECT_EQ((*vectors)[i].autn, alone->autn);
    }
    request.challenges = {{1ULL << 48U, {}}};
    EXPECT_FALSE(custody->ask(request));
}

TEST(Custody, OpGivesTheSameAsItsOpc) {
    Keys keys;
    const auto custody = keys.load();
    const auto from_op = custody->ask(import_1());
    const auto from_opc =
        custody->ask(signer::WrapSubscription{imsi, Algorithm::milenage, secret(k_1), secret(opc_1), Constant::opc});
    ASSERT_TRUE(from_op && from_opc);
    EXPECT_EQ(from_op->fingerprint, from_opc->fingerprint);
    EXPECT_NE(from_op->keys, from_opc->keys) << "a nonce is never used twice";
    const auto a = custody->vector(imsi, from_op->keys, sqn_1, amf_1, rand_of(rand_1));
    const auto b = custody->vector(imsi, from_opc->keys, sqn_1, amf_1, rand_of(rand_1));
    EXPECT_EQ(a->autn, b->autn);
}

TEST(Custody, KeysOfOneSubscriberDoNotServeAnother) {
    Keys keys;
    const auto custody = keys.load();
    const auto subscription = custody->ask(import_1());
    ASSERT_TRUE(subscription);
    EXPECT_EQ(custody->vector(other_imsi, subscription->keys, 32, amf_1, {}).error().code, Errc::bad_crypto);
    EXPECT_EQ(custody->ask(signer::Resynchronise{other_imsi, subscription->keys, {}, {}}).error().code,
              Errc::bad_crypto);
    EXPECT_EQ(custody->ask(signer::RewrapSubscription{other_imsi, subscription->keys}).error().code, Errc::bad_crypto);
    EXPECT_EQ(custody->ask(signer::ExtractSubscription{iccid, {subscription->keys.octets}}).error().code,
              Errc::bad_crypto);
}

TEST(Custody, FingerprintsTellEqualKeysAndNothingElse) {
    Keys keys;
    const auto custody = keys.load();
    const auto one = custody->ask(import_1());
    const auto same_k = custody->ask(import_1(other_imsi));
    const auto fresh = custody->new_subscription_keys(imsi, Algorithm::milenage);
    ASSERT_TRUE(one && same_k && fresh);
    EXPECT_EQ(one->fingerprint, same_k->fingerprint);
    EXPECT_NE(one->fingerprint, fresh->fingerprint);
    const TempFolder other_temp;
    SeededRandom other_random(99);
    const auto other_folder = KeyFolder::create(other_temp / "keys", other_random);
    const auto other_custody = Custody::load(*other_folder, {}, other_random);
    EXPECT_NE((*other_custody)->ask(import_1())->fingerprint, one->fingerprint);
}

TEST(Custody, RewrapsAfterARotation) {
    Keys keys;
    const auto old = keys.load()->ask(import_1());
    ASSERT_TRUE(old && keys.folder->add_wrapping_key(keys.random));
    const auto custody = keys.load();
    const auto rewrapped = custody->ask(signer::RewrapSubscription{imsi, old->keys});
    ASSERT_TRUE(rewrapped);
    std::filesystem::remove(keys.temp / "keys/wrapping/1.key");
    const auto after = keys.load();
    EXPECT_TRUE(after->vector(imsi, *rewrapped, 32, amf_1, {}));
    EXPECT_EQ(after->vector(imsi, old->keys, 32, amf_1, {}).error().code, Errc::bad_crypto);
}

TEST(Custody, ResynchronisesOnlyOnTheCardsOwnAnswer) {
    Keys keys;
    const auto custody = keys.load();
    const auto subscription = custody->ask(import_1());
    ASSERT_TRUE(subscription);
    const aka::Subscription card{
        aka::Milenage(*Secret<16>::copy_of(*from_hex(k_1)), *Secret<16>::copy_of(*from_hex(opc_1))), {}};
    aka::SqnState state;
    state.seq[3] = 1000;
    const auto challenge = rand_of(rand_1);
    const auto stale = custody->vector(imsi, subscription->keys, aka::Sqn::of(5, 3).number(), amf_1, challenge);
    ASSERT_TRUE(stale);
    const auto step = aka::authenticate(card, state, challenge, stale->autn);
    const auto* failure = std::get_if<aka::SyncFailure>(&step.outcome);
    ASSERT_NE(failure, nullptr);
    const auto good = custody->ask(signer::Resynchronise{imsi, subscription->keys, challenge, failure->auts});
    ASSERT_TRUE(good);
    EXPECT_EQ(good->sqn_ms, aka::Sqn::of(1000, 3).number());
    auto bad_auts = failure->auts;
    bad_auts[0] ^= 1U;
    EXPECT_EQ(custody->ask(signer::Resynchronise{imsi, subscription->keys, challenge, bad_auts})->sqn_ms, std::nullopt);
}

TEST(Custody, RefusesKeysOfAnotherSize) {
    Keys keys;
    const auto custody = keys.load();
    const auto import = [&](std::string_view k, std::string_view constant, Constant is) {
        return custody->ask(signer::WrapSubscription{imsi, Algorithm::milenage, secret(k), secret(constant), is});
    };
    EXPECT_EQ(import("00", opc_1, Constant::opc).error().code, Errc::bad_length);
    EXPECT_EQ(import("", op_1, Constant::op).error().code, Errc::bad_length);
    EXPECT_EQ(import(k_1, "", Constant::op).error().code, Errc::bad_length);
    EXPECT_EQ(import(k_1, "0011", Constant::opc).error().code, Errc::bad_length);
}

/// As a template has it before its keys are inserted.
TEST(Custody, RefusesAKeyThatIsAllZeros) {
    Keys keys;
    const auto custody = keys.load();
    const auto import = [&](const std::string& k) {
        return custody->ask(
            signer::WrapSubscription{imsi, Algorithm::milenage, secret(k), secret(opc_1), Constant::opc});
    };
    const auto zeros = import(std::string(32, '0'));
    ASSERT_FALSE(zeros);
    EXPECT_EQ(zeros.error().code, Errc::bad_value);
    EXPECT_TRUE(import(std::string(31, '0') + "1"));
}

TEST(Custody, TheTestAlgorithmIsForLaboratories) {
    Keys keys;
    const auto import = [] { return signer::WrapSubscription{imsi, Algorithm::test, secret(k_1), {}, Constant::opc}; };
    const auto production = keys.load();
    EXPECT_EQ(production->ask(import()).error().code, Errc::refused);
    const auto laboratory = keys.load(Policy::laboratory());
    const auto subscription = laboratory->ask(import());
    ASSERT_TRUE(subscription) << to_string(subscription.error());
    EXPECT_EQ(laboratory->vector(imsi, subscription->keys, 32, amf_1, {})->xres.size(), 16U);
    EXPECT_EQ(production->vector(imsi, subscription->keys, 32, amf_1, {}).error().code, Errc::refused);
    EXPECT_EQ(laboratory->new_subscription_keys(imsi, Algorithm::test).error().code, Errc::refused);
}

TEST(Custody, EachAlgorithmCanBeSwitchedOff) {
    Keys keys;
    const auto on = keys.load();
    const auto subscription = on->ask(import_1());
    ASSERT_TRUE(subscription);
    const auto off = keys.load(Policy{{Algorithm::tuak_128}});
    const auto refused = [](const auto& answer) { return !answer && answer.error().code == Errc::refused; };
    EXPECT_TRUE(refused(off->ask(import_1())));
    EXPECT_TRUE(refused(off->new_subscription_keys(imsi, Algorithm::milenage)));
    EXPECT_TRUE(refused(off->vector(imsi, subscription->keys, 32, amf_1, {})));
}

/// Every octet that a response carries.
Bytes octets_of(const Result<signer::Response>& result) {
    struct {
        Bytes operator()(const signer::Signature& r) const { return to_bytes(r); }
        Bytes operator()(const Subscription& r) const { return concat({r.keys.octets, r.fingerprint.octets}); }
        Bytes operator()(const signer::WrappedSubscription& r) const { return r.octets; }
        Bytes operator()(const signer::WrappedPackage& r) const { return r.octets; }
        Bytes operator()(const signer::ExtractSubscription::Response& r) const { return (*this)(r.subscription); }
        Bytes operator()(const signer::WrappedConfirmationCode& r) const { return r.octets; }
        Bytes operator()(const signer::CheckConfirmationCode::Response&) const { return {}; }
        Bytes operator()(const signer::SealedProfile& r) const {
            return concat({r.bound_profile_package, r.binding.octets});
        }
        Bytes operator()(const std::vector<signer::Vector>& r) const {
            Bytes out;
            for (const auto& v : r) append(out, concat({v.rand, v.autn, v.xres, expose(v.ck), expose(v.ik)}));
            return out;
        }
        Bytes operator()(const signer::Resynchronise::Response&) const { return {}; }
        Bytes operator()(const signer::ExportSubscription::Response& r) const { return concat({r.k, r.opc}); }
    } octets;
    return std::visit(octets, *result);
}

/// North's line with own_k and own_opc, and what a good request of every kind names besides.
struct NorthsLine : Keys {
    TransportKey transport{"north", TransportUse::both, secret("7B1D90E4A62C58F3093E84D7C1B5620A")};
    Bytes transaction = Bytes(16, 0x0A);
    std::string code = "4711";
    signer::Rand challenge = rand_of(rand_1);

    NorthsLine() { EXPECT_TRUE(folder->add_transport_key(3, transport, random)); }
    signer::WrapSubscription line() const {
        return {imsi, Algorithm::milenage, secret(own_k), secret(own_opc), Constant::opc, "north"};
    }
    /// What the line's card answers to a challenge that is stale.
    signer::Auts auts(Subject& custody, const signer::WrappedSubscription& wrapped) const {
        const aka::Subscription card{
            aka::Milenage(*Secret<16>::copy_of(*from_hex(own_k)), *Secret<16>::copy_of(*from_hex(own_opc))), {}};
        aka::SqnState state;
        state.seq[3] = 1000;
        const auto stale = custody.vector(imsi, wrapped, aka::Sqn::of(5, 3).number(), amf_1, challenge);
        EXPECT_TRUE(stale) << to_string(stale.error());
        if (!stale) return {};
        return std::get<aka::SyncFailure>(aka::authenticate(card, state, challenge, stale->autn).outcome).auts;
    }
    signer::SealProfile seal(const signer::WrappedSubscription& wrapped) const {
        const signer::TemplateVariables variables{
            .iccid = iccid, .imsi = imsi, .msisdn = {}, .service_provider_name = "mcim", .profile_name = "meter"};
        return {.source = signer::FromTemplate{variables, wrapped},
                .curve = crypto::Curve::p256,
                .euicc_otpk = crypto::PrivateKey::generate(crypto::Curve::p256).public_key().point(),
                .transaction_id = transaction,
                .host_id = {1, 2, 3, 4},
                .eid = *Eid::with_check_digits("890490320010010000000000000000"),
                .configure_isdp = *from_hex("BF2400"),
                .store_metadata = *from_hex("BF25055A03010203"),
                .signing_key = nist_key};
    }
    signer::CheckConfirmationCode check(const signer::WrappedConfirmationCode& wrapped) const {
        return {"ORDER-1", wrapped, transaction,
                to_bytes(crypto::sha256(concat({crypto::sha256(as_view(code)), transaction})))};
    }
    /// Of every kind one that is answered.
    std::vector<signer::Request> requests(Subject& custody) const {
        const auto keys = custody.ask(line())->keys;
        const auto package = *custody.ask(signer::WrapPackage{packed, package_with_keys(), "north"});
        const auto wrap_code = [&] {
            return signer::WrapConfirmationCode{"ORDER-1", SecretBytes::copy_of(as_view(code))};
        };
        std::vector<signer::Request> all;
        all.emplace_back(signer::SignMessage{nist_key, {1}});
        all.emplace_back(signer::NewSubscriptionKeys{imsi});
        all.emplace_back(line());
        all.emplace_back(signer::RewrapSubscription{imsi, keys});
        all.emplace_back(signer::WrapPackage{packed, package_with_keys(), "north"});
        all.emplace_back(signer::RewrapPackage{packed, package});
        all.emplace_back(signer::ExtractSubscription{packed, package});
        all.emplace_back(wrap_code());
        all.emplace_back(check(*custody.ask(wrap_code())));
        all.emplace_back(seal(keys));
        all.emplace_back(signer::GenerateVectors{imsi, keys, amf_1, {{32, challenge}}});
        all.emplace_back(signer::Resynchronise{imsi, keys, challenge, auts(custody, keys)});
        all.emplace_back(signer::ImportSubscription{"north", 3, imsi, *wrap_block(transport, secret(own_k)),
                                                    *wrap_block(transport, secret(own_opc))});
        all.emplace_back(signer::ExportSubscription{"north", 3, imsi, keys});
        return all;
    }
};

TEST(Custody, NoResponseCarriesKOrOpc) {
    NorthsLine north;
    const auto custody = north.load();
    auto requests = north.requests(*custody);
    static_assert(std::variant_size_v<signer::Request> == 14, "one of every kind");
    for (std::size_t i = 0; i < 14; ++i) ASSERT_EQ(requests.at(i).index(), i);
    requests.emplace_back(import_1());  // with OP
    const auto responses = custody->execute(requests);
    ASSERT_EQ(responses.size(), requests.size());
    for (std::size_t i = 0; i < requests.size(); ++i) {
        EXPECT_TRUE(responses[i]) << describe(requests[i]) << ": " << to_string(responses[i].error());
        if (!responses[i]) continue;
        const std::string all = hex(octets_of(responses[i]));
        for (const std::string_view planted : {own_k, own_opc, k_1, op_1, opc_1})
            EXPECT_EQ(all.find(planted), std::string::npos) << describe(requests[i]);
    }
}

}  // namespace
}  // namespace mcim::custody::test
