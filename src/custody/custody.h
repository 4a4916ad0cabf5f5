// The Signer over keys in files or in a token, its other cryptography in OpenSSL. An image of the process that holds it
// has the keys that lie in files: that of mcimd, or of mcim-signer where the keys are apart (ADR 0051).
#pragma once
#include "mcim/custody/kept_binding.h"
#include "mcim/custody/key_folder.h"
#include "mcim/custody/subscription_keys.h"
#include "mcim/signer/public_keys.h"

namespace mcim::custody {

/// Which authentication algorithms may be used for subscriptions, by now and in whatever was wrapped before.
struct Policy {
    /// The test algorithm protects nothing and belongs into laboratories.
    std::vector<signer::Algorithm> algorithms{signer::Algorithm::milenage, signer::Algorithm::tuak_128,
                                              signer::Algorithm::tuak_256};
    /// In packages and under transport keys, of those that everybody has (saip/known_keys.h).
    enum class KnownKeys : std::uint8_t { refused, taken } known_keys = KnownKeys::refused;
    [[nodiscard]] static Policy laboratory();
};

/// `random` outlives it and, as Signer says, may be used by several threads (SystemRandom may).
class Custody final : public signer::Signer {
public:
    Custody(Keys, Policy, Random& random);
    /// Over the keys of a folder, which are read once.
    [[nodiscard]] static Result<std::unique_ptr<Custody>> load(const KeyFolder&, Policy, Random& random);

    [[nodiscard]] std::vector<Result<signer::Response>> execute(std::span<const signer::Request>) override;
    /// For certificates and for those who verify: not part of the port.
    [[nodiscard]] Result<crypto::PublicKey> public_key(const signer::KeyName&) const;
    [[nodiscard]] signer::PublicKeys public_keys() const;

private:
    // custody.cpp
    [[nodiscard]] Result<signer::Response> answer(const signer::SignMessage&) const;
    [[nodiscard]] Result<signer::Response> answer(const signer::NewSubscriptionKeys&) const;
    [[nodiscard]] Result<signer::Response> answer(const signer::WrapSubscription&) const;
    [[nodiscard]] Result<signer::Response> answer(const signer::RewrapSubscription&) const;
    [[nodiscard]] Result<signer::Response> answer(const signer::GenerateVectors&) const;
    [[nodiscard]] Result<signer::Response> answer(const signer::Resynchronise&) const;
    [[nodiscard]] Result<const SigningKey*> signing_key(const signer::KeyName&) const;
    [[nodiscard]] Status allowed(signer::Algorithm) const;
    [[nodiscard]] Result<signer::Subscription> wrap(const Imsi&, const SubscriptionKeys&) const;
    [[nodiscard]] Result<SubscriptionKeys> unwrap(const Imsi&, const signer::WrappedSubscription&) const;
    // transport.cpp
    [[nodiscard]] Result<signer::Response> answer(const signer::ImportSubscription&) const;
    [[nodiscard]] Result<signer::Response> answer(const signer::ExportSubscription&) const;
    [[nodiscard]] Result<const TransportKey*> transport_key(TransportIndex, const std::string& operator_id,
                                                            TransportUse) const;
    // confirmation_code.cpp
    [[nodiscard]] Result<signer::Response> answer(const signer::WrapConfirmationCode&) const;
    [[nodiscard]] Result<signer::Response> answer(const signer::CheckConfirmationCode&) const;
    // package.cpp
    [[nodiscard]] Result<signer::Response> answer(const signer::WrapPackage&) const;
    [[nodiscard]] Result<signer::Response> answer(const signer::RewrapPackage&) const;
    [[nodiscard]] Result<signer::Response> answer(const signer::ExtractSubscription&) const;
    /// A package, and whose it is; nobody's where it was wrapped before packages said so.
    struct OwnPackage {
        std::string operator_id{};
        SecretBytes der{};
    };
    [[nodiscard]] Result<signer::WrappedPackage> wrap(const Iccid&, const std::string& operator_id, View der) const;
    [[nodiscard]] Result<OwnPackage> unwrap(const Iccid&, const signer::WrappedPackage&) const;
    // seal.cpp
    [[nodiscard]] Result<signer::Response> answer(const signer::SealProfile&) const;
    [[nodiscard]] std::optional<KeptBinding> earlier_binding(const signer::SealProfile&) const;
    [[nodiscard]] Result<KeptBinding> fresh_binding(const signer::SealProfile&,
                                                    const crypto::PublicKey& euicc_otpk) const;
    [[nodiscard]] Result<SecretBytes> package_of(const signer::FromTemplate&) const;
    [[nodiscard]] Result<SecretBytes> package_of(const signer::FromPackage&) const;
    [[nodiscard]] Result<Bytes> personalised(const signer::TemplateVariables&) const;  ///< all but K and OPc

    Keys keys_;
    Policy policy_;
    Random& random_;
};

}  // namespace mcim::custody
