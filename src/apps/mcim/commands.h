// The command line, a file for each command. A command registers itself with CLI11 and, when it is chosen, leaves an
// exit code and what it has to say; it never ends the process.
#pragma once
#include <iosfwd>

#include "mcim/base/result.h"

namespace CLI {
class App;
}

namespace mcim::apps {

/// Where a command speaks: results on `out`, complaints on `err`.
struct Console {
    std::ostream& out;
    std::ostream& err;
    int exit_code = 0;
    bool as_json = false;

    /// A refusal becomes a line on `err` and exit code 1; as JSON it is an object on that line.
    void finish(const Status&);
};

void add_pki(CLI::App&, Console&);
void add_platform(CLI::App&, Console&);
void add_operator(CLI::App&, Console&);
void add_subscription(CLI::App&, Console&);
void add_order(CLI::App&, Console&);
void add_device(CLI::App&, Console&);
void add_attest(CLI::App&, Console&);
void add_transfer(CLI::App&, Console&);
void add_profile(CLI::App&, Console&);
void add_demo(CLI::App&, Console&);
void add_bench(CLI::App&, Console&);

/// The program: exit code 0, 1 for what could not be done, above 100 for a command line that was not understood
/// (CLI11).
int run_mcim(int argc, const char* const* argv, std::ostream& out, std::ostream& err);

}  // namespace mcim::apps
