// The DER structures of a stored profile (entries.h). Version 1 throughout.
#pragma once
#include "mcim/der/leaf.h"

namespace mcim::uicc {

using der::field;
using der::OctetString;
using der::Tag;
using Text = der::Utf8String<>;
inline constexpr std::uint8_t stored_version = 1;

struct StoredFacts {
    std::uint8_t version = stored_version;
    std::uint8_t major_version = 0;
    std::uint8_t minor_version = 0;
    Text profile_type;
    OctetString<> iccid;
    std::vector<Text> mandatory_services;
    std::vector<Text> templates;
    OctetString<> connectivity_parameters;
    static constexpr auto asn1 = der::sequence(
        "StoredFacts", field<&StoredFacts::version>("version", Tag{0x80}),
        field<&StoredFacts::major_version>("majorVersion", Tag{0x81}),
        field<&StoredFacts::minor_version>("minorVersion", Tag{0x82}),
        field<&StoredFacts::profile_type>("profileType", Tag{0x83}), field<&StoredFacts::iccid>("iccid", Tag{0x84}),
        field<&StoredFacts::mandatory_services>("mandatoryServices", Tag{0xA5}),
        field<&StoredFacts::templates>("templates", Tag{0xA6}),
        field<&StoredFacts::connectivity_parameters>("connectivityParameters", Tag{0x87}));
};

/// Paths are two octets a step; the MF's is empty.
struct StoredNode {
    std::uint8_t version = stored_version;
    std::uint32_t order = 0;  ///< place in the image: applications are found in this order
    OctetString<> path;
    std::uint8_t kind = 0;
    std::uint16_t fid = 0;
    std::uint8_t descriptor = 0;
    OctetString<0, 16> aid;
    OctetString<> pin_status_template;
    std::uint8_t life_cycle = 0;
    std::uint16_t arr = 0;
    std::uint8_t arr_record = 0;
    std::optional<std::uint8_t> short_id;
    std::uint8_t special_information = 0;
    std::uint32_t size = 0;
    std::uint16_t record_length = 0;
    std::uint16_t record_count = 0;
    std::optional<std::uint32_t> maximum_size;
    std::uint8_t file_details = 0;
    std::optional<OctetString<>> link;
    std::uint16_t profile_element = 0;
    static constexpr auto asn1 = der::sequence(
        "StoredNode", field<&StoredNode::version>("version", Tag{0x80}), field<&StoredNode::order>("order", Tag{0x81}),
        field<&StoredNode::path>("path", Tag{0x82}), field<&StoredNode::kind>("kind", Tag{0x83}),
        field<&StoredNode::fid>("fid", Tag{0x84}), field<&StoredNode::descriptor>("descriptor", Tag{0x85}),
        field<&StoredNode::aid>("aid", Tag{0x86}),
        field<&StoredNode::pin_status_template>("pinStatusTemplate", Tag{0x87}),
        field<&StoredNode::life_cycle>("lifeCycle", Tag{0x88}), field<&StoredNode::arr>("arr", Tag{0x89}),
        field<&StoredNode::arr_record>("arrRecord", Tag{0x8A}), field<&StoredNode::short_id>("shortId", Tag{0x8B}),
        field<&StoredNode::special_information>("specialInformation", Tag{0x8C}),
        field<&StoredNode::size>("size", Tag{0x8D}), field<&StoredNode::record_length>("recordLength", Tag{0x8E}),
        field<&StoredNode::record_count>("recordCount", Tag{0x8F}),
        field<&StoredNode::maximum_size>("maximumSize", Tag{0x90}),
        field<&StoredNode::file_details>("fileDetails", Tag{0x91}), field<&StoredNode::link>("link", Tag{0x92}),
        field<&StoredNode::profile_element>("profileElement", Tag{0x93}));
};

struct StoredPin {
    std::uint8_t reference = 0;
    std::optional<std::uint8_t> puk;
    bool enabled = false;
    bool may_change = false;
    bool may_disable = false;
    std::uint8_t attempts_max = 0;
    std::uint8_t attempts_left = 0;
    static constexpr auto asn1 = der::sequence(
        "StoredPin", field<&StoredPin::reference>("reference", Tag{0x80}), field<&StoredPin::puk>("puk", Tag{0x81}),
        field<&StoredPin::enabled>("enabled", Tag{0x82}), field<&StoredPin::may_change>("mayChange", Tag{0x83}),
        field<&StoredPin::may_disable>("mayDisable", Tag{0x84}),
        field<&StoredPin::attempts_max>("attemptsMax", Tag{0x85}),
        field<&StoredPin::attempts_left>("attemptsLeft", Tag{0x86}));
};
struct StoredPinContext {
    OctetString<> directory;
    std::vector<StoredPin> pins;
    std::optional<OctetString<>> shared_with;
    static constexpr auto asn1 =
        der::sequence("StoredPinContext", field<&StoredPinContext::directory>("directory", Tag{0x80}),
                      field<&StoredPinContext::pins>("pins", Tag{0xA1}),
                      field<&StoredPinContext::shared_with>("sharedWith", Tag{0x82}));
};
struct StoredPuk {
    std::uint8_t reference = 0;
    std::uint8_t attempts_max = 0;
    std::uint8_t attempts_left = 0;
    static constexpr auto asn1 = der::sequence("StoredPuk", field<&StoredPuk::reference>("reference", Tag{0x80}),
                                               field<&StoredPuk::attempts_max>("attemptsMax", Tag{0x81}),
                                               field<&StoredPuk::attempts_left>("attemptsLeft", Tag{0x82}));
};
struct StoredPins {
    std::uint8_t version = stored_version;
    std::vector<StoredPinContext> contexts;
    std::vector<StoredPuk> puks;
    static constexpr auto asn1 =
        der::sequence("StoredPins", field<&StoredPins::version>("version", Tag{0x80}),
                      field<&StoredPins::contexts>("contexts", Tag{0xA1}), field<&StoredPins::puks>("puks", Tag{0xA2}));
};

struct StoredAka {
    std::uint8_t version = stored_version;
    OctetString<> adf;
    std::uint8_t algorithm = 0;
    std::uint8_t algorithm_options = 0;
    OctetString<5, 5> rotation;
    OctetString<80, 80> xoring;
    std::uint8_t keccak_iterations = 1;
    std::optional<std::uint32_t> authentications_max;
    std::uint8_t sqn_options = 0;
    std::int64_t sqn_delta = 0;
    std::int64_t sqn_age_limit = 0;
    std::vector<std::int64_t> sqn_init;
    std::optional<OctetString<>> shares_sqn_with;
    static constexpr auto asn1 = der::sequence(
        "StoredAka", field<&StoredAka::version>("version", Tag{0x80}), field<&StoredAka::adf>("adf", Tag{0x81}),
        field<&StoredAka::algorithm>("algorithm", Tag{0x82}),
        field<&StoredAka::algorithm_options>("algorithmOptions", Tag{0x83}),
        field<&StoredAka::rotation>("rotation", Tag{0x84}), field<&StoredAka::xoring>("xoring", Tag{0x85}),
        field<&StoredAka::keccak_iterations>("keccakIterations", Tag{0x86}),
        field<&StoredAka::authentications_max>("authenticationsMax", Tag{0x87}),
        field<&StoredAka::sqn_options>("sqnOptions", Tag{0x88}), field<&StoredAka::sqn_delta>("sqnDelta", Tag{0x89}),
        field<&StoredAka::sqn_age_limit>("sqnAgeLimit", Tag{0x8A}), field<&StoredAka::sqn_init>("sqnInit", Tag{0xAB}),
        field<&StoredAka::shares_sqn_with>("sharesSqnWith", Tag{0x8C}));
};
struct StoredSequence {
    std::uint8_t version = stored_version;
    std::vector<std::int64_t> seq;
    std::uint32_t authentications = 0;
    static constexpr auto asn1 = der::sequence("StoredSequence", field<&StoredSequence::version>("version", Tag{0x80}),
                                               field<&StoredSequence::seq>("seq", Tag{0xA1}),
                                               field<&StoredSequence::authentications>("authentications", Tag{0x82}));
};

struct StoredElementHead {
    std::uint8_t version = stored_version;
    Text name;
    std::uint16_t identification = 0;
    static constexpr auto asn1 =
        der::sequence("StoredElementHead", field<&StoredElementHead::version>("version", Tag{0x80}),
                      field<&StoredElementHead::name>("name", Tag{0x81}),
                      field<&StoredElementHead::identification>("identification", Tag{0x82}));
};

}  // namespace mcim::uicc
