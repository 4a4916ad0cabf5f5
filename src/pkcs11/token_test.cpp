#include "mcim/pkcs11/token.h"

#include <dlfcn.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "failing_module_for_test.h"
#include "mcim/crypto/hash.h"
#include "support/random.h"
#include "support/softhsm.h"
#include "support/temp_folder.h"

namespace mcim::pkcs11::test {
namespace {

using crypto::Curve;
using mcim::test::SoftHsm;
using namespace std::chrono_literals;

constexpr std::string_view pin = "planted-4711";
bool any_label(const std::string& label) { return !label.empty(); }

Control& control() {
    void* library = ::dlopen(MCIM_FAILING_MODULE, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    return *reinterpret_cast<ControlFunction>(::dlsym(library, control_symbol))();
}
CK_FUNCTION_LIST& functions() {
    CK_FUNCTION_LIST* list = nullptr;
    void* library = ::dlopen(MCIM_FAILING_MODULE, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    reinterpret_cast<CK_C_GetFunctionList>(::dlsym(library, "C_GetFunctionList"))(&list);
    return *list;
}

/// A session of somebody else in this process, which is logged in with the others.
struct Raw {
    Raw() {
        std::array<CK_SLOT_ID, 8> slots{};
        CK_ULONG count = slots.size();
        p.C_GetSlotList(CK_TRUE, slots.data(), &count);
        EXPECT_EQ(p.C_OpenSession(slots[0], CKF_SERIAL_SESSION | CKF_RW_SESSION, nullptr, nullptr, &session), CKR_OK);
    }
    Raw(const Raw&) = delete;
    Raw& operator=(const Raw&) = delete;
    ~Raw() { p.C_CloseSession(session); }
    CK_OBJECT_HANDLE find(CK_OBJECT_CLASS object_class, std::string label) {
        std::array<CK_ATTRIBUTE, 2> wanted{{{CKA_CLASS, &object_class, sizeof object_class},
                                            {CKA_LABEL, label.data(), static_cast<CK_ULONG>(label.size())}}};
        CK_OBJECT_HANDLE found = CK_INVALID_HANDLE;
        CK_ULONG count = 0;
        p.C_FindObjectsInit(session, wanted.data(), wanted.size());
        p.C_FindObjects(session, &found, 1, &count);
        p.C_FindObjectsFinal(session);
        return count == 1 ? found : CK_INVALID_HANDLE;
    }
    CK_RV read(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type) {
        std::array<std::uint8_t, 64> value{};
        CK_ATTRIBUTE attribute{type, value.data(), value.size()};
        return p.C_GetAttributeValue(session, object, &attribute, 1);
    }
    /// -1 where the token does not say.
    int flag(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type) {
        CK_BBOOL value = CK_FALSE;
        CK_ATTRIBUTE attribute{type, &value, sizeof value};
        return p.C_GetAttributeValue(session, object, &attribute, 1) == CKR_OK ? value : -1;
    }
    /// A key on P-256, for AES, or data of mcim.
    void create(CK_OBJECT_CLASS object_class, std::string label,
                std::vector<std::pair<CK_ATTRIBUTE_TYPE, CK_BBOOL>> flags, Bytes value) {
        Bytes curve = *from_hex("06082A8648CE3D030107");
        std::string application = "mcim";
        CK_KEY_TYPE type = object_class == CKO_PRIVATE_KEY ? CKK_EC : CKK_AES;
        std::vector<CK_ATTRIBUTE> all{{CKA_CLASS, &object_class, sizeof object_class},
                                      {CKA_LABEL, label.data(), static_cast<CK_ULONG>(label.size())},
                                      {CKA_VALUE, value.data(), static_cast<CK_ULONG>(value.size())}};
        for (auto& [flag, is] : flags) all.push_back({flag, &is, sizeof is});
        if (object_class == CKO_PRIVATE_KEY)
            all.push_back({CKA_EC_PARAMS, curve.data(), static_cast<CK_ULONG>(curve.size())});
        if (object_class == CKO_DATA)
            all.push_back({CKA_APPLICATION, application.data(), static_cast<CK_ULONG>(application.size())});
        else
            all.push_back({CKA_KEY_TYPE, &type, sizeof type});
        CK_OBJECT_HANDLE made = CK_INVALID_HANDLE;
        EXPECT_EQ(p.C_CreateObject(session, all.data(), static_cast<CK_ULONG>(all.size()), &made), CKR_OK) << label;
    }
    CK_FUNCTION_LIST& p = functions();
    CK_SESSION_HANDLE session = CK_INVALID_HANDLE;
};

class Pkcs11Token : public testing::Test {
protected:
    void SetUp() override {
        if (!SoftHsm::installed()) GTEST_SKIP() << "softhsm2 is not installed (./dev setup stores)";
        soft.emplace(temp.path() / "hsm");
        ASSERT_TRUE(soft->make_token("mcim", std::string(pin)));
        unscripted();
        const Status filled = fill();  // a key on each curve, and one for secrets
        ASSERT_TRUE(filled) << to_string(filled.error());
        unscripted();
    }
    static void unscripted() {
        Control& c = control();
        c.initialise = c.open_session = c.login = c.find_objects = c.sign_init = c.sign = {};
        c.create_object = c.generate_key = {};
        c.more_flags = 0;
        c.sessions_max = 0;
        c.signing_max = 0;
    }
    [[nodiscard]] Place place(Access access = Access::reading) {
        Place out{.module = MCIM_FAILING_MODULE, .token = "mcim", .pin = SecretBytes::copy_of(as_view(pin))};
        out.access = access;
        out.sessions = 2;
        out.restart_pause = 0ms;
        out.note = [this](const std::string& sentence) {
            const std::scoped_lock lock(noting);
            notes += sentence + "\n";
        };
        return out;
    }
    Status fill() {
        TRY(const auto writer, Token::open(place(Access::writing)));
        for (const auto& [label, key] : keys) {
            CHECKED(writer->add_private_key(label, key.curve(), scalars.at(label)));
            CHECKED(writer->add_public_key(label, key.public_key()));
        }
        return writer->generate_secret_key("kek");
    }
    void open(Access access = Access::reading) {
        auto opened = Token::open(place(access));
        ASSERT_TRUE(opened) << to_string(opened.error());
        token = *std::move(opened);
    }
    [[nodiscard]] Status signs(const std::string& label = "nist") {
        TRY(const auto signature, token->sign(label, crypto::sha256(as_view("message"))));
        return keys.at(label).public_key().verify(as_view("message"), signature);
    }
    void fail_next(Script& script, int times, CK_RV value) {
        const std::scoped_lock lock(control().mutex);
        script = {0, times, value};
    }
    crypto::PrivateKey key_of(const std::string& label, Curve curve) {
        Secret<32> scalar;
        std::ranges::fill(expose_mutable(scalar), std::uint8_t{0x42});
        auto key = *crypto::PrivateKey::from_scalar(curve, expose(scalar));
        scalars.emplace(label, std::move(scalar));
        return key;
    }

    mcim::test::TempFolder temp{mcim::test::TempFolder::On::memory};
    mcim::test::SeededRandom random{3};
    std::map<std::string, Secret<32>> scalars;
    std::map<std::string, crypto::PrivateKey> keys{{"nist", key_of("nist", Curve::p256)},
                                                   {"brainpool", key_of("brainpool", Curve::brainpool_p256r1)}};
    std::optional<SoftHsm> soft;
    std::mutex noting;
    std::string notes;
    std::unique_ptr<Token> token;
};

TEST_F(Pkcs11Token, SignsOnBothCurvesAndTellsItsPublicKeys) {
    open();
    EXPECT_TRUE(signs("nist"));
    EXPECT_TRUE(signs("brainpool"));
    const auto known = token->public_keys(any_label);
    ASSERT_TRUE(known) << to_string(known.error());
    ASSERT_EQ(known->size(), 2U);
    for (const auto& [label, key] : keys) EXPECT_EQ(known->at(label), key.public_key());
    EXPECT_EQ(token->sign("nobody", crypto::sha256({})).error().code, Errc::not_found);
    EXPECT_EQ(notes, "");
}

TEST_F(Pkcs11Token, OpensWhatItSealedAndNothingElse) {
    open(Access::writing);
    const auto sealed = token->gcm_seal("kek", as_view("a secret"), as_view("label"), random);
    ASSERT_TRUE(sealed) << to_string(sealed.error());
    const auto opened = token->gcm_open("kek", *sealed, as_view("label"));
    ASSERT_TRUE(opened) << to_string(opened.error());
    EXPECT_EQ(as_text(expose(*opened)), "a secret");
    const auto is_refused = [&](View octets, std::string_view associated) {
        const auto plain = token->gcm_open("kek", octets, as_view(associated));
        return !plain && plain.error().code == Errc::bad_crypto;
    };
    EXPECT_TRUE(is_refused(*sealed, "other"));
    for (std::size_t i = 0; i < sealed->size(); ++i) {
        Bytes changed = *sealed;
        changed[i] ^= 1U;
        EXPECT_TRUE(is_refused(changed, "label")) << i;
    }
    EXPECT_EQ(token->gcm_open("kek", View(*sealed).first(27), {}).error().code, Errc::truncated);
    EXPECT_EQ(token->gcm_open("nobody", *sealed, {}).error().code, Errc::not_found);
}

TEST_F(Pkcs11Token, KeepsDataByItsLabel) {
    open(Access::writing);
    ASSERT_TRUE(token->add_data("mcim", "one", as_view("1")));
    ASSERT_TRUE(token->add_data("mcim", "two", as_view("2")));
    ASSERT_TRUE(token->add_data("other", "three", as_view("3")));
    const auto data = token->data("mcim");
    ASSERT_TRUE(data) << to_string(data.error());
    EXPECT_EQ(*data, (std::map<std::string, Bytes>{{"one", to_bytes(as_view("1"))}, {"two", to_bytes(as_view("2"))}}));
    ASSERT_TRUE(token->add_data("mcim", "one", as_view("4")));
    EXPECT_EQ(token->data("mcim").error().code, Errc::conflict);
}

TEST_F(Pkcs11Token, RefusesTwoKeysOfALabel) {
    open(Access::writing);
    EXPECT_TRUE(*token->has_private_key("nist"));
    EXPECT_FALSE(*token->has_private_key("kek"));
    EXPECT_TRUE(*token->has_secret_key("kek"));
    ASSERT_TRUE(token->add_private_key("nist", Curve::p256, scalars.at("nist")));
    open();
    EXPECT_EQ(signs().error().code, Errc::conflict);
}

TEST_F(Pkcs11Token, NeverGivesAKeyOutNorLetsItServeAnotherEnd) {
    open();
    Raw raw;
    struct Wanted {
        CK_OBJECT_CLASS object_class;
        std::string label;
        std::vector<CK_ATTRIBUTE_TYPE> set, unset;
    };
    const std::vector<Wanted> all{
        {CKO_PRIVATE_KEY,
         "nist",
         {CKA_TOKEN, CKA_PRIVATE, CKA_SENSITIVE, CKA_SIGN},
         {CKA_EXTRACTABLE, CKA_SIGN_RECOVER, CKA_DECRYPT, CKA_UNWRAP, CKA_DERIVE, CKA_MODIFIABLE, CKA_COPYABLE}},
        {CKO_SECRET_KEY,
         "kek",
         {CKA_TOKEN, CKA_PRIVATE, CKA_SENSITIVE, CKA_ENCRYPT, CKA_DECRYPT, CKA_LOCAL, CKA_NEVER_EXTRACTABLE},
         {CKA_EXTRACTABLE, CKA_WRAP, CKA_UNWRAP, CKA_SIGN, CKA_VERIFY, CKA_DERIVE, CKA_MODIFIABLE, CKA_COPYABLE}},
        {CKO_PUBLIC_KEY,
         "nist",
         {CKA_TOKEN, CKA_VERIFY},
         {CKA_VERIFY_RECOVER, CKA_ENCRYPT, CKA_WRAP, CKA_DERIVE, CKA_MODIFIABLE, CKA_COPYABLE}}};
    for (const Wanted& wanted : all) {
        const CK_OBJECT_HANDLE object = raw.find(wanted.object_class, wanted.label);
        ASSERT_NE(object, CK_INVALID_HANDLE) << wanted.label;
        for (const CK_ATTRIBUTE_TYPE type : wanted.set) EXPECT_EQ(raw.flag(object, type), 1) << wanted.label << type;
        for (const CK_ATTRIBUTE_TYPE type : wanted.unset) EXPECT_EQ(raw.flag(object, type), 0) << wanted.label << type;
        if (wanted.object_class == CKO_PUBLIC_KEY) continue;
        EXPECT_EQ(raw.read(object, CKA_VALUE), CKR_ATTRIBUTE_SENSITIVE) << wanted.label;
    }
}

/// Who reaches the token and has no PIN can put public objects into it, and session objects.
TEST_F(Pkcs11Token, TakesNothingThatCouldBePutThereWithoutThePin) {
    open();
    ASSERT_TRUE(signs());
    Raw raw;
    const Bytes known(32, 0x11);
    for (const auto& [on_token, is_private] : {std::pair(CK_TRUE, CK_FALSE), std::pair(CK_FALSE, CK_TRUE)}) {
        raw.create(CKO_SECRET_KEY, "planted", {{CKA_TOKEN, on_token}, {CKA_PRIVATE, is_private}}, known);
        raw.create(CKO_PRIVATE_KEY, "planted", {{CKA_TOKEN, on_token}, {CKA_PRIVATE, is_private}}, known);
        raw.create(CKO_DATA, "planted", {{CKA_TOKEN, on_token}, {CKA_PRIVATE, is_private}}, known);
    }
    const auto secret = token->has_secret_key("planted");
    EXPECT_TRUE(secret && !*secret);
    const auto signing = token->has_private_key("planted");
    EXPECT_TRUE(signing && !*signing);
    const auto data = token->data("mcim");
    EXPECT_TRUE(data && data->empty());
}

/// With the PIN anything can be put there: then the token says that it did not guard it.
TEST_F(Pkcs11Token, RefusesAKeyThatTheTokenDoesNotGuard) {
    open();
    Raw raw;
    const Bytes known(32, 0x11);
    const auto plant = [&](CK_OBJECT_CLASS object_class, const std::string& label, CK_BBOOL sensitive, CK_BBOOL out) {
        raw.create(object_class, label,
                   {{CKA_TOKEN, CK_TRUE}, {CKA_PRIVATE, CK_TRUE}, {CKA_SENSITIVE, sensitive}, {CKA_EXTRACTABLE, out}},
                   known);
    };
    const auto is_refused = [](const auto& answer, std::string_view why) {
        return !answer && answer.error().code == Errc::refused &&
               to_string(answer.error()).find(why) != std::string::npos;
    };
    plant(CKO_PRIVATE_KEY, "readable", CK_FALSE, CK_FALSE);
    plant(CKO_PRIVATE_KEY, "wrappable", CK_TRUE, CK_TRUE);
    EXPECT_TRUE(is_refused(token->sign("readable", crypto::sha256({})), "CKA_SENSITIVE"));
    EXPECT_TRUE(is_refused(token->sign("wrappable", crypto::sha256({})), "CKA_EXTRACTABLE"));
    plant(CKO_SECRET_KEY, "known", CK_TRUE, CK_FALSE);
    EXPECT_TRUE(is_refused(token->has_secret_key("known"), "CKA_LOCAL"));
    EXPECT_TRUE(is_refused(token->gcm_open("known", Bytes(60), {}), "CKA_LOCAL"));
}

/// What ends a session or its login from outside: nobody who asks sees it.
TEST_F(Pkcs11Token, MakesItsSessionsAnewBehindTheBackOfWhoAsks) {
    open();
    CK_FUNCTION_LIST& module = functions();
    const auto slot = [&] {
        std::array<CK_SLOT_ID, 8> slots{};
        CK_ULONG count = slots.size();
        module.C_GetSlotList(CK_TRUE, slots.data(), &count);
        return slots[0];
    };
    ASSERT_TRUE(signs());
    ASSERT_EQ(module.C_CloseAllSessions(slot()), CKR_OK);
    EXPECT_TRUE(signs());

    CK_SESSION_HANDLE another = CK_INVALID_HANDLE;
    ASSERT_EQ(module.C_OpenSession(slot(), CKF_SERIAL_SESSION, nullptr, nullptr, &another), CKR_OK);
    ASSERT_EQ(module.C_Logout(another), CKR_OK);
    EXPECT_TRUE(signs());
    ASSERT_EQ(module.C_Logout(another), CKR_OK);
    EXPECT_TRUE(signs("brainpool")) << "a key that it has not met yet";

    ASSERT_EQ(module.C_Finalize(nullptr), CKR_OK);
    EXPECT_TRUE(signs());
    EXPECT_NE(notes.find("CKR_SESSION_HANDLE_INVALID"), std::string::npos) << notes;
    EXPECT_NE(notes.find("started anew"), std::string::npos) << notes;
    EXPECT_EQ(notes.find(pin), std::string::npos);
}

/// The module ended all sessions and gives their numbers to others.
TEST_F(Pkcs11Token, ClosesNoSessionThatHasTheNumberOfOneThatEnded) {
    open();
    ASSERT_TRUE(signs());
    const auto end_all = [] {
        std::array<CK_SLOT_ID, 8> slots{};
        CK_ULONG count = slots.size();
        functions().C_GetSlotList(CK_TRUE, slots.data(), &count);
        EXPECT_EQ(functions().C_CloseAllSessions(slots[0]), CKR_OK);
    };
    end_all();
    fail_next(control().sign_init, 1, CKR_DEVICE_REMOVED);  // the number is that of the new session
    control().open_session.calls = 0;
    EXPECT_TRUE(signs());
    EXPECT_EQ(control().open_session.calls, 1);

    end_all();
    const Raw anothers;  // it has the number now
    fail_next(control().sign_init, 1, CKR_SESSION_HANDLE_INVALID);
    EXPECT_TRUE(signs());
    CK_SESSION_INFO state{};
    EXPECT_EQ(functions().C_GetSessionInfo(anothers.session, &state), CKR_OK);
}

TEST_F(Pkcs11Token, MakesNothingTwice) {
    open(Access::writing);
    fail_next(control().create_object, 1, CKR_DEVICE_ERROR);
    EXPECT_FALSE(token->add_data("mcim", "one", as_view("1")));
    EXPECT_EQ(control().create_object.calls, 1);
    const auto data = token->data("mcim");
    EXPECT_TRUE(data && data->size() == 1);
    fail_next(control().generate_key, 1, CKR_DEVICE_ERROR);
    EXPECT_FALSE(token->generate_secret_key("another"));
    EXPECT_EQ(control().generate_key.calls, 1);
    const auto made = token->has_secret_key("another");
    EXPECT_TRUE(made && *made);
}

TEST_F(Pkcs11Token, TriesAgainWhatMayPassAndNotWithoutEnd) {
    open();
    ASSERT_TRUE(signs());
    for (Script* script : {&control().sign_init, &control().sign})
        for (const CK_RV value :
             {CKR_SESSION_HANDLE_INVALID, CKR_SESSION_CLOSED, CKR_USER_NOT_LOGGED_IN, CKR_DEVICE_REMOVED,
              CKR_TOKEN_NOT_PRESENT, CKR_DEVICE_ERROR, CKR_KEY_HANDLE_INVALID, CKR_GENERAL_ERROR}) {
            for (const int times : {1, 2}) {
                fail_next(*script, times, value);
                EXPECT_TRUE(signs()) << value << " " << times;
                EXPECT_EQ(script->calls, times + 1);
            }
            fail_next(*script, 1000, value);
            const Status status = signs();
            ASSERT_FALSE(status);
            EXPECT_EQ(status.error().code, Errc::io);
            EXPECT_EQ(script->calls, 3) << "and then it is the caller's to come again";
            fail_next(*script, 0, value);
            EXPECT_TRUE(signs()) << "it came back";
        }
    fail_next(control().sign_init, 1, CKR_MECHANISM_INVALID);
    const Status cannot = signs();
    ASSERT_FALSE(cannot);
    EXPECT_NE(to_string(cannot.error()).find("C_SignInit said CKR_MECHANISM_INVALID"), std::string::npos)
        << to_string(cannot.error());
    EXPECT_EQ(control().sign_init.calls, 1) << "no session would change that";
}

/// Where only sessions end, the login stays: the PIN is said once.
TEST_F(Pkcs11Token, LogsInNoOftenerThanItMust) {
    open();
    for (int i = 0; i < 10; ++i) {
        fail_next(control().sign, 1, CKR_SESSION_HANDLE_INVALID);
        EXPECT_TRUE(signs());
    }
    EXPECT_EQ(control().login.calls, 1);
    EXPECT_EQ(control().open_session.calls, 11);
}

TEST_F(Pkcs11Token, IsFoundAgainWhenItWasAway) {
    open();
    for (Script* script : {&control().open_session, &control().login, &control().find_objects, &control().initialise})
        for (const int times : {1, 2}) {
            fail_next(control().sign, 2, CKR_DEVICE_REMOVED);
            fail_next(*script, times, CKR_DEVICE_REMOVED);
            (void)signs();  // may be one that is answered with an error
            fail_next(control().sign, 0, CKR_OK);
            fail_next(*script, 0, CKR_OK);
            EXPECT_TRUE(signs()) << notes;
        }
}

TEST_F(Pkcs11Token, ItsModuleIsStartedAnewOnceInAWhileOnly) {
    Place rarely = place();
    rarely.restart_pause = 1h;
    token = *Token::open(std::move(rarely));
    fail_next(control().sign, 1000, CKR_DEVICE_REMOVED);
    control().initialise.calls = 0;
    for (int i = 0; i < 5; ++i) EXPECT_FALSE(signs());
    EXPECT_EQ(control().initialise.calls, 0);
    fail_next(control().sign, 0, CKR_OK);
    EXPECT_TRUE(signs()) << "sessions alone are made anew always";
}

TEST_F(Pkcs11Token, SaysAWrongPinOnce) {
    Place wrong = place();
    wrong.pin = SecretBytes::copy_of(as_view("planted-0000"));
    const auto refused = Token::open(std::move(wrong));
    ASSERT_FALSE(refused);
    EXPECT_EQ(control().login.calls, 1);
    const std::string said = to_string(refused.error());
    EXPECT_NE(said.find("CKR_PIN_INCORRECT"), std::string::npos) << said;
    EXPECT_NE(said.find("start anew"), std::string::npos) << said;
    EXPECT_EQ(said.find("planted"), std::string::npos) << said;
}

/// Somebody changed it while the signer ran: each request would bring the token nearer to being locked.
TEST_F(Pkcs11Token, SaysAPinThatWasRefusedLaterNeverAgain) {
    for (const CK_RV value : {CKR_PIN_INCORRECT, CKR_PIN_LOCKED, CKR_PIN_EXPIRED}) {
        open();
        fail_next(control().login, 1, value);
        fail_next(control().sign, 1, CKR_DEVICE_REMOVED);
        functions().C_Finalize(nullptr);
        for (int i = 0; i < 5; ++i) {
            const Status status = signs();
            EXPECT_TRUE(!status && status.error().code == Errc::refused);
        }
        EXPECT_EQ(control().login.calls, 1) << value;
        fail_next(control().sign, 0, CKR_OK);
        token.reset();
    }
}

TEST_F(Pkcs11Token, RisksNoPinThatWouldLockIt) {
    for (const CK_FLAGS flags : {CKF_USER_PIN_FINAL_TRY, CKF_USER_PIN_LOCKED}) {
        control().more_flags = flags;
        const auto refused = Token::open(place());
        ASSERT_FALSE(refused);
        EXPECT_EQ(control().login.calls, 0);
        EXPECT_NE(to_string(refused.error()).find("lock"), std::string::npos) << to_string(refused.error());
    }
}

/// Nothing was refused: when somebody has logged in by hand, the flag is gone.
TEST_F(Pkcs11Token, LogsInAgainWhereItRunsNoRiskAnyMore) {
    open();
    control().more_flags = CKF_USER_PIN_FINAL_TRY;
    functions().C_Finalize(nullptr);
    EXPECT_FALSE(signs());
    EXPECT_FALSE(signs());
    control().more_flags = 0;
    EXPECT_TRUE(signs());
}

TEST_F(Pkcs11Token, AsksForNoMoreSessionsThanTheTokenGives) {
    control().sessions_max = 1;
    const auto refused = Token::open(place());
    ASSERT_FALSE(refused);
    EXPECT_NE(to_string(refused.error()).find("at most 1 sessions, not 2"), std::string::npos)
        << to_string(refused.error());
    control().sessions_max = 2;
    EXPECT_TRUE(Token::open(place()));
}

/// A restart would end the sessions of others in this process, who have them all, and give this one none.
TEST_F(Pkcs11Token, StartsTheModuleNotAnewWhereOthersHaveItsSessions) {
    open();
    control().initialise.calls = 0;
    fail_next(control().sign, 3, CKR_DEVICE_ERROR);
    fail_next(control().open_session, 3, CKR_SESSION_COUNT);
    const Status status = signs();
    ASSERT_FALSE(status);
    EXPECT_NE(to_string(status.error()).find("CKR_SESSION_COUNT; others have all sessions"), std::string::npos)
        << to_string(status.error());
    EXPECT_EQ(control().initialise.calls, 0);
    fail_next(control().sign, 0, CKR_OK);
    fail_next(control().open_session, 0, CKR_OK);
    EXPECT_TRUE(signs());
}

/// A token may be shared: what lies there without a label, without the other half, or twice, is no concern of ours.
TEST_F(Pkcs11Token, PassesOverPublicKeysOfOthers) {
    {
        const auto writing = Token::open(place(Access::writing));
        ASSERT_TRUE(writing);
        const auto others = key_of("others", Curve::p256).public_key();
        for (const char* label : {"", "others", "others"}) ASSERT_TRUE((*writing)->add_public_key(label, others));
    }
    open();
    const auto found = token->public_keys(any_label);
    ASSERT_TRUE(found) << to_string(found.error());
    EXPECT_EQ(found->size(), keys.size());
    EXPECT_FALSE(found->contains("others"));
}

TEST_F(Pkcs11Token, TwoPairsOfALabelAreAConflictWhereItIsOurs) {
    open(Access::writing);
    const auto others = key_of("others", Curve::p256).public_key();
    for (int i = 0; i < 2; ++i) {
        ASSERT_TRUE(token->add_private_key("others", Curve::p256, scalars.at("others")));
        ASSERT_TRUE(token->add_public_key("others", others));
    }
    const auto ours = token->public_keys([](const std::string& label) { return label != "others"; });
    ASSERT_TRUE(ours) << to_string(ours.error());
    EXPECT_EQ(ours->size(), keys.size());
    const auto any = token->public_keys(any_label);
    EXPECT_TRUE(!any && any.error().code == Errc::conflict);
}

/// Five that sign at once share two sessions.
TEST_F(Pkcs11Token, OpensNoMoreSessionsThanItMay) {
    open();
    control().gate_shut = true;
    std::atomic<int> signed_well = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 5; ++i)
        threads.emplace_back([&] {
            for (int n = 0; n < 20; ++n) signed_well += signs(n % 2 == 0 ? "nist" : "brainpool") ? 1 : 0;
        });
    {
        std::unique_lock lock(control().mutex);
        control().changed.wait(lock, [] { return control().signing >= 2; });
        control().changed.wait_for(lock, 200ms, [] { return control().signing > 2; });
        control().gate_shut = false;
    }
    control().changed.notify_all();
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(signed_well, 100);
    EXPECT_EQ(control().signing_max, 2);
    EXPECT_EQ(control().open_session.calls, 2);
}

TEST_F(Pkcs11Token, SaysWhatIsWrongWithItsPlace) {
    const auto refusal = [&](std::filesystem::path module, std::string label) {
        Place there = place();
        there.module = std::move(module);
        there.token = std::move(label);
        const auto opened = Token::open(std::move(there));
        return opened ? std::string("opened") : to_string(opened.error());
    };
    EXPECT_NE(refusal("libsofthsm2.so", "mcim").find("absolute"), std::string::npos);
    EXPECT_NE(refusal("/nowhere/module.so", "mcim").find("/nowhere/module.so"), std::string::npos);
    EXPECT_NE(refusal("/usr/lib/x86_64-linux-gnu/libm.so.6", "mcim").find("no PKCS#11 module"), std::string::npos);
    EXPECT_NE(refusal(MCIM_FAILING_MODULE, "other").find("token \"other\": C_GetTokenInfo said CKR_TOKEN_NOT_PRESENT"),
              std::string::npos)
        << refusal(MCIM_FAILING_MODULE, "other");
    ASSERT_TRUE(soft->make_token("mcim", "1234"));
    EXPECT_NE(refusal(MCIM_FAILING_MODULE, "mcim").find("serial number"), std::string::npos);
}

}  // namespace
}  // namespace mcim::pkcs11::test
