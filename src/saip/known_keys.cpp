#include "mcim/saip/known_keys.h"

namespace mcim::saip {
namespace {

struct Published {
    std::string_view value;
    std::string_view source;
};

constexpr Published published_keys[] = {
    // K
    {"000102030405060708090A0B0C0D0E0F", "TS 34.108 8.1.2 and GSMA TS.48"},
    {"465B5CE8B199B49FAA5F0A2EE238A6BC", "TS 35.208 test sets 1 and 2, and Open5GS's documentation"},
    {"FEC86BA6EB707ED08905757B1BB44B8F", "TS 35.208 test set 3, and OpenAirInterface's documentation"},
    {"9E5944AEA94B81165C82FBF9F32DB751", "TS 35.208 test set 4"},
    {"4AB1DEB05CA6CEB051FC98E77D026A84", "TS 35.208 test set 5"},
    {"6C38A116AC280C454F59332EE35C8C4F", "TS 35.208 test set 6"},
    {"2D609D4DB0AC5BF0D2C0DE267014DE0D", "TS 35.208 test set 7"},
    {"A530A7FE428FAD1082C45EDDFCE13884", "TS 35.208 test set 8"},
    {"D9151CF04896E25830BF2E08267B8360", "TS 35.208 test set 9"},
    {"A0E2971B6822E8D354A18CC235624ECB", "TS 35.208 test set 10"},
    {"0DA6F7BA86D5EAC8A19CF563AC58642D", "TS 35.208 test set 11"},
    {"77B45843C88E58C10D202684515ED430", "TS 35.208 test set 12"},
    {"729B17729270DD87CCDF1BFE29B4E9BB", "TS 35.208 test set 13"},
    {"D32DD23E89DC662354CA12EB79DD32FA", "TS 35.208 test set 14"},
    {"AF7C65E1927221DE591187A2C5987A53", "TS 35.208 test set 15"},
    {"5BD7ECD3D3127A41D12539BED4E7CF71", "TS 35.208 test set 16"},
    {"6CD1C6CEB1E01E14F1B82316A90B7F3D", "TS 35.208 test set 17"},
    {"B73A90CBCF3AFB622DBA83C58A8415DF", "TS 35.208 test set 18"},
    {"5122250214C33E723A5DD523FC145FC0", "TS 35.208 test set 19"},
    {"90DCA4EDA45B53CF0F12D7C9C3BC6A89", "TS 35.208 test set 20"},
    {"8BAF473F2F8FD09487CCCBD7097C6862", "free5GC's documentation"},
    {"00112233445566778899AABBCCDDEEFF", "srsRAN's documentation"},
    // OP and OPc
    {"CDC202D5123E20F62B6D676AC72CB318", "TS 35.208 test sets 1 and 2 (OP)"},
    {"CD63CB71954A9F4E48A5994E37A02BAF", "TS 35.208 test sets 1 and 2"},
    {"DBC59ADCB6F9A0EF735477B7FADF8374", "TS 35.208 test set 3 (OP)"},
    {"1006020F0A478BF6B699F15C062E42B3", "TS 35.208 test set 3"},
    {"223014C5806694C007CA1EEEF57F004F", "TS 35.208 test set 4 (OP)"},
    {"A64A507AE1A2A98BB88EB4210135DC87", "TS 35.208 test set 4"},
    {"2D16C5CD1FDF6B22383584E3BEF2A8D8", "TS 35.208 test set 5 (OP)"},
    {"DCF07CBD51855290B92A07A9891E523E", "TS 35.208 test set 5"},
    {"1BA00A1A7C6700AC8C3FF3E96AD08725", "TS 35.208 test set 6 (OP)"},
    {"3803EF5363B947C6AAA225E58FAE3934", "TS 35.208 test set 6"},
    {"460A48385427AA39264AAC8EFC9E73E8", "TS 35.208 test set 7 (OP)"},
    {"C35A0AB0BCBFC9252CAFF15F24EFBDE0", "TS 35.208 test set 7"},
    {"511C6C4E83E38C89B1C5D8DDE62426FA", "TS 35.208 test set 8 (OP)"},
    {"27953E49BC8AF6DCC6E730EB80286BE3", "TS 35.208 test set 8"},
    {"75FC2233A44294EE8E6DE25C4353D26B", "TS 35.208 test set 9 (OP)"},
    {"C4C93EFFE8A08138C203D4C27CE4E3D9", "TS 35.208 test set 9"},
    {"323792FACA21FB4D5D6F13C145A9D2C1", "TS 35.208 test set 10 (OP)"},
    {"82A26F22BBA9E9488F949A10D98E9CC4", "TS 35.208 test set 10"},
    {"4B9A26FA459E3ACBFF36F4015DE3BDC1", "TS 35.208 test set 11 (OP)"},
    {"0DB1071F8767562CA43A0A64C41E8D08", "TS 35.208 test set 11"},
    {"BF3286C7A51409CE95724D503BFE6E70", "TS 35.208 test set 12 (OP)"},
    {"D483AFAE562409A326B5BB0B20C4D762", "TS 35.208 test set 12"},
    {"D04C9C35BD2262FA810D2924D036FD13", "TS 35.208 test set 13 (OP)"},
    {"228C2F2F06AC3268A9E616EE16DB4BA1", "TS 35.208 test set 13"},
    {"FE75905B9DA47D356236D0314E09C32E", "TS 35.208 test set 14 (OP)"},
    {"D22A4B4180A5325708A5FF70D9F67EC7", "TS 35.208 test set 14"},
    {"0C7ACB8D95B7D4A31C5ACA6D26345A88", "TS 35.208 test set 15 (OP)"},
    {"A4CF5C8155C08A7EFF418E5443B98E55", "TS 35.208 test set 15"},
    {"F967F76038B920A9CD25E10C08B49924", "TS 35.208 test set 16 (OP)"},
    {"76089D3C0FF3EFDC6E36721D4FCEB747", "TS 35.208 test set 16"},
    {"078BFCA9564659ECD8851E84E6C59B48", "TS 35.208 test set 17 (OP)"},
    {"A219DC37F1DC7D66738B5843C799F206", "TS 35.208 test set 17"},
    {"B672047E003BB952DCA6CB8AF0E5B779", "TS 35.208 test set 18 (OP)"},
    {"DF0C67868FA25F748B7044C6E7C245B8", "TS 35.208 test set 18"},
    {"C9E8763286B5B9FFBDF56E1297D0887B", "TS 35.208 test set 19 (OP)"},
    {"981D464C7C52EB6E5036234984AD0BCF", "TS 35.208 test set 19"},
    {"3FFCFE5B7B1111589920D3528E84E655", "TS 35.208 test set 20 (OP)"},
    {"CB9CCCC4B9258E6DCA4760379FB82581", "TS 35.208 test set 20"},
    {"E8ED289DEBA952E4283B54E88E6183CA", "Open5GS's documentation"},
    {"8E27B6AF0E692E750F32667A3B14605D", "free5GC's documentation"},
    {"63BFA50EE6523365FF14C1F45F88737D", "srsRAN's documentation"},
    {"C42449363BBAD02B66D16BC975D77CC1", "OpenAirInterface's documentation"},
};

/// By which each octet differs from the one before, modulo 256; nullopt where that is not always the same.
std::optional<std::uint8_t> step_of(View v) {
    if (v.size() < 2) return std::nullopt;
    const auto step = static_cast<std::uint8_t>(v[1] - v[0]);
    for (std::size_t i = 1; i < v.size(); ++i)
        if (static_cast<std::uint8_t>(v[i] - v[i - 1]) != step) return std::nullopt;
    return step;
}

}  // namespace

std::optional<std::string_view> published_key(View key) {
    for (const auto& known : published_keys)
        if (equal(*from_hex(known.value), key)) return known.source;
    return std::nullopt;
}

std::optional<std::string_view> default_key_name(View key) {
    const auto step = step_of(key);
    if (!step) return std::nullopt;
    if (key[0] == 0x40 && *step == 1) return "the default key of GlobalPlatform cards";
    if (*step != 0) return "octets that count";
    return key[0] == 0 ? "zeros" : "one octet repeated";
}

Status check_own_key(std::string_view name, View key) {
    const auto refusal = [&](const std::string& why) {
        return fail(Errc::refused, std::string(name), why + ": everybody has this key, and only a laboratory takes it");
    };
    if (const auto source = published_key(key)) return refusal("it is published in " + std::string(*source));
    if (const auto kind = default_key_name(key)) return refusal("it is a key that nobody chose: " + std::string(*kind));
    return ok();
}

bool is_default_code(View code) {
    while (!code.empty() && code.back() == 0xFF) code = code.first(code.size() - 1);
    if (code.empty()) return true;
    const auto step = step_of(code);  // 1111, 1234 and 87654321; other steps somebody chose
    return step && (*step <= 1 || *step == 0xFF);
}

}  // namespace mcim::saip
