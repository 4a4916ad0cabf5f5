// What a server offers, and what its owner makes of it (SGP.22 2.9, 3.1.3).
#pragma once
#include <string>
#include <vector>

#include "mcim/msg/download.h"
#include "mcim/msg/package.h"

namespace mcim::agent {

/// What the owner has said before the download begins: a device without a user has nobody to ask on the way. Who gives
/// it an activation code wants the profile; rules that bind its owner he has not seen by then.
struct OwnersWord {
    enum class Offer : std::uint8_t { accept, reject, postpone } offer = Offer::accept;
    enum class PolicyRules : std::uint8_t { refuse, accept } policy_rules = PolicyRules::refuse;
};
/// nullopt: install it.
[[nodiscard]] std::optional<msg::CancelSessionReason> decide(const msg::StoreMetadataRequest& offered,
                                                             const OwnersWord&);

/// Each profile policy rule that binds the owner, in words; empty: he may do with the profile what he wants. Rules of
/// later versions are named by their bit. pprUpdateControl binds nobody: it is about who lifts the others.
[[nodiscard]] std::vector<std::string> policy_rules(const msg::StoreMetadataRequest&);
/// The same in one line: "PPR1 (...), PPR2 (...)".
[[nodiscard]] std::string policy_rules_in_words(const msg::StoreMetadataRequest&);

/// ES8+.StoreMetadata: it is in clear inside a package (SGP.22 2.5.3). The MACs of its segments are the card's to
/// judge.
[[nodiscard]] Result<msg::StoreMetadataRequest> metadata_in(const msg::BoundProfilePackage&);
/// What the card will be told is what the owner was asked about. The offer is not signed, and a server that offers a
/// profile without rules could bind one that has some (metadataMismatch, SGP.22 5.7.14).
[[nodiscard]] bool is_as_offered(const msg::StoreMetadataRequest& bound, const msg::StoreMetadataRequest& offered);

}  // namespace mcim::agent
