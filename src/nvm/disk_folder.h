// A folder of the operating system, held by one process.
#pragma once
#include <memory>

#include "mcim/nvm/folder.h"

namespace mcim::nvm {

class DiskFolder final : public Folder {
public:
    /// Makes the folder (mode 0700) where it is missing, and locks it until this object goes. Refuses a folder that
    /// another process holds.
    [[nodiscard]] static Result<std::unique_ptr<DiskFolder>> open(const std::string& path);
    ~DiskFolder() override;

    [[nodiscard]] Result<std::optional<Bytes>> read(std::string_view name) override;
    [[nodiscard]] Result<std::vector<std::string>> list() override;
    [[nodiscard]] Status append(std::string_view name, View) override;
    [[nodiscard]] Status truncate(std::string_view name, std::size_t size) override;
    [[nodiscard]] Status sync(std::string_view name) override;
    [[nodiscard]] Status rename(std::string_view from, std::string_view to) override;
    [[nodiscard]] Status remove(std::string_view name) override;
    [[nodiscard]] Status sync_names() override;
    [[nodiscard]] std::string path(std::string_view name) const override { return path_ + "/" + std::string(name); }

private:
    DiskFolder(std::string path, int folder, int lock) : path_(std::move(path)), folder_(folder), lock_(lock) {}
    [[nodiscard]] Error failed(std::string_view name, std::string_view what) const;
    std::string path_;
    int folder_;
    int lock_;
};

}  // namespace mcim::nvm
