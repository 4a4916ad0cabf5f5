// The MF, DF_CD and DF_TELECOM (TCA Annex A; TS 102 221 13, TS 31.102 4.4 and 4.6).
#include "mcim/saip/templates.h"

namespace mcim::saip {
namespace {

using enum NodeKind;
using enum RowFlags;
using der::Tag;

constexpr FileRow mf_rows[] = {
    {"mf", mf, 0x3F00, 0, 0, 14, 0, "", required},
    {"ef-pl", transparent, 0x2F05, 0, 2, 1, 0x5},
    {"ef-iccid", transparent, 0x2FE2, 0, 10, 11, 0, "", required},
    {"ef-dir", linear_fixed, 0x2F00, 0, 0, 10, 0x1E, "", required},
    {"ef-arr", linear_fixed, 0x2F06, 0, 0, 10, 0, "", required},
    {"ef-umpc", transparent, 0x2F08, 0, 5, 10, 0x8},
};

constexpr FileRow cd_rows[] = {
    {"df-cd", df, 0x7F11, 0, 0, 14, 0, "", required},
    {"ef-launchpad", transparent, 0x6F01, 0, 0, 2},
    {"ef-icon", transparent, 0x6F40, 0, 0, 2},
};

constexpr FileRow telecom_rows[] = {
    {"df-telecom", df, 0x7F10, 0, 0, 14, 0, "", required},
    {"ef-arr", linear_fixed, 0x6F06, 0, 0, 10},
    {"ef-rma", linear_fixed, 0x6F53, 0, 0, 3},
    {"ef-sume", transparent, 0x6F54, 0, 22, 3},
    {"ef-ice-dn", linear_fixed, 0x6FE0, 50, 24, 9},
    {"ef-ice-ff", linear_fixed, 0x6FE1, 0, 0, 9},
    {"ef-psismsc", linear_fixed, 0x6FE5, 0, 0, 5},
    {"df-graphics", df, 0x5F50, 0, 0, 14},
    {"ef-img", linear_fixed, 0x4F20, 0, 0, 2, 0, "00FF"},
    {"ef-iidf", transparent, 0x4F40, 0, 0, 2},
    {"ef-ice-graphics", ber_tlv, 0x4F21, 0, 0, 9},
    {"ef-launch-scws", transparent, 0x4F01, 0, 0, 10},
    {"ef-icon", transparent, 0x4F80, 0, 0, 10},
    {"df-phonebook", df, 0x5F3A, 0, 0, 14},
    {"ef-pbr", linear_fixed, 0x4F30, 0, 0, 2},
    {"ef-ext1", linear_fixed, 0x4F38, 0, 13, 5, 0, "00FF"},
    {"ef-aas", linear_fixed, 0x4F40, 0, 0, 5},
    {"ef-gas", linear_fixed, 0x4F48, 0, 0, 5},
    {"ef-psc", transparent, 0x4F22, 0, 4, 5, 0, "00"},
    {"ef-cc", transparent, 0x4F23, 0, 2, 5, 0, "00", busy},
    {"ef-puid", transparent, 0x4F24, 0, 2, 5, 0, "00", busy},
    {"ef-iap", linear_fixed, 0x4F50, 0, 0, 5},
    {"ef-adn", linear_fixed, 0x4F58, 0, 0, 5},
    {"ef-pbc", linear_fixed, 0x4F60, 0, 2, 5, 0, "00"},
    {"ef-anr", linear_fixed, 0x4F68, 0, 0, 5},
    {"ef-puri", linear_fixed, 0x4F70, 0, 0, 5},
    {"ef-email", linear_fixed, 0x4F78, 0, 0, 5},
    {"ef-sne", linear_fixed, 0x4F80, 0, 0, 5},
    {"ef-uid", linear_fixed, 0x4F88, 0, 2, 5, 0, "00"},
    {"ef-grp", linear_fixed, 0x4F90, 0, 0, 5, 0, "00"},
    {"ef-ccp1", linear_fixed, 0x4F98, 0, 0, 5},
    {"df-multimedia", df, 0x5F3B, 0, 0, 14},
    {"ef-mml", ber_tlv, 0x4F47, 0, 0, 5},
    {"ef-mmdf", ber_tlv, 0x4F48, 0, 0, 5},
    {"df-mmss", df, 0x5F3C, 0, 0, 14},
    {"ef-mlpl", transparent, 0x4F20, 0, 0, 2, 0x1},
    {"ef-mspl", transparent, 0x4F21, 0, 0, 2, 0x2},
    {"ef-mmssmode", transparent, 0x4F22, 0, 1, 2, 0x3},
    {"df-mcs", df, 0x5F3D, 0, 0, 14},
    {"ef-mst", transparent, 0x4F01, 0, 0, 2, 0x1},
    {"ef-mcs-config", ber_tlv, 0x4F02, 0, 0, 2, 0x2},
    {"df-v2x", df, 0x5F3E, 0, 0, 14},
    {"ef-vst", transparent, 0x4F01, 0, 0, 2, 0x1},
    {"ef-v2x-config", ber_tlv, 0x4F02, 0, 0, 2, 0x2},
    {"ef-v2xp-pc5", transparent, 0x4F03, 0, 0, 2},
    {"ef-v2xp-Uu", transparent, 0x4F04, 0, 0, 2},
};

constexpr TemplateVersion mf_rows_templates[] = {{"1", 0}};
constexpr TemplateVersion cd_rows_templates[] = {{"2", 0}};
constexpr TemplateVersion telecom_rows_templates[] = {{"3", 38}, {"3.2", 0}, {"3.3", 0}};

constexpr FileElementType telecom_elements[] = {
    {Tag{0xB0}, "mf", "", true, mf_rows, mf_rows_templates},
    {Tag{0xB1}, "cd", "", false, cd_rows, cd_rows_templates},
    {Tag{0xB2}, "telecom", "", false, telecom_rows, telecom_rows_templates},
};

}  // namespace

std::span<const FileElementType> mf_and_telecom_types() { return telecom_elements; }

}  // namespace mcim::saip
