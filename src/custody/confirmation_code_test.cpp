#include "custody_for_test.h"
#include "mcim/crypto/hash.h"

namespace mcim::custody::test {
namespace {

using signer::CheckConfirmationCode;
using signer::WrapConfirmationCode;

const Bytes transaction{0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08};

/// As the LPA does it, SGP.22 4.7: SHA-256 (SHA-256 (confirmation code) | transaction ID).
Bytes hash_of(std::string_view code, View transaction_id) {
    return to_bytes(crypto::sha256(concat({crypto::sha256(as_view(code)), transaction_id})));
}

WrapConfirmationCode wrapped_for(std::string order_id, std::string_view code) {
    return {std::move(order_id), SecretBytes::copy_of(as_view(code))};
}

TEST(WrappedConfirmationCode, HoldsInItsTransactionOnly) {
    Keys keys;
    const auto custody = keys.load();
    const auto code = custody->ask(wrapped_for("ORDER-1", "4711"));
    ASSERT_TRUE(code) << to_string(code.error());
    const auto holds = [&](View transaction_id, Bytes hash_cc) {
        const auto checked =
            custody->ask(CheckConfirmationCode{"ORDER-1", *code, to_bytes(transaction_id), std::move(hash_cc)});
        return checked && checked->holds;
    };
    EXPECT_TRUE(holds(transaction, hash_of("4711", transaction)));
    EXPECT_FALSE(holds(transaction, hash_of("4712", transaction)));
    EXPECT_FALSE(holds(transaction, {}));
    EXPECT_FALSE(holds(transaction, to_bytes(crypto::sha256(as_view("4711")))));
    const Bytes another(8, 0x09);
    EXPECT_FALSE(holds(another, hash_of("4711", transaction)));
    EXPECT_TRUE(holds(another, hash_of("4711", another)));
}

TEST(WrappedConfirmationCode, OpensForItsOrderOnly) {
    Keys keys;
    const auto custody = keys.load();
    auto code = *custody->ask(wrapped_for("ORDER-1", "4711"));
    const auto error = [&](const std::string& order_id) {
        const auto checked =
            custody->ask(CheckConfirmationCode{order_id, code, transaction, hash_of("4711", transaction)});
        return checked ? std::optional<Errc>{} : checked.error().code;
    };
    EXPECT_EQ(error("ORDER-1"), std::nullopt);
    EXPECT_EQ(error("ORDER-2"), Errc::bad_crypto);
    code.octets.back() ^= 1;
    EXPECT_EQ(error("ORDER-1"), Errc::bad_crypto);
}

TEST(WrappedConfirmationCode, IsNotToBeFoundInWhatIsKept) {
    Keys keys;
    const auto custody = keys.load();
    const auto code = *custody->ask(wrapped_for("ORDER-1", "4711"));
    EXPECT_EQ(as_text(code.octets).find("4711"), std::string::npos);
    const auto digest = crypto::sha256(as_view("4711"));
    EXPECT_EQ(std::ranges::search(code.octets, digest).begin(), code.octets.end());
    EXPECT_NE(*custody->ask(wrapped_for("ORDER-1", "4711")), code) << "equal codes look alike";
    EXPECT_EQ(custody->ask(wrapped_for("ORDER-1", "")).error().code, Errc::bad_length);
}

}  // namespace
}  // namespace mcim::custody::test
