// ISIM (TS 31.103), CSIM (3GPP2 C.S0065) and EAP. Access, size and content that TCA Annex A gives the CSIM files were
// not at hand: rows here follow C.S0065 (docs/divergences.md).
#include "mcim/saip/templates.h"

namespace mcim::saip {
namespace {

using enum NodeKind;
using enum RowFlags;
using der::Tag;

constexpr FileRow isim[] = {
    {"adf-isim", adf, 0x0, 0, 0, 14, 0, "", required},
    {"ef-impi", transparent, 0x6F02, 0, 0, 2, 0x2, "", required},
    {"ef-impu", linear_fixed, 0x6F04, 1, 0, 2, 0x4, "", required},
    {"ef-domain", transparent, 0x6F03, 0, 0, 2, 0x5, "", required},
    {"ef-ist", transparent, 0x6F07, 0, 14, 2, 0x7, "00", required},
    {"ef-ad", transparent, 0x6FAD, 0, 3, 10, 0x3, "00"},
    {"ef-arr", linear_fixed, 0x6F06, 0, 0, 10, 0x6, "", required},
};

constexpr FileRow opt_isim[] = {
    {"ef-pcscf", linear_fixed, 0x6F09, 1, 0, 2},
    {"ef-sms", linear_fixed, 0x6F3C, 10, 176, 5, 0, "00FF"},
    {"ef-smsp", linear_fixed, 0x6F42, 1, 38, 5},
    {"ef-smss", transparent, 0x6F43, 0, 2, 5},
    {"ef-smsr", linear_fixed, 0x6F47, 10, 30, 5, 0, "00FF"},
    {"ef-gbabp", transparent, 0x6FD5, 0, 0, 5},
    {"ef-gbanl", linear_fixed, 0x6FD7, 0, 0, 2},
    {"ef-nafkca", linear_fixed, 0x6FDD, 0, 0, 2},
    {"ef-uicciari", linear_fixed, 0x6FE7, 0, 0, 2},
    {"ef-frompreferred", transparent, 0x6FF7, 0, 1, 2, 0, "00"},
    {"ef-imsconfigdata", ber_tlv, 0x6FF8, 0, 0, 2},
    {"ef-xcapconfigdata", ber_tlv, 0x6FFC, 0, 0, 2},
    {"ef-webrtcuri", linear_fixed, 0x6FFA, 0, 0, 2},
    {"ef-mudmidconfigdata", ber_tlv, 0x6FFE, 0, 0, 2},
};

constexpr FileRow csim[] = {
    {"adf-csim", adf, 0x0, 0, 0, 14, 0, "", required},
    {"ef-arr", linear_fixed, 0x6F06, 0, 0, 10, 0, "", required},
    {"ef-call-count", cyclic, 0x6F21, 1, 2, 5, 0, "00", required_and_busy},
    {"ef-imsi-m", transparent, 0x6F22, 0, 10, 2, 0, "", required},
    {"ef-imsi-t", transparent, 0x6F23, 0, 10, 2, 0, "", required},
    {"ef-tmsi", transparent, 0x6F24, 0, 16, 5, 0, "00", required_and_busy},
    {"ef-ah", transparent, 0x6F25, 0, 2, 2, 0, "00", required},
    {"ef-aop", transparent, 0x6F26, 0, 1, 2, 0, "00", required},
    {"ef-aloc", transparent, 0x6F27, 0, 7, 5, 0, "00", required_and_busy},
    {"ef-cdmahome", linear_fixed, 0x6F28, 1, 5, 2, 0, "00", required},
    {"ef-znregi", linear_fixed, 0x6F29, 7, 8, 5, 0, "00", required_and_busy},
    {"ef-snregi", transparent, 0x6F2A, 0, 7, 5, 0, "00", required_and_busy},
    {"ef-distregi", transparent, 0x6F2B, 0, 8, 5, 0, "00", required_and_busy},
    {"ef-accolc", transparent, 0x6F2C, 0, 1, 2, 0, "", required},
    {"ef-term", transparent, 0x6F2D, 0, 1, 2, 0, "00", required},
    {"ef-acp", transparent, 0x6F2F, 0, 7, 5, 0, "00", required},
    {"ef-prl", transparent, 0x6F30, 0, 0, 2, 0, "", required},
    {"ef-ruimid", transparent, 0x6F31, 0, 8, 2, 0, "", required},
    {"ef-csim-st", transparent, 0x6F32, 0, 0, 2, 0, "", required},
    {"ef-spc", transparent, 0x6F33, 0, 3, 3, 0, "00", required},
    {"ef-otapaspc", transparent, 0x6F34, 0, 1, 5, 0, "00", required},
    {"ef-namlock", transparent, 0x6F35, 0, 1, 5, 0, "00", required},
    {"ef-ota", transparent, 0x6F36, 0, 17, 2, 0, "", required},
    {"ef-sp", transparent, 0x6F37, 0, 1, 5, 0, "00", required},
    {"ef-esn-meid-me", transparent, 0x6F38, 0, 8, 5, 0, "00", required},
    {"ef-li", transparent, 0x6F3A, 0, 0, 1, 0, "", required},
    {"ef-usgind", transparent, 0x6F42, 0, 1, 2, 0, "00", required},
    {"ef-ad", transparent, 0x6F43, 0, 3, 10, 0, "00", required},
    {"ef-max-prl", transparent, 0x6F45, 0, 4, 2, 0, "00", required},
    {"ef-spcs", transparent, 0x6F46, 0, 1, 2, 0, "00", required},
    {"ef-mecrp", transparent, 0x6F55, 0, 3, 5, 0, "00", required},
    {"ef-home-tag", transparent, 0x6F70, 0, 0, 2, 0, "", required},
    {"ef-group-tag", transparent, 0x6F71, 0, 0, 2, 0, "", required},
    {"ef-specific-tag", transparent, 0x6F72, 0, 0, 2, 0, "", required},
    {"ef-call-prompt", transparent, 0x6F73, 0, 0, 2, 0, "", required},
};

constexpr FileRow opt_csim[] = {
    {"ef-ssci", transparent, 0x6F2E, 0, 1, 5, 0, "00"},
    {"ef-fdn", linear_fixed, 0x6F3B, 20, 26, 8},
    {"ef-sms", linear_fixed, 0x6F3C, 10, 255, 5, 0, "00FF"},
    {"ef-smsp", linear_fixed, 0x6F3D, 1, 23, 5},
    {"ef-smss", transparent, 0x6F3E, 0, 5, 5},
    {"ef-ssfc", transparent, 0x6F3F, 0, 0, 5},
    {"ef-spn", transparent, 0x6F41, 0, 35, 10},
    {"ef-mdn", linear_fixed, 0x6F44, 1, 11, 2},
    {"ef-ecc", transparent, 0x6F47, 0, 0, 10},
    {"ef-me3gpdopc", transparent, 0x6F48, 0, 1, 5, 0, "00"},
    {"ef-3gpdopm", transparent, 0x6F49, 0, 1, 5, 0, "00"},
    {"ef-sipcap", transparent, 0x6F4A, 0, 4, 2},
    {"ef-mipcap", transparent, 0x6F4B, 0, 5, 2},
    {"ef-sipupp", transparent, 0x6F4C, 0, 0, 2},
    {"ef-mipupp", transparent, 0x6F4D, 0, 0, 2},
    {"ef-sipsp", transparent, 0x6F4E, 0, 1, 5, 0, "00"},
    {"ef-mipsp", transparent, 0x6F4F, 0, 0, 5},
    {"ef-sippapss", transparent, 0x6F50, 0, 0, 5},
    {"ef-puzl", transparent, 0x6F53, 0, 0, 2},
    {"ef-maxpuzl", transparent, 0x6F54, 0, 5, 2},
    {"ef-hrpdcap", transparent, 0x6F56, 0, 3, 2},
    {"ef-hrpdupp", transparent, 0x6F57, 0, 0, 2},
    {"ef-csspr", transparent, 0x6F58, 0, 1, 2},
    {"ef-atc", transparent, 0x6F59, 0, 1, 2},
    {"ef-eprl", transparent, 0x6F5A, 0, 0, 2},
    {"ef-bcsmscfg", transparent, 0x6F5B, 0, 1, 2},
    {"ef-bcsmspref", transparent, 0x6F5C, 0, 1, 5},
    {"ef-bcsmstable", linear_fixed, 0x6F5D, 0, 0, 2},
    {"ef-bcsmsp", linear_fixed, 0x6F5E, 0, 2, 5},
    {"ef-bakpara", linear_fixed, 0x6F63, 0, 0, 2},
    {"ef-upbakpara", linear_fixed, 0x6F64, 0, 0, 5},
    {"ef-mmsn", linear_fixed, 0x6F65, 0, 0, 5, 0, "000000FF"},
    {"ef-ext8", linear_fixed, 0x6F66, 0, 13, 5, 0, "00FF"},
    {"ef-mmsicp", transparent, 0x6F67, 0, 0, 2},
    {"ef-mmsup", linear_fixed, 0x6F68, 0, 0, 5},
    {"ef-mmsucp", transparent, 0x6F69, 0, 0, 5},
    {"ef-auth-capability", linear_fixed, 0x6F6A, 0, 5, 2},
    {"ef-3gcik", transparent, 0x6F6B, 0, 32, 5},
    {"ef-dck", transparent, 0x6F6C, 0, 20, 5},
    {"ef-gid1", transparent, 0x6F6D, 0, 0, 2},
    {"ef-gid2", transparent, 0x6F6E, 0, 0, 2},
    {"ef-cdmacnl", transparent, 0x6F6F, 0, 0, 2},
    {"ef-sf-euimid", transparent, 0x6F74, 0, 7, 1},
    {"ef-est", transparent, 0x6F75, 0, 1, 8, 0, "00"},
    {"ef-hidden-key", transparent, 0x6F76, 0, 4, 5},
    {"ef-lcsver", transparent, 0x6F77, 0, 2, 1},
    {"ef-lcscp", transparent, 0x6F78, 0, 0, 2},
    {"ef-sdn", linear_fixed, 0x6F79, 0, 0, 2},
    {"ef-ext2", linear_fixed, 0x6F7A, 0, 13, 8, 0, "00FF"},
    {"ef-ext3", linear_fixed, 0x6F7B, 0, 13, 2, 0, "00FF"},
    {"ef-ici", cyclic, 0x6F7C, 0, 0, 5, 0, "", busy},
    {"ef-oci", cyclic, 0x6F7D, 0, 0, 5, 0, "", busy},
    {"ef-ext5", linear_fixed, 0x6F7E, 0, 13, 5, 0, "00FF"},
    {"ef-ccp2", linear_fixed, 0x6F7F, 0, 0, 5},
    {"ef-applabels", transparent, 0x6F80, 0, 0, 2},
    {"ef-model", transparent, 0x6F81, 0, 126, 5},
    {"ef-rc", transparent, 0x6F82, 0, 0, 2},
    {"ef-smscap", transparent, 0x6F83, 0, 4, 2},
    {"ef-mipflags", transparent, 0x6F84, 0, 1, 2},
    {"ef-3gpduppext", transparent, 0x6F85, 0, 0, 2},
    {"ef-ipv6cap", transparent, 0x6F87, 0, 21, 2},
    {"ef-tcpconfig", transparent, 0x6F88, 0, 2, 2},
    {"ef-dgc", transparent, 0x6F89, 0, 3, 2},
    {"ef-wapbrowsercp", transparent, 0x6F8A, 0, 0, 2},
    {"ef-wapbrowserbm", transparent, 0x6F8B, 0, 0, 2},
    {"ef-mmsconfig", transparent, 0x6F8C, 0, 8, 2},
    {"ef-jdl", transparent, 0x6F8D, 0, 0, 2},
};

constexpr FileRow eap[] = {
    {"df-eap", df, 0x0, 0, 0, 14, 0, "", required},
    {"ef-eapkeys", transparent, 0x4F01, 0, 0, 2, 0, "", busy},
    {"ef-eapstatus", transparent, 0x4F02, 0, 1, 2, 0, "00", required_and_busy},
    {"ef-puid", transparent, 0x4F03, 0, 0, 2},
    {"ef-ps", transparent, 0x4F04, 0, 0, 5, 0, "", busy},
    {"ef-curid", transparent, 0x4F20, 0, 0, 5, 0, "", busy},
    {"ef-reid", transparent, 0x4F21, 0, 0, 5},
    {"ef-realm", transparent, 0x4F22, 0, 0, 5},
};

constexpr TemplateVersion isim_templates[] = {{"8", 0}};
constexpr TemplateVersion opt_isim_templates[] = {{"9", 9}, {"9.2", 0}};
constexpr TemplateVersion csim_templates[] = {{"10", 0}, {"10.2", 0}};
constexpr TemplateVersion opt_csim_templates[] = {{"11", 0}, {"11.2", 0}};
constexpr TemplateVersion eap_templates[] = {{"12", 0}};

constexpr FileElementType other_elements[] = {
    {Tag{0xB5}, "isim", "isim", true, isim, isim_templates},
    {Tag{0xB6}, "opt-isim", "isim", false, opt_isim, opt_isim_templates},
    {Tag{0xB9}, "csim", "csim", true, csim, csim_templates},
    {Tag{0xBA}, "opt-csim", "csim", false, opt_csim, opt_csim_templates},
    {Tag{0xBB}, "eap", "eap", false, eap, eap_templates},
};

}  // namespace

std::span<const FileElementType> other_application_types() { return other_elements; }

}  // namespace mcim::saip
