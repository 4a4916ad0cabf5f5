#include "mcim/saip/lint.h"

#include <algorithm>

namespace mcim::saip {
namespace {

struct PublishedKey {
    std::string_view k;
    std::string_view source;
};
constexpr PublishedKey published[] = {
    {"000102030405060708090A0B0C0D0E0F", "TS 34.108 and GSMA TS.48"},
    {"465B5CE8B199B49FAA5F0A2EE238A6BC", "TS 35.208 test set 1"},
    {"FEC86BA6EB707ED08905757B1BB44B8F", "TS 35.208 test set 3"},
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
};

/// Files whose absence makes no USIM (TS 31.102 annex E of the files' clauses), where a template does not make them.
constexpr std::string_view usim_files[] = {"ef-imsi", "ef-ust", "ef-acc", "ef-ecc", "ef-arr"};

class Linter {
public:
    std::vector<LintFinding> run(const ProfilePackage& package) && {
        for (const auto& element : package.elements) {
            ++number_;
            label_ = "PE " + std::to_string(number_) + " (" + std::string(name_of(element)) + ")";
            std::visit([this](const auto& body) { look(body); }, element.body);
            if (const auto* files = files_of(element)) look_at_files(*file_type_of(element), *files, package);
        }
        if (application_ && !keyed_) add(Finding::missing_keys, "no akaParameter follows the application");
        return std::move(found_);
    }

private:
    void add(Finding what, std::string detail) { found_.push_back({what, label_, std::move(detail)}); }

    template <class T>
    void look(const T&) {}
    void look(const AkaParameter& aka) {
        keyed_ = true;
        const auto* algorithm = std::get_if<AlgoParameter>(&aka.configuration.value);
        if (algorithm == nullptr) return;
        if (algorithm->algorithm == AlgorithmId::usim_test_algorithm)
            add(Finding::test_algorithm, "the test algorithm authenticates nobody");
        const View k = expose(algorithm->key.bytes);
        if (std::ranges::all_of(k, [](std::uint8_t b) { return b == 0; }))
            add(Finding::zero_key, "K is zero: keys are not inserted yet");
        for (const auto& known : published)
            if (equal(*from_hex(known.k), k)) add(Finding::test_key, "K is published in " + std::string(known.source));
    }
    void look(const Application&) { add(Finding::application, "brings an application"); }
    void look(const Rfm&) { add(Finding::remote_management, "opens files to remote management"); }

    void look_at_files(const FileElementType& type, const FileElement& element, const ProfilePackage& package) {
        if (type.name == "usim") {
            application_ = true;
            for (const auto name : usim_files) {
                const File* file = find_file(type, element, name);
                if (file == nullptr || is_left_out(*file))
                    add(Finding::missing_file, std::string(name) + " is not made");
            }
        }
        if (type.name == "mf") compare_iccid(type, element, package);
    }
    static bool is_left_out(const File& file) {
        return std::ranges::any_of(file, [](const FileItem& i) { return std::holds_alternative<der::Null>(i.value); });
    }
    void compare_iccid(const FileElementType& type, const FileElement& element, const ProfilePackage& package) {
        const auto* header = profile_header_of(package);
        const File* file = find_file(type, element, "ef-iccid");
        if (header == nullptr || file == nullptr) return;
        Bytes octets;
        for (const FileItem& item : *file)
            if (const auto* content = std::get_if<der::OctetString<>>(&item.value)) append(octets, *content);
        for (auto& b : octets) b = static_cast<std::uint8_t>(b << 4U | b >> 4U);
        if (octets != header->iccid.bytes) add(Finding::iccid_differs, "EF_ICCID is not the ICCID of the header");
    }

    std::vector<LintFinding> found_;
    std::size_t number_ = 0;
    std::string label_;
    bool application_ = false;
    bool keyed_ = false;
};

}  // namespace

std::vector<LintFinding> lint(const ProfilePackage& package) { return Linter().run(package); }

}  // namespace mcim::saip
