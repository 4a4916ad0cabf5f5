#include "mcim/custody/transport_keys.h"

#include <sys/stat.h>

#include "custody_for_test.h"

namespace mcim::custody::test {
namespace {

/// They do not count to their end, as keys that nobody chose do.
TransportKey key_of(std::string_view digits, TransportUse use = TransportUse::both) {
    return {"north", use, secret(digits)};
}
constexpr std::string_view key_128 = "000102030405060708090A0B0C0D0E00";
constexpr std::string_view key_256 = "000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E00";

TEST(TransportKeys, WrapABlockOnBothSizes) {
    const SecretBytes plain = secret("00112233445566778899AABBCCDDEEFF");
    // openssl enc -aes-128-ecb -nopad, -aes-256-ecb
    for (const auto& [key, wrapped] : {std::pair(key_128, "79ECC30B84CA971478546AC3F45B5899"),
                                       std::pair(key_256, "0C1CFC4AC798444EC8AC607F5D7AFE62")}) {
        EXPECT_EQ(hex(*wrap_block(key_of(key), plain)), wrapped);
        EXPECT_EQ(hex(expose(*unwrap_block(key_of(key), *from_hex(wrapped)))), hex(expose(plain)));
    }
    EXPECT_EQ(check_value(key_of(key_128)), "5AFC29");
    EXPECT_EQ(check_value(key_of(key_256)), "DE1386");
}

TEST(TransportKeys, WrapNothingButABlock) {
    for (const std::size_t octets : {0U, 15U, 17U, 32U}) {
        const auto wrapped = wrap_block(key_of(key_128), SecretBytes(octets));
        EXPECT_TRUE(!wrapped && wrapped.error().code == Errc::bad_length) << octets;
        const auto plain = unwrap_block(key_of(key_128), Bytes(octets));
        EXPECT_TRUE(!plain && plain.error().code == Errc::bad_length) << octets;
    }
}

TEST(TransportKeys, ComeBackAsTheyWere) {
    for (const auto use : {TransportUse::import, TransportUse::export_, TransportUse::both}) {
        const auto key = decode_transport_key(expose(encode(key_of(key_256, use))));
        ASSERT_TRUE(key) << to_string(key.error());
        EXPECT_EQ(key->operator_id, "north");
        EXPECT_EQ(key->use, use);
        EXPECT_EQ(hex(expose(key->key)), key_256);
        EXPECT_EQ(find_transport_use(to_string(use)), use);
    }
    const SecretBytes whole = encode(key_of(key_128));
    for (std::size_t octets = 0; octets < whole.size() - std::string_view("north").size(); ++octets)
        EXPECT_FALSE(decode_transport_key(expose(whole).first(octets))) << octets;
    Bytes changed = to_bytes(expose(whole));
    for (const auto& [at, octet] : {std::pair(0, 2), std::pair(1, 0), std::pair(1, 4), std::pair(2, 24)}) {
        const auto before = std::exchange(changed[static_cast<std::size_t>(at)], static_cast<std::uint8_t>(octet));
        EXPECT_FALSE(decode_transport_key(changed)) << at << " " << octet;
        changed[static_cast<std::size_t>(at)] = before;
    }
}

TEST(TransportKeys, ThatEverybodyHasOrNobodyOwnsAreRefused) {
    const auto fault = [](const TransportKey& key) {
        const auto checked = check(key);
        return checked ? std::optional<Errc>() : checked.error().code;
    };
    EXPECT_EQ(fault(key_of(key_128)), std::nullopt);
    EXPECT_EQ(fault(key_of("404142434445464748494A4B4C4D4E4F")), Errc::refused);
    EXPECT_EQ(fault(key_of(k_1)), Errc::refused);
    EXPECT_EQ(fault(key_of(std::string(64, '0'))), Errc::refused);
    EXPECT_EQ(fault(key_of("0011")), Errc::bad_length);
    EXPECT_EQ(fault({"", TransportUse::both, secret(key_128)}), Errc::missing_field);
}

TEST(TransportKeys, HaveAnIndexFrom1To255) {
    EXPECT_EQ(*parse_transport_index("1"), 1);
    EXPECT_EQ(*parse_transport_index("255"), 255);
    for (const char* wrong : {"", "0", "256", "-1", "1x", " 1"}) EXPECT_FALSE(parse_transport_index(wrong)) << wrong;
}

TEST(TransportKeys, LieInTheFolderAndAreTakenAwayAgain) {
    Keys keys;
    EXPECT_TRUE(keys.folder->transport_keys()->empty());
    ASSERT_TRUE(keys.folder->add_transport_key(3, key_of(key_128, TransportUse::import), keys.random));
    ASSERT_TRUE(keys.folder->add_transport_key(255, key_of(key_256), keys.random));
    struct stat status {};
    ASSERT_EQ(::stat((keys.temp / "keys/transport/3.key").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
    const auto present = keys.folder->transport_keys();
    ASSERT_TRUE(present) << to_string(present.error());
    EXPECT_EQ(hex(expose(present->at(3).key)), key_128);
    EXPECT_EQ(present->at(255).use, TransportUse::both);
    EXPECT_EQ(keys.folder->add_transport_key(3, key_of(key_256), keys.random).error().code, Errc::conflict);
    EXPECT_EQ(keys.folder->add_transport_key(0, key_of(key_256), keys.random).error().code, Errc::bad_value);
    EXPECT_EQ(keys.folder->add_transport_key(4, key_of(k_1), keys.random).error().code, Errc::refused);
    ASSERT_TRUE(keys.folder->remove_transport_key(3));
    EXPECT_EQ(keys.folder->remove_transport_key(3).error().code, Errc::not_found);
    EXPECT_EQ(keys.folder->transport_keys()->size(), 1U);
    ASSERT_EQ(::chmod((keys.temp / "keys/transport/255.key").c_str(), 0640), 0);
    EXPECT_EQ(keys.folder->keys().error().code, Errc::refused);
}

TEST(TransportKeys, LieSealedInASealedFolder) {
    const TempFolder temp;
    SeededRandom random(3);
    auto folder = KeyFolder::create(temp / "keys", SecretBytes::copy_of(as_view("correct horse")), random);
    ASSERT_TRUE(folder && folder->add_transport_key(3, key_of(key_128), random));
    EXPECT_EQ(hex(expose(folder->transport_keys()->at(3).key)), key_128);
    const auto file = read_private_file(temp / "keys/transport/3.sealed");
    ASSERT_TRUE(file);
    EXPECT_TRUE(std::ranges::search(expose(*file), *from_hex(key_128)).empty());
    std::filesystem::rename(temp / "keys/transport/3.sealed", temp / "keys/transport/4.sealed");
    EXPECT_EQ(folder->transport_keys().error().code, Errc::bad_crypto) << "its index is bound to it";
}

}  // namespace
}  // namespace mcim::custody::test
