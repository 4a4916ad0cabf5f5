// What a card would have of the package: its files, numbers and who refuses it.
#include <algorithm>

#include "mcim/saip/linter.h"

namespace mcim::saip {
namespace {

struct MandatoryFile {
    FileId id;
    std::string_view name;
};
/// TS 31.102 4.2: "Mandatory" in every USIM
constexpr MandatoryFile in_the_usim[] = {
    {0x6F05, "EF_LI"},        {0x6F06, "EF_ARR"},    {0x6F07, "EF_IMSI"}, {0x6F08, "EF_Keys"},
    {0x6F09, "EF_KeysPS"},    {0x6F31, "EF_HPPLMN"}, {0x6F38, "EF_UST"},  {0x6F5B, "EF_START-HFN"},
    {0x6F5C, "EF_THRESHOLD"}, {0x6F73, "EF_PSLOCI"}, {0x6F78, "EF_ACC"},  {0x6F7B, "EF_FPLMN"},
    {0x6F7E, "EF_LOCI"},      {0x6FAD, "EF_AD"},     {0x6FB7, "EF_ECC"},  {0x6FC4, "EF_NETPAR"}};

/// TS 31.102 4.2.8: a service of EF_UST and the file that it promises, below the ADF
struct Promise {
    unsigned service;
    FileId directory;  ///< 0: the ADF itself
    FileId id;
    std::string_view name;
};
constexpr Promise promises[] = {{2, 0, 0x6F3B, "EF_FDN"},
                                {10, 0, 0x6F3C, "EF_SMS"},
                                {12, 0, 0x6F42, "EF_SMSP"},
                                {17, 0, 0x6F3E, "EF_GID1"},
                                {18, 0, 0x6F3F, "EF_GID2"},
                                {19, 0, 0x6F46, "EF_SPN"},
                                {20, 0, 0x6F60, "EF_PLMNwAcT"},
                                {21, 0, 0x6F40, "EF_MSISDN"},
                                {34, 0, 0x6F56, "EF_EST"},
                                {42, 0, 0x6F61, "EF_OPLMNwAcT"},
                                {43, 0, 0x6F62, "EF_HPLMNwAcT"},
                                {45, 0, 0x6FC5, "EF_PNN"},
                                {71, 0, 0x6FD9, "EF_EHPLMN"},
                                {85, 0, 0x6FE3, "EF_EPSLOCI"},
                                {122, 0x5FC0, 0x4F01, "EF_5GS3GPPLOCI"},
                                {123, 0x5FC0, 0x4F05, "EF_5GAUTHKEYS"}};

constexpr std::size_t plmn_octets = 3;
constexpr std::size_t plmn_with_technology_octets = 5;
struct NetworkList {
    FileId id;
    std::string_view name;
    std::size_t entry_octets;
};
constexpr NetworkList network_lists[] = {{0x6FD9, "EF_EHPLMN", plmn_octets},
                                         {0x6F62, "EF_HPLMNwAcT", plmn_with_technology_octets},
                                         {0x6F60, "EF_PLMNwAcT", plmn_with_technology_octets},
                                         {0x6F61, "EF_OPLMNwAcT", plmn_with_technology_octets}};

/// TS 101 220 annex E: the registered application provider 3GPP, application codes 1002 and 1004.
bool has_application_code(const Node& node, std::uint8_t code) {
    const Bytes start{0xA0, 0x00, 0x00, 0x00, 0x87, 0x10, code};
    return node.kind == NodeKind::adf && node.aid.size() >= start.size() &&
           std::equal(start.begin(), start.end(), node.aid.begin());
}
bool is_usim(const Node& node) { return has_application_code(node, 0x02); }
bool is_isim(const Node& node) { return has_application_code(node, 0x04); }

const Node* file_in(const Image& image, const Node& directory, FileId id) {
    FilePath path = directory.path;
    path.push_back(id);
    const Node* node = image.find(path);
    return node != nullptr && node->link ? image.find(*node->link) : node;
}

bool is_blank(View content) {
    return std::ranges::all_of(content, [](std::uint8_t b) { return b == 0xFF; });
}

/// TS 24.008 10.5.1.13: "26201"; empty where the entry is free.
std::string network_of(View three) {
    const auto low = [&](std::size_t i) { return three[i] & 0x0FU; };
    const auto high = [&](std::size_t i) { return unsigned{three[i]} >> 4U; };
    std::string out;
    for (const unsigned digit : {low(0), high(0), low(1), low(2), high(2), high(1)})
        if (digit <= 9) out += static_cast<char>('0' + digit);
    return out;
}

std::vector<std::string> networks_in(View content, std::size_t entry_octets) {
    std::vector<std::string> out;
    for (; content.size() >= entry_octets; content = content.subspan(entry_octets))
        if (auto network = network_of(content); network.size() >= 5) out.push_back(std::move(network));
    return out;
}

/// As capable as a package could want it: what a certain card lacks is another matter.
CardCapabilities any_card() {
    CardCapabilities card = lab_card();
    card.services.assign(service_names().begin(), service_names().end());
    return card;
}

/// Applications and content of an issuer are what no card of ours has: the files are looked at without them.
Result<ProfilePackage> without_code(const ProfilePackage& package) {
    const SecretBytes der(encode(package));
    TRY(ProfilePackage out, parse(expose(der)));
    std::erase_if(out.elements, [](const ProfileElement& e) {
        return std::holds_alternative<Application>(e.body) || std::holds_alternative<NonStandard>(e.body);
    });
    for (auto& e : out.elements)
        if (auto* header = std::get_if<ProfileHeader>(&e.body)) header->mandatory_aids.reset();
    return out;
}

std::string reason_of(const EuiccResponse& response) {
    if (response.status_message) return response.status_message->text;
    for (const PeStatus& status : response.pe_status)
        if (status.status != PeStatusCode::ok) return std::string(to_string(status.status));
    return "no reason given";
}

}  // namespace

void Linter::look_at_image() {
    at_package();
    const auto plain = without_code(package_);
    if (!plain) return add(Finding::not_installable, to_string(plain.error()));
    const Resolution resolution = resolve(*plain, any_card());
    if (!resolution.image) {
        if (const auto& at = resolution.response.pe_status.front().identification) at_element(*at);
        return add(Finding::not_installable, "no card installs it: " + reason_of(resolution.response));
    }
    const Image& image = *resolution.image;
    look_at_mf(image);
    bool any_usim = false;
    for (const Node& node : image.nodes) {
        if (!is_usim(node) && !is_isim(node)) continue;
        at_element(node.profile_element);
        look_at_keys_of(image, node);
        if (is_usim(node)) look_at_usim(image, node);
        any_usim = any_usim || is_usim(node);
    }
    at_package();
    if (!any_usim) add(Finding::imsi_missing, "there is no USIM, and so no IMSI");
    look_at_imsis();
    look_at_cards();
}

void Linter::look_at_mf(const Image& image) {
    const Node& mf = image.nodes.front();
    at_element(mf.profile_element);
    const Node* iccid = file_in(image, mf, 0x2FE2);
    if (iccid != nullptr && iccid->content != image.facts.iccid)
        add(Finding::iccid_differs, "EF_ICCID is not the ICCID of the header");
}

void Linter::look_at_keys_of(const Image& image, const Node& adf) {
    if (std::ranges::find(image.aka, adf.path, &Aka::adf) == image.aka.end())
        add(Finding::missing_keys, "no akaParameter is for the application " + hex(adf.aid));
}

void Linter::look_at_usim(const Image& image, const Node& adf) {
    for (const auto& [id, name] : in_the_usim)
        if (file_in(image, adf, id) == nullptr) add(Finding::missing_file, std::string(name) + " is not made");
    look_at_services(image, adf);
    const auto imsi = imsi_in(image, adf);
    if (!imsi) return;
    look_at_networks(image, adf, *imsi);
    imsis_.push_back(*imsi);
}

void Linter::look_at_services(const Image& image, const Node& adf) {
    const Node* table = file_in(image, adf, 0x6F38);
    if (table == nullptr) return;
    for (const auto& [service, directory, id, name] : promises) {
        const std::size_t octet = (service - 1) / 8;
        if (octet >= table->content.size() || (table->content[octet] >> ((service - 1) % 8) & 1U) == 0) continue;
        const Node* in = directory == 0 ? &adf : file_in(image, adf, directory);
        if (in == nullptr || file_in(image, *in, id) == nullptr)
            add(Finding::service_without_file,
                "EF_UST promises service " + std::to_string(service) + ", and " + std::string(name) + " is not made");
    }
}

std::optional<Imsi> Linter::imsi_in(const Image& image, const Node& adf) {
    const Node* file = file_in(image, adf, 0x6F07);
    if (file == nullptr) return std::nullopt;  // is a missing file
    if (is_blank(file->content)) {
        add(Finding::imsi_missing, "EF_IMSI is empty");
        return std::nullopt;
    }
    auto imsi = Imsi::from_ef(file->content);
    if (imsi) return *std::move(imsi);
    add(Finding::imsi_invalid, "EF_IMSI holds no IMSI: " + imsi.error().detail);
    return std::nullopt;
}

/// TS 31.102 4.2.18: octet 4 of EF_AD is the length of the network code.
void Linter::look_at_networks(const Image& image, const Node& adf, const Imsi& imsi) {
    const Node* data = file_in(image, adf, 0x6FAD);
    const bool three = data != nullptr && data->content.size() >= 4 && (data->content[3] & 0x0FU) == 3;
    const std::string home = imsi.text().substr(0, three ? 6 : 5);
    add(Finding::network, "its home network is " + home.substr(0, 3) + "-" + home.substr(3));
    if (home.starts_with("001")) add(Finding::test_network, "country code 001 is for test networks");
    for (const auto& [id, name, entry_octets] : network_lists) {
        const Node* file = file_in(image, adf, id);
        const auto listed = file == nullptr ? std::vector<std::string>{} : networks_in(file->content, entry_octets);
        if (listed.empty()) continue;
        std::string words;
        for (const auto& network : listed) words.append(words.empty() ? "" : " ").append(network);
        add(Finding::networks_listed, std::string(name) + ": " + words);
        if (id == 0x6FD9 && std::ranges::find(listed, home) == listed.end())
            add(Finding::home_network_differs, "EF_EHPLMN does not list " + home + ", the network of the IMSI");
    }
}

void Linter::look_at_imsis() {
    const bool differ = std::ranges::any_of(imsis_, [this](const Imsi& imsi) { return imsi != imsis_.front(); });
    if (differ) add(Finding::imsi_ambiguous, "its USIMs have different IMSIs: it is not clear whose package it is");
}

void Linter::look_at_cards() {
    if (context_.cards == Runtime::javacard) return;
    const auto card = context_.of == LintClass::lab ? lab_card() : production_card();
    const Resolution resolution = resolve(package_, card);
    if (resolution.image) return;
    if (const auto& at = resolution.response.pe_status.front().identification) at_element(*at);
    add(Finding::refused_by_our_cards, "a card of class " +
                                           std::string(context_.of == LintClass::lab ? "lab" : "production") +
                                           " refuses it: " + reason_of(resolution.response));
}

}  // namespace mcim::saip
