// Profile packages at rest, and what is taken out of them inside.
#include "mcim/custody/custody.h"
#include "mcim/saip/lint.h"
#include "mcim/saip/resolve.h"

namespace mcim::custody {

using signer::Response;

namespace {

/// Where a package begins at once, its first octet is that of a context-specific tag.
constexpr std::uint8_t with_operator = 1;

std::string holder_of_package(const Iccid& iccid) { return "ICCID " + iccid.text(); }

/// ProfileHeader.iccid has the digits in their order, padded with F.
Result<Iccid> iccid_of(const saip::ProfilePackage& package) {
    const saip::ProfileHeader* header = saip::profile_header_of(package);
    if (header == nullptr) return fail(Errc::missing_field, "ProfileHeader", "a package begins with its header");
    std::string digits = hex(header->iccid);
    while (digits.ends_with('F')) digits.pop_back();
    return Iccid::parse_unchecked(digits);
}

signer::Algorithm algorithm_of(const saip::Aka& aka) {
    switch (aka.algorithm) {
        case saip::Algorithm::milenage: return signer::Algorithm::milenage;
        case saip::Algorithm::usim_test: return signer::Algorithm::test;
        case saip::Algorithm::tuak: break;
    }
    return aka.k.size() == 32 ? signer::Algorithm::tuak_256 : signer::Algorithm::tuak_128;
}

SubscriptionKeys keys_of(const saip::Aka& aka) {
    SubscriptionKeys keys;
    keys.algorithm = algorithm_of(aka);
    keys.k = aka.k.copy();
    if (keys.algorithm == signer::Algorithm::test) {
        // TCA 8.5: 0, 1 and 2 are 32, 64 and 128 bits of RES
        const std::array<std::uint8_t, 3> res_octets{4, 8, 16};
        keys.res_octets = res_octets[std::min<std::size_t>(aka.algorithm_options & 0x07U, 2)];
    } else {
        keys.opc = aka.opc.copy();
        keys.constants = {aka.rotation, aka.xoring};
    }
    return keys;
}

/// Whoever knows its K is the card; whoever knows a key of its security domain is the operator.
Status check_keys_are_own(const saip::ProfilePackage& package) {
    const auto known = saip::lint_keys(package);
    if (known.empty()) return ok();
    const std::string others = known.size() == 1 ? "" : " (and " + std::to_string(known.size() - 1) + " more)";
    return fail(Errc::refused, "package",
                where(known.front()) + ": " + known.front().detail + others +
                    ": everybody has it, and only a laboratory takes it");
}

/// Why a package would not be installed, for people.
std::string reason(const saip::EuiccResponse& response) {
    if (response.status_message) return response.status_message->text;
    for (const saip::PeStatus& status : response.pe_status)
        if (status.status != saip::PeStatusCode::ok) return std::string(to_string(status.status));
    return "no reason given";
}

/// EF_IMSI of a USIM. An ISIM has another file of that number, which is why the name counts.
const saip::Node* find_imsi(const saip::Image& image, const saip::Aka& aka) {
    saip::FilePath path = aka.adf;
    path.push_back(0x6F07);
    const saip::Node* node = image.find(path);
    return node != nullptr && node->name == "ef-imsi" ? node : nullptr;
}

}  // namespace

/// Format, the operator and its length, then the package.
Result<signer::WrappedPackage> Custody::wrap(const Iccid& iccid, const std::string& operator_id, View der) const {
    if (operator_id.size() > 255)
        return fail(Errc::bad_length, "operator", "a name of " + std::to_string(operator_id.size()) + " octets");
    const Bytes head{with_operator, static_cast<std::uint8_t>(operator_id.size())};
    const SecretBytes plain(concat({head, as_view(operator_id), der}));
    return signer::WrappedPackage{
        keys_.wrapping.wrap(Purpose::profile_package, holder_of_package(iccid), expose(plain), random_)};
}

Result<Custody::OwnPackage> Custody::unwrap(const Iccid& iccid, const signer::WrappedPackage& wrapped) const {
    auto plain = keys_.wrapping.unwrap(Purpose::profile_package, holder_of_package(iccid), wrapped.octets);
    if (!plain) return std::move(plain).error().within("package");
    const View octets = expose(*plain);
    if (octets.empty() || octets[0] != with_operator) return OwnPackage{{}, *std::move(plain)};
    const std::size_t name_octets = octets.size() < 2 ? 0 : octets[1];
    if (octets.size() < 2 + name_octets)
        return fail(Errc::bad_value, "package", "not in a form that this version writes");
    return OwnPackage{as_text(octets.subspan(2, name_octets)), SecretBytes::copy_of(octets.subspan(2 + name_octets))};
}

Result<Response> Custody::answer(const signer::WrapPackage& request) const {
    TRY(const saip::ProfilePackage package, saip::parse(expose(request.der)));
    TRY(const Iccid named, iccid_of(package));
    if (named != request.iccid)
        return fail(Errc::conflict, "ProfileHeader.iccid",
                    "the package is for " + named.text() + ", not for " + request.iccid.text());
    if (policy_.known_keys == Policy::KnownKeys::refused) CHECKED(check_keys_are_own(package));
    TRY(auto wrapped, wrap(request.iccid, request.operator_id, expose(request.der)));
    return Response(std::move(wrapped));
}

Result<Response> Custody::answer(const signer::RewrapPackage& request) const {
    TRY(const OwnPackage own, unwrap(request.iccid, request.package));
    TRY(auto wrapped, wrap(request.iccid, own.operator_id, expose(own.der)));
    return Response(std::move(wrapped));
}

Result<Response> Custody::answer(const signer::ExtractSubscription& request) const {
    TRY(const OwnPackage own, unwrap(request.iccid, request.package));
    // as the most capable card would install it: what a certain card lacks is that card's to say
    const saip::Resolution resolution = saip::resolve(expose(own.der), saip::lab_card());
    if (!resolution.image)
        return fail(Errc::bad_value, "package", "no card of ours would install it: " + reason(resolution.response));
    for (const saip::Aka& aka : resolution.image->aka) {
        const saip::Node* ef_imsi = find_imsi(*resolution.image, aka);
        if (ef_imsi == nullptr) continue;
        auto imsi = Imsi::from_ef(ef_imsi->content);
        if (!imsi) return std::move(imsi).error().within("package.ef-imsi");
        SubscriptionKeys keys = keys_of(aka);
        keys.operator_id = own.operator_id;  // whoever asks does not say whose line it is
        TRY(signer::Subscription subscription, wrap(*imsi, keys));
        return Response(signer::ExtractSubscription::Response{*imsi, std::move(subscription)});
    }
    return fail(Errc::missing_field, "package", "no USIM with an IMSI and AKA parameters");
}

}  // namespace mcim::custody
