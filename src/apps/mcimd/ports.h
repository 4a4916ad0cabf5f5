// What the download server's core asks for, answered from the platform's own roles and rows: gate, consent, orders,
// signatures, sealed profiles.
#pragma once
#include "mcim/apps/mcimd/platform.h"
#include "mcim/smdp/session.h"
#include "mcim/transfer/consent.h"

namespace mcim::apps::mcimd {

/// May this order's profile go to its device now: whose customer the device is, and whether a release lets it go. Asked
/// by the download, and in advance by whoever makes an order.
[[nodiscard]] Result<transfer::Decision> decide_consent(Platform&, const smdp::AskConsent&);

/// The event that resumes the core, or what the signer is to be asked first.
using Acted = std::variant<smdp::Event, signer::Request>;
/// The event that resumes the core with the signer's answer.
[[nodiscard]] Result<smdp::Event> event_of(signer::Response);

/// Answers actions of one request. Changes that belong to an answer are collected and go into the same batch as the
/// session's own effects: the release that is reserved for this order, and the card's row (consequences.h), so that two
/// sessions which both found this card free do not both go on.
class Ports {
public:
    explicit Ports(Platform& platform) : platform_(platform) {}
    /// Errors are the platform's own: of the database.
    [[nodiscard]] Result<Acted> act(smdp::Action);
    [[nodiscard]] store::Batch take_changes() { return std::exchange(changes_, {}); }

private:
    [[nodiscard]] Result<smdp::Event> answer(const smdp::FindOrder&);
    [[nodiscard]] Result<smdp::Event> answer(const smdp::LoadOrder&);
    [[nodiscard]] Result<smdp::Event> answer(const smdp::LoadBinding&);
    [[nodiscard]] Result<smdp::Event> answer(const smdp::AskGate&);
    [[nodiscard]] Result<smdp::Event> answer(const smdp::AskConsent&);
    [[nodiscard]] Result<smdp::Event> answer(const smdp::LookUpNotification&);
    Platform& platform_;
    store::Batch changes_;
};

}  // namespace mcim::apps::mcimd
