// A PKI that somebody else made, from its files to a profile on its cards: mcimd's own Program over a real socket, and
// the card of module euicc with the keys and certificates that lie there.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <thread>

#include "mcim/apps/common/files.h"
#include "mcim/apps/common/key_files.h"
#include "mcim/apps/common/pki_import.h"
#include "mcim/apps/mcim/bench_card.h"
#include "mcim/apps/mcim/run_for_test.h"
#include "mcim/apps/mcimd/program.h"
#include "mcim/custody/key_folder.h"
#include "mcim/jose/json.h"
#include "support/pki.h"
#include "support/reference.h"
#include "support/temp_folder.h"

namespace mcim::apps {
namespace {

namespace fs = std::filesystem;
using test::mcim;

/// The program on a thread, as `mcimd --config FILE` would run it; on any free port.
class ServedImport {
public:
    explicit ServedImport(const fs::path& config) {
        const auto loaded = mcimd::load_config(config);
        if (const auto* wrong = std::get_if<mcimd::Mistakes>(&loaded)) {
            for (const auto& line : wrong->lines) ADD_FAILURE() << line;
            return;
        }
        const auto& read = std::get<mcimd::Config>(loaded);
        for (const auto& line : mcimd::check_files(read, system_now()).lines) ADD_FAILURE() << line;
        auto started = mcimd::Program::start(read, loop_);
        if (!started) {
            ADD_FAILURE() << to_string(started.error());
            return;
        }
        program_ = *std::move(started);
        thread_ = std::thread([this] { loop_.run(); });
    }
    ~ServedImport() {
        if (!program_) return;
        loop_.post([this] { program_->stop(); });
        thread_.join();
    }
    ServedImport(const ServedImport&) = delete;
    ServedImport& operator=(const ServedImport&) = delete;
    [[nodiscard]] std::uint16_t port() const { return program_ ? program_->port().value_or(0) : 0; }

private:
    http::Loop loop_;
    std::unique_ptr<mcimd::Program> program_;
    std::thread thread_;
};

class PkiImport : public testing::Test {
protected:
    [[nodiscard]] std::string at(const std::string& name) const { return (folder_ / name).string(); }
    void put(const std::string& name, View content) const {
        const fs::path file = folder_ / "foreign" / name;
        fs::create_directories(file.parent_path());
        std::ofstream(file, std::ios::binary)
            .write(reinterpret_cast<const char*>(content.data()), static_cast<std::streamsize>(content.size()));
        fs::permissions(file, fs::perms{0644});
    }
    void put_der(const std::string& name, const test::Identity& who) const {
        put(name + ".cer", who.der());
        put(name + ".p8", expose(who.key.to_pkcs8()));
    }
    void put_pem(const std::string& name, const test::Identity& who) const {
        put(name + ".crt", as_view(pem("CERTIFICATE", who.der())));
        put(name + ".secret", expose(private_key_pem(who.key)));
    }
    /// All that an SM-DP+ has under one CI; `tls` apart.
    void put_server(const std::string& in, test::Pki& of) const {
        put_pem(in + "/a", of.ci);
        put_der(in + "/b", of.dp_auth);
        put_pem(in + "/c", of.dp_pb);
    }
    [[nodiscard]] static test::Identity tls_of(test::Pki& of, const x509::Validity& validity,
                                               const std::vector<std::string>& hosts = {"smdpp.example.com"}) {
        auto profile = of.dp_profile(x509::Role::dp_tls);
        profile.validity = validity;
        auto key = crypto::PrivateKey::generate(of.ci.key.curve());
        auto draft = draft_server(profile, key.public_key(), of.ci.certificate, of.random);
        const auto names = x509::extension::alt_name(hosts, {profile.oid});
        std::ranges::find_if(draft.extensions->list, [&](const auto& e) { return e.id == names.id; })->value =
            names.value;
        return test::Pki::certify(draft, std::move(key), of.ci.key);
    }
    /// CERT.DPauth or CERT.DPpb, issued again for another time.
    [[nodiscard]] static test::Identity again(test::Pki& of, const test::Identity& old,
                                              const x509::Validity& validity) {
        return {old.key, *x509::parse_certificate(*x509::renew(old.certificate, validity, of.ci.key, of.random))};
    }
    [[nodiscard]] static x509::Validity from_now_for(int days) {
        return {system_now() - std::chrono::days(1), system_now() + std::chrono::days(days)};
    }
    [[nodiscard]] static x509::Validity now_for_a_year() { return from_now_for(365); }
    [[nodiscard]] static x509::Validity over() {
        return {system_now() - std::chrono::days(9), system_now() - std::chrono::days(1)};
    }
    test::Ran import(std::vector<std::string> more = {}) const {
        std::vector<std::string> args{"pki", "import", at("foreign"), "--dir", at("pki")};
        args.insert(args.end(), more.begin(), more.end());
        if (std::ranges::find(more, "--listen") == more.end()) args.insert(args.end(), {"--listen", "127.0.0.1:0"});
        return mcim(args);
    }
    [[nodiscard]] jose::Object report_of(const test::Ran& made) const {
        EXPECT_EQ(made.code, 0) << made.err;
        auto report = jose::Object::parse(made.out);
        EXPECT_TRUE(report) << made.out;
        return *std::move(report);
    }
    [[nodiscard]] x509::Certificate served_certificate(const std::string& name) const {
        return *x509::parse_certificate(*read_file(folder_ / "pki" / name, 4096));
    }
    /// "" where it is not listed.
    static std::string member(const jose::Object& report, const char* list, const char* name, const std::string& file) {
        const auto lines = report.objects(list);
        if (!lines) return "";
        for (const auto& line : *lines)
            if (fs::path(std::string(*line.text("file"))).filename() == file) return std::string(*line.text(name));
        return "";
    }
    test::TempFolder folder_;
    test::Pki nist_;
    test::Pki brainpool_{crypto::Curve::brainpool_p256r1, 2};
};

TEST_F(PkiImport, TellsFilesByWhatTheyHold) {
    put_server("x", nist_);
    put_der("y/tls", tls_of(nist_, now_for_a_year()));
    put("readme.txt", as_view("hello"));
    put("copy.cer", nist_.dp_auth.der());
    put("public.pem", as_view(pem("PUBLIC KEY", nist_.dp_auth.key.public_key().spki())));
    put_der("card", nist_.euicc);
    const auto made = import({"--json"});
    ASSERT_EQ(made.code, 0) << made.err;
    const auto report = jose::Object::parse(made.out);
    ASSERT_TRUE(report) << made.out;
    EXPECT_EQ(*report->text("dp_oid"), "2.999.10");
    EXPECT_EQ(*report->text("host"), "smdpp.example.com");
    EXPECT_EQ(member(*report, "taken", "as", "b.p8"), "key of CERT.DPauth on P-256");
    EXPECT_EQ(member(*report, "taken", "as", "c.crt"), "CERT.DPpb on P-256");
    EXPECT_EQ(member(*report, "taken", "as", "tls.cer"), "TLS on P-256");
    EXPECT_EQ(member(*report, "left_out", "because", "b.cer"), "the same certificate as copy.cer");
    EXPECT_NE(member(*report, "left_out", "because", "card.cer").find("a card's"), std::string::npos);
    EXPECT_NE(member(*report, "left_out", "because", "card.p8").find("card.cer, which was left out"),
              std::string::npos);
    EXPECT_NE(member(*report, "left_out", "because", "public.pem").find("a public key"), std::string::npos);
    EXPECT_NE(member(*report, "left_out", "because", "readme.txt").find("text"), std::string::npos);
    const ServedImport served(folder_ / "pki" / "mcimd.toml");
    EXPECT_NE(served.port(), 0);
}

TEST_F(PkiImport, KeysAreTheirOwnersAlone) {
    put_server("x", nist_);
    put_der("tls", tls_of(nist_, now_for_a_year()));
    ASSERT_EQ(import().code, 0);
    std::size_t keys = 0;
    for (const auto& entry : fs::recursive_directory_iterator(folder_ / "pki")) {
        struct stat status {};
        ASSERT_EQ(::stat(entry.path().c_str(), &status), 0);
        const std::string name = entry.path().string();
        if (entry.is_directory()) {
            EXPECT_EQ(status.st_mode & 07777U, 0700U) << name;
        } else if (name.find("/keys/") != std::string::npos || name.ends_with("key.pem")) {
            EXPECT_EQ(status.st_mode & 07777U, 0600U) << name;
            ++keys;
        }
    }
    EXPECT_GE(keys, 4U);
    EXPECT_TRUE(import().complains("never overwritten"));
    EXPECT_TRUE(mcim({"platform", "init", "--dir", at("platform"), "--pki", at("pki")}).complains("mcimd --config"));
}

TEST_F(PkiImport, ExpiredTlsCertificateIsIssuedAnewByItsCi) {
    put_server("x", nist_);
    const auto old = tls_of(nist_, over());
    put_der("tls", old);
    const auto refused = import();
    EXPECT_EQ(refused.code, 1);
    EXPECT_TRUE(refused.complains("expired")) << refused.err;
    EXPECT_TRUE(refused.complains("--renew-tls")) << refused.err;
    EXPECT_FALSE(fs::exists(folder_ / "pki"));
    const auto made = import({"--renew-tls"});
    ASSERT_EQ(made.code, 0) << made.err;
    EXPECT_TRUE(made.says("issued anew")) << made.out;
    const Bytes der = *read_file(folder_ / "pki" / "dp" / "tls.der", 4096);
    const auto verified = x509::verify_server(x509::Role::dp_tls, der, nist_.anchors, system_now());
    ASSERT_TRUE(verified) << to_string(verified.refused());
    EXPECT_EQ(verified->certificate.dns_names, old.certificate.dns_names);
    EXPECT_TRUE(verified->key == old.key.public_key());
    EXPECT_NE(verified->certificate.serial, old.certificate.serial);
    EXPECT_EQ(verified->oid, "2.999.10");
    const ServedImport served(folder_ / "pki" / "mcimd.toml");
    EXPECT_NE(served.port(), 0);
}

TEST_F(PkiImport, WithoutTheKeyOfItsCiNothingIsIssued) {
    put_server("x", nist_);
    put_der("tls", tls_of(nist_, over()));
    fs::remove(folder_ / "foreign" / "x" / "a.secret");
    const auto refused = import({"--renew-tls"});
    EXPECT_EQ(refused.code, 1);
    EXPECT_TRUE(refused.complains("--renew-tls")) << refused.err;
    EXPECT_TRUE(refused.complains("a.crt")) << refused.err;
    EXPECT_FALSE(fs::exists(folder_ / "pki"));
}

TEST_F(PkiImport, ChainThatIsIncompleteIsLeftOutWithItsReason) {
    put_server("x", nist_);
    put_der("tls", tls_of(nist_, now_for_a_year()));
    put_server("y", brainpool_);
    fs::remove(folder_ / "foreign" / "y" / "c.secret");
    const auto made = import({"--json"});
    ASSERT_EQ(made.code, 0) << made.err;
    const auto report = *jose::Object::parse(made.out);
    EXPECT_EQ(*report.texts("curves"), std::vector<std::string>{"P-256"});
    const auto out_of_y = [&](const std::string& file) {
        const auto lines = *report.objects("left_out");
        for (const auto& line : lines)
            if (std::string(*line.text("file")).ends_with("y/" + file)) return std::string(*line.text("because"));
        return std::string();
    };
    EXPECT_EQ(out_of_y("c.crt"), "its private key is not here");
    EXPECT_NE(out_of_y("a.crt").find("has no CERT.DPauth with CERT.DPpb"), std::string::npos) << made.out;
    EXPECT_EQ(out_of_y("b.p8"), "the key of b.cer, which was left out") << made.out;
}

TEST_F(PkiImport, ForeignCertificatesAreNotTaken) {
    put_server("x", nist_);
    put_der("tls", tls_of(nist_, now_for_a_year()));
    test::Pki stranger{crypto::Curve::p256, 7};
    put_der("stranger", stranger.dp_auth);
    const auto made = import({"--json"});
    ASSERT_EQ(made.code, 0) << made.err;
    const auto report = *jose::Object::parse(made.out);
    EXPECT_NE(member(report, "left_out", "because", "stranger.cer").find("unknown CI"), std::string::npos) << made.out;
}

TEST_F(PkiImport, TheSmDpPlusCanBeNamed) {
    put_server("x", nist_);
    put_der("tls", tls_of(nist_, now_for_a_year()));
    EXPECT_TRUE(import({"--dp-oid", "2.999.77"}).complains("are here of 2.999.10"));
    fs::remove_all(folder_ / "foreign");
    fs::create_directory(folder_ / "foreign");
    EXPECT_TRUE(import().complains("no SM-DP+ has CERT.DPauth")) << "an empty folder";
    EXPECT_TRUE(mcim({"pki", "import", at("absent"), "--dir", at("pki")}).complains("absent"));
    EXPECT_TRUE(import({"--listen", "1 \"2"}).complains("--listen"));
    EXPECT_FALSE(fs::exists(folder_ / "pki"));
}

TEST_F(PkiImport, RootThatWasIssuedAgainIsOneCi) {
    put_server("x", nist_);
    put_der("tls", tls_of(nist_, now_for_a_year()));
    put("a.cer", *x509::renew(nist_.ci.certificate, from_now_for(30), nist_.ci.key, nist_.random));
    const auto longest = *x509::renew(nist_.ci.certificate, from_now_for(9000), nist_.ci.key, nist_.random);
    put("z.cer", longest);
    const auto report = report_of(import({"--json"}));
    EXPECT_EQ(*report.texts("curves"), std::vector<std::string>{"P-256"});
    EXPECT_EQ(member(report, "taken", "as", "z.cer"), "CI on P-256");
    for (const auto* file : {"a.cer", "a.crt"})
        EXPECT_EQ(member(report, "left_out", "because", file), "the CI of z.cer, whose certificate holds longer");
    EXPECT_EQ(served_certificate("ci/certificate.der").der, longest);
    const ServedImport served(folder_ / "pki" / "mcimd.toml");
    EXPECT_NE(served.port(), 0);
}

TEST_F(PkiImport, HostIsOneThatTheCertificatesOfAllCurvesName) {
    put_server("x", nist_);
    put_server("y", brainpool_);
    put_der("tls-a", tls_of(nist_, now_for_a_year(), {"a.example.com"}));
    put_der("tls-b", tls_of(nist_, from_now_for(30), {"c.example.com", "b.example.com"}));
    put_der("tls-c", tls_of(brainpool_, now_for_a_year(), {"d.example.com", "b.example.com"}));
    const auto report = report_of(import({"--json"}));
    EXPECT_EQ(*report.text("host"), "b.example.com");
    EXPECT_TRUE(report.texts("curves_without_tls")->empty());
    EXPECT_EQ(member(report, "taken", "as", "tls-b.cer"), "TLS on P-256");
    EXPECT_EQ(member(report, "taken", "as", "tls-c.cer"), "TLS on brainpoolP256r1");
    EXPECT_EQ(member(report, "left_out", "because", "tls-a.cer"), "for another host than b.example.com");
    for (const auto* file : {"dp/tls.der", "2/dp/tls.der"})
        EXPECT_TRUE(x509::names_host(served_certificate(file), "b.example.com")) << file;
    const ServedImport served(folder_ / "pki" / "mcimd.toml");
    EXPECT_NE(served.port(), 0);
}

TEST_F(PkiImport, WithoutACommonHostItSaysWhoIsNotReached) {
    put_server("x", nist_);
    put_server("y", brainpool_);
    put_der("tls-a", tls_of(nist_, now_for_a_year(), {"a.example.com"}));
    put_der("tls-b", tls_of(brainpool_, from_now_for(30), {"b.example.com"}));
    const auto made = import();
    ASSERT_EQ(made.code, 0) << made.err;
    EXPECT_TRUE(made.says("TLS is for a.example.com until")) << made.out;
    EXPECT_TRUE(made.says("No TLS certificate on brainpoolP256r1 names that host")) << made.out;
    EXPECT_TRUE(made.says("for another host than a.example.com, and no host is named by certificates of every curve"))
        << made.out;
    fs::remove_all(folder_ / "pki");
    EXPECT_EQ(*report_of(import({"--json", "--dp-address", "b.example.com"})).text("host"), "b.example.com");
}

TEST_F(PkiImport, FileThatCannotBeReadIsNamedAndStopsNothing) {
    put_server("x", nist_);
    put_der("tls", tls_of(nist_, now_for_a_year()));
    fs::create_symlink("loop", folder_ / "foreign" / "loop");
    fs::create_symlink("nowhere", folder_ / "foreign" / "dangling");
    const auto report = report_of(import({"--json"}));
    EXPECT_NE(member(report, "left_out", "because", "loop").find("symbolic links"), std::string::npos);
    EXPECT_NE(member(report, "left_out", "because", "dangling").find("cannot be read"), std::string::npos);
}

TEST_F(PkiImport, PemFilesMayHoldSeveral) {
    put_server("x", nist_);
    const auto tls = tls_of(nist_, now_for_a_year());
    fs::remove(folder_ / "foreign" / "x" / "a.crt");
    const SecretBytes key = private_key_pem(tls.key);
    put("fullchain.pem",
        as_view("our chain\n" + pem("CERTIFICATE", tls.der()) + "and its root\n" + pem("CERTIFICATE", nist_.ci.der()) +
                pem("CERTIFICATE", nist_.euicc.der()) + pem("EC PARAMETERS", Bytes{6, 1, 1}) + as_text(expose(key))));
    const auto made = import();
    ASSERT_EQ(made.code, 0) << made.err;
    for (const auto* line : {"fullchain.pem #1  TLS on P-256\n", "fullchain.pem #2  CI on P-256\n",
                             "fullchain.pem #3  a card's", "fullchain.pem #4  key of TLS on P-256\n"})
        EXPECT_TRUE(made.says(line)) << line << "\n" << made.out;
    const ServedImport served(folder_ / "pki" / "mcimd.toml");
    EXPECT_NE(served.port(), 0);
}

TEST_F(PkiImport, KeysThatIssueCertificatesStayWhereTheyAre) {
    put_server("x", nist_);
    put_der("eum", nist_.eum);
    put_der("tls", tls_of(nist_, over()));
    const auto report = report_of(import({"--json", "--renew-tls"}));
    for (const auto* file : {"ci/key.pem", "eum/key.pem"}) EXPECT_FALSE(fs::exists(folder_ / "pki" / file)) << file;
    EXPECT_EQ(member(report, "taken", "as", "eum.cer"), "EUM on P-256");
    EXPECT_EQ(member(report, "left_out", "because", "a.secret"),
              "key of the CI on P-256: no server needs it; --with-issuer-keys takes it too");
    EXPECT_EQ(member(report, "left_out", "because", "eum.p8"),
              "key of the EUM on P-256: no server needs it; --with-issuer-keys takes it too");
    EXPECT_TRUE(mcim({"pki", "euicc", "--dir", at("pki"), "--number", "1", "--out", at("card")}).complains("eum/key"));
    fs::remove_all(folder_ / "pki");
    const auto with = import({"--renew-tls", "--with-issuer-keys"});
    ASSERT_EQ(with.code, 0) << with.err;
    EXPECT_TRUE(with.says("for no server")) << with.out;
    for (const auto* file : {"ci/key.pem", "eum/key.pem"}) EXPECT_TRUE(fs::exists(folder_ / "pki" / file)) << file;
    EXPECT_EQ(mcim({"pki", "euicc", "--dir", at("pki"), "--number", "1", "--out", at("card")}).code, 0);
}

TEST_F(PkiImport, NameThatIsNoHostReachesNoConfiguration) {
    put_server("x", nist_);
    put_der("tls", tls_of(nist_, now_for_a_year(), {"a\"b"}));
    const auto refused = import();
    EXPECT_EQ(refused.code, 1);
    EXPECT_TRUE(refused.complains("tls.cer: it names no host that a client could dial")) << refused.err;
    put_der("tls", tls_of(nist_, now_for_a_year(), {"a\"b", "b.example.com"}));
    EXPECT_TRUE(import().says("TLS is for b.example.com"));
}

TEST_F(PkiImport, WhatMcimdWouldNotServeIsNotLeftThere) {
    put_server("x", nist_);
    put_der("tls", tls_of(nist_, now_for_a_year()));
    for (const char* listen : {"localhost:8443", "8443"}) {
        const auto refused = import({"--listen", listen});
        EXPECT_EQ(refused.code, 1);
        EXPECT_TRUE(refused.complains("mcimd would not serve it")) << refused.err;
        EXPECT_TRUE(refused.complains("server.listen")) << refused.err;
        EXPECT_FALSE(fs::exists(folder_ / "pki"));
    }
    fs::create_directory(folder_ / "pki");
    EXPECT_EQ(import({"--listen", "8443"}).code, 1);
    EXPECT_TRUE(fs::is_empty(folder_ / "pki")) << "it was there before";
}

TEST_F(PkiImport, NamesOfAStrangersFilesMoveNoCursor) {
    put_server("x", nist_);
    put_der("tls", tls_of(nist_, now_for_a_year()));
    put("\x1B[2J\nDone.\xFF", as_view("hello"));
    put("\x1B[2Jcopy.cer", nist_.dp_auth.der());
    for (const auto& made : {import(), [&] {
                                 fs::remove_all(folder_ / "pki");
                                 return import({"--json"});
                             }()}) {
        ASSERT_EQ(made.code, 0) << made.err;
        for (const char* raw : {"\x1B", "\nDone.", "\xFF"}) EXPECT_FALSE(made.says(raw)) << made.out;
        EXPECT_TRUE(made.says("?[2J?Done.?")) << made.out;
    }
}

TEST_F(PkiImport, TakesWhatHoldsLongest) {
    put_server("x", nist_);
    put_der("tls", tls_of(nist_, now_for_a_year()));
    const auto auth = again(nist_, nist_.dp_auth, from_now_for(5000));
    const auto pb = again(nist_, nist_.dp_pb, from_now_for(5001));
    put_der("a-auth", again(nist_, nist_.dp_auth, from_now_for(30)));
    put_der("a-pb", again(nist_, nist_.dp_pb, from_now_for(30)));
    put_der("z-auth", auth);
    put_der("z-pb", pb);
    const auto report = report_of(import({"--json"}));
    EXPECT_EQ(served_certificate("dp/auth.der").der, auth.der());
    EXPECT_EQ(served_certificate("dp/pb.der").der, pb.der());
    EXPECT_EQ(member(report, "left_out", "because", "a-auth.cer"),
              "another one of this SM-DP+ was taken, which holds longer");
}

// ---------------------------------------------------------------- the GSMA's test set

class Sgp26Import : public PkiImport {
protected:
    /// A card with the set's own key and certificates.
    static Result<CardIdentity> card_of(const fs::path& root, const std::string& curve) {
        TRY(auto key, read_inherited_private_key(root / ("eUICC/SK_EUICC_ECDSA_" + curve + ".pem")));
        return CardIdentity{*Eid::parse("89049032123451234512345678901235"), std::move(key),
                            test::file_content(root / ("eUICC/CERT_EUICC_ECDSA_" + curve + ".der")),
                            test::file_content(root / ("EUM/CERT_EUM_ECDSA_" + curve + ".der")),
                            test::file_content(root / ("CertificateIssuer/CERT_CI_ECDSA_" + curve + ".der"))};
    }
    [[nodiscard]] test::Ran run(std::vector<std::string> args) const {
        args.insert(args.end(), {"--admin", at("pki/admin.sock")});
        return mcim(args);
    }
    /// From a new order to the installation result, over TLS of the card's own CI.
    void download(const CardIdentity& card, std::uint16_t port, const std::string& iccid, const std::string& imsi) {
        const auto line = run({"subscription", "add", "--operator", "north", "--iccid", iccid, "--imsi", imsi});
        ASSERT_EQ(line.code, 0) << line.err;
        const auto ordered =
            run({"order", "create", "--operator", "north", "--iccid", iccid, "--policy", "open", "--no-qr", "--json"});
        ASSERT_EQ(ordered.code, 0) << ordered.err;
        const auto order = jose::Object::parse(ordered.out);
        ASSERT_TRUE(order) << ordered.out;
        const auto code = agent::parse_activation_code(*order->text("activation_code"));
        ASSERT_TRUE(code) << ordered.out;
        ASSERT_EQ(code->smdp_address, "testsmdpplus1.example.com");

        http::Loop loop;
        http::ClientConfig config{{card.ci_certificate}, {}};
        config.resolve[{"testsmdpplus1.example.com", 443}] = {"127.0.0.1", port};
        auto soft = SoftCard::make(card);
        ASSERT_TRUE(soft) << to_string(soft.error());
        msg::DeviceInfo device;
        device.tac.bytes = {0x35, 0x29, 0x06, 0x11};
        std::optional<Status> ended;
        std::make_shared<BenchDownload>(loop, config, *std::move(soft),
                                        agent::Order{.code = *code, .device_info = device, .confirmation_code = {}},
                                        [&](BenchDownload::Outcome outcome) { ended = std::move(outcome.status); })
            ->start();
        loop.run_for(std::chrono::seconds(30));
        ASSERT_TRUE(ended);
        EXPECT_TRUE(*ended) << to_string(ended->error());
        const auto shown = run({"subscription", "show", iccid, "--json"});
        EXPECT_TRUE(shown.says("installed")) << shown.out << shown.err;
    }
};

TEST_F(Sgp26Import, OneCommandMakesAServerOfBothCurvesForTheCardsOfTheSet) {
    MCIM_REFERENCE_OR_SKIP(root, "sgp26");
    const auto made = mcim({"pki", "import", root.string(), "--dir", at("pki"), "--listen", "127.0.0.1:0",
                            "--dp-address", "testsmdpplus1.example.com", "--renew-tls"});
    ASSERT_EQ(made.code, 0) << made.err;
    EXPECT_TRUE(made.says("cards of CIs on P-256, brainpoolP256r1")) << made.out;
    EXPECT_TRUE(made.says("TLS is for testsmdpplus1.example.com")) << made.out;
    const ServedImport served(folder_ / "pki" / "mcimd.toml");
    ASSERT_NE(served.port(), 0);
    ASSERT_EQ(mcim({"operator", "key", "--out", at("north.pem")}).code, 0);
    ASSERT_EQ(run({"operator", "add", "--id", "north", "--name", "North", "--key", at("north.pem.pub")}).code, 0);
    const auto nist = card_of(root, "NIST");
    const auto brainpool = card_of(root, "BRP");
    ASSERT_TRUE(nist && brainpool);
    download(*nist, served.port(), "8988211000000000011", "001010000000001");
    download(*brainpool, served.port(), "8988211000000000029", "001010000000002");
}

TEST_F(Sgp26Import, SaysWhatItLeavesOut) {
    MCIM_REFERENCE_OR_SKIP(root, "sgp26");
    SystemRandom random;
    const Time then = *from_rfc3339("2026-11-21T12:00:00Z");  // as the set lies there: two of its five are over
    const auto made = import_pki({.from = root, .to = folder_ / "pki", .dp_oid = {}, .address = {}}, then, random);
    ASSERT_TRUE(made) << to_string(made.error());
    EXPECT_EQ(made->dp_oid, "2.999.10");
    EXPECT_EQ(made->address, "testsmdpplus1.example.com:8443");
    EXPECT_EQ(to_rfc3339(made->tls_until), "2027-02-06T13:39:07Z");
    std::map<std::string, std::string> why;
    for (const auto& line : made->left_out) why[line.at.file.filename().string()] = line.what;
    EXPECT_NE(why["CERT_S_SM_DP2_TLS.der"].find("expired"), std::string::npos) << why["CERT_S_SM_DP2_TLS.der"];
    EXPECT_EQ(why["CERT_S_SM_DP2auth_ECDSA_BRP.der"], "of SM-DP+ 2.999.12, not of 2.999.10");
    EXPECT_EQ(why["CERT_CI_ECDSA_NIST.pem"], "the same certificate as CERT_CI_ECDSA_NIST.der");
    EXPECT_NE(why["CERT_EUICC_ECDSA_BRP.der"].find("a card's"), std::string::npos);
    EXPECT_EQ(made->taken.size(), 16U) << "ten certificates, and the keys of six";
    std::size_t files = 0;
    for (const auto& entry : fs::recursive_directory_iterator(root)) files += entry.is_regular_file() ? 1 : 0;
    EXPECT_EQ(made->taken.size() + made->left_out.size(), files) << "every file has its line";
    const auto late = import_pki({.from = root, .to = folder_ / "late", .dp_oid = {}, .address = {}},
                                 then + std::chrono::days(100), random);
    ASSERT_FALSE(late);
    EXPECT_NE(late.error().detail.find("--renew-tls"), std::string::npos) << to_string(late.error());
}

}  // namespace
}  // namespace mcim::apps
