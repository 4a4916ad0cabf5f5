#include "mcim/saip/resolver.h"

#include <algorithm>

namespace mcim::saip {
namespace {

constexpr std::size_t links_max = 8;

/// Elements that a card may leave out where they are not mandated say so with these; everything else ends it.
bool may_be_left_out(PeStatusCode status) {
    using enum PeStatusCode;
    return status == pe_not_supported || status == feature_not_supported || status == template_not_supported ||
           status == runtime_not_supported;
}

bool creates_application(std::string_view name) {
    return name == "usim" || name == "isim" || name == "csim" || name == "iot";
}

/// ICCID digits of the header, in the form of EF_ICCID.
Bytes swapped(View digits) {
    Bytes out = to_bytes(digits);
    for (auto& b : out) b = static_cast<std::uint8_t>(b << 4U | b >> 4U);
    return out;
}

/// UST and IST services that a card without the service must switch off (comments at ef-ust and ef-ist in
/// PE_Definitions; numbers by TS 31.102 4.2.8 and TS 31.103 4.2.7).
struct ServiceBit {
    std::string_view file;
    unsigned number;
    std::string_view needs;
};
constexpr ServiceBit service_bits[] = {
    {"ef-ust", 68, "gba-usim"}, {"ef-ust", 69, "mbms"}, {"ef-ust", 125, "get-identity"}, {"ef-ist", 2, "gba-isim"}};

/// At most 64 characters, as statusMessage takes; never less than two.
std::string as_status_message(std::string text) {
    if (text.size() < 2) text = "refused";
    constexpr std::size_t longest = 64;
    if (text.size() <= longest) return text;
    text.resize(longest);
    while (!der::utf8_length(text)) text.pop_back();
    return text;
}

}  // namespace

bool CardCapabilities::has(std::string_view name) const { return std::ranges::find(services, name) != services.end(); }

CardCapabilities production_card() {
    CardCapabilities card;
    card.services = {"usim", "isim", "milenage"};
    return card;
}

CardCapabilities lab_card() {
    CardCapabilities card;
    card.services = {"usim",          "isim",          "csim",          "milenage",
                     "multiple-usim", "multiple-isim", "multiple-csim", "usim-test-algorithm",
                     "ber-tlv",       "dfLink",        "get-identity",  "profile-a-x25519",
                     "profile-b-p256"};
    card.keeps_remote_management = true;
    return card;
}

Resolution resolve(const ProfilePackage& package, const CardCapabilities& card) {
    return Resolver(package, card).run();
}

Resolution resolve(View der, const CardCapabilities& card, const Limits& limits) {
    const auto package = parse(der, limits);
    if (package) return resolve(*package, card);
    Resolution out;
    const bool too_large = package.error().code == Errc::too_large;
    PeStatus status{.status = too_large ? PeStatusCode::not_enough_memory : PeStatusCode::invalid_request_format,
                    .identification = {},
                    .additional_information = {},
                    .offset = {},
                    .more = {}};
    if (!too_large) status.offset = static_cast<std::uint32_t>(package.error().offset);
    out.response.pe_status.push_back(status);
    out.response.profile_installation_aborted.emplace();
    out.response.status_message = {as_status_message(to_string(package.error()))};
    return out;
}

Resolution Resolver::run() && {
    if (const auto refused = check_frame()) return std::move(*this).refuse(*refused);
    const ProfileHeader& profile = *profile_header_of(package_);
    if (const auto refused = check_profile_header(profile)) return std::move(*this).refuse(*refused);
    fill_facts(profile);
    for (const auto& element : std::span(package_.elements).subspan(1)) {
        header_ = header_of(element);
        if (auto refused = visit_element(element)) {
            if (mandated() || !may_be_left_out(refused->status)) return std::move(*this).refuse(*refused);
            note(refused->status);
        }
    }
    header_ = nullptr;
    if (const auto refused = finish()) return std::move(*this).refuse(*refused);
    Resolution out;
    if (response_.pe_status.empty()) note(PeStatusCode::ok);
    out.response = std::move(response_);
    out.image = std::move(image_);
    return out;
}

/// TCA 8.1: the header first, the end last, both once.
Verdict Resolver::check_frame() const {
    const auto is_header = [](const ProfileElement& e) { return std::holds_alternative<ProfileHeader>(e.body); };
    const auto is_end = [](const ProfileElement& e) { return std::holds_alternative<End>(e.body); };
    using enum PeStatusCode;
    if (profile_header_of(package_) == nullptr)
        return refusal(invalid_request_format, "no profile header at the start");
    if (std::ranges::count_if(package_.elements, is_header) != 1)
        return refusal(invalid_request_format, "a second profile header");
    if (!is_end(package_.elements.back())) return refusal(invalid_request_format, "no end element at the end");
    if (std::ranges::count_if(package_.elements, is_end) != 1)
        return refusal(invalid_request_format, "elements after the end");
    return {};
}

/// TCA 8.2: what the profile cannot do without, in the order in which the header names it.
Verdict Resolver::check_profile_header(const ProfileHeader& profile) const {
    using enum PeStatusCode;
    if (profile.major_version < card_.major_version_min || profile.major_version > card_.major_version_max)
        return refusal(unsupported_profile_version, "profile format " + std::to_string(profile.major_version) + "." +
                                                        std::to_string(profile.minor_version));
    for (const auto n : profile.mandatory_services.present) {
        const auto name = service_names()[n];
        if (!card_.has(name)) return refusal(feature_not_supported, "mandatory service " + std::string(name));
    }
    if (!profile.mandatory_services.more.tlvs.empty())
        return refusal(feature_not_supported, "a mandatory service of a later version");
    for (const auto& oid : profile.mandatory_gfste_list) {
        const auto* type = find_template(oid.text());
        if (type == nullptr || (!type->service.empty() && !card_.has(type->service)))
            return refusal(template_not_supported, "mandatory template " + oid.text());
    }
    if (profile.mandatory_aids && !profile.mandatory_aids->empty())
        return refusal(lib_not_supported, "library " + hex(profile.mandatory_aids->front().aid));
    return {};
}

void Resolver::fill_facts(const ProfileHeader& profile) {
    auto& facts = image_.facts;
    facts.major_version = profile.major_version;
    facts.minor_version = profile.minor_version;
    if (profile.profile_type) facts.profile_type = profile.profile_type->text;
    facts.iccid = swapped(profile.iccid);
    for (const auto n : profile.mandatory_services.present) facts.mandatory_services.emplace_back(service_names()[n]);
    for (const auto& oid : profile.mandatory_gfste_list) facts.templates.push_back(oid.text());
    if (profile.connectivity_parameters) facts.connectivity_parameters = profile.connectivity_parameters->bytes;
}

Verdict Resolver::visit_element(const ProfileElement& element) {
    if (auto refused = check_identification(header_)) return refused;
    if (auto refused = check_support(element)) return refused;
    if (const auto* files = files_of(element)) return visit_files(*file_type_of(element), *files);
    return std::visit(
        [&](const auto& body) -> Verdict {
            using T = std::remove_cvref_t<decltype(body)>;
            if constexpr (std::is_same_v<T, CdmaParameter> || std::is_same_v<T, Rfm>)
                store(element);
            else if constexpr (requires { this->visit(body); })
                return visit(body);
            return {};
        },
        element.body);
}

Verdict Resolver::check_identification(const PeHeader* header) {
    if (header == nullptr) return {};
    if (header->identification > 0x7FFF) return refusal(PeStatusCode::invalid_parameter, "identification above 32767");
    if (std::ranges::find(seen_, header->identification) != seen_.end())
        return refusal(PeStatusCode::invalid_parameter, "two elements with this identification");
    seen_.push_back(header->identification);
    return {};
}

/// What the card lacks for this element. An application that is left out takes all that belongs to it along.
Verdict Resolver::check_support(const ProfileElement& element) {
    using enum PeStatusCode;
    const auto& body = element.body;
    if (const auto* type = file_type_of(element)) {
        const bool lacking = !type->service.empty() && !card_.has(type->service);
        if (creates_application(type->name)) {
            application_left_out_ = lacking;
            if (lacking) application_.reset();
        }
        if (lacking) return refusal(feature_not_supported, "no " + std::string(type->service));
        const std::string& oid = files_of(element)->template_id.text();
        if (find_template(oid) != type) return refusal(template_not_supported, "template " + oid);
        if (type->name != "mf" && image_.nodes.empty()) return refusal(invalid_parameter, "files before the MF");
        return {};
    }
    if (std::holds_alternative<der::Any>(body)) return refusal(pe_not_supported, "an element of a later version");
    if (std::holds_alternative<NonStandard>(body)) return refusal(pe_not_supported, "non-standard content");
    if (std::holds_alternative<Application>(body)) return refusal(runtime_not_supported, "no application runtime");
    if (std::holds_alternative<Rfm>(body) && !card_.keeps_remote_management)
        return refusal(pe_not_supported, "no remote file management");
    if (std::holds_alternative<CdmaParameter>(body) && !card_.has("csim"))
        return refusal(feature_not_supported, "no csim");
    const bool of_application = std::holds_alternative<PinCodes>(body) || std::holds_alternative<AkaParameter>(body);
    if (of_application && application_left_out_) return refusal(feature_not_supported, "its application is left out");
    return {};
}

Verdict Resolver::finish() {
    if (image_.nodes.empty()) return refusal(PeStatusCode::invalid_parameter, "no MF");
    for (Node& node : image_.nodes)
        if (auto refused = settle_link(node)) return refused;
    clear_unsupported_services();
    return {};
}

/// Links may lead over links; the image names the end.
Verdict Resolver::settle_link(Node& node) const {
    if (!node.link) return {};
    const Node* target = &node;
    for (std::size_t step = 0; target != nullptr && target->link; ++step) {
        if (step == links_max)
            return Refusal{PeStatusCode::bad_values, text_of(node.path) + " links in a circle", node.profile_element};
        target = find(*target->link);
    }
    if (target == nullptr || is_directory(target->kind) != is_directory(node.kind))
        return Refusal{PeStatusCode::bad_values, text_of(node.path) + " links to no such file", node.profile_element};
    node.kind = target->kind;
    node.descriptor = target->descriptor;
    node.size = target->size;
    node.record_length = target->record_length;
    node.record_count = target->record_count;
    node.maximum_size = target->maximum_size;
    node.link = target->path;
    return {};
}

void Resolver::clear_unsupported_services() {
    for (const auto& bit : service_bits) {
        if (card_.has(bit.needs)) continue;
        for (Node& node : image_.nodes) {
            const std::size_t octet = (bit.number - 1) / 8;
            if (node.name != bit.file || octet >= node.content.size()) continue;
            node.content[octet] = static_cast<std::uint8_t>(node.content[octet] & ~(1U << ((bit.number - 1) % 8)));
        }
    }
}

Resolution Resolver::refuse(const Refusal& refused) && {
    Resolution out;
    PeStatus& status = out.response.pe_status.emplace_back();
    status.status = refused.status;
    status.identification = refused.identification;
    if (header_ != nullptr) status.identification = header_->identification;
    out.response.profile_installation_aborted.emplace();
    out.response.status_message = {as_status_message(refused.reason)};
    return out;
}

void Resolver::note(PeStatusCode code) {
    PeStatus& status = response_.pe_status.emplace_back();
    status.status = code;
    if (header_ != nullptr) status.identification = header_->identification;
}

void Resolver::store(const ProfileElement& element) {
    StoredElement& kept = image_.stored.emplace_back();
    kept.name = name_of(element);
    kept.identification = header_ == nullptr ? 0 : header_->identification;
    kept.der = SecretBytes(der::encode(element));
}

const Node* Resolver::find(const FilePath& path) const {
    const auto at = index_.find(path);
    return at == index_.end() ? nullptr : &image_.nodes[at->second];
}

bool Resolver::mandated() const { return header_ != nullptr && header_->mandated.has_value(); }

}  // namespace mcim::saip
