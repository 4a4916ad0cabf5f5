// The walk over a package's elements that resolve() is. Inside the module only: resolve.h is the interface.
#pragma once
#include <map>
#include <utility>

#include "mcim/saip/file_draft.h"
#include "mcim/saip/resolve.h"

namespace mcim::saip {

class Resolver {
public:
    Resolver(const ProfilePackage& package, const CardCapabilities& card) : package_(package), card_(card) {}
    [[nodiscard]] Resolution run() &&;

private:
    // resolver.cpp: order of elements, and what the card lacks
    [[nodiscard]] Verdict check_frame() const;
    [[nodiscard]] Verdict check_profile_header(const ProfileHeader&) const;
    [[nodiscard]] Verdict visit_element(const ProfileElement&);
    [[nodiscard]] Verdict check_identification(const PeHeader*);
    [[nodiscard]] Verdict check_support(const ProfileElement&);
    [[nodiscard]] Verdict finish();
    [[nodiscard]] Verdict settle_link(Node&) const;
    void clear_unsupported_services();
    [[nodiscard]] Resolution refuse(const Refusal&) &&;
    void note(PeStatusCode);
    void fill_facts(const ProfileHeader&);

    // resolve_files.cpp
    [[nodiscard]] Verdict visit_files(const FileElementType&, const FileElement&);
    [[nodiscard]] Verdict visit_row(const FileRow&, const File*, const FilePath& parent, FilePath& path);
    [[nodiscard]] Verdict place(FileDraft&&, const FilePath& parent);
    [[nodiscard]] Verdict visit(const GenericFileManagement&);
    [[nodiscard]] Verdict visit(const FileCommand&, std::optional<FileDraft>& open);
    [[nodiscard]] Verdict select(View path, std::optional<FileDraft>& open);
    [[nodiscard]] Verdict create(const Fcp&, std::optional<FileDraft>& open);

    // resolve_secrets.cpp
    [[nodiscard]] Verdict visit(const PinCodes&);
    [[nodiscard]] Verdict visit(const std::vector<PinConfiguration>&, PinContext&);
    [[nodiscard]] Verdict share_pins(View path, PinContext&) const;
    [[nodiscard]] Verdict visit(const PukCodes&);
    [[nodiscard]] Verdict visit(const AkaParameter&);
    [[nodiscard]] Verdict fill_algorithm(const AlgoParameter&, Aka&) const;
    [[nodiscard]] Verdict fill_mapping(const MappingParameter&, Aka&) const;
    [[nodiscard]] Verdict visit(const SecurityDomainElement&);

    void store(const ProfileElement&);
    [[nodiscard]] const Node* find(const FilePath&) const;
    [[nodiscard]] bool mandated() const;

    const ProfilePackage& package_;
    const CardCapabilities& card_;
    Image image_;
    EuiccResponse response_;
    std::map<FilePath, std::size_t> index_;  ///< of image_.nodes
    std::size_t octets_ = 0;

    const PeHeader* header_ = nullptr;     ///< of the element under way
    std::vector<std::uint16_t> seen_;      ///< identifications
    FilePath directory_;                   ///< PINs go here: the directory that was created or selected last
    std::optional<FilePath> application_;  ///< optional files, keys: the ADF that was created last
    std::string application_service_;      ///< "usim"
    bool application_left_out_ = false;    ///< what belongs to it is left out as well
};

}  // namespace mcim::saip
