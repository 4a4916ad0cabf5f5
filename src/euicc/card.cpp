#include "mcim/euicc/card.h"

#include <algorithm>

namespace mcim::euicc {
namespace {

namespace sw = apdu::sw;
using apdu::ClassSpace;
using apdu::Ins;

constexpr std::uint8_t by_name = 0x04;
/// ISO 7816-4 table 40: the first or only occurrence; bits 3 and 4 ask for FCI, FCP, FMD or nothing.
constexpr std::uint8_t occurrence_bits = 0x03;
constexpr std::uint8_t answer_bits = 0x0C;
constexpr std::uint8_t no_answer = 0x0C;
constexpr std::size_t rid_octets = 5;
constexpr std::uint16_t number_octets = 1;

/// Right-truncated names select too (TS 102 221 8.5.1.2), but not shorter than what tells the ISD-R from others.
bool names(View asked, View aid) {
    return asked.size() > rid_octets && asked.size() <= aid.size() && equal(asked, aid.first(asked.size()));
}

/// TERMINAL CAPABILITY and TERMINAL PROFILE (TS 102 221 11.1.19, 11.2.1): what the terminal can do changes nothing
/// here.
apdu::Response take_note_of_terminal(const apdu::Class& cla, const apdu::Command& command) {
    if (cla.space != ClassSpace::proprietary) return sw::class_not_supported;
    if (command.p1 != 0 || command.p2 != 0) return sw::wrong_p1_p2;
    return sw::ok;
}

}  // namespace

Result<Card> Card::load(uicc::Entries entries) {
    TRY(DurableState state, DurableState::load(entries));
    Card card(std::move(state));
    std::erase_if(entries, [](const auto& e) { return !e.first.starts_with("profile/"); });
    card.dormant_ = std::move(entries);
    CHECKED(card.follow_enabled_profile());
    return card;
}

void Card::reset() {
    channels_ = {};
    channels_[0] = LogicalChannel{};
    isdr_.reset();
    if (uicc_) uicc_->reset();
}

bool Card::is_open(std::uint8_t channel) const { return channel < channels_.size() && channels_[channel]; }

Result<Card::Outcome> Card::execute(const apdu::Class& cla, const apdu::Command& command, Env& env) {
    if (!is_open(cla.channel)) return Outcome{{}, sw::channel_not_supported};
    if (cla.chain == apdu::Chain::more) return Outcome{{}, sw::chaining_not_supported};
    const Ins ins = command.instruction();
    if (ins == Ins::manage_channel) return Outcome{{}, manage_channel(cla, command)};
    if (ins == Ins::terminal_capability || ins == Ins::terminal_profile)
        return Outcome{{}, take_note_of_terminal(cla, command)};
    if (ins == Ins::select && cla.space == ClassSpace::interindustry && command.p1 == by_name)
        if (auto outcome = select_by_name(cla.channel, command)) return *std::move(outcome);
    // SELECT of a file leaves the security domain for the profile (TS 102 221 8.4.1).
    if (ins == Ins::select) return profile_command(cla, command, env);
    switch (channels_[cla.channel]->selected) {
        case Selected::isdr: return isdr_command(cla, command, env);
        case Selected::ecasd: return Outcome{{}, ecasd_command(command)};
        case Selected::isdp: return Outcome{{}, sw::instruction_not_supported};
        case Selected::profile: break;
    }
    return profile_command(cla, command, env);
}

Result<Card::Outcome> Card::resume() { return uicc_->resume(); }

// ---------------------------------------------------------------- channels

/// MANAGE CHANNEL (TS 102 221 11.1.17). None left to assign: 6A81; a number that is no channel, or open already: 6A86;
/// closing one that is not open changes nothing and is no error: 6200. A channel that the card numbers is opened only
/// when its number leaves with this very answer (Le 01; else 6C01): one whose number is lost could nobody close.
apdu::Response Card::manage_channel(const apdu::Class& cla, const apdu::Command& command) {
    if (cla.space != ClassSpace::interindustry) return sw::class_not_supported;
    if (!command.data.empty()) return sw::wrong_length;
    if (command.p1 == 0x00) return open_channel(cla.channel, command);
    if (command.p1 == 0x80) return close_channel(command);
    return sw::wrong_p1_p2;
}

apdu::Response Card::open_channel(std::uint8_t from, const apdu::Command& command) {
    std::uint8_t number = command.p2;
    if (number == 0 && command.le != number_octets) return apdu::exact_length(number_octets);
    if (number == 0)
        while (number < channels_.size() && channels_[number]) ++number;
    else if (number < channels_.size() && channels_[number])
        return sw::wrong_p1_p2;
    if (number >= channels_.size()) return command.p2 == 0 ? sw::function_not_supported : sw::wrong_p1_p2;
    channels_[number] = LogicalChannel{};
    if (uicc_) uicc_->open_channel(number, channels_[from]->selected == Selected::profile ? from : std::uint8_t{0});
    if (command.p2 == 0) return {Bytes{number}};
    return sw::ok;
}

apdu::Response Card::close_channel(const apdu::Command& command) {
    if (command.p2 == 0 || command.p2 >= channels_.size()) return sw::wrong_p1_p2;
    if (!channels_[command.p2]) return sw::no_information;
    channels_[command.p2].reset();
    if (uicc_) uicc_->close_channel(command.p2);
    return sw::ok;
}

// ---------------------------------------------------------------- applications

/// nullopt: no name of a security domain; the profile may know it.
std::optional<Card::Outcome> Card::select_by_name(std::uint8_t channel, const apdu::Command& command) {
    const auto enter = [&](Selected what, Bytes fci) {
        channels_[channel]->selected = what;
        channels_[channel]->store_data.reset();
        if ((command.p2 & answer_bits) == no_answer) return Outcome{{}, sw::ok};
        return Outcome{{}, apdu::Response{std::move(fci)}};
    };
    if ((command.p2 & occurrence_bits) != 0) return std::nullopt;
    if (names(command.data, isdr_aid)) return enter(Selected::isdr, isdr_fci());
    if (names(command.data, ecasd_aid)) return enter(Selected::ecasd, security_domain_fci(ecasd_aid));
    // The ISD-P of the enabled profile; others do not show (SGP.22 2.4.5).
    if (const auto* enabled = state_.find_enabled(); enabled != nullptr && equal(command.data, enabled->isdp_aid()))
        return enter(Selected::isdp, security_domain_fci(enabled->isdp_aid()));
    return std::nullopt;
}

Result<Card::Outcome> Card::isdr_command(const apdu::Class& cla, const apdu::Command& command, Env& env) {
    if (command.instruction() != Ins::store_data) return Outcome{{}, sw::instruction_not_supported};
    if (cla.space != ClassSpace::proprietary) return Outcome{{}, sw::class_not_supported};
    auto taken = channels_[cla.channel]->store_data.take(command);
    if (const auto* refused = std::get_if<apdu::StatusWord>(&taken)) return Outcome{{}, *refused};
    if (std::holds_alternative<StoreData::MoreToCome>(taken)) return Outcome{{}, sw::ok};
    Call call{state_, dormant_, env};
    apdu::Response response = isdr_.execute(std::get<Bytes>(taken), call);
    if (call.failed) return *std::move(call.failed);
    CHECKED(follow_enabled_profile());
    return Outcome{std::move(call.changes), std::move(response)};
}

/// GET DATA of the EID (SGP.22 2.4.3); certificates are given by the ISD-R.
apdu::Response Card::ecasd_command(const apdu::Command& command) const {
    if (command.instruction() != Ins::get_data) return sw::instruction_not_supported;
    if (command.p1 != 0x00 || command.p2 != 0x5A) return sw::referenced_data_not_found;
    return {der::wrap(der::Tag{0x5A}, state_.birth.eid)};
}

Card::Outcome Card::profile_command(const apdu::Class& cla, const apdu::Command& command, Env& env) {
    const bool select = command.instruction() == Ins::select;
    if (!uicc_) return {{}, select ? sw::file_not_found : sw::conditions_not_satisfied};
    uicc::Env uicc_env{env.random};
    Outcome outcome = uicc_->execute(cla, command, uicc_env);
    if (select && outcome.response && apdu::is_success(outcome.response->sw))
        channels_[cla.channel]->selected = Selected::profile;
    return outcome;
}

/// After a change of which profile is enabled: its files come in from storage, the other's go back. Channels on which a
/// security domain is selected stay, so that the agent can go on; the basic channel is as after a reset, the rest
/// close.
Status Card::follow_enabled_profile() {
    const InstalledProfile* enabled = state_.find_enabled();
    const std::string wanted = enabled == nullptr ? std::string{} : enabled->uicc_prefix();
    if (wanted == (uicc_ ? uicc_->prefix() : std::string{})) return ok();

    if (uicc_) {
        const std::string& prefix = uicc_->prefix();
        const bool deleted =
            std::ranges::none_of(state_.profiles, [&](const auto& p) { return p.second.uicc_prefix() == prefix; });
        if (!deleted) uicc::apply(dormant_, uicc_->profile().entries(prefix));
        uicc_.reset();
    }
    for (std::size_t i = 1; i < channels_.size(); ++i)
        if (channels_[i] && channels_[i]->selected != Selected::isdr && channels_[i]->selected != Selected::ecasd)
            channels_[i].reset();
    if (enabled == nullptr) return ok();

    TRY(uicc::Profile profile, uicc::Profile::load(wanted, dormant_));
    std::erase_if(dormant_, [&](const auto& e) { return e.first.starts_with(wanted); });
    uicc_.emplace(std::move(profile), wanted);
    for (std::size_t i = 1; i < channels_.size(); ++i)
        if (channels_[i]) uicc_->open_channel(static_cast<std::uint8_t>(i), 0);
    return ok();
}

}  // namespace mcim::euicc
