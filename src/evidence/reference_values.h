// Reference values: what the registers of a platform model may hold, said and signed by an operator. A JWS, ES256, typ
// "mcim-refval+jwt":
//   {"iss":"<operator>", "version":7, "iat":..., "exp":..., "withdraws_before":7,
//    "platforms":{"<model>":{"4":{"part":"platform", "accepted":[{"digest":"<64 hex digits>", "name":"GRUB 2.06"}]}}}}
// "withdraws_before" (optional): the operator's documents of lower versions count no more, e.g. because a boot loader
// that they accept turned out to be broken. Without it they go on beside this one, as an update that rolls out needs
// it. "part" says whose state the register shows: "platform" (the host) or "module" (the trusted environment that holds
// the subscription), so that a verdict can tell them apart (requirement T11).
#pragma once
#include "mcim/evidence/pcr.h"
#include "mcim/jose/jws.h"

namespace mcim::evidence {

inline constexpr std::string_view reference_values_typ = "mcim-refval+jwt";

enum class Part : std::uint8_t { platform, module };
std::string_view to_string(Part);

struct AcceptedDigest {
    crypto::Sha256 digest;
    std::string name;  ///< what people call the software that leaves this value
};
struct PcrReference {
    Part part = Part::platform;
    std::vector<AcceptedDigest> accepted;  ///< at least one
};
using PlatformReference = std::map<unsigned, PcrReference>;

struct ReferenceValues {
    std::string operator_id;
    std::int64_t version = 0;
    Time issued_at;
    Time expires_at;
    std::map<std::string, PlatformReference> platforms;
    std::int64_t withdraws_before = 0;

    [[nodiscard]] const PlatformReference* find(const std::string& model) const;
    [[nodiscard]] bool valid_at(Time now) const { return issued_at <= now && now < expires_at; }
};

[[nodiscard]] Result<std::string> sign_reference_values(const ReferenceValues&, std::string_view kid,
                                                        const jose::Signer&);
/// Refuses what is not signed by the operator's key in its name, expired or not yet valid, a model without registers, a
/// register without digests. Replacing version 7 by version 6 is for the caller to refuse: it knows what it had.
/// Without `now` dates are not looked at: that is done with valid_at() then.
[[nodiscard]] Result<ReferenceValues> verify_reference_values(std::string_view jws, std::string_view operator_id,
                                                              const crypto::PublicKey& operator_key,
                                                              std::optional<Time> now);

}  // namespace mcim::evidence
