// Tokens of SoftHSM for a test: a folder, the configuration that names it, and what SoftHSM's own program makes in it.
#pragma once
#include <filesystem>
#include <string>

#include "mcim/base/result.h"

namespace mcim::test {

class SoftHsm {
public:
    /// Whether the module and the program can be found; tests that need them say so and skip where they are not.
    [[nodiscard]] static bool installed();
    [[nodiscard]] static std::filesystem::path module();

    /// Tokens lie in `folder`/tokens. From here on this process and its children use that configuration.
    explicit SoftHsm(const std::filesystem::path& folder);
    [[nodiscard]] Status make_token(const std::string& label, const std::string& pin) const;
    /// What the module of mcim-signer has to reach.
    [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

private:
    std::filesystem::path folder_;
};

}  // namespace mcim::test
