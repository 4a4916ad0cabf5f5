// The few file operations that the store needs, so that a test can stop at every one of them.
#pragma once
#include <optional>
#include <vector>

#include "mcim/base/bytes.h"

namespace mcim::nvm {

/// Files of one folder. Nothing is durable before sync() of the file and, where names changed, sync_names().
class Folder {
public:
    Folder() = default;
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    virtual ~Folder() = default;

    /// nullopt where there is no such file.
    [[nodiscard]] virtual Result<std::optional<Bytes>> read(std::string_view name) = 0;
    [[nodiscard]] virtual Result<std::vector<std::string>> list() = 0;
    /// At the end; makes the file where there is none, readable by its owner only.
    [[nodiscard]] virtual Status append(std::string_view name, View) = 0;
    [[nodiscard]] virtual Status truncate(std::string_view name, std::size_t size) = 0;
    [[nodiscard]] virtual Status sync(std::string_view name) = 0;
    /// Atomic; replaces what is called `to`.
    [[nodiscard]] virtual Status rename(std::string_view from, std::string_view to) = 0;
    [[nodiscard]] virtual Status remove(std::string_view name) = 0;
    [[nodiscard]] virtual Status sync_names() = 0;
    /// The file as people find it, for messages.
    [[nodiscard]] virtual std::string path(std::string_view name) const = 0;
};

/// Writes a file so that it exists whole or not at all.
[[nodiscard]] Status write_whole(Folder&, std::string_view name, View content);

}  // namespace mcim::nvm
