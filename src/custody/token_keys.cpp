#include "mcim/custody/token_keys.h"

#include <algorithm>
#include <charconv>

#include "mcim/crypto/hash.h"
#include "mcim/der/tlv.h"

namespace mcim::custody {
namespace {

using pkcs11::Token;

const std::string kek_label = "mcim-kek";
const std::string application = "mcim";
const std::string fingerprint_label = "fingerprint";
constexpr std::string_view wrapping_prefix = "wrapping/";
constexpr std::string_view transport_prefix = "transport/";

class KeyInToken final : public SigningKey {
public:
    KeyInToken(std::shared_ptr<Token> token, std::string label, crypto::PublicKey key)
        : token_(std::move(token)), label_(std::move(label)), key_(std::move(key)) {}
    [[nodiscard]] const crypto::PublicKey& public_key() const override { return key_; }
    [[nodiscard]] Result<signer::Signature> sign(View message) const override {
        auto octets = token_->sign(label_, crypto::sha256(message));
        if (octets) return signer::Signature{*octets};
        // it was there at the start: for whoever asks, the token is away
        return fail(Errc::io, octets.error().path, octets.error().detail);
    }

private:
    std::shared_ptr<Token> token_;
    std::string label_;
    crypto::PublicKey key_;
};

bool is_name_of_ours(const std::string& label) { return check_key_name({label}).has_value(); }

/// The two halves have the label in common, and the token does not say whether more than that.
Status check_halves(Token& token, const std::string& label, const crypto::PublicKey& key) {
    constexpr std::string_view message = "mcim: is it the key of its public key?";
    auto signature = token.sign(label, crypto::sha256(as_view(message)));
    if (!signature) return std::move(signature).error().within("signing key " + label);
    if (key.verify(as_view(message), *signature)) return ok();
    return fail(Errc::bad_crypto, "signing key " + label,
                "the private key of this label in the token is not that of the public key");
}

Result<SigningKeys> signing_keys_in(const std::shared_ptr<Token>& token) {
    TRY(auto public_keys, token->public_keys(is_name_of_ours));
    SigningKeys keys;
    for (auto& [label, public_key] : public_keys) {
        CHECKED(check_halves(*token, label, public_key));
        keys.emplace(signer::KeyName{label}, std::make_unique<KeyInToken>(token, label, std::move(public_key)));
    }
    return keys;
}

/// The keys under mcim-kek, in clear.
struct OpenedKeys {
    std::map<WrappingKeys::Version, Secret<32>> wrapping;
    std::optional<Secret<32>> fingerprint;
    TransportKeys transport;
};

Result<WrappingKeys::Version> version_of(std::string_view label) {
    WrappingKeys::Version version = 0;
    const std::string_view digits = label.substr(wrapping_prefix.size());
    const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), version);
    if (failed == std::errc{} && end == digits.data() + digits.size() && version != 0) return version;
    return fail(Errc::bad_value, "", "a wrapping key is named by its version: wrapping/1");
}

/// As what its label says.
Status keep(const std::string& label, View octets, OpenedKeys& out) {
    if (label.starts_with(transport_prefix)) {
        TRY(const auto index, parse_transport_index(std::string_view(label).substr(transport_prefix.size())));
        TRY(TransportKey transport, decode_transport_key(octets));
        out.transport.emplace(index, std::move(transport));
        return ok();
    }
    TRY(Secret<32> key, Secret<32>::copy_of(octets));
    if (label == fingerprint_label) {
        out.fingerprint = std::move(key);
        return ok();
    }
    if (!label.starts_with(wrapping_prefix))
        return fail(Errc::bad_value, "", "the token has a data object of mcim that this release does not know");
    TRY(const auto version, version_of(label));
    out.wrapping.emplace(version, std::move(key));
    return ok();
}

Result<OpenedKeys> opened_keys_in(Token& token) {
    TRY(const auto sealed_keys, token.data(application));
    OpenedKeys out;
    for (const auto& [label, sealed] : sealed_keys) {
        TRY(const SecretBytes octets, token.gcm_open(kek_label, sealed, as_view(label)));
        auto kept = keep(label, expose(octets), out);
        if (!kept) return std::move(kept).error().within(label);
    }
    return out;
}

/// PrivateKeyInfo (RFC 5208) around ECPrivateKey (RFC 5915).
Result<Secret<32>> scalar_of(const crypto::PrivateKey& key) {
    const SecretBytes pkcs8 = key.to_pkcs8();
    constexpr der::Tag sequence{0x30};
    constexpr der::Tag integer{0x02};
    constexpr der::Tag octet_string{0x04};
    TRY(der::Reader::Tlv info, der::Reader(expose(pkcs8)).read(sequence));
    CHECKED([&]() -> Status {  // version, algorithm
        TRY([[maybe_unused]] const auto version, info.content.read(integer));
        TRY([[maybe_unused]] const auto algorithm, info.content.read(sequence));
        return ok();
    }());
    TRY(der::Reader::Tlv holder, info.content.read(octet_string));
    TRY(der::Reader::Tlv ec_key, holder.content.read(sequence));
    TRY([[maybe_unused]] const auto version, ec_key.content.read(integer));
    TRY(const der::Reader::Tlv scalar, ec_key.content.read(octet_string));
    return Secret<32>::copy_of(scalar.content.rest());
}

/// Writes into a token what is not there.
class Import {
public:
    Import(std::shared_ptr<Token> token, Random& random) : token_(std::move(token)), random_(random) {}

    [[nodiscard]] Status signing_key(const std::string& label, const crypto::PrivateKey& key,
                                     const std::map<std::string, crypto::PublicKey>& present) {
        const auto known = present.find(label);
        if (known != present.end() && known->second != key.public_key())
            return fail(Errc::conflict, "signing key " + label, "the token has another key of this name");
        TRY(const bool has_private, token_->has_private_key(label));
        if (!has_private) {
            TRY(const Secret<32> scalar, scalar_of(key));
            CHECKED(token_->add_private_key(label, key.curve(), scalar));
        }
        if (known == present.end()) {
            CHECKED(check_halves(*token_, label, key.public_key()));
            CHECKED(token_->add_public_key(label, key.public_key()));
        }
        if (!has_private || known == present.end()) done_.push_back("signing key " + label);
        return ok();
    }
    [[nodiscard]] Status key_of_keys() {
        TRY(const bool present, token_->has_secret_key(kek_label));
        if (present) return ok();
        done_.push_back(kek_label + ", made in the token");
        return token_->generate_secret_key(kek_label);
    }
    /// `present` is empty where the token has none.
    [[nodiscard]] Status data_key(const std::string& label, View key, View present) {
        if (!present.empty() && crypto::constant_time_equal(present, key)) return ok();
        if (!present.empty())
            return fail(Errc::conflict, label,
                        "the token has another key here: it is of another installation, or a transport key whose index "
                        "was used before");
        TRY(const Bytes sealed, token_->gcm_seal(kek_label, key, as_view(label), random_));
        CHECKED(token_->add_data(application, label, sealed));
        done_.push_back(label);
        return ok();
    }
    [[nodiscard]] std::vector<std::string> done() && { return std::move(done_); }

private:
    std::shared_ptr<Token> token_;
    Random& random_;
    std::vector<std::string> done_;
};

template <class Map, class Key>
const auto* find_in(const Map& map, const Key& key) {
    const auto at = map.find(key);
    return at == map.end() ? nullptr : &at->second;
}

}  // namespace

Result<Keys> keys_in(std::shared_ptr<pkcs11::Token> token) {
    TRY(SigningKeys signing, signing_keys_in(token));
    TRY(OpenedKeys opened, opened_keys_in(*token));
    if (opened.wrapping.empty() || !opened.fingerprint)
        return fail(Errc::not_found, "token",
                    "it holds no keys of an installation: \"mcim-signer import\" brings those of a folder into it");
    return Keys{std::move(signing), WrappingKeys(std::move(opened.wrapping)), *std::move(opened.fingerprint),
                std::move(opened.transport)};
}

Result<std::vector<std::string>> import_keys(const KeyFolder& folder, const std::shared_ptr<pkcs11::Token>& token,
                                             Random& random) {
    TRY(const auto private_keys, folder.signing_keys());
    TRY(const WrappingKeys wrapping, folder.wrapping_keys());
    TRY(const Secret<32> fingerprint, folder.fingerprint_key());
    TRY(const TransportKeys transport, folder.transport_keys());
    TRY(const auto public_keys, token->public_keys(is_name_of_ours));
    TRY(const OpenedKeys present, opened_keys_in(*token));
    Import import(token, random);
    CHECKED(import.key_of_keys());
    CHECKED(import.data_key(fingerprint_label, expose(fingerprint),
                            present.fingerprint ? View(expose(*present.fingerprint)) : View()));
    for (const auto& [version, key] : expose(wrapping)) {
        const auto* there = find_in(present.wrapping, version);
        CHECKED(import.data_key(std::string(wrapping_prefix) + std::to_string(version), expose(key),
                                there != nullptr ? View(expose(*there)) : View()));
    }
    for (const auto& [index, key] : transport) {
        const auto* there = find_in(present.transport, index);
        const SecretBytes encoded_there = there != nullptr ? encode(*there) : SecretBytes();
        CHECKED(import.data_key(std::string(transport_prefix) + std::to_string(index), expose(encode(key)),
                                expose(encoded_there)));
    }
    for (const auto& [name, key] : private_keys) CHECKED(import.signing_key(name.text, key, public_keys));
    TRY([[maybe_unused]] const SigningKeys usable, signing_keys_in(token));
    return std::move(import).done();
}

}  // namespace mcim::custody
