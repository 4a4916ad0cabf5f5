// PINs, authentication keys and security domains of a profile (TCA 8.4 to 8.6).
#include <algorithm>

#include "mcim/saip/resolver.h"

namespace mcim::saip {
namespace {

constexpr std::uint64_t seq_max = 0x07FFFFFFFFFF;

std::uint64_t number(View octets) {
    std::uint64_t n = 0;
    for (const auto b : octets) n = n << 8U | b;
    return n;
}

/// PINKeyReferenceValue: global ones and administrative keys belong to the MF, local ones to other directories.
bool belongs_to(const FilePath& directory, KeyReference r) {
    const bool local = r >= 0x81 && r <= 0x88;
    const bool global = (r >= 1 && r <= 8) || (r >= 0x0A && r <= 0x0E) || (r >= 0x8A && r <= 0x8E);
    return directory.empty() ? global : local;
}
bool is_puk_reference(KeyReference r) { return (r >= 1 && r <= 8) || (r >= 0x81 && r <= 0x88); }

Secret<8> eight(const SecretOctets<8, 8>& octets) {
    return *Secret<8>::copy_of(expose(octets.bytes));  // the codec lets no other length in
}

template <class List>
bool has_reference(const List& list, KeyReference r) {
    return std::ranges::find(list, r, &List::value_type::reference) != list.end();
}

}  // namespace

Verdict Resolver::visit(const PinCodes& element) {
    if (image_.nodes.empty()) return refusal(PeStatusCode::invalid_parameter, "PINs before the MF");
    if (std::ranges::find(image_.pins, directory_, &PinContext::directory) != image_.pins.end())
        return refusal(PeStatusCode::invalid_parameter, "a second set of PINs for " + text_of(directory_));
    PinContext context;
    context.directory = directory_;
    const auto& codes = element.codes.value;
    const auto* list = std::get_if<std::vector<PinConfiguration>>(&codes);
    auto refused =
        list != nullptr ? visit(*list, context) : share_pins(std::get<der::OctetString<0, 8>>(codes), context);
    if (refused) return refused;
    image_.pins.push_back(std::move(context));
    return {};
}

Verdict Resolver::visit(const std::vector<PinConfiguration>& list, PinContext& context) {
    if (list.empty() || list.size() > 26) return bad("1 to 26 PINs");
    for (const PinConfiguration& given : list) {
        const KeyReference r = given.key_reference;
        const auto label = "PIN " + hex(Bytes{r});
        if (!belongs_to(context.directory, r)) return bad(label + " does not belong to " + text_of(context.directory));
        if (has_reference(context.pins, r)) return bad(label + " twice");
        if (given.unblocking_reference && !has_reference(image_.puks, *given.unblocking_reference))
            return bad(label + " names PUK " + hex(Bytes{*given.unblocking_reference}) + ", which is not there");
        Pin& pin = context.pins.emplace_back();
        pin.reference = r;
        pin.value = eight(given.value);
        pin.puk = given.unblocking_reference;
        const unsigned attributes = given.attributes_or_default();
        pin.enabled = (attributes & 1U) != 0;
        pin.may_change = (attributes & 2U) != 0;
        pin.may_disable = (attributes & 4U) != 0;
        pin.attempts_max = static_cast<std::uint8_t>(given.attempts_or_default() >> 4U);
        pin.attempts_left = static_cast<std::uint8_t>(given.attempts_or_default() & 15U);
        if (pin.attempts_left > pin.attempts_max) return bad(label + " has more attempts left than it ever has");
    }
    return {};
}

Verdict Resolver::share_pins(View octets, PinContext& context) const {
    const auto path = path_from(octets);
    const auto owner =
        std::ranges::find_if(image_.pins, [&](const PinContext& c) { return path && c.directory == *path; });
    if (owner == image_.pins.end()) return bad("filePath " + hex(octets) + " names no directory with PINs");
    context.shared_with = owner->shared_with.value_or(owner->directory);
    return {};
}

Verdict Resolver::visit(const PukCodes& element) {
    if (!image_.puks.empty()) return refusal(PeStatusCode::invalid_parameter, "a second set of PUKs");
    if (element.codes.empty() || element.codes.size() > 16) return bad("1 to 16 PUKs");
    for (const PukConfiguration& given : element.codes) {
        const auto label = "PUK " + hex(Bytes{given.key_reference});
        if (!is_puk_reference(given.key_reference)) return bad(label + " is no PUK reference");
        if (has_reference(image_.puks, given.key_reference)) return bad(label + " twice");
        Puk& puk = image_.puks.emplace_back();
        puk.reference = given.key_reference;
        puk.value = eight(given.value);
        puk.attempts_max = static_cast<std::uint8_t>(given.attempts_or_default() >> 4U);
        puk.attempts_left = static_cast<std::uint8_t>(given.attempts_or_default() & 15U);
        if (puk.attempts_left > puk.attempts_max) return bad(label + " has more attempts left than it ever has");
    }
    return {};
}

Verdict Resolver::visit(const AkaParameter& element) {
    if (!application_ || (application_service_ != "usim" && application_service_ != "isim"))
        return refusal(PeStatusCode::invalid_parameter, "keys without a USIM or ISIM before them");
    if (std::ranges::find(image_.aka, *application_, &Aka::adf) != image_.aka.end())
        return refusal(PeStatusCode::invalid_parameter, "a second set of keys for " + text_of(*application_));
    Aka aka;
    aka.adf = *application_;
    if (element.sqn_options) aka.sqn_options = element.sqn_options->bytes[0];
    if (element.sqn_delta) aka.sqn_delta = number(*element.sqn_delta);
    if (element.sqn_age_limit) aka.sqn_age_limit = number(*element.sqn_age_limit);
    if (element.sqn_init) {
        if (element.sqn_init->size() != aka.sqn_init.size()) return bad("sqnInit has 32 numbers");
        std::ranges::transform(*element.sqn_init, aka.sqn_init.begin(), [](View v) { return number(v); });
    }
    const auto too_high = [](std::uint64_t n) { return n > seq_max; };
    if (too_high(aka.sqn_delta) || too_high(aka.sqn_age_limit) || std::ranges::any_of(aka.sqn_init, too_high))
        return bad("a sequence number above 07FFFFFFFFFF");
    const auto& given = element.configuration.value;
    const auto* algorithm = std::get_if<AlgoParameter>(&given);
    auto refused =
        algorithm != nullptr ? fill_algorithm(*algorithm, aka) : fill_mapping(std::get<MappingParameter>(given), aka);
    if (refused) return refused;
    image_.aka.push_back(std::move(aka));
    return {};
}

Verdict Resolver::fill_algorithm(const AlgoParameter& given, Aka& aka) const {
    std::string_view needs;
    std::size_t opc_octets = 16;
    switch (given.algorithm) {
        case AlgorithmId::milenage: needs = "milenage"; break;
        case AlgorithmId::usim_test_algorithm: needs = "usim-test-algorithm"; break;
        case AlgorithmId::tuak:
            needs = given.key.bytes.size() == 32 ? "tuak256" : "tuak128";
            opc_octets = 32;
            break;
    }
    if (needs.empty() || !card_.has(needs))
        return refusal(PeStatusCode::feature_not_supported,
                       "algorithm " + (needs.empty() ? std::string("unknown") : std::string(needs)));
    if (given.key.bytes.size() != (needs == "tuak256" ? 32U : 16U))
        return bad("a key of " + std::to_string(given.key.bytes.size()) + " octets");
    if (given.algorithm != AlgorithmId::usim_test_algorithm && given.opc.bytes.size() != opc_octets)
        return bad("an OPc of " + std::to_string(given.opc.bytes.size()) + " octets");
    aka.algorithm = static_cast<Algorithm>(given.algorithm);
    aka.algorithm_options = given.options.bytes[0];
    aka.k = given.key.bytes.copy();
    aka.opc = given.opc.bytes.copy();
    if (given.rotation_constants) std::ranges::copy(given.rotation_constants->bytes, aka.rotation.begin());
    if (std::ranges::any_of(aka.rotation, [](std::uint8_t r) { return r > 127; }))
        return bad("a rotation of more than 127 bits");
    if (given.xoring_constants)
        for (std::size_t i = 0; i < aka.xoring.size(); ++i)
            std::copy_n(given.xoring_constants->bytes.begin() + static_cast<std::ptrdiff_t>(16 * i), 16,
                        aka.xoring[i].begin());
    if (given.auth_counter_max) aka.authentications_max = static_cast<std::uint32_t>(number(*given.auth_counter_max));
    aka.keccak_iterations = given.number_of_keccak.value_or(1);
    return {};
}

/// Key, algorithm and counters of another application. Which of them mappingOptions means is not told apart
/// (docs/divergences.md).
Verdict Resolver::fill_mapping(const MappingParameter& given, Aka& aka) const {
    for (const Aka& other : image_.aka) {
        if (find(other.adf)->aid != given.source.bytes) continue;
        aka.algorithm = other.algorithm;
        aka.algorithm_options = other.algorithm_options;
        aka.k = other.k.copy();
        aka.opc = other.opc.copy();
        aka.rotation = other.rotation;
        aka.xoring = other.xoring;
        aka.keccak_iterations = other.keccak_iterations;
        aka.authentications_max = other.authentications_max;
        aka.sqn_options = other.sqn_options;
        aka.sqn_delta = other.sqn_delta;
        aka.sqn_age_limit = other.sqn_age_limit;
        aka.sqn_init = other.sqn_init;
        aka.shares_sqn_with = other.shares_sqn_with.value_or(other.adf);
        return {};
    }
    return bad("mappingSource " + hex(given.source) + " has no keys");
}

Verdict Resolver::visit(const SecurityDomainElement& element) {
    const ApplicationInstance& given = element.instance;
    for (const SecurityDomain& other : image_.domains)
        if (other.instance == given.instance.bytes) return bad("two security domains with one AID");
    SecurityDomain& domain = image_.domains.emplace_back();
    domain.load_package = given.load_package.bytes;
    domain.module = given.module.bytes;
    domain.instance = given.instance.bytes;
    domain.privileges = given.privileges.bytes;
    if (given.life_cycle_state) domain.life_cycle = given.life_cycle_state->bytes[0];
    domain.parameters = given.parameters.bytes;
    const std::span<const KeyObject> objects = element.keys ? std::span(*element.keys) : std::span<const KeyObject>();
    for (const KeyObject& object : objects) {
        DomainKey& key = domain.keys.emplace_back();
        key.usage = object.usage_qualifier.bytes;
        if (object.access) key.access = object.access->bytes[0];
        key.id = object.identifier.bytes[0];
        key.version = object.version.bytes[0];
        if (object.counter) key.counter = object.counter->bytes;
        for (const KeyComponentElement& part : object.components)
            key.components.push_back({part.type.bytes, part.data.bytes.copy(), part.mac_length.value_or(8)});
    }
    if (element.perso_data)
        for (const auto& data : *element.perso_data) domain.personalisation.push_back(data.bytes);
    return {};
}

}  // namespace mcim::saip
