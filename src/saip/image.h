// A profile as a card installs it: no templates, no defaults, no relative offsets left. resolve() makes it from a
// package (saip/resolve.h); the card's file system is built from it.
#pragma once
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "mcim/base/ids.h"
#include "mcim/base/secret.h"

namespace mcim::saip {

using FileId = std::uint16_t;
/// From the MF, which is the empty path. An ADF stands under the MF with its temporary file ID, so that
/// {temporary id of the USIM, 6F07} is EF_IMSI. Temporary IDs are for references inside an Image only; a card never
/// shows them and never selects by them.
using FilePath = std::vector<FileId>;
using Aid = Bytes;  ///< 5 to 16 octets

enum class NodeKind : std::uint8_t { mf, df, adf, transparent, linear_fixed, cyclic, ber_tlv };
[[nodiscard]] constexpr bool is_directory(NodeKind k) { return k <= NodeKind::adf; }
[[nodiscard]] constexpr bool has_records(NodeKind k) { return k == NodeKind::linear_fixed || k == NodeKind::cyclic; }

/// Access rules by reference (TS 102 221 9.2.7): record `record` of the EF_ARR with this ID. It is looked for in the
/// directory that the node lies in, then in that one's parents up to the MF; for the MF itself, in the MF.
struct SecurityReference {
    FileId arr = 0x2F06;
    std::uint8_t record = 0;  ///< from 1; a reference that leads to no record denies every access
    friend bool operator==(const SecurityReference&, const SecurityReference&) = default;
};

struct Node {
    FilePath path;  ///< ends with `fid`, except for the MF
    NodeKind kind = NodeKind::transparent;
    FileId fid = 0x3F00;                ///< an ADF's is temporary
    std::string name;                   ///< for people: "ef-imsi"; empty where a generic command made the file
    std::uint16_t profile_element = 0;  ///< identification of the element that made the file

    std::uint8_t descriptor =
        0x41;  ///< file descriptor byte of the FCP (TS 102 221 11.1.1.4.3), shareable bit included
    Aid aid;   ///< ADF only: dfName
    /// Directories: the key references whose state stands in the PIN status template DO (tag C6 of SELECT's FCP,
    /// TS 102 221 9.5.2), in this order, one octet each: 01 81 0A. The card adds PS_DO and usage itself.
    Bytes pin_status_template;
    std::uint8_t life_cycle = 0x05;  ///< LCSI: 05 activated, 04 deactivated, 0C terminated, 01/03 as TS 102 222 says
    SecurityReference security;
    std::optional<std::uint8_t> short_id;  ///< 1 to 30, already shifted down; EFs only
    std::uint8_t special_information = 0;  ///< tag C0: bit 8 high update activity, bit 7 readable when deactivated

    std::uint32_t size = 0;           ///< EFs: octets of `content`; BER-TLV: octets reserved
    std::uint16_t record_length = 0;  ///< records only: size = record_length * record_count
    std::uint16_t record_count = 0;   ///< 1 to 254
    /// The initial content, filled: exactly `size` octets (records one after the other, number 1 first; in a cyclic
    /// file number 1 is the newest). BER-TLV: the data objects, maybe none. Empty for directories and links.
    Bytes content;
    std::optional<std::uint32_t> maximum_size;  ///< BER-TLV: what one may grow to
    std::uint8_t file_details = 0x01;           ///< BER-TLV: TS 102 222 6.3.2.2.4

    /// A link: content and structure are those of the node at this path, which is no link itself; kind, size and
    /// record numbers here repeat that node's. ID, short ID, life cycle and security are the link's own. A linked
    /// directory shows the files of the target.
    std::optional<FilePath> link;
};

/// TS 102 221 9.5.1: 01-08 application PINs (global), 0A-0E and 8A-8E administrative keys, 81-88 local PINs.
using KeyReference = std::uint8_t;

struct Pin {
    KeyReference reference = 0;
    Secret<8> value;                  ///< padded with FF
    std::optional<KeyReference> puk;  ///< absent: cannot be unblocked
    bool enabled = true;              ///< pinAttributes bit 1
    bool may_change = true;           ///< bit 2: the value may be changed
    bool may_disable = true;          ///< bit 3: ENABLE and DISABLE PIN are allowed
    std::uint8_t attempts_max = 3;    ///< 0 to 15; 15 in both: no counter
    std::uint8_t attempts_left = 3;
};
/// The PINs of one directory. The MF's are global: 01-08 and the administrative keys, valid everywhere.
struct PinContext {
    FilePath directory;
    std::vector<Pin> pins;
    std::optional<FilePath> shared_with;  ///< this directory uses the PINs of that one; `pins` is empty then
};
struct Puk {
    KeyReference reference = 0;
    Secret<8> value;
    std::uint8_t attempts_max = 10;
    std::uint8_t attempts_left = 10;
};

enum class Algorithm : std::uint8_t { milenage = 1, tuak = 2, usim_test = 3 };

/// TS 35.206 4.1
inline constexpr std::array<std::array<std::uint8_t, 16>, 5> default_xoring{
    {{},
     {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1},
     {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2},
     {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4},
     {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8}}};

/// Authentication of one application. Where an application maps to another's, it has been looked up: the values are
/// copied, and `shares_sqn_with` names the application whose counters it uses.
struct Aka {
    FilePath adf;
    Algorithm algorithm = Algorithm::milenage;
    std::uint8_t algorithm_options = 0;  ///< as in the package; TUAK: lengths of RES, MAC, CK and IK
    SecretBytes k;                       ///< 16 octets, TUAK also 32
    SecretBytes opc;                     ///< OPc 16, TOPc 32 octets; ignored by the test algorithm
    std::array<std::uint8_t, 5> rotation{0x40, 0x00, 0x20, 0x40, 0x60};   ///< r1 to r5 in bits
    std::array<std::array<std::uint8_t, 16>, 5> xoring = default_xoring;  ///< c1 to c5
    std::uint8_t keccak_iterations = 1;
    std::optional<std::uint32_t> authentications_max;  ///< authCounterMax: AUTHENTICATE is refused after so many
    /// TCA 8.5: SQN is 43 bits of SEQ and 5 of IND; values here are SEQ, without the index.
    std::uint8_t sqn_options = 0x02;
    std::uint64_t sqn_delta = 0x10000000;      ///< largest accepted step forward
    std::uint64_t sqn_age_limit = 0x10000000;  ///< oldest accepted, back from the highest
    std::array<std::uint64_t, 32> sqn_init{};
    std::optional<FilePath> shares_sqn_with;
};

struct KeyComponent {
    Bytes type;  ///< GlobalPlatform key type, e.g. 88 for AES
    SecretBytes data;
    std::uint8_t mac_length = 8;
};
struct DomainKey {
    Bytes usage;
    std::uint8_t access = 0;
    std::uint8_t id = 0;
    std::uint8_t version = 0;
    Bytes counter;
    std::vector<KeyComponent> components;
};
struct SecurityDomain {
    Aid load_package;
    Aid module;
    Aid instance;
    Bytes privileges;
    std::uint8_t life_cycle = 0x07;
    Bytes parameters;  ///< C9
    std::vector<DomainKey> keys;
    std::vector<Bytes> personalisation;  ///< sdPersoData, as STORE DATA would carry it
};

/// An element a card keeps and gives no effect: application, RFM, CDMA, EAP parameters, non-standard.
struct StoredElement {
    std::string name;  ///< "rfm"
    std::uint16_t identification = 0;
    SecretBytes der;  ///< the whole ProfileElement; it may hold keys
};

struct ProfileFacts {
    std::uint8_t major_version = 0;
    std::uint8_t minor_version = 0;
    std::string profile_type;
    Bytes iccid;                                  ///< ten octets, as in EF_ICCID
    std::vector<std::string> mandatory_services;  ///< names of ServicesList: "usim", "milenage"
    std::vector<std::string> templates;           ///< eUICC-Mandatory-GFSTEList, dotted
    Bytes connectivity_parameters;
};

/// Directories stand before what lies in them; the MF is first.
struct Image {
    ProfileFacts facts;
    std::vector<Node> nodes;
    std::vector<PinContext> pins;
    std::vector<Puk> puks;
    std::vector<Aka> aka;
    std::vector<SecurityDomain> domains;
    std::vector<StoredElement> stored;

    [[nodiscard]] const Node* find(const FilePath& path) const;
    /// Octets a card must set aside: content and a fixed allowance for every node.
    [[nodiscard]] std::size_t footprint() const;
};

}  // namespace mcim::saip
