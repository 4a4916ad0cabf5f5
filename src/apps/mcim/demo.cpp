// mcim demo: the whole story with real parts, each claim checked.
#include <CLI/CLI.hpp>
#include <memory>

#include "mcim/apps/mcim/commands.h"
#include "mcim/apps/mcim/demo/demo.h"

namespace mcim::apps {

void add_demo(CLI::App& app, Console& console) {
    auto options = std::make_shared<demo::Options>();
    auto* command =
        app.add_subcommand("demo",
                           "run the main job on loopback with real parts: verify a device, provision it, log in,\n"
                           "move it with consent, and see every refusal. In a network of its own.");
    command->add_option("--keep", options->keep, "leave every message, the database and all logs in this new folder");
    command->add_option("--profile", options->profile,
                        "take this package (DER) with its numbers and keys in the place of the project's template");
    command->footer(
        "\nWhere a production-class card refuses that package, this is shown, and the device has a lab-class card.\n"
        "The login is made by hostapd (the network, RADIUS with EAP-AKA and EAP-AKA'), eapol_test (the device) and "
        "pcscd\n"
        "with vsmartcard-vpcd (the card's reader), unmodified, from Debian. Their configurations and logs are in "
        "DIR/peers,\n"
        "those of the software TPMs in DIR/*/tpm; docs/walkthrough.md, section 8, has the same by hand.\n");
    command->callback([options, &console] { console.exit_code = demo::run_demo(*options); });
}

}  // namespace mcim::apps
