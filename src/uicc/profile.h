// One installed profile: its files, PINs and authentication data. What of it persists, and how, is in entries.h.
#pragma once
#include <span>

#include "mcim/saip/image.h"
#include "mcim/uicc/changes.h"

namespace mcim::uicc {

using FileId = saip::FileId;
using FilePath = saip::FilePath;
using FileIndex = std::size_t;
inline constexpr FileIndex mf = 0;

/// A node of the image in its place in the tree. The content of a link is that of its target.
struct File {
    saip::Node node;
    FileIndex parent = mf;            ///< the MF is its own parent
    std::vector<FileIndex> children;  ///< in the order of the image
    std::optional<FileIndex> target;  ///< links
};

/// Sequence numbers of one application, as they move on (TS 33.102 Annex C).
struct SequenceNumbers {
    std::array<std::uint64_t, 32> seq{};
    std::uint32_t authentications = 0;  ///< counted where the profile limits them
};
struct Authenticator {
    saip::Aka parameters;
    SequenceNumbers sequence;
};

class Profile {
public:
    /// Refuses an image whose tree, links, sizes or PIN references do not hold together.
    [[nodiscard]] static Result<Profile> install(saip::Image);
    /// What entries(prefix) stored. `prefix` ends with '/': "profile/3/".
    [[nodiscard]] static Result<Profile> load(std::string_view prefix, const Entries&);
    /// Everything, as install leaves it to be committed.
    [[nodiscard]] Changes entries(std::string_view prefix) const;

    [[nodiscard]] std::span<const File> files() const { return files_; }
    [[nodiscard]] const File& file(FileIndex i) const { return files_[i]; }
    /// Where the octets are: the target of a link, or the file itself.
    [[nodiscard]] FileIndex content_of(FileIndex i) const { return files_[i].target.value_or(i); }
    [[nodiscard]] const Bytes& content(FileIndex i) const { return files_[content_of(i)].node.content; }
    /// Of a directory; a linked one shows the files of its target.
    [[nodiscard]] std::span<const FileIndex> children(FileIndex i) const { return files_[content_of(i)].children; }
    [[nodiscard]] std::optional<FileIndex> find(const FilePath&) const;
    /// The child with this file ID. ADFs have none that counts (image.h).
    [[nodiscard]] std::optional<FileIndex> find_child(FileIndex directory, FileId) const;
    /// The EF with this short ID in a directory.
    [[nodiscard]] std::optional<FileIndex> find_short(FileIndex directory, std::uint8_t short_id) const;
    /// Content of the EF with this file ID below the MF, e.g. 2FE2: what the platform asks for, without access rules.
    [[nodiscard]] std::optional<View> read_under_mf(FileId) const;

    /// The authentication of the application with this path.
    [[nodiscard]] std::optional<std::size_t> find_authenticator(const FilePath& adf) const;
    /// The PINs that a directory has of its own, or shares; an index into pins().
    [[nodiscard]] std::optional<std::size_t> find_pins(const FilePath& directory) const;

    [[nodiscard]] const std::vector<saip::PinContext>& pins() const { return pins_; }
    [[nodiscard]] const std::vector<saip::Puk>& puks() const { return puks_; }
    [[nodiscard]] const std::vector<Authenticator>& authenticators() const { return authenticators_; }
    [[nodiscard]] const saip::ProfileFacts& facts() const { return facts_; }
    [[nodiscard]] const std::vector<saip::StoredElement>& stored() const { return stored_; }

    // The command core changes these in memory and stores them by the keys of entries.h.
    [[nodiscard]] Bytes& content(FileIndex i) { return files_[content_of(i)].node.content; }
    void set_life_cycle(FileIndex i, std::uint8_t state) { files_[i].node.life_cycle = state; }
    [[nodiscard]] std::vector<saip::PinContext>& pins() { return pins_; }
    [[nodiscard]] std::vector<saip::Puk>& puks() { return puks_; }
    [[nodiscard]] std::vector<Authenticator>& authenticators() { return authenticators_; }

private:
    Profile() = default;
    [[nodiscard]] static Result<Profile> assemble(saip::Image);
    [[nodiscard]] Status link_tree();
    [[nodiscard]] Status check_pins() const;

    saip::ProfileFacts facts_;
    std::vector<File> files_;
    std::vector<saip::PinContext> pins_;
    std::vector<saip::Puk> puks_;
    std::vector<Authenticator> authenticators_;
    std::vector<saip::StoredElement> stored_;
};

}  // namespace mcim::uicc
