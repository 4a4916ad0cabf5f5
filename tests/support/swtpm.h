// A software TPM for a test: its own process, state folder and sockets, ended and removed with the object.
#pragma once
#include <filesystem>
#include <string>

#include "mcim/base/result.h"

namespace mcim::test {

class Swtpm {
public:
    /// Whether the program can be found; tests that need it say so and skip where it is not.
    [[nodiscard]] static bool installed();
    /// A TPM nobody used before, in a temporary folder.
    [[nodiscard]] static Result<Swtpm> start();
    /// On state that is kept by the caller, e.g. of a demo; the folder is made if absent and stays.
    [[nodiscard]] static Result<Swtpm> start_in(const std::filesystem::path& folder);

    Swtpm(Swtpm&&) noexcept;
    Swtpm& operator=(Swtpm&&) = delete;
    ~Swtpm();

    /// For Tpm::open and for TPM2TOOLS_TCTI.
    [[nodiscard]] std::string tcti() const { return "swtpm:path=" + socket().string(); }
    [[nodiscard]] std::filesystem::path socket() const { return folder_ / "tpm"; }
    /// Power off without warning and on again: registers start anew, resetCount rises. Nobody may be connected.
    [[nodiscard]] Status power_cycle();

private:
    Swtpm(std::filesystem::path folder, bool temporary) : folder_(std::move(folder)), temporary_(temporary) {}
    [[nodiscard]] Status launch();
    void end();

    std::filesystem::path folder_;
    bool temporary_;
    int pid_ = 0;
};

}  // namespace mcim::test
