#include "mcim/uicc/uicc.h"

#include <algorithm>
#include <cstdlib>

#include "mcim/uicc/commands.h"

namespace mcim::uicc {
namespace {

namespace sw = apdu::sw;
using apdu::ClassSpace;
using apdu::Ins;

/// TS 102 221 table 10.5: which class space an instruction belongs to. What is for the card as a whole (MANAGE CHANNEL,
/// TERMINAL PROFILE, TERMINAL CAPABILITY) does not come here.
struct Entry {
    Ins instruction;
    ClassSpace space;
    Reply (Commands::*function)();
};
constexpr auto iso = ClassSpace::interindustry;
constexpr auto etsi = ClassSpace::proprietary;
constexpr std::array entries{
    Entry{Ins::select, iso, &Commands::select},
    Entry{Ins::status, etsi, &Commands::status},
    Entry{Ins::read_binary, iso, &Commands::read_binary},
    Entry{Ins::update_binary, iso, &Commands::update_binary},
    Entry{Ins::activate_file, iso, &Commands::activate_file},
    Entry{Ins::deactivate_file, iso, &Commands::deactivate_file},
    Entry{Ins::read_record, iso, &Commands::read_record},
    Entry{Ins::update_record, iso, &Commands::update_record},
    Entry{Ins::search_record, iso, &Commands::search_record},
    Entry{Ins::increase, etsi, &Commands::increase},
    Entry{Ins::verify_pin, iso, &Commands::pin_command},
    Entry{Ins::change_pin, iso, &Commands::pin_command},
    Entry{Ins::disable_pin, iso, &Commands::pin_command},
    Entry{Ins::enable_pin, iso, &Commands::pin_command},
    Entry{Ins::unblock_pin, iso, &Commands::pin_command},
    Entry{Ins::authenticate, iso, &Commands::authenticate},
    Entry{Ins::get_challenge, iso, &Commands::get_challenge},
    Entry{Ins::fetch, etsi, &Commands::nothing_proactive},
    Entry{Ins::terminal_response, etsi, &Commands::nothing_proactive},
    Entry{Ins::envelope, etsi, &Commands::nothing_proactive},
};

}  // namespace

Uicc::Uicc(Profile profile, std::string prefix) : profile_(std::move(profile)), prefix_(std::move(prefix)) { reset(); }

Outcome Uicc::execute(const apdu::Class& cla, const apdu::Command& command, Env& env) {
    attempt_.reset();
    if (!is_open(cla.channel)) return {{}, sw::channel_not_supported};
    if (cla.chain == apdu::Chain::more) return {{}, sw::chaining_not_supported};
    Commands commands{*this, *channels_[cla.channel], command, env};
    Reply reply = commands.run(cla);
    return {std::move(commands.changes), std::move(reply)};
}

Outcome Uicc::resume() {
    if (!attempt_) std::abort();
    return Commands::resume_pin(*this, *std::exchange(attempt_, std::nullopt));
}

Reply Commands::run(const apdu::Class& cla) {
    const auto at = std::ranges::find(entries, command.instruction(), &Entry::instruction);
    if (at == entries.end()) return sw::instruction_not_supported;
    if (at->space != cla.space) return sw::class_not_supported;
    return (this->*at->function)();
}

bool Uicc::is_open(std::uint8_t channel) const { return channel < channels_.size() && channels_[channel]; }

void Uicc::open_channel(std::uint8_t channel, std::uint8_t from) {
    if (channel >= channels_.size()) std::abort();
    Channel opened;
    if (from != 0 && is_open(from)) {
        opened.directory = channels_[from]->directory;
        opened.application = channels_[from]->application;
    }
    channels_[channel] = opened;
}
void Uicc::close_channel(std::uint8_t channel) {
    if (channel != 0 && channel < channels_.size()) channels_[channel].reset();
}

bool Uicc::knows_application(View aid) const {
    return std::ranges::any_of(profile_.files(), [&](const File& f) {
        return f.node.kind == saip::NodeKind::adf && aid.size() <= f.node.aid.size() &&
               equal(aid, View(f.node.aid).first(aid.size()));
    });
}

void Uicc::reset() {
    channels_ = {};
    channels_[0] = Channel{};
    verified_.clear();
    attempt_.reset();
}

// ---------------------------------------------------------------- shared by the commands

std::optional<PinPlace> Commands::place_of(saip::KeyReference reference) const {
    if (auto place = find_pin(profile(), channel.directory, reference)) return place;
    return channel.application ? find_pin(profile(), *channel.application, reference) : std::nullopt;
}

bool Commands::is_satisfied(saip::KeyReference reference) const {
    const auto place = place_of(reference);
    if (!place) return false;
    const auto low = reference & 0x7FU;
    const bool administrative = low >= 0x0A && low <= 0x0E;
    if (!administrative && !pin_at(profile(), *place).enabled) return true;
    return card.verified_.contains(*place);
}

apdu::StatusWord Commands::permit(FileIndex i, Access access) const {
    const saip::Node& n = node(i);
    constexpr std::uint8_t usable_when_deactivated = 0x40;  // special file information, TS 102 222 6.3.2.2.7
    const bool switching = access == Access::activate || access == Access::deactivate;
    if (n.life_cycle >= 0x0C) return sw::conditions_not_satisfied;
    const bool deactivated = (n.life_cycle & 0x05U) == 0x04;
    if (deactivated && !switching && (n.special_information & usable_when_deactivated) == 0)
        return sw::referenced_data_invalidated;
    const auto rule = rule_of(profile(), i);
    const auto check = [this](saip::KeyReference reference) { return is_satisfied(reference); };
    return rule && allows(*rule, access, check) ? sw::ok : sw::security_status_not_satisfied;
}

std::variant<FileIndex, apdu::StatusWord> Commands::current_ef(std::uint8_t short_id) {
    if (short_id == 0) {
        if (!channel.ef) return sw::no_ef_selected;
        return *channel.ef;
    }
    if (short_id > 30) return sw::wrong_p1_p2;
    const auto found = profile().find_short(channel.directory, short_id);
    if (!found) return sw::file_not_found;
    enter_ef(channel.directory, *found);
    return *found;
}

void Commands::enter(FileIndex directory) {
    if (node(directory).kind == saip::NodeKind::adf) channel.application = directory;
    channel.directory = directory;
    channel.ef.reset();
    channel.record.reset();
}
void Commands::enter_ef(FileIndex directory, FileIndex ef) {
    channel.directory = directory;
    channel.ef = ef;
    channel.record.reset();
}

Result<apdu::Response> transact(Uicc& card, Storage& storage, const apdu::Class& cla, const apdu::Command& command,
                                Env& env) {
    for (Outcome o = card.execute(cla, command, env);; o = card.resume()) {
        if (!o.changes.empty()) CHECKED(storage.commit(o.changes));
        if (o.response) return *std::move(o.response);
    }
}

}  // namespace mcim::uicc
