#include "given_package.h"

#include <algorithm>

#include "mcim/apps/common/files.h"
#include "mcim/base/ids.h"
#include "mcim/saip/resolve.h"
#include "mcim/signer/signer.h"

namespace mcim::demo {
namespace {

/// In the words of the agent: "feature-not-supported (mandatory service csim)".
std::string refusal_of(const saip::EuiccResponse& response) {
    const auto refused = std::ranges::find_if(
        response.pe_status, [](const saip::PeStatus& s) { return s.status != saip::PeStatusCode::ok; });
    if (refused == response.pe_status.end()) return "no status";
    return std::string(to_string(refused->status)) +
           (response.status_message ? " (" + response.status_message->text + ")" : "");
}

std::string_view name_of(saip::Algorithm algorithm) {
    switch (algorithm) {
        case saip::Algorithm::milenage: return to_string(signer::Algorithm::milenage);
        case saip::Algorithm::usim_test: return to_string(signer::Algorithm::test);
        case saip::Algorithm::tuak: break;
    }
    return "TUAK";
}

const saip::Node* find_file(const saip::Image& image, const saip::Aka& aka, saip::FileId id, std::string_view name) {
    saip::FilePath path = aka.adf;
    path.push_back(id);
    const saip::Node* node = image.find(path);
    return node != nullptr && node->name == name ? node : nullptr;
}

bool is_zeros(View octets) {
    return std::ranges::all_of(octets, [](std::uint8_t octet) { return octet == 0; });
}

/// TS 31.102 4.2.18: octet 4 of EF_AD.
std::size_t mnc_digits_of(const saip::Node* administrative_data) {
    const bool three = administrative_data != nullptr && administrative_data->content.size() >= 4 &&
                       (administrative_data->content[3] & 0x0FU) == 3;
    return three ? 3 : 2;
}

/// TS 102 221 9.5.1: PIN 1 of a card with one application is global, reference 01.
std::string pin_of(const saip::Image& image) {
    for (const auto& context : image.pins)
        for (const auto& pin : context.pins)
            if (pin.reference == 0x01 && pin.enabled) {
                std::string digits = as_text(expose(pin.value));
                digits.erase(std::min(digits.find('\xFF'), digits.size()));
                return digits;
            }
    return {};
}

/// The first USIM with an IMSI and keys is the subscription, as it is for the platform.
Status fill_in_usim(GivenPackage& out, const saip::Image& image) {
    for (const auto& aka : image.aka) {
        const saip::Node* imsi_file = find_file(image, aka, 0x6F07, "ef-imsi");
        if (imsi_file == nullptr) continue;
        if (is_zeros(expose(aka.k)))
            return fail(Errc::refused, out.file.string(),
                        "its K is all zeros: nobody has put keys into it yet, and no platform takes it");
        auto imsi = Imsi::from_ef(imsi_file->content);
        if (!imsi) return std::move(imsi).error().within("ef-imsi");
        out.imsi = imsi->text();
        out.mnc_digits = mnc_digits_of(find_file(image, aka, 0x6FAD, "ef-ad"));
        out.pin = pin_of(image);
        out.algorithm = name_of(aka.algorithm);
        return ok();
    }
    return fail(Errc::missing_field, out.file.string(), "no USIM with an IMSI and keys: nobody logs in with it");
}

}  // namespace

Result<GivenPackage> read_given_package(const std::filesystem::path& file) {
    TRY(const Bytes der, apps::read_file(file, saip::Limits{}.package_bytes_max));
    const auto package = saip::parse(der);
    if (!package)
        return fail(Errc::bad_value, file.string(),
                    "a profile package is wanted (TCA interoperable format, DER), and this is none: " +
                        to_string(package.error()));
    const auto in_lab = saip::resolve(*package, saip::lab_card());
    if (!in_lab.image)
        return fail(Errc::refused, file.string(), "no card of ours takes it: PEStatus " + refusal_of(in_lab.response));
    GivenPackage out;
    out.file = std::filesystem::absolute(file);
    TRY(const Iccid iccid, Iccid::from_octets(in_lab.image->facts.iccid));
    out.iccid = iccid.text();
    CHECKED(fill_in_usim(out, *in_lab.image));
    const auto in_production = saip::resolve(*package, saip::production_card());
    if (!in_production.image) out.refusal = refusal_of(in_production.response);
    return out;
}

}  // namespace mcim::demo
