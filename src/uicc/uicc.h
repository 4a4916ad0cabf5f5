// The commands of TS 102 221 and TS 31.102 on one enabled profile: the state a terminal has built up since the reset,
// and the core that takes a command to a response and changes. No I/O; the card above (module euicc) routes logical
// channels here while no application of its own is selected on them.
//
//   Outcome o = uicc.execute(cla, command, env);
//   while (!o.response) { storage.commit(o.changes); o = uicc.resume(); }
//   storage.commit(o.changes); send(*o.response);
//
// transact() below is that loop. A retry counter is committed between execute() and resume(): the comparison happens
// only after its cost is durable.
#pragma once
#include <array>

#include "mcim/apdu/command.h"
#include "mcim/base/ports.h"
#include "mcim/uicc/pins.h"

namespace mcim::uicc {

struct Env {
    Random& random;
};

struct Outcome {
    Changes changes;                         ///< to commit before anything else happens
    std::optional<apdu::Response> response;  ///< absent: commit, then resume()
};

/// What one logical channel has selected (TS 102 221 8.7).
struct Channel {
    FileIndex directory = mf;
    std::optional<FileIndex> ef;  ///< lies in `directory`
    std::optional<FileIndex> application;
    std::optional<std::size_t> record;  ///< record pointer, from 1
};

class Uicc {
public:
    /// `prefix` is that of the profile's entries: "profile/3/". Only the basic channel is open, the MF selected.
    Uicc(Profile profile, std::string prefix);

    /// The class has been decoded and carries no secure messaging. Channels that are not open answer 6881. The
    /// card above opens and closes them (MANAGE CHANNEL) with the calls below.
    [[nodiscard]] Outcome execute(const apdu::Class&, const apdu::Command&, Env&);
    /// After an outcome without response has been committed. Without one waiting: a broken invariant.
    [[nodiscard]] Outcome resume();

    [[nodiscard]] bool is_open(std::uint8_t channel) const;
    /// Opened from the basic channel a new one starts at the MF, from another one at the directory selected there
    /// (TS 102 221 11.1.17).
    void open_channel(std::uint8_t channel, std::uint8_t from);
    void close_channel(std::uint8_t channel);
    /// Whether SELECT by this name would find an application of the profile: whole or right-truncated AID.
    [[nodiscard]] bool knows_application(View aid) const;
    /// Card reset: basic channel at the MF, no PIN verified.
    void reset();

    [[nodiscard]] const Profile& profile() const { return profile_; }
    [[nodiscard]] const std::string& prefix() const { return prefix_; }

private:
    friend struct Commands;  // the command functions, by subject: commands.h
    /// A PIN command whose attempt is being paid for.
    struct Attempt {
        apdu::Ins instruction;
        SecretBytes data;
        PinPlace place;
    };

    Profile profile_;
    std::string prefix_;
    std::array<std::optional<Channel>, apdu::channels_max> channels_;
    std::set<PinPlace> verified_;  ///< of the whole card: terminals do not verify again on every channel
    std::optional<Attempt> attempt_;
};

/// Runs a command to its end against a storage. An Error means a commit failed: build the card again from storage.
[[nodiscard]] Result<apdu::Response> transact(Uicc&, Storage&, const apdu::Class&, const apdu::Command&, Env&);

}  // namespace mcim::uicc
