// A token of PKCS#11 v2.40 (a security module, a smart card, SoftHSM): keys that sign and decrypt and are not read.
//
// Everything is asked through a bounded pool of sessions; which one, and whether it had to be opened and logged into
// anew, nobody outside sees. An error that comes out is one that stayed after that.
#pragma once
#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>

#include "mcim/crypto/ec.h"

namespace mcim::pkcs11 {

enum class Access : std::uint8_t { reading, writing };

struct Place {
    std::filesystem::path module;  ///< shared library, absolute
    std::string token;             ///< its label, or its serial number
    SecretBytes pin;               ///< of the user
    std::size_t sessions = 4;      ///< at once; whoever finds none free waits
    Access access = Access::reading;
    /// How long after a start of the module it is not started anew.
    std::chrono::milliseconds restart_pause{1000};
    /// What the log may say; never the PIN.
    std::function<void(const std::string& sentence)> note = {};
};

class Sessions;

/// Objects are found by class and label. All calls may come from several threads. Errors:
///   not_found   no object of that label
///   conflict    several of that label
///   refused     a key of that label that the token does not keep from being read
///   bad_crypto  what was to be opened was changed
///   io          everything else that the token says; trying again later may help, but with a PIN that it refused: that
///               is said once, and then not tried again by this object
class Token {
public:
    /// Loads the module, finds the token and logs in.
    [[nodiscard]] static Result<std::unique_ptr<Token>> open(Place);
    ~Token();
    Token(const Token&) = delete;
    Token& operator=(const Token&) = delete;

    /// Those whose label is ours, that have a private half of the same label here, and one of our curves. Others are
    /// somebody else's, and passed over whatever they are.
    using IsOurs = std::function<bool(const std::string& label)>;
    [[nodiscard]] Result<std::map<std::string, crypto::PublicKey>> public_keys(const IsOurs&);
    /// CKM_ECDSA over a digest that was made outside: r||s.
    [[nodiscard]] Result<std::array<std::uint8_t, 64>> sign(const std::string& key,
                                                            std::span<const std::uint8_t, 32> digest);
    /// CKM_AES_GCM in one call, as crypto::gcm_open has it: nonce(12) || ciphertext || tag(16).
    [[nodiscard]] Result<SecretBytes> gcm_open(const std::string& key, View sealed, View associated);
    /// The values of the private data objects (CKO_DATA) of an application, by their labels.
    [[nodiscard]] Result<std::map<std::string, Bytes>> data(const std::string& application);
    /// How long the oldest operation has been under way; zero where none is.
    [[nodiscard]] std::chrono::steady_clock::duration busy_for() const;

    // With Access::writing
    [[nodiscard]] Result<bool> has_private_key(const std::string& label);
    [[nodiscard]] Result<bool> has_secret_key(const std::string& label);
    /// Sensitive and never extractable, to sign with; whoever gave the scalar knows it all the same.
    [[nodiscard]] Status add_private_key(const std::string& label, crypto::Curve, const Secret<32>& scalar);
    [[nodiscard]] Status add_public_key(const std::string& label, const crypto::PublicKey&);
    /// AES-256, made inside, sensitive and never extractable.
    [[nodiscard]] Status generate_secret_key(const std::string& label);
    /// The nonce is the token's where it puts its own into the place of what is proposed.
    [[nodiscard]] Result<Bytes> gcm_seal(const std::string& key, View plain, View associated, Random&);
    /// Private, and not to be modified.
    [[nodiscard]] Status add_data(const std::string& application, const std::string& label, View value);

private:
    explicit Token(std::unique_ptr<Sessions>);
    std::unique_ptr<Sessions> sessions_;
};

}  // namespace mcim::pkcs11
