#include <CLI/CLI.hpp>
#include <ostream>

#include "mcim/apps/mcim/commands.h"

namespace mcim::apps {

namespace {

constexpr const char* description =
    "mcim: remote provisioning of SIM profiles onto devices that were verified first.\n"
    "\n"
    "Every command works on state in a folder of your choice and says what to do next.\n"
    "Start with a PKI of your own:\n"
    "\n"
    "  mcim pki init --dir state --dp-host localhost\n";

constexpr const char* version_text = "mcim 0.1.0 (SGP.22 v2.5)";

}  // namespace

void Console::finish(const Status& status) {
    if (status) return;
    err << "mcim: " << to_string(status.error()) << "\n";
    exit_code = 1;
}

int run_mcim(int argc, const char* const* argv, std::ostream& out, std::ostream& err) {
    CLI::App app{description, "mcim"};
    Console console{out, err};
    app.set_version_flag("--version", version_text);
    app.require_subcommand(1);
    add_pki(app, console);
    add_demo(app, console);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        return app.exit(e, out, err);
    }
    return console.exit_code;
}

}  // namespace mcim::apps
