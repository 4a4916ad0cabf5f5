#include "mcim/euicc/fit.h"

#include <algorithm>

namespace mcim::euicc {
namespace {

using msg::ErrorReason;

// TS 31.102 4.2: the files of an ADF_USIM that say whose it is, and the services that say whether the last two count.
constexpr saip::FileId ef_imsi = 0x6F07;
constexpr saip::FileId ef_ust = 0x6F38;
constexpr saip::FileId ef_gid1 = 0x6F3E;
constexpr saip::FileId ef_gid2 = 0x6F3F;
constexpr std::size_t service_gid1 = 17;
constexpr std::size_t service_gid2 = 18;

constexpr std::uint8_t no_digit = 0xF;

/// MCC and MNC as an IMSI begins with them, from the coding of TS 24.008 10.5.1.3.
std::string network_digits(const msg::OperatorId& owner) {
    const auto& b = owner.mcc_mnc.bytes;
    const std::array<int, 6> nibbles{b[0] & 0xF, b[0] >> 4, b[1] & 0xF, b[2] & 0xF, b[2] >> 4, b[1] >> 4};
    std::string digits;
    for (const int n : nibbles)
        if (n != no_digit) digits += static_cast<char>('0' + n);
    return digits;
}

const saip::Node* find_in(const saip::Image& image, const saip::Node& adf, saip::FileId id) {
    saip::FilePath path = adf.path;
    path.push_back(id);
    const saip::Node* node = image.find(path);
    return node != nullptr && node->link ? image.find(*node->link) : node;
}

bool has_service(const saip::Node* ust, std::size_t number) {
    const std::size_t octet = (number - 1) / 8;
    return ust != nullptr && octet < ust->content.size() && (ust->content[octet] >> ((number - 1) % 8) & 1U) != 0;
}

/// A group identifier that the owner names stands in the profile. Files are longer than what is in them: FF ends it.
bool has_group(const saip::Image& image, const saip::Node& adf, saip::FileId id, std::size_t service,
               const std::optional<msg::OctetString>& named) {
    if (!named || named->bytes.empty()) return true;
    const saip::Node* file = find_in(image, adf, id);
    if (file == nullptr || !has_service(find_in(image, adf, ef_ust), service)) return false;
    const auto until_padding = [](View octets) {
        while (!octets.empty() && octets.back() == 0xFF) octets = octets.first(octets.size() - 1);
        return octets;
    };
    return equal(until_padding(file->content), until_padding(named->bytes));
}

/// Of each USIM that has an IMSI; nothing is said of a profile without one.
bool belongs_to(const saip::Image& image, const msg::OperatorId& owner) {
    const std::string network = network_digits(owner);
    return std::ranges::all_of(image.nodes, [&](const saip::Node& adf) {
        if (adf.kind != saip::NodeKind::adf) return true;
        const saip::Node* file = find_in(image, adf, ef_imsi);
        if (file == nullptr || file->name != "ef-imsi") return true;  // an ISIM has another file of that number
        const auto imsi = Imsi::from_ef(file->content);
        if (!imsi) return true;
        return imsi->text().starts_with(network) && has_group(image, adf, ef_gid1, service_gid1, owner.gid1) &&
               has_group(image, adf, ef_gid2, service_gid2, owner.gid2);
    });
}

}  // namespace

bool is_test_key(const saip::Aka& aka) {
    if (aka.algorithm == saip::Algorithm::usim_test) return true;
    const View k = expose(aka.k);
    return std::ranges::all_of(k.first(k.size() / 2), [](std::uint8_t b) { return b == 0; });
}

std::optional<Misfit> find_misfit(const saip::Image& image, const msg::StoreMetadataRequest& metadata) {
    if (!equal(image.facts.iccid, metadata.iccid))
        return Misfit{ErrorReason::install_failed_due_to_data_mismatch,
                      "the ICCID of the profile header is not that of the metadata"};
    if (metadata.profile_owner && !belongs_to(image, *metadata.profile_owner))
        return Misfit{ErrorReason::install_failed_due_to_data_mismatch,
                      "EF_IMSI or a group identifier is not that of the profile owner"};
    if (metadata.class_or_default() == msg::ProfileClass::test && !std::ranges::all_of(image.aka, is_test_key))
        return Misfit{ErrorReason::test_profile_install_failed_due_to_invalid_naa_key,
                      "a test profile with a key that a real network may know"};
    return std::nullopt;
}

}  // namespace mcim::euicc
