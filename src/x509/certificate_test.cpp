#include "mcim/x509/certificate.h"

#include <gtest/gtest.h>

#include "mcim/x509/exercise.h"
#include "mcim/x509/time.h"
#include "support/pki.h"

namespace mcim::x509 {
namespace {

using test::Pki;

template <std::size_t I>
TimeChoice time_of(std::string_view text) {
    TimeChoice out;
    out.value.emplace<I>().value.bytes = to_bytes(as_view(text));
    return out;
}
constexpr auto utc_time = time_of<0>;
constexpr auto general_time = time_of<1>;

TEST(CertificateTime, TwoDigitYearsTurnIn1950) {
    EXPECT_EQ(to_rfc3339(*parse_time(utc_time("200401094858Z"))), "2020-04-01T09:48:58Z");
    EXPECT_EQ(to_rfc3339(*parse_time(utc_time("500101000000Z"))), "1950-01-01T00:00:00Z");
    EXPECT_EQ(to_rfc3339(*parse_time(utc_time("491231235959Z"))), "2049-12-31T23:59:59Z");
    EXPECT_EQ(to_rfc3339(*parse_time(general_time("74960124094858Z"))), "7496-01-24T09:48:58Z");
}

TEST(CertificateTime, IsWrittenAsRfc5280Says) {
    for (const std::string_view t :
         {"1999-02-28T23:59:59Z", "2049-12-31T23:59:59Z", "2050-01-01T00:00:00Z", "9999-12-31T23:59:59Z"}) {
        const Time time = *from_rfc3339(t);
        EXPECT_EQ(*parse_time(to_time_choice(time)), time) << t;
        EXPECT_EQ(to_time_choice(time).value.index(), t < "2050" ? 0U : 1U) << t;
    }
    EXPECT_EQ(to_rfc3339(no_expiry()), "9999-12-31T23:59:59Z");
}

TEST(CertificateTime, RefusesOtherForms) {
    for (const std::string_view bad : {"2004010948Z", "200401094858", "200401094858+0100", "200431094858Z",
                                       "200401244858Z", "20040109485 Z", "", "20200401094858Z"})
        EXPECT_FALSE(parse_time(utc_time(bad))) << bad;
    for (const std::string_view bad : {"20200401094858.5Z", "200401094858Z", "20200230094858Z", "-0200401094858Z"})
        EXPECT_FALSE(parse_time(general_time(bad))) << bad;
}

TEST(CertificateName, RoundTripsAndPrints) {
    const Name name{{{"2.5.4.6", "ES"}, {"2.5.4.10", "R\xC3\xA9seau"}, {"2.5.4.5", "8904"}, {"2.5.4.99", "x"}}};
    const auto back = parse_name(to_rdn_sequence(name));
    ASSERT_TRUE(back);
    EXPECT_EQ(*back, name);
    EXPECT_EQ(to_string(name), "C=ES, O=R\xC3\xA9seau, serialNumber=8904, 2.5.4.99=x");
    EXPECT_EQ(name.find_sole("2.5.4.5"), "8904");
    EXPECT_FALSE(name.find_sole("2.5.4.3"));
}

TEST(CertificateName, AnAttributeGivenTwiceIsNotTheSoleOne) {
    const Name name{{{"2.5.4.5", "1"}, {"2.5.4.5", "2"}}};
    EXPECT_FALSE(name.find_sole("2.5.4.5"));
    EXPECT_TRUE(name.has("2.5.4.5"));
}

TEST(CertificateName, StringTypesDoNotDistinguishNames) {
    const auto with = [](std::string_view value_hex) {
        RdnSequence out(1);
        out[0].value.push_back({*der::Oid::parse("2.5.4.10"), {*from_hex(value_hex)}});
        return out;
    };
    EXPECT_EQ(*parse_name(with("0C0141")), *parse_name(with("130141")));
    for (const std::string_view bad : {"0C00", "0C0100", "0C01FF", "130140", "160180", "14014A", "1E020041", "0C017F"})
        EXPECT_FALSE(parse_name(with(bad))) << bad;
}

TEST(CertificateName, SetsStandInDerOrder) {
    const AttributeTypeAndValue a{*der::Oid::parse("2.5.4.3"), {*from_hex("0C0141")}};
    const AttributeTypeAndValue b{*der::Oid::parse("2.5.4.10"), {*from_hex("0C0141")}};
    const auto rdn = [](std::vector<AttributeTypeAndValue> set) {
        RdnSequence out(1);
        out[0].value = std::move(set);
        return out;
    };
    EXPECT_TRUE(parse_name(rdn({a, b})));
    EXPECT_FALSE(parse_name(rdn({b, a})));
    EXPECT_FALSE(parse_name(rdn({})));
}

TEST(Certificate, SaysWhatItsProfileSays) {
    Pki pki;
    const Certificate& c = pki.euicc.certificate;
    EXPECT_EQ(c.role(), Role::euicc);
    EXPECT_EQ(*c.eid(), pki.eid);
    EXPECT_TRUE(c.allows(KeyUse::digital_signature));
    EXPECT_FALSE(c.allows(KeyUse::key_cert_sign));
    EXPECT_FALSE(c.is_ca());
    EXPECT_EQ(c.authority_key_id, pki.eum.certificate.subject_key_id);
    EXPECT_EQ(c.issuer, pki.eum.certificate.subject);
    EXPECT_EQ(to_rfc3339(c.validity.not_after), "9999-12-31T23:59:59Z");
    EXPECT_TRUE(*c.public_key() == pki.euicc.key.public_key());

    const Certificate& eum = pki.eum.certificate;
    EXPECT_TRUE(eum.is_ca());
    EXPECT_EQ(eum.basic_constraints->path_length, 0);
    ASSERT_EQ(eum.name_constraints->permitted.size(), 1U);
    EXPECT_EQ(to_string(eum.name_constraints->permitted[0]), "O=RSP Test EUM, serialNumber=89049032");
    EXPECT_EQ(eum.registered_ids, std::vector<std::string>{"2.999.5"});

    const Certificate& tls = pki.dp_tls.certificate;
    EXPECT_EQ(tls.dns_names, std::vector<std::string>{"smdpp.example.com"});
    EXPECT_EQ(tls.extended_key_usage.size(), 2U);
    EXPECT_EQ(tls.crl_uris, std::vector<std::string>{"http://ci.example.com/crl-a.crl"});
}

TEST(Certificate, PrintsForPeople) {
    Pki pki;
    const std::string text = print(pki.euicc.certificate);
    for (const std::string_view part :
         {"role              eUICC (2.23.146.1.2.1.1)", "valid until       9999-12-31T23:59:59Z",
          "key usage         digitalSignature\n", "signed by key     "})
        EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
}

TEST(Certificate, EveryTruncationIsRefused) {
    Pki pki;
    const View der = pki.eum.der();
    for (std::size_t n = 0; n < der.size(); ++n) EXPECT_FALSE(parse_certificate(der.first(n))) << n;
}

// Whatever one flipped bit makes of a certificate is refused in its parsing or in its chain.
TEST(Certificate, EveryFlippedBitIsNoticed) {
    Pki pki;
    Bytes der = pki.euicc.der();
    EumCache cache;
    ASSERT_TRUE(verify_euicc(der, pki.eum.der(), pki.anchors, pki.now, cache));
    for (std::size_t bit = 0; bit < 8 * der.size(); ++bit) {
        der[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
        EXPECT_FALSE(verify_euicc(der, pki.eum.der(), pki.anchors, pki.now, cache)) << "bit " << bit;
        exercise_certificate(der);
        der[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    }
}

TEST(Certificate, ExerciseTakesAnything) {
    test::SeededRandom random(7);
    Pki pki;
    for (int run = 0; run < 2000; ++run) {
        Bytes input = run % 2 == 0 ? pki.eum.der() : pki.dp_tls.der();
        for (auto n = 1 + random.below(6); n != 0; --n) input[random.below(input.size())] = random.array<1>()[0];
        exercise_certificate(input);
    }
    exercise_certificate({});
}

}  // namespace
}  // namespace mcim::x509
