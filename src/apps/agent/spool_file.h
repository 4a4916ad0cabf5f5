// The spool on disk: one file in the agent's state folder, written whole and renamed into place.
#pragma once
#include <filesystem>

#include "mcim/agent/download.h"

namespace mcim::agent {

class SpoolFile {
public:
    explicit SpoolFile(const std::filesystem::path& folder) : path_(folder / "bound-profile-package.der") {}
    /// The folder is there and can be written to. To be asked before a server binds a package, which counts as an
    /// attempt.
    [[nodiscard]] Status ready() const;
    /// On the disk when this returns.
    [[nodiscard]] Status save(const Spool&) const;
    [[nodiscard]] Status drop() const;
    /// What an earlier run left; nullopt: nothing. An Error where a file is there that no run can go on with.
    [[nodiscard]] Result<std::optional<Spool>> find() const;
    /// Gives such a file another name, which is the result, and makes room for the next one.
    [[nodiscard]] Result<std::string> set_aside() const;

private:
    std::filesystem::path path_;
};

}  // namespace mcim::agent
