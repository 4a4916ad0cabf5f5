// The agent's commands: one function each, an exit status as its answer.
#pragma once
#include "mcim/agent/delivery.h"
#include "mcim/agent/offer.h"
#include "report.h"
#include "world.h"

namespace mcim::agent {

/// What the server is told of the device (SGP.22 4.2). The TAC decides whether it may have the profile, and operators
/// keep it: there is none by default.
[[nodiscard]] Result<msg::DeviceInfo> device_info(const std::string& imei, const std::string& tac);

struct DownloadOptions {
    std::optional<std::string> activation_code;  ///< absent: what is pending for the card at its default SM-DP+
    std::string confirmation_code;               ///< as it stood on the command line
    std::string confirmation_code_file;          ///< instead; "-": standard input
    OwnersWord owner;
    std::string imei;  ///< 14 to 16 digits; may be empty where there is a TAC
    std::string tac;   ///< 8 digits, of a device without an IMEI to tell
    int attempts = 3;
};
[[nodiscard]] int download(World&, const Report&, const DownloadOptions&);

/// A sentence for the card's word: what it means for this profile, and what helps.
[[nodiscard]] std::string card_refusal(const std::string& iccid, std::string_view word);

[[nodiscard]] int chip_info(World&, const Report&);
[[nodiscard]] int chip_default_smdp(World&, const Report&, const std::string& address);
[[nodiscard]] int profile_list(World&, const Report&);
[[nodiscard]] int profile_enable(World&, const Report&, const std::string& iccid);
[[nodiscard]] int profile_disable(World&, const Report&, const std::string& iccid);
[[nodiscard]] int profile_delete(World&, const Report&, const std::string& iccid);
[[nodiscard]] int profile_nickname(World&, const Report&, const std::string& iccid, const std::string& name);
[[nodiscard]] int notification_list(World&, const Report&);
[[nodiscard]] int notification_process(World&, const Report&);

/// Delivers what waits on the card, or what of one kind waits.
[[nodiscard]] Result<delivery::Report> deliver_notifications(World&, std::optional<msg::NotificationEvent> only = {});

}  // namespace mcim::agent
