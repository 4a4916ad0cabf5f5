// The USIM and the directories below it (TCA Annex A; contents by TS 31.102 4.2 and 4.4), and the IoT minimal profile.
#include "mcim/saip/templates.h"

namespace mcim::saip {
namespace {

using enum NodeKind;
using enum RowFlags;
using der::Tag;

constexpr FileRow usim[] = {
    {"adf-usim", adf, 0x0, 0, 0, 14, 0, "", required},
    {"ef-imsi", transparent, 0x6F07, 0, 9, 2, 0x7, "", required},
    {"ef-arr", linear_fixed, 0x6F06, 0, 0, 10, 0x17, "", required},
    {"ef-keys", transparent, 0x6F08, 0, 33, 5, 0x8, "07FF", busy},
    {"ef-keysPS", transparent, 0x6F09, 0, 33, 5, 0x9, "07FF", busy},
    {"ef-hpplmn", transparent, 0x6F31, 0, 1, 2, 0x12, "0A"},
    {"ef-ust", transparent, 0x6F38, 0, 17, 2, 0x4, "00", required},
    {"ef-fdn", linear_fixed, 0x6F3B, 20, 26, 8},
    {"ef-sms", linear_fixed, 0x6F3C, 10, 176, 5, 0, "00FF"},
    {"ef-smsp", linear_fixed, 0x6F42, 1, 38, 5},
    {"ef-smss", transparent, 0x6F43, 0, 2, 5},
    {"ef-spn", transparent, 0x6F46, 0, 17, 10, 0, "", required},
    {"ef-est", transparent, 0x6F56, 0, 1, 8, 0x5, "00", required},
    {"ef-start-hfn", transparent, 0x6F5B, 0, 6, 5, 0xF, "F00000F00000", busy},
    {"ef-threshold", transparent, 0x6F5C, 0, 3, 2, 0x10},
    {"ef-psloci", transparent, 0x6F73, 0, 14, 5, 0xC, "FFFFFFFFFFFFFFFFFFFF0000FF01", busy},
    {"ef-acc", transparent, 0x6F78, 0, 2, 2, 0x6, "", required},
    {"ef-fplmn", transparent, 0x6F7B, 0, 12, 5, 0xD},
    {"ef-loci", transparent, 0x6F7E, 0, 11, 5, 0xB, "FFFFFFFFFFFFFF0000FF01", busy},
    {"ef-ad", transparent, 0x6FAD, 0, 4, 10, 0x3, "00000002"},
    {"ef-ecc", linear_fixed, 0x6FB7, 1, 4, 10, 0x1, "", required},
    {"ef-netpar", transparent, 0x6FC4, 0, 128, 5, 0, "", busy},
    {"ef-epsloci", transparent, 0x6FE3, 0, 18, 5, 0x1E, "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFF000001", busy},
    {"ef-epsnsc", linear_fixed, 0x6FE4, 1, 80, 5, 0x18, "", busy},
};

constexpr FileRow opt_usim[] = {
    {"ef-li", transparent, 0x6F05, 0, 6, 1, 0x2},
    {"ef-acmax", transparent, 0x6F37, 0, 3, 5, 0, "00"},
    {"ef-acm", cyclic, 0x6F39, 1, 3, 7, 0, "00", busy},
    {"ef-gid1", transparent, 0x6F3E, 0, 8, 2},
    {"ef-gid2", transparent, 0x6F3F, 0, 8, 2},
    {"ef-msisdn", linear_fixed, 0x6F40, 1, 24, 2},
    {"ef-puct", transparent, 0x6F41, 0, 5, 5, 0, "FFFFFF0000"},
    {"ef-cbmi", transparent, 0x6F45, 0, 10, 5},
    {"ef-cbmid", transparent, 0x6F48, 0, 10, 2, 0xE},
    {"ef-sdn", linear_fixed, 0x6F49, 10, 24, 2},
    {"ef-ext2", linear_fixed, 0x6F4B, 10, 13, 8, 0, "00FF"},
    {"ef-ext3", linear_fixed, 0x6F4C, 10, 13, 2, 0, "00FF"},
    {"ef-cbmir", transparent, 0x6F50, 0, 20, 5},
    {"ef-plmnwact", transparent, 0x6F60, 0, 40, 5, 0xA, "(FFFFFF0000)"},
    {"ef-oplmnwact", transparent, 0x6F61, 0, 40, 2, 0x11, "(FFFFFF0000)"},
    {"ef-hplmnwact", transparent, 0x6F62, 0, 5, 2, 0x13, "(FFFFFF0000)"},
    {"ef-dck", transparent, 0x6F2C, 0, 16, 5},
    {"ef-cnl", transparent, 0x6F32, 0, 30, 2},
    {"ef-smsr", linear_fixed, 0x6F47, 10, 30, 5, 0, "00FF"},
    {"ef-bdn", linear_fixed, 0x6F4D, 10, 25, 8},
    {"ef-ext5", linear_fixed, 0x6F4E, 10, 13, 5, 0, "00FF"},
    {"ef-ccp2", linear_fixed, 0x6F4F, 5, 15, 5, 0x16},
    {"ef-ext4", linear_fixed, 0x6F55, 10, 13, 8, 0, "00FF"},
    {"ef-acl", transparent, 0x6F57, 0, 101, 8, 0, "00FF"},
    {"ef-cmi", linear_fixed, 0x6F58, 10, 11, 2},
    {"ef-ici", cyclic, 0x6F80, 20, 38, 5, 0x14, "..0000000001FFFF", busy},
    {"ef-oci", cyclic, 0x6F81, 20, 37, 5, 0x15, "..00000001FFFF", busy},
    {"ef-ict", cyclic, 0x6F82, 1, 3, 7, 0, "00", busy},
    {"ef-oct", cyclic, 0x6F83, 1, 3, 7, 0, "00", busy},
    {"ef-vgcs", transparent, 0x6FB1, 0, 20, 2},
    {"ef-vgcss", transparent, 0x6FB2, 0, 7, 5},
    {"ef-vbs", transparent, 0x6FB3, 0, 20, 2},
    {"ef-vbss", transparent, 0x6FB4, 0, 7, 5},
    {"ef-emlpp", transparent, 0x6FB5, 0, 2, 2},
    {"ef-aaem", transparent, 0x6FB6, 0, 1, 5, 0, "00"},
    {"ef-hiddenkey", transparent, 0x6FC3, 0, 4, 5},
    {"ef-pnn", linear_fixed, 0x6FC5, 10, 16, 10, 0x19},
    {"ef-opl", linear_fixed, 0x6FC6, 5, 8, 10, 0x1A},
    {"ef-mbdn", linear_fixed, 0x6FC7, 3, 24, 5},
    {"ef-ext6", linear_fixed, 0x6FC8, 10, 13, 5, 0, "00FF"},
    {"ef-mbi", linear_fixed, 0x6FC9, 10, 5, 5},
    {"ef-mwis", linear_fixed, 0x6FCA, 10, 6, 5, 0, "00", busy},
    {"ef-cfis", linear_fixed, 0x6FCB, 10, 16, 5, 0, "0100FF"},
    {"ef-ext7", linear_fixed, 0x6FCC, 10, 13, 5, 0, "00FF"},
    {"ef-spdi", transparent, 0x6FCD, 0, 17, 2, 0x1B},
    {"ef-mmsn", linear_fixed, 0x6FCE, 10, 6, 5, 0, "000000FF"},
    {"ef-ext8", linear_fixed, 0x6FCF, 10, 13, 5, 0, "00FF"},
    {"ef-mmsicp", transparent, 0x6FD0, 0, 100, 2},
    {"ef-mmsup", linear_fixed, 0x6FD1, 0, 0, 5},
    {"ef-mmsucp", transparent, 0x6FD2, 0, 100, 5},
    {"ef-nia", linear_fixed, 0x6FD3, 5, 11, 2},
    {"ef-vgcsca", transparent, 0x6FD4, 0, 0, 2, 0, "00"},
    {"ef-vbsca", transparent, 0x6FD5, 0, 0, 2, 0, "00"},
    {"ef-gbabp", transparent, 0x6FD6, 0, 0, 5},
    {"ef-msk", linear_fixed, 0x6FD7, 0, 0, 2, 0, "", busy},
    {"ef-muk", linear_fixed, 0x6FD8, 0, 0, 2},
    {"ef-ehplmn", transparent, 0x6FD9, 0, 15, 2, 0x1D},
    {"ef-gbanl", linear_fixed, 0x6FDA, 0, 0, 2},
    {"ef-ehplmnpi", transparent, 0x6FDB, 0, 1, 2, 0, "00"},
    {"ef-lrplmnsi", transparent, 0x6FDC, 0, 1, 2, 0, "00"},
    {"ef-nafkca", linear_fixed, 0x6FDD, 0, 0, 2},
    {"ef-spni", transparent, 0x6FDE, 0, 0, 10, 0, "00FF"},
    {"ef-pnni", linear_fixed, 0x6FDF, 0, 0, 10, 0, "00FF"},
    {"ef-ncp-ip", linear_fixed, 0x6FE2, 0, 0, 2},
    {"ef-ufc", transparent, 0x6FE6, 0, 30, 10, 0, "801E60C01E900080040000000000000000F0000000004000000000000080"},
    {"ef-nasconfig", transparent, 0x6FE8, 0, 18, 2},
    {"ef-uicciari", linear_fixed, 0x6FE7, 0, 0, 2},
    {"ef-pws", transparent, 0x6FEC, 0, 0, 10},
    {"ef-fdnuri", linear_fixed, 0x6FED, 0, 0, 8},
    {"ef-bdnuri", linear_fixed, 0x6FEE, 0, 0, 8},
    {"ef-sdnuri", linear_fixed, 0x6FEF, 0, 0, 2},
    {"ef-ial", linear_fixed, 0x6FF0, 0, 0, 3},
    {"ef-ips", cyclic, 0x6FF1, 0, 4, 10, 0, "", busy},
    {"ef-ipd", linear_fixed, 0x6FF2, 0, 0, 3, 0, "", busy},
    {"ef-epdgid", transparent, 0x6FF3, 0, 0, 2},
    {"ef-epdgselection", transparent, 0x6FF4, 0, 0, 2},
    {"ef-epdgidem", transparent, 0x6FF5, 0, 0, 2},
    {"ef-epdgselectionem", transparent, 0x6FF6, 0, 0, 2},
    {"ef-frompreferred", transparent, 0x6FF7, 0, 1, 2, 0, "00"},
    {"ef-imsconfigdata", ber_tlv, 0x6FF8, 0, 0, 2},
    {"ef-3gpppsdataoff", transparent, 0x6FF9, 0, 4, 2},
    {"ef-3gpppsdataoffservicelist", linear_fixed, 0x6FFA, 0, 0, 2},
    {"ef-xcapconfigdata", ber_tlv, 0x6FFC, 0, 0, 2},
    {"ef-earfcnlist", transparent, 0x6FFD, 0, 0, 10},
    {"ef-mudmidconfigdata", ber_tlv, 0x6FFE, 0, 0, 2},
    {"ef-eaka", transparent, 0x6F01, 0, 0, 2},
};

constexpr FileRow phonebook[] = {
    {"df-phonebook", df, 0x5F3A, 0, 0, 14, 0, "", required},
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
};

constexpr FileRow gsm_access[] = {
    {"df-gsm-access", df, 0x5F3B, 0, 0, 14, 0, "", required},
    {"ef-kc", transparent, 0x4F20, 0, 9, 5, 0x1, "FFFFFFFFFFFFFFFF07", busy},
    {"ef-kcgprs", transparent, 0x4F52, 0, 9, 5, 0x2, "FFFFFFFFFFFFFFFF07", busy},
    {"ef-cpbcch", transparent, 0x4F63, 0, 10, 5, 0, "", busy},
    {"ef-invscan", transparent, 0x4F64, 0, 1, 2, 0, "00"},
};

constexpr FileRow df_5gs[] = {
    {"df-df-5gs", df, 0x5FC0, 0, 0, 14, 0, "", required},
    {"ef-5gs3gpploci", transparent, 0x4F01, 0, 20, 5, 0x1, "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000001", busy},
    {"ef-5gsn3gpploci", transparent, 0x4F02, 0, 20, 5, 0x2, "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000001", busy},
    {"ef-5gs3gppnsc", linear_fixed, 0x4F03, 2, 62, 5, 0x3, "", busy},
    {"ef-5gsn3gppnsc", linear_fixed, 0x4F04, 2, 62, 5, 0x4, "", busy},
    {"ef-5gauthkeys", transparent, 0x4F05, 0, 110, 5, 0x5, "", busy},
    {"ef-uac-aic", transparent, 0x4F06, 0, 4, 2, 0x6, "00"},
    {"ef-suci-calc-info", transparent, 0x4F07, 0, 0, 2, 0x7},
    {"ef-opl5g", linear_fixed, 0x4F08, 0, 10, 10, 0x8},
    {"ef-supinai", transparent, 0x4F09, 0, 0, 2, 0x9},
    {"ef-routing-indicator", transparent, 0x4F0A, 0, 4, 2, 0xA, "F0FFFFFF"},
    {"ef-ursp", ber_tlv, 0x4F0B, 0, 0, 2},
    {"ef-tn3gppsnn", transparent, 0x4F0C, 0, 1, 2, 0xC, "00"},
    {"ef-cag", transparent, 0x4F0D, 0, 0, 2, 0xD},
    {"ef-sor-cmci", ber_tlv, 0x4F0E, 0, 0, 2},
    {"ef-dri", transparent, 0x4F0F, 0, 7, 2, 0xF},
    {"ef-5gsedrx", transparent, 0x4F10, 0, 2, 2, 0x10},
    {"ef-5gnswo-conf", transparent, 0x4F11, 0, 1, 2, 0x11},
    {"ef-mchpplmn", transparent, 0x4F15, 0, 1, 2, 0x15},
    {"ef-kausf-derivation", transparent, 0x4F16, 0, 1, 2, 0x16},
};

constexpr FileRow df_saip[] = {
    {"df-df-saip", df, 0x5FD0, 0, 0, 14, 0, "", required},
    {"ef-suci-calc-info-usim", transparent, 0x4F01, 0, 0, 3},
};

constexpr FileRow df_snpn[] = {
    {"df-df-snpn", df, 0x5FE0, 0, 0, 14, 0, "", required},
    {"ef-pws-snpn", transparent, 0x4F01, 0, 1, 10},
};

constexpr FileRow df_5gprose[] = {
    {"df-df-5g-prose", df, 0x5FF0, 0, 0, 14, 0, "", required},
    {"ef-5g-prose-st", transparent, 0x4F01, 0, 1, 2, 0x1},
    {"ef-5g-prose-dd", ber_tlv, 0x4F02, 0, 0, 2},
    {"ef-5g-prose-dc", ber_tlv, 0x4F03, 0, 0, 2},
    {"ef-5g-prose-u2nru", ber_tlv, 0x4F04, 0, 0, 2},
    {"ef-5g-prose-ru", ber_tlv, 0x4F05, 0, 0, 2},
    {"ef-5g-prose-uir", ber_tlv, 0x4F06, 0, 0, 2},
};

constexpr FileRow iot[] = {
    {"mf", mf, 0x3F00, 0, 0, 14},
    {"ef-pl", transparent, 0x2F05, 0, 2, 1, 0x5},
    {"ef-iccid", transparent, 0x2FE2, 0, 10, 11},
    {"ef-dir", linear_fixed, 0x2F00, 0, 0, 10, 0x1E},
    {"ef-arr", linear_fixed, 0x2F06, 0, 0, 10},
    {"ef-umpc", transparent, 0x2F08, 0, 5, 10, 0x8},
    {"adf-usim", adf, 0x0, 0, 0, 14},
    {"ef-imsi", transparent, 0x6F07, 0, 9, 2, 0x7, "", required},
    {"ef-arr-usim", linear_fixed, 0x6F06, 0, 0, 10, 0x17},
    {"ef-keys", transparent, 0x6F08, 0, 33, 5, 0x8, "07FF", busy},
    {"ef-keysPS", transparent, 0x6F09, 0, 33, 5, 0x9, "07FF", busy},
    {"ef-hpplmn", transparent, 0x6F31, 0, 1, 2, 0x12, "0A"},
    {"ef-ust", transparent, 0x6F38, 0, 17, 2, 0x4, "00"},
    {"ef-start-hfn", transparent, 0x6F5B, 0, 6, 5, 0xF, "F00000F00000", busy},
    {"ef-threshold", transparent, 0x6F5C, 0, 3, 2, 0x10},
    {"ef-psloci", transparent, 0x6F73, 0, 14, 5, 0xC, "FFFFFFFFFFFFFFFFFFFF0000FF01", busy},
    {"ef-acc", transparent, 0x6F78, 0, 2, 2, 0x6, "", required},
    {"ef-fplmn", transparent, 0x6F7B, 0, 12, 5, 0xD},
    {"ef-loci", transparent, 0x6F7E, 0, 11, 5, 0xB, "FFFFFFFFFFFFFF0000FF01", busy},
    {"ef-ad", transparent, 0x6FAD, 0, 4, 10, 0x3, "00000002"},
    {"ef-ecc", linear_fixed, 0x6FB7, 1, 4, 10, 0x1},
    {"ef-netpar", transparent, 0x6FC4, 0, 128, 5, 0, "", busy},
};

constexpr FileRow opt_iot[] = {
    {"ef-fdn", linear_fixed, 0x6F3B, 20, 26, 8},
    {"ef-sms", linear_fixed, 0x6F3C, 10, 176, 5, 0, "00FF"},
    {"ef-smsp", linear_fixed, 0x6F42, 1, 38, 5},
    {"ef-smss", transparent, 0x6F43, 0, 2, 5},
    {"ef-spn", transparent, 0x6F46, 0, 17, 10},
    {"ef-est", transparent, 0x6F56, 0, 1, 8, 0x5, "00"},
    {"ef-oplmnwact", transparent, 0x6F61, 0, 40, 2, 0x11, "(FFFFFF0000)"},
    {"ef-hplmnwact", transparent, 0x6F62, 0, 5, 2, 0x13, "(FFFFFF0000)"},
    {"ef-ehplmn", transparent, 0x6FD9, 0, 15, 2, 0x1D},
    {"ef-epsloci", transparent, 0x6FE3, 0, 18, 5, 0x1E, "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFF000001", busy},
    {"ef-epsnsc", linear_fixed, 0x6FE4, 1, 80, 5, 0x18, "", busy},
    {"df-df-5gs", df, 0x5FC0, 0, 0, 14},
    {"ef-5gs3gpploci", transparent, 0x4F01, 0, 20, 5, 0x1, "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000001", busy},
    {"ef-5gsn3gpploci", transparent, 0x4F02, 0, 20, 5, 0x2, "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000001", busy},
    {"ef-5gs3gppnsc", linear_fixed, 0x4F03, 2, 62, 5, 0x3, "", busy},
    {"ef-5gsn3gppnsc", linear_fixed, 0x4F04, 2, 62, 5, 0x4, "", busy},
    {"ef-5gauthkeys", transparent, 0x4F05, 0, 110, 5, 0x5, "", busy},
    {"ef-uac-aic", transparent, 0x4F06, 0, 4, 2, 0x6, "00"},
    {"ef-suci-calc-info", transparent, 0x4F07, 0, 0, 2, 0x7},
    {"ef-opl5g", linear_fixed, 0x4F08, 0, 10, 10, 0x8},
    {"ef-supi-nai", transparent, 0x4F09, 0, 0, 2, 0x9},
    {"ef-routing-indicator", transparent, 0x4F0A, 0, 4, 2, 0xA, "F0FFFFFF"},
    {"ef-ursp", ber_tlv, 0x4F0B, 0, 0, 2},
    {"ef-tn3gppsnn", transparent, 0x4F0C, 0, 1, 2, 0xC, "00"},
    {"df-df-saip", df, 0x5FD0, 0, 0, 14},
    {"ef-suci-calc-info-usim", transparent, 0x4F01, 0, 0, 3},
};

constexpr TemplateVersion usim_templates[] = {{"4", 0}, {"4.2", 0}};
constexpr TemplateVersion opt_usim_templates[] = {{"5", 74}, {"5.2", 85}, {"5.3", 0}};
constexpr TemplateVersion phonebook_templates[] = {{"6", 0}};
constexpr TemplateVersion gsm_access_templates[] = {{"7", 0}};
constexpr TemplateVersion df_5gs_templates[] = {{"13", 11}, {"13.2", 13}, {"13.3", 13}, {"13.4", 0}};
constexpr TemplateVersion df_saip_templates[] = {{"14", 0}};
constexpr TemplateVersion df_snpn_templates[] = {{"15", 0}};
constexpr TemplateVersion df_5gprose_templates[] = {{"16", 0}};
constexpr TemplateVersion iot_templates[] = {{"17", 0}};
constexpr TemplateVersion opt_iot_templates[] = {{"18", 0}};

constexpr FileElementType usim_elements[] = {
    {Tag{0xB3}, "usim", "usim", true, usim, usim_templates},
    {Tag{0xB4}, "opt-usim", "usim", false, opt_usim, opt_usim_templates},
    {Tag{0xB7}, "phonebook", "usim", false, phonebook, phonebook_templates},
    {Tag{0xB8}, "gsm-access", "usim", false, gsm_access, gsm_access_templates},
    {Tag{0xBC}, "df-5gs", "usim", false, df_5gs, df_5gs_templates},
    {Tag{0xBD}, "df-saip", "usim", false, df_saip, df_saip_templates},
    {Tag{0xBE}, "df-snpn", "usim", false, df_snpn, df_snpn_templates},
    {Tag{0xBF1F}, "df-5gprose", "usim", false, df_5gprose, df_5gprose_templates},
    {Tag{0xBF20}, "iot", "iotminimal", true, iot, iot_templates},
    {Tag{0xBF21}, "opt-iot", "iotminimal", false, opt_iot, opt_iot_templates},
};

}  // namespace

std::span<const FileElementType> usim_types() { return usim_elements; }

}  // namespace mcim::saip
