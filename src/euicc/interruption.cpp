#include "mcim/euicc/interruption.h"

#include <algorithm>

namespace mcim::euicc {

void note_start(Call& call, const SessionFacts& facts) {
    OpenInstallation open;
    open.transaction_id = facts.transaction_id;
    open.server_address.text = facts.server_address;
    open.server_oid = *der::Oid::parse(facts.server_oid);  // it came out of a certificate
    open.identity = static_cast<std::uint8_t>(facts.identity);
    put_open_installation(call.changes, open);
    call.state.open_installation = std::move(open);
}

void note_progress(Call& call, msg::BppCommandId next, const std::optional<msg::IccidOctets>& iccid) {
    auto& open = call.state.open_installation;
    if (!open) return;
    open->command = next;
    open->iccid = iccid;
    put_open_installation(call.changes, *open);
}

void note_end(Call& call) {
    if (!call.state.open_installation) return;
    call.state.open_installation.reset();
    erase_open_installation(call.changes);
}

void report_interruption(Call& call) {
    if (!call.state.open_installation) return;
    const OpenInstallation open = *call.state.open_installation;
    note_end(call);
    const SessionFacts facts{open.transaction_id, open.server_address.text, open.server_oid.text(),
                             std::min<std::size_t>(open.identity, call.state.identities.size() - 1)};
    const InstallationRefusal why{open.command, msg::ErrorReason::install_failed_due_to_interruption, {}, {}};
    static_cast<void>(refused_installation(facts, why, open.iccid, call));  // it is among the pending ones
}

}  // namespace mcim::euicc
