// Tokens of SoftHSM for a test: a folder, the configuration that names it, and tokens made through the module.
#pragma once
#include <filesystem>
#include <string>

#include "mcim/base/result.h"

namespace mcim::test {

class SoftHsm {
public:
    /// Whether the module can be found; tests that need it say so and skip where it is not.
    [[nodiscard]] static bool installed();
    [[nodiscard]] static std::filesystem::path module();

    /// From here on this process and its children use tokens in this folder, which is made if absent.
    explicit SoftHsm(const std::filesystem::path& folder);
    /// Also while somebody uses the module in this process: it is known at once.
    [[nodiscard]] Status make_token(const std::string& label, const std::string& pin) const;
    /// A private key on P-256 in the one token there is, which gives it to whoever has the PIN.
    [[nodiscard]] Status add_readable_key(const std::string& pin, const std::string& label) const;
    /// What whoever uses the module has to reach.
    [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

private:
    std::filesystem::path folder_;
};

}  // namespace mcim::test
