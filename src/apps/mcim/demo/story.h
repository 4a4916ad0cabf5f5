// The steps of the demonstration, in their order. Each leaves behind what the next ones need.
#pragma once
#include "given_package.h"
#include "lab.h"

namespace mcim::demo {

/// An operator: its identity here, its signing key, its subscription in this story.
struct Operator {
    std::string id;
    fs::path key;
    std::string iccid;
    std::string imsi;
    std::string msisdn{};
    std::size_t mnc_digits = 2;
    std::string pin{};  ///< PIN 1 of its profile, where it is on
    std::string algorithm = "MILENAGE";
};

struct Ordered {
    std::string id;
    std::string activation_code;
    std::string waits_for{};  ///< the operator whose release is wanted first
    std::string why{};
};

struct Story {
    Lab& lab;
    std::optional<GivenPackage> given{};  ///< alpha's subscription is this one, and not of the project's template
    fs::path pki{};
    Platform platform{};
    Operator alpha{};
    Operator beta{};
    Device device{};
    Ordered first_order{};  ///< alpha's, for the device
    std::optional<Radius> radius{};
    std::optional<Child> pcscd{};
};

[[nodiscard]] Status make_pki(Story&);                  ///< 1
[[nodiscard]] Status start_platform(Story&);            ///< 2
[[nodiscard]] Status make_subscription(Story&);         ///< 3
[[nodiscard]] Status manufacture(Story&);               ///< 4
[[nodiscard]] Status no_trust_no_subscription(Story&);  ///< 5
[[nodiscard]] Status provision(Story&);                 ///< 6
[[nodiscard]] Status log_in_with_it(Story&);            ///< 7
[[nodiscard]] Status no_consent_no_move(Story&);        ///< 8
[[nodiscard]] Status refusals(Story&);                  ///< 9

// ---- what is different with somebody's own package

/// Of step 3: alpha's subscription is that of the package.
[[nodiscard]] Status subscription_from_package(Story&);
/// Before step 4: why the device's card is not of class production.
[[nodiscard]] Status refused_by_production_class(Story&);

// ---- what several steps use

/// An operator with its key, known to the platform.
[[nodiscard]] Status add_operator(Story&, Operator&, const std::string& name);
/// Known to another platform too.
[[nodiscard]] Status add_operator_to(Lab&, const Platform&, const Operator&, const std::string& name);
/// A subscription with fresh keys, or with those in a file of its operator.
[[nodiscard]] Status add_subscription(Lab&, const Platform&, const Operator&, const fs::path& key_file = {});
[[nodiscard]] Result<Ordered> order(Lab&, const Platform&, const Operator&, std::vector<std::string> more);
/// The timeline of an order, shown.
void show_timeline(Lab&, const Platform&, const std::string& order_id);
/// Logs in with the card in the reader, which has the operator's subscription, and says how it went.
[[nodiscard]] Result<Login> try_login(Story&, const Radius&, Method, const Operator&, const std::string& log_name);
/// extCardResource of the card: its free memory, as hexadecimal octets. nullopt where the agent has no answer.
[[nodiscard]] std::optional<std::string> card_resources(Lab&, const Device&, const Platform&);
[[nodiscard]] std::optional<std::size_t> installed_profiles(Lab&, const Device&, const Platform&);
/// That others than their owner open none of the files below `folder` whose path names a key.
void check_keys_are_private(Lab&, const fs::path& folder, const std::string& whose);

}  // namespace mcim::demo
