// What the files of `mcim order` share.
#pragma once
#include "mcim/apps/mcim/admin.h"
#include "mcim/apps/mcim/commands.h"

namespace mcim::apps {

/// What the order's state (SGP.22 3.1.6) means, and what happens next.
[[nodiscard]] std::string meaning_of_state(const jose::Object& order);

/// How far its event at the SM-DS is, a line; nothing where its device does not look for it there.
[[nodiscard]] std::string meaning_of_event(const jose::Object& order);

/// The order's timeline, a line each; a refusal with its code, how often it came, and its transaction.
[[nodiscard]] Status print_timeline(const jose::Object& order, std::ostream&);
/// Whose release the order waits for, and how to get it; nothing where it waits for none. `admin`: what --admin said.
[[nodiscard]] Status print_waits(const std::string& order_id, const jose::Object& order, std::string_view admin,
                                 std::ostream&);

/// That nobody can speak for the device that the order names, where the order wants its word.
void print_enrolment(Admin&, const jose::Object& order, std::string_view admin, std::ostream&);

/// --qr, --qr=light for a terminal with a light background, --no-qr. `choice` holds what is done without any of them.
void add_qr_option(CLI::App&, std::string& choice);
/// The QR code of an activation code; nothing where `choice` is "none".
[[nodiscard]] Result<std::string> qr_picture(const std::string& activation_code, const std::string& choice);

/// mcim order list, show, explain
void add_order_list(CLI::App& order, Console&);
void add_order_show(CLI::App& order, Console&);
void add_order_explain(CLI::App& order, Console&);

}  // namespace mcim::apps
