#include "mcim/bpp/scp03t.h"

#include "mcim/bpp/segments.h"
#include "mcim/crypto/hash.h"
#include "package_for_test.h"
#include "support/vectors.h"

namespace mcim::bpp::test {
namespace {

using mcim::test::for_each_vector;
using mcim::test::Vector;

SessionKeys keys_of(Vector& v) {
    return {v.secret<16>("initial_mac_chaining_value"), v.secret<16>("s_enc"), v.secret<16>("s_mac")};
}

TEST(SessionKeys, AreDerivedAsOthersDeriveThem) {
    for_each_vector("src/bpp/vectors/session_keys.vec", [](Vector& v) {
        const SessionKeys keys =
            derive_session_keys(v.secret<32>("shared_secret"), v.bytes("host_id"), *Eid::from_octets(v.bytes("eid")));
        const SessionKeys wanted = keys_of(v);
        EXPECT_EQ(hex(expose(keys.initial_mac_chaining_value)), hex(expose(wanted.initial_mac_chaining_value)));
        EXPECT_EQ(hex(expose(keys.enc)), hex(expose(wanted.enc)));
        EXPECT_EQ(hex(expose(keys.mac)), hex(expose(wanted.mac)));
    });
}

TEST(SessionKeys, ReplaceSessionKeysGoesThereAndBack) {
    const SessionKeys keys = session_keys();
    const SecretBytes der = encode_replace_session_keys(keys);
    const auto declared = der::decode<msg::ReplaceSessionKeysRequest>(expose(der));
    ASSERT_TRUE(declared);
    EXPECT_TRUE(equal(declared->ppk_enc, expose(keys.enc)));
    EXPECT_TRUE(equal(der::encode(*declared), expose(der)));
    const auto back = decode_replace_session_keys(expose(der));
    ASSERT_TRUE(back);
    EXPECT_TRUE(equal(expose(back->initial_mac_chaining_value), expose(keys.initial_mac_chaining_value)));
    EXPECT_TRUE(equal(expose(back->enc), expose(keys.enc)));
    EXPECT_TRUE(equal(expose(back->mac), expose(keys.mac)));
    for (std::size_t size = 0; size < der.size(); ++size)
        EXPECT_FALSE(decode_replace_session_keys(expose(der).first(size))) << size;
}

TEST(Scp03t, MakesTheSegmentsThatAnotherServerMade) {
    for_each_vector("src/bpp/vectors/segments.vec", [](Vector& v) {
        SegmentWriter writer(keys_of(v));
        SegmentReader reader(keys_of(v));
        const auto encrypted = [&](der::Tag tag, const std::string& name) {
            const Bytes plain = v.bytes(name);
            Bytes segment;
            writer.encrypt_and_mac(tag, plain, segment);
            EXPECT_EQ(hex(segment), hex(v.bytes(name + "_segment"))) << name;
            const auto opened = reader.verify_and_decrypt(tag, segment);
            ASSERT_TRUE(opened) << name;
            EXPECT_EQ(hex(expose(*opened)), hex(plain)) << name;
        };
        encrypted(tag_87, "configure_isdp");
        Bytes metadata;
        writer.mac_only(tag_88, v.bytes("store_metadata"), metadata);
        EXPECT_EQ(hex(metadata), hex(v.bytes("store_metadata_segment")));
        ASSERT_TRUE(reader.verify(tag_88, metadata));
        encrypted(tag_87, "replace_session_keys");

        const auto replaced = decode_replace_session_keys(v.bytes("replace_session_keys"));
        ASSERT_TRUE(replaced);
        writer = SegmentWriter(*replaced);
        reader = SegmentReader(*replaced);
        encrypted(tag_86, "element_1");
        encrypted(tag_86, "element_2");
    });
}

Bytes opened(SegmentReader& reader, der::Tag tag, View segments) {
    Bytes out;
    der::Reader input(segments);
    while (!input.empty()) {
        const auto one = input.read(tag);
        EXPECT_TRUE(one);
        const auto plain = reader.verify_and_decrypt(tag, one->whole);
        EXPECT_TRUE(plain) << to_string(plain.error());
        if (!plain) return out;
        append(out, expose(*plain));
    }
    return out;
}

TEST(Scp03t, OpensThePackageThatAnotherServerMade) {
    for_each_vector("src/bpp/vectors/package.vec", [](Vector& v) {
        SegmentReader reader(keys_of(v));
        EXPECT_EQ(hex(opened(reader, tag_87, v.bytes("first_sequence_of_87"))), hex(v.bytes("configure_isdp")));
        const auto metadata = reader.verify(tag_88, v.bytes("sequence_of_88"));
        ASSERT_TRUE(metadata);
        EXPECT_EQ(hex(*metadata), hex(v.bytes("store_metadata")));
        SegmentReader profile(
            {v.secret<16>("ppk_initial_mac_chaining_value"), v.secret<16>("ppk_enc"), v.secret<16>("ppk_mac")});
        EXPECT_EQ(hex(crypto::sha256(opened(profile, tag_86, v.bytes("sequence_of_86")))),
                  hex(v.bytes("package_sha256")));
    });
}

TEST(Scp03t, SegmentsWithMacOnlyCountForTheIcv) {
    const SessionKeys keys = session_keys();
    SegmentWriter plain(keys);
    SegmentWriter after_88(keys);
    Bytes ignored;
    after_88.mac_only(tag_88, Bytes(1), ignored);
    Bytes first;
    Bytes second;
    plain.encrypt_and_mac(tag_87, Bytes(16), first);
    after_88.encrypt_and_mac(tag_87, Bytes(16), second);
    EXPECT_NE(hex(View(first).subspan(2, 16)), hex(View(second).subspan(2, 16)));
}

}  // namespace
}  // namespace mcim::bpp::test
