// Profile packages at rest, and what is taken out of them inside.
#include "mcim/saip/package.h"
#include "mcim/custody/custody.h"

namespace mcim::custody {

using signer::Response;

namespace {

/// ProfileHeader.iccid has the digits in their order, padded with F.
Result<Iccid> iccid_of(const saip::ProfilePackage& package) {
    const saip::ProfileHeader* header = saip::profile_header_of(package);
    if (header == nullptr) return fail(Errc::missing_field, "ProfileHeader", "a package begins with its header");
    std::string digits = hex(header->iccid);
    while (digits.ends_with('F')) digits.pop_back();
    return Iccid::parse_unchecked(digits);
}

}  // namespace

Result<SecretBytes> Custody::unwrap(const Iccid& iccid, const signer::WrappedPackage& wrapped) const {
    auto plain = wrapping_keys_.unwrap(Purpose::profile_package, "ICCID " + iccid.text(), wrapped.octets);
    if (!plain) return std::move(plain).error().within("package");
    return plain;
}

Result<Response> Custody::answer(const signer::WrapPackage& request) const {
    TRY(const saip::ProfilePackage package, saip::parse(expose(request.der)));
    TRY(const Iccid named, iccid_of(package));
    if (named != request.iccid)
        return fail(Errc::conflict, "ProfileHeader.iccid",
                    "the package is for " + named.text() + ", not for " + request.iccid.text());
    return Response(signer::WrappedPackage{
        wrapping_keys_.wrap(Purpose::profile_package, "ICCID " + request.iccid.text(), expose(request.der), random_)});
}

Result<Response> Custody::answer(const signer::RewrapPackage& request) const {
    TRY(const SecretBytes plain, unwrap(request.iccid, request.package));
    return Response(signer::WrappedPackage{
        wrapping_keys_.wrap(Purpose::profile_package, "ICCID " + request.iccid.text(), expose(plain), random_)});
}

Result<Response> Custody::answer(const signer::ExtractSubscription& request) const {
    TRY(const SecretBytes plain, unwrap(request.iccid, request.package));
    return fail(Errc::refused, "package", "subscriptions of imported packages are not in this version");
}

}  // namespace mcim::custody
