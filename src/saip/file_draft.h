// One file on its way from template row, control parameters and content to a Node (TCA interoperable format 8.3; TS 102
// 222 6.3.2). Used by resolve().
#pragma once
#include "mcim/saip/package.h"
#include "mcim/saip/response.h"

namespace mcim::saip {

/// Why a card does not install something; resolve() makes a PEStatus of it.
struct Refusal {
    PeStatusCode status = PeStatusCode::bad_values;
    std::string reason;
    std::optional<std::uint16_t> identification{};  ///< where it is not the element under way
};
[[nodiscard]] inline Refusal refusal(PeStatusCode status, std::string reason) {
    return {status, std::move(reason), {}};
}
[[nodiscard]] inline Refusal bad(std::string reason) { return refusal(PeStatusCode::bad_values, std::move(reason)); }
using Verdict = std::optional<Refusal>;  ///< nothing: go on

class FileDraft {
public:
    /// A component of an element, with its template's defaults.
    [[nodiscard]] static FileDraft from_template(const FileRow&);
    /// CREATE of the generic file management: everything must be said.
    [[nodiscard]] static FileDraft from_nothing() { return {}; }

    [[nodiscard]] Verdict apply(const Fcp&);
    /// The parameters are complete: sizes are settled and the initial content is there. `octets_max` bounds the file.
    [[nodiscard]] Verdict settle(std::size_t octets_max);
    /// fillFileOffset: from the end of what was written last.
    [[nodiscard]] Verdict skip(std::size_t octets);
    [[nodiscard]] Verdict write(View content);

    /// Without path and name, which only the place of the file tells.
    Node node;
    bool short_id_derived = false;  ///< from the file ID, for want of better
    bool arr_given = false;         ///< else the place tells which EF_ARR

private:
    [[nodiscard]] Verdict apply_descriptor(View);
    [[nodiscard]] Verdict apply_identity(const Fcp&);
    [[nodiscard]] Verdict apply_proprietary(const ProprietaryInfo&);
    [[nodiscard]] Verdict settle_records();
    [[nodiscard]] Bytes filled(std::size_t octets) const;

    bool has_template_ = false;
    std::optional<std::uint32_t> size_given_;
    std::uint16_t template_size_ = 0;
    std::string template_fill_;
    Bytes pattern_;
    bool pattern_repeats_ = false;
    std::size_t position_ = 0;
};

/// filePath and linkPath: file IDs from the MF, two octets each; a leading 3F00 says nothing.
[[nodiscard]] std::optional<FilePath> path_from(View octets);
[[nodiscard]] std::string text_of(const FilePath&);

}  // namespace mcim::saip
