// The card: logical channels, SELECT by name, and behind it the ISD-R, the ECASD, ISD-Ps and the applications of the
// enabled profile (SGP.22 2.4; TS 102 221 8.7, 11.1.1, 11.1.17, 11.1.19, 11.2.1). No I/O; InsertedCard is the loop
// around it.
//
//   Outcome o = *card.execute(cla, command, env);
//   while (!o.response) { storage.commit(o.changes); o = *card.resume(); }
//   storage.commit(o.changes); send(*o.response);
//
// An Error, of the card, of its signer or of the storage, leaves nothing half done: build the card again from what the
// storage holds.
#pragma once
#include "mcim/euicc/isdr.h"
#include "mcim/euicc/store_data.h"
#include "mcim/uicc/uicc.h"

namespace mcim::euicc {

class Card {
public:
    using Outcome = uicc::Outcome;

    /// From the entries that manufacture() made, and everything since.
    [[nodiscard]] static Result<Card> load(uicc::Entries);

    /// The class has been decoded and carries no secure messaging.
    [[nodiscard]] Result<Outcome> execute(const apdu::Class&, const apdu::Command&, Env&);
    /// After an outcome without response has been committed.
    [[nodiscard]] Result<Outcome> resume();
    /// Card reset: only the basic channel is open; the session of the ISD-R ends, PINs are no longer verified.
    void reset();

    [[nodiscard]] bool is_open(std::uint8_t channel) const;
    [[nodiscard]] const DurableState& state() const { return state_; }
    [[nodiscard]] const Session& session() const { return isdr_.session(); }
    /// The enabled profile; null where none is.
    [[nodiscard]] const uicc::Uicc* uicc() const { return uicc_ ? &*uicc_ : nullptr; }

private:
    enum class Selected : std::uint8_t { profile, isdr, ecasd, isdp };
    struct LogicalChannel {
        Selected selected = Selected::profile;
        StoreData store_data;
    };

    explicit Card(DurableState state) : state_(std::move(state)) { reset(); }
    [[nodiscard]] apdu::Response manage_channel(const apdu::Class&, const apdu::Command&);
    [[nodiscard]] apdu::Response open_channel(std::uint8_t from, const apdu::Command&);
    [[nodiscard]] apdu::Response close_channel(const apdu::Command&);
    [[nodiscard]] std::optional<Outcome> select_by_name(std::uint8_t channel, const apdu::Command&);
    [[nodiscard]] Result<Outcome> isdr_command(const apdu::Class&, const apdu::Command&, Env&);
    [[nodiscard]] apdu::Response ecasd_command(const apdu::Command&) const;
    [[nodiscard]] Outcome profile_command(const apdu::Class&, const apdu::Command&, Env&);
    [[nodiscard]] Status follow_enabled_profile();

    DurableState state_;
    uicc::Entries dormant_;
    IsdR isdr_;
    std::optional<uicc::Uicc> uicc_;
    std::array<std::optional<LogicalChannel>, apdu::channels_max> channels_;
};

}  // namespace mcim::euicc
