// The commands of the card core, one function each, grouped by subject into .cpp files. A Commands lives for one
// command.
#pragma once
#include <variant>

#include "mcim/uicc/access.h"
#include "mcim/uicc/uicc.h"

namespace mcim::uicc {

/// None where an attempt has to be paid for first.
using Reply = std::optional<apdu::Response>;

struct Commands {
    Uicc& card;
    Channel& channel;
    const apdu::Command& command;
    Env& env;
    Changes changes{};

    [[nodiscard]] Reply run(const apdu::Class&);

    // select.cpp
    [[nodiscard]] Reply select();
    [[nodiscard]] Reply status();
    // binary_commands.cpp
    [[nodiscard]] Reply read_binary();
    [[nodiscard]] Reply update_binary();
    [[nodiscard]] Reply activate_file();
    [[nodiscard]] Reply deactivate_file();
    // record_commands.cpp
    [[nodiscard]] Reply read_record();
    [[nodiscard]] Reply update_record();
    [[nodiscard]] Reply search_record();
    [[nodiscard]] Reply increase();
    // pin_commands.cpp
    [[nodiscard]] Reply pin_command();
    [[nodiscard]] static Outcome resume_pin(Uicc&, Uicc::Attempt);
    // authenticate.cpp
    [[nodiscard]] Reply authenticate();
    [[nodiscard]] bool application_pin_is_satisfied(FileIndex adf) const;
    [[nodiscard]] std::size_t counters_of(std::size_t authenticator);
    [[nodiscard]] Reply in_gsm_context(std::size_t authenticator, const std::array<std::uint8_t, 16>& rand);
    [[nodiscard]] Reply in_umts_context(std::size_t authenticator, const std::array<std::uint8_t, 16>& rand,
                                        const std::array<std::uint8_t, 16>& autn);
    // terminal_commands.cpp
    [[nodiscard]] Reply nothing_proactive();
    [[nodiscard]] Reply get_challenge();

    // shared
    [[nodiscard]] Profile& profile() const { return card.profile_; }
    [[nodiscard]] const saip::Node& node(FileIndex i) const { return card.profile_.file(i).node; }
    /// Where a PIN reference leads from the current directory, else from the current application.
    [[nodiscard]] std::optional<PinPlace> place_of(saip::KeyReference) const;
    /// TS 102 221 9.5: verified, or disabled; administrative keys count only when verified.
    [[nodiscard]] bool is_satisfied(saip::KeyReference) const;
    /// ok, or why the access is refused: life cycle first, then the rule of the file.
    [[nodiscard]] apdu::StatusWord permit(FileIndex, Access) const;
    /// Makes the EF with this short ID, or leaves the one selected, current. The file, or why there is none.
    [[nodiscard]] std::variant<FileIndex, apdu::StatusWord> current_ef(std::uint8_t short_id);
    void enter(FileIndex);
    void enter_ef(FileIndex directory, FileIndex ef);
    [[nodiscard]] std::variant<FileIndex, apdu::StatusWord> file_to_switch();
    [[nodiscard]] Reply switch_life_cycle(Access, std::uint8_t state);
};

}  // namespace mcim::uicc
