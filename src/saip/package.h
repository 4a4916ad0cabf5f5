// A profile package as it is on the wire: a row of ProfileElements. parse() and encode() are each other's inverse,
// octet for octet; what a package means to a card is resolve()'s business (saip/resolve.h).
#pragma once
#include "mcim/saip/applications.h"
#include "mcim/saip/templates.h"

namespace mcim::saip {

struct FileEntry {
    std::size_t row = 0;  ///< in the rows of the element's FileElementType
    File file;
};
/// Every element whose components after header and templateID are Files: one representation, one table.
struct FileElement {
    PeHeader header;
    der::Oid template_id;
    std::vector<FileEntry> files;  ///< ascending rows; absent components are left out
    der::Extensions more;
};
/// The type of one alternative; Wire is its tag in the CHOICE.
template <std::uint32_t Wire>
struct FileElementOf : FileElement {};

struct Dummy {
    der::Extensions more;
    static constexpr auto asn1 = der::sequence("PE-Dummy");
};
template <std::uint32_t Wire>
using Rfu = der::Tagged<Wire, Dummy>;

void write_file_element(const FileElementType&, der::Writer&, const FileElement&);
std::optional<Error> read_file_element(const FileElementType&, der::Reader, FileElement&);
void print_file_element(const FileElementType&, der::Printer&, const FileElement&);
void arbitrary_file_element(const FileElementType&, der::Source&, FileElement&);

}  // namespace mcim::saip
template <std::uint32_t Wire>
struct mcim::der::Describe<mcim::saip::FileElementOf<Wire>> {
    using V = mcim::saip::FileElementOf<Wire>;
    static const mcim::saip::FileElementType& element() { return *mcim::saip::find_file_element_type(Tag{Wire}); }
    static constexpr Type type{
        Tag{Wire > 0xFF ? 0xBF00U | (Wire & 0xFFU) : Wire},
        [](const Type&, Writer& w, const void* v) {
            mcim::saip::write_file_element(element(), w, *static_cast<const V*>(v));
        },
        [](const Type&, Reader in, void* v) {
            return mcim::saip::read_file_element(element(), in, *static_cast<V*>(v));
        },
        [](const Type&, Printer& p, std::string_view, const void* v) {
            mcim::saip::print_file_element(element(), p, *static_cast<const V*>(v));
        },
        [](const Type&, Source& s, void* v) { mcim::saip::arbitrary_file_element(element(), s, *static_cast<V*>(v)); }};
};
namespace mcim::saip {

/// The CHOICE in its order, so that alternative n has context tag n; the last one is whatever a later version adds.
struct ProfileElement {
    std::variant<ProfileHeader, GenericFileManagement, PinCodes, PukCodes, AkaParameter, CdmaParameter,
                 SecurityDomainElement, Rfm, Application, NonStandard, End, Rfu<0xAB>, Rfu<0xAC>, Rfu<0xAD>, Rfu<0xAE>,
                 Rfu<0xAF>, FileElementOf<0xB0>, FileElementOf<0xB1>, FileElementOf<0xB2>, FileElementOf<0xB3>,
                 FileElementOf<0xB4>, FileElementOf<0xB5>, FileElementOf<0xB6>, FileElementOf<0xB7>,
                 FileElementOf<0xB8>, FileElementOf<0xB9>, FileElementOf<0xBA>, FileElementOf<0xBB>,
                 FileElementOf<0xBC>, FileElementOf<0xBD>, FileElementOf<0xBE>, FileElementOf<0xBF1F>,
                 FileElementOf<0xBF20>, FileElementOf<0xBF21>, der::Any>
        body;

    template <std::size_t I>
    static consteval der::Field at(std::string_view name, std::uint32_t wire) {
        return der::alternative<&ProfileElement::body, I>(name, Tag{wire});
    }
    static const der::Choice<35> asn1;
};
inline constexpr der::Choice<35> ProfileElement::asn1 = der::choice(
    "ProfileElement", at<0>("header", 0xA0), at<1>("genericFileManagement", 0xA1), at<2>("pinCodes", 0xA2),
    at<3>("pukCodes", 0xA3), at<4>("akaParameter", 0xA4), at<5>("cdmaParameter", 0xA5), at<6>("securityDomain", 0xA6),
    at<7>("rfm", 0xA7), at<8>("application", 0xA8), at<9>("nonStandard", 0xA9), at<10>("end", 0xAA),
    at<11>("rfu1", 0xAB), at<12>("rfu2", 0xAC), at<13>("rfu3", 0xAD), at<14>("rfu4", 0xAE), at<15>("rfu5", 0xAF),
    at<16>("mf", 0xB0), at<17>("cd", 0xB1), at<18>("telecom", 0xB2), at<19>("usim", 0xB3), at<20>("opt-usim", 0xB4),
    at<21>("isim", 0xB5), at<22>("opt-isim", 0xB6), at<23>("phonebook", 0xB7), at<24>("gsm-access", 0xB8),
    at<25>("csim", 0xB9), at<26>("opt-csim", 0xBA), at<27>("eap", 0xBB), at<28>("df-5gs", 0xBC),
    at<29>("df-saip", 0xBD), at<30>("df-snpn", 0xBE), at<31>("df-5gprose", 0xBF1F), at<32>("iot", 0xBF20),
    at<33>("opt-iot", 0xBF21), at<34>("...", 0));

struct ProfilePackage {
    std::vector<ProfileElement> elements;
};

/// A package from a stranger may be this large and no larger. Nesting is bounded by the declarations themselves: none
/// of them is recursive.
struct Limits {
    std::size_t package_bytes_max = 150 * 1024;
    std::size_t elements_max = 512;
    std::size_t values_max = 40'000;  ///< data objects in the whole package, against blow-up in memory
};

/// Errors name the number of the element (from 1), its kind and identification, and the path inside it. Offsets count
/// from the start of the package.
[[nodiscard]] Result<ProfilePackage> parse(View der, const Limits& = {});
[[nodiscard]] Bytes encode(const ProfilePackage&);
/// For people; keys and PINs are not shown.
[[nodiscard]] std::string print(const ProfilePackage&);

[[nodiscard]] std::string_view name_of(const ProfileElement&);
/// Null for the profile header, rfu and unknown elements.
[[nodiscard]] const PeHeader* header_of(const ProfileElement&);
/// Null where the element bears no files.
[[nodiscard]] const FileElement* files_of(const ProfileElement&);
[[nodiscard]] FileElement* files_of(ProfileElement&);
[[nodiscard]] const FileElementType* file_type_of(const ProfileElement&);
[[nodiscard]] const ProfileHeader* profile_header_of(const ProfilePackage&);
/// The component with this name; null where absent.
[[nodiscard]] const File* find_file(const FileElementType&, const FileElement&, std::string_view name);

}  // namespace mcim::saip
