// What all parts of the running program share: store, signer, the identity of each role. One thread.
#pragma once
#include <functional>
#include <set>

#include "mcim/apps/mcimd/committer.h"
#include "mcim/apps/mcimd/identity.h"
#include "mcim/apps/mcimd/metrics.h"
#include "mcim/apps/mcimd/signing_desk.h"
#include "mcim/apps/mcimd/throttle.h"
#include "mcim/http/loop.h"
#include "mcim/jose/jws.h"
#include "mcim/pva/verifier.h"
#include "mcim/signer/signer.h"
#include "mcim/smdp/server.h"

namespace mcim::apps::mcimd {

/// The verifier's role: policy, key and the reference values of all operators.
struct Verifier {
    pva::Policy policy;
    pva::NonceKey nonce_key;
    signer::KeyName key;
    std::vector<evidence::ReferenceValues> references;
    std::vector<std::string> reference_rows{};  ///< the keys of what was looked at last
};

inline constexpr unsigned unverified_per_minute = 1000;

/// Of one request: where somebody else was faster with a row that it had read, it is looked at again.
inline constexpr int attempts_max = 4;

struct Platform {
    http::Loop& loop;
    store::Store& store;
    signer::Signer& signer;
    Random& random;
    Committer committer;
    SigningDesk desk;  ///< for the signer, of whoever need not have its answer at once
    std::optional<smdp::Server> dp{};
    bool shares_database = false;  ///< with other nodes: what is kept in memory of it is compared before it is used
    bool serves_auc = false;
    bool laboratory = false;  ///< takes keys that stand in public
    pva::Demand demand = pva::Demand::platform;
    std::optional<Verifier> verifier{};
    x509::EumCache eum_cache{};
    /// Notifications that nobody vouches for are recorded up to this number a minute: anybody can send them.
    unsigned unverified_left = unverified_per_minute;
    Throttles throttles{};
    Metrics metrics{};
    std::set<std::string, std::less<>> told_operators{};          ///< about their orders (progress.h)
    std::function<void()> look_for_progress = [] {};              ///< there may be something to tell
    std::vector<Smds> smds{};                                     ///< at which events are registered (smds_events.h)
    std::function<void()> look_for_events = [] {};                ///< there may be something to ask them
    std::shared_ptr<const http::TlsIdentity> shown_to_servers{};  ///< of operators and SM-DSs, where they ask for one
    std::vector<CertificateInUse> certificates{};
    Time started_at{};
    std::uint64_t requests = 0;  ///< of whatever kind, each with its number in the log
    std::function<Time()> clock = system_now;
    std::function<Status()> signer_answers = [] { return ok(); };  ///< now

    [[nodiscard]] Time now() const { return clock(); }
    [[nodiscard]] LogSubject next_request() { return {++requests}; }
    /// An operator's key, for releases and reference values; nullopt: unknown.
    [[nodiscard]] Result<std::optional<crypto::PublicKey>> operator_key(std::string_view id);
};

/// For a core that looks something up in the midst of a decision. What could not be read is nothing to it: a decision
/// is one only where `error` is empty afterwards.
struct Lookup {
    std::optional<Error> error{};
    template <class T>
    std::optional<T> operator()(Result<std::optional<T>> found) {
        if (found) return *std::move(found);
        error = std::move(found).error();
        return std::nullopt;
    }
};

[[nodiscard]] Error unknown_operator(std::string_view id);

/// An identifier as logs may carry it: "8904...0123".
[[nodiscard]] std::string masked(std::string_view identifier);
/// A client's address, as logs may carry it: its network, "192.0.2.0/24" or "2001:db8:1::/48".
[[nodiscard]] std::string masked(const http::Place&);

}  // namespace mcim::apps::mcimd
