#include "mcim/saip/template.h"

#include <algorithm>
#include <array>

#include "mcim/saip/contents.h"

namespace mcim::saip {
namespace {

constexpr std::size_t access_rule_octets = 33;  // the longest of them
constexpr std::size_t label_octets = 30;        // of a phonebook entry
constexpr std::size_t entry_octets = label_octets + 14;
constexpr std::size_t entries_max = 254;
constexpr FileId usim_temporary_id = 0x7FD0;

// TS 101 220 annex E: 3GPP, USIM, no country, no issuer
constexpr std::array<std::uint8_t, 16> usim_aid{0xA0, 0x00, 0x00, 0x00, 0x87, 0x10, 0x02, 0xFF,
                                                0xFF, 0xFF, 0xFF, 0x89, 0x03, 0x02, 0x00, 0x00};

/// Puts a package together; every element gets its header with the next number.
class Assembly {
public:
    explicit Assembly(const Variables& v) : v_(v) {}

    PeHeader next_header() {
        PeHeader header;
        header.mandated.emplace();
        header.identification = ++identification_;
        return header;
    }
    template <class Body>
    void add(Body body) {
        package_.elements.push_back({std::move(body)});
    }
    /// An element with files, at its newest template.
    template <std::uint32_t Wire>
    FileElementOf<Wire>& add_files() {
        FileElementOf<Wire> element;
        element.header = next_header();
        element.template_id = *der::Oid::parse(newest_template(*find_file_element_type(Tag{Wire})));
        templates_.push_back(element.template_id);
        package_.elements.push_back({std::move(element)});
        return std::get<FileElementOf<Wire>>(package_.elements.back().body);
    }
    template <std::uint32_t Wire>
    static void set(FileElementOf<Wire>& element, std::string_view name, File file) {
        const auto& rows = find_file_element_type(Tag{Wire})->rows;
        const auto row = static_cast<std::size_t>(std::ranges::find(rows, name, &FileRow::name) - rows.begin());
        const auto at = std::ranges::find_if(element.files, [&](const FileEntry& e) { return e.row > row; });
        element.files.insert(at, FileEntry{row, std::move(file)});
    }
    const Variables& variables() const { return v_; }
    std::vector<der::Oid> templates() const { return templates_; }
    ProfilePackage take() && { return std::move(package_); }
    ProfilePackage& package() { return package_; }

private:
    const Variables& v_;
    ProfilePackage package_;
    std::vector<der::Oid> templates_;
    std::uint16_t identification_ = 0;
};

Fcp directory(std::initializer_list<std::uint8_t> pin_references) {
    Fcp fcp;
    fcp.pin_status_template = der::OctetString<>{pin_references};
    return fcp;
}

File access_rule_file() {
    const auto rules = access_rules();
    return records(linear_of(access_rule_octets, rules.size()), rules, access_rule_octets);
}

SecretOctets<8, 8> copy_of(const Secret<8>& s) { return {SecretBytes::copy_of(expose(s))}; }

void add_header(Assembly& a, const ProfileTemplate& t) {
    ProfileHeader header;
    header.major_version = template_version;
    header.profile_type = {t.profile_type};
    Bytes digits = a.variables().iccid.octets();
    for (auto& b : digits) b = static_cast<std::uint8_t>(b << 4U | b >> 4U);
    header.iccid.bytes = digits;
    header.mandatory_services.present = {service("usim"), service("milenage")};
    a.add(std::move(header));
}

void add_mf(Assembly& a) {
    auto& mf = a.add_files<0xB0>();
    Assembly::set(mf, "mf", {parameters(directory({0x01, 0x0A}))});
    Assembly::set(mf, "ef-pl", {});
    Assembly::set(mf, "ef-iccid", {content(a.variables().iccid.octets())});
    const Bytes entry = application_template(usim_aid, "USIM");
    Assembly::set(mf, "ef-dir", {parameters(linear_of(38, 1)), content(entry)});
    Assembly::set(mf, "ef-arr", access_rule_file());
    Assembly::set(mf, "ef-umpc", {content({0x3C, 0x3C, 0x00, 0x00, 0x00})});  // 60 mA, no need for more
}

void add_codes(Assembly& a) {
    const Variables& v = a.variables();
    PukCodes puks;
    puks.header = a.next_header();
    for (const auto& [reference, value] : {std::pair{0x01, &v.puk1}, std::pair{0x81, &v.puk2}}) {
        auto& puk = puks.codes.emplace_back();
        puk.key_reference = static_cast<std::uint8_t>(reference);
        puk.value = copy_of(*value);
    }
    a.add(std::move(puks));

    PinCodes pins;
    pins.header = a.next_header();
    std::vector<PinConfiguration> list(2);
    list[0].key_reference = 0x01;
    list[0].value = copy_of(v.pin1);
    list[0].unblocking_reference = 0x01;
    list[0].attributes = 0x06;  // nobody stands beside a machine to type a PIN: off, and may be switched on
    list[1].key_reference = 0x0A;
    list[1].value = copy_of(v.adm1);
    list[1].attributes = 0x03;  // always on
    list[1].attempts = 0xAA;
    pins.codes.value = std::move(list);
    a.add(std::move(pins));
}

void add_telecom(Assembly& a, std::size_t entries) {
    auto& telecom = a.add_files<0xB2>();
    Assembly::set(telecom, "df-telecom", {parameters(directory({0x01, 0x0A}))});
    Assembly::set(telecom, "ef-arr", access_rule_file());
    if (entries == 0) return;
    Assembly::set(telecom, "df-phonebook", {parameters(directory({0x01, 0x0A}))});
    // one phonebook whose only file is EF_ADN, 4F58 (TS 31.102 4.4.2.1)
    Assembly::set(telecom, "ef-pbr", {parameters(linear_of(6, 1)), content({0xA8, 0x04, 0xC0, 0x02, 0x4F, 0x58})});
    std::vector<Bytes> list;
    for (std::size_t i = 1; i <= entries; ++i)
        list.push_back(
            dialling_record("Service " + std::to_string(i), "88351000" + std::to_string(10000 + i), label_octets));
    Assembly::set(telecom, "ef-adn", records(linear_of(entry_octets, entries), list, entry_octets));
}

/// The USIM with all that TS 31.102 makes mandatory; where the default of the template is right, nothing is said.
void add_usim(Assembly& a, const ProfileTemplate& t) {
    const Variables& v = a.variables();
    auto& usim = a.add_files<0xB3>();
    Fcp adf = directory({0x01, 0x81, 0x0A});
    adf.file_id = der::OctetString<2, 2>{{usim_temporary_id >> 8U, usim_temporary_id & 0xFFU}};
    adf.df_name = ApplicationIdentifier{to_bytes(usim_aid)};
    Assembly::set(usim, "adf-usim", {parameters(std::move(adf))});
    Assembly::set(usim, "ef-imsi", {content(v.imsi.ef())});
    Assembly::set(usim, "ef-arr", access_rule_file());
    // FDN, SMS, SMSP, SPN, PLMNwAcT, MSISDN, EST, HPLMNwAcT, EHPLMN, EPS and 5GS mobility, 5G security; 33 is always 1
    Bytes ust = service_table({2, 10, 12, 19, 20, 21, 33, 34, 43, 71, 85, 122, 123}, 17);
    if (t.phonebook_entries != 0) ust = service_table({1, 2, 10, 12, 19, 20, 21, 33, 34, 43, 71, 85, 122, 123}, 17);
    if (!v.gid1.empty()) ust[2] = static_cast<std::uint8_t>(ust[2] | 0x01U);  // service 17
    Assembly::set(usim, "ef-ust", {content(ust)});
    if (v.smsc) Assembly::set(usim, "ef-smsp", {content(message_parameters(v.smsc->text(), 10))});
    Assembly::set(usim, "ef-spn", {content(service_provider_name(t.spn))});
    Assembly::set(usim, "ef-est", {content({0x00})});  // nothing enabled
    Assembly::set(usim, "ef-acc", {content(access_class(v.imsi))});
    Assembly::set(usim, "ef-ad", {content({0x00, 0x00, 0x00, v.mnc_digits})});
    // 112 and 911, no service category (TS 31.102 4.2.21)
    const std::vector<Bytes> emergency{{0x11, 0xF2, 0xFF, 0x00}, {0x19, 0xF1, 0xFF, 0x00}};
    Assembly::set(usim, "ef-ecc", records(linear_of(4, 2), emergency, 4));
}

void add_optional_usim(Assembly& a) {
    const Variables& v = a.variables();
    auto& opt = a.add_files<0xB4>();
    Assembly::set(opt, "ef-li", {});
    if (!v.gid1.empty()) Assembly::set(opt, "ef-gid1", {parameters(transparent_of(v.gid1.size())), content(v.gid1)});
    File msisdn;
    if (v.msisdn) msisdn.push_back(content(dialling_record("", v.msisdn->text(), 10)));
    Assembly::set(opt, "ef-msisdn", std::move(msisdn));
    Assembly::set(opt, "ef-plmnwact", {});
    Bytes home = plmn(v.imsi, v.mnc_digits);
    Assembly::set(opt, "ef-ehplmn", {parameters(transparent_of(home.size())), content(home)});
    append(home, Bytes{0xC8, 0x80});  // UTRAN, E-UTRAN, NG-RAN, GSM
    Assembly::set(opt, "ef-hplmnwact", {content(home)});
}

void add_local_pin(Assembly& a) {
    PinCodes pins;
    pins.header = a.next_header();
    std::vector<PinConfiguration> list(1);
    list[0].key_reference = 0x81;
    list[0].value = copy_of(a.variables().pin2);
    list[0].unblocking_reference = 0x81;
    list[0].attributes = 0x03;
    pins.codes.value = std::move(list);
    a.add(std::move(pins));
}

void add_keys(Assembly& a, const Secret<16>& k, const Secret<16>& opc) {
    AkaParameter aka;
    aka.header = a.next_header();
    AlgoParameter algorithm;
    algorithm.algorithm = AlgorithmId::milenage;
    algorithm.options.bytes = {0x01};
    algorithm.key.bytes = SecretBytes::copy_of(expose(k));
    algorithm.opc.bytes = SecretBytes::copy_of(expose(opc));
    aka.configuration.value = std::move(algorithm);
    a.add(std::move(aka));
}

void add_5gs(Assembly& a) {
    auto& files = a.add_files<0xBC>();
    Assembly::set(files, "df-df-5gs", {parameters(directory({0x01, 0x81, 0x0A}))});
    for (const auto name : {"ef-5gs3gpploci", "ef-5gsn3gpploci", "ef-5gauthkeys"}) Assembly::set(files, name, {});
    // one record: no second registration (service 136)
    for (const auto name : {"ef-5gs3gppnsc", "ef-5gsn3gppnsc"})
        Assembly::set(files, name, {parameters(linear_of(62, 1))});
}

/// The operator's security domain with one set of AES keys for SCP80 (TS 102 225; GlobalPlatform 11.1.9 for usage).
void add_security_domain(Assembly& a) {
    const Variables& v = a.variables();
    SecurityDomainElement domain;
    domain.header = a.next_header();
    domain.instance.load_package.bytes = *from_hex("A0000001515350");
    domain.instance.module.bytes = *from_hex("A000000151535041");
    domain.instance.instance.bytes = *from_hex("A000000151000000");
    domain.instance.privileges.bytes = *from_hex("82DC00");
    domain.instance.life_cycle_state = der::OctetString<1, 1>{{0x0F}};
    domain.instance.parameters.bytes = *from_hex("810280008201F0");  // SCP80
    UiccApplicationParameters toolkit;
    toolkit.toolkit = der::OctetString<>{*from_hex("010000000002010206B2010000000000")};  // TAR B20100
    domain.instance.application_parameters = std::move(toolkit);
    std::vector<KeyObject> keys;
    struct Given {
        std::uint8_t id, usage;
        const Secret<16>* value;
    };
    for (const auto& [id, usage, value] :
         {Given{1, 0x18, &v.ota_encryption}, Given{2, 0x14, &v.ota_integrity}, Given{3, 0x48, &v.ota_key_encryption}}) {
        KeyObject& key = keys.emplace_back();
        key.usage_qualifier.bytes = {usage};
        key.identifier.bytes = {id};
        key.version.bytes = {0x01};
        auto& part = key.components.emplace_back();
        part.type.bytes = {0x88};
        part.data.bytes = SecretBytes::copy_of(expose(*value));
    }
    domain.keys = std::move(keys);
    a.add(std::move(domain));
}

Status check(const ProfileTemplate& t, const Variables& v) {
    const auto printable = [](char c) { return c >= ' ' && c <= '~'; };
    if (t.spn.empty() || t.spn.size() > 16 || !std::ranges::all_of(t.spn, printable))
        return fail(Errc::bad_value, "template.spn", "1 to 16 ASCII characters");
    if (t.profile_type.empty() || t.profile_type.size() > 100 || !der::utf8_length(t.profile_type))
        return fail(Errc::bad_value, "template.profile_type", "1 to 100 characters of UTF-8");
    if (t.phonebook_entries > entries_max) return fail(Errc::too_large, "template.phonebook_entries", "at most 254");
    if (v.mnc_digits != 2 && v.mnc_digits != 3) return fail(Errc::bad_value, "variables.mnc_digits", "2 or 3");
    if (v.gid1.size() > 8) return fail(Errc::too_large, "variables.gid1", "at most 8 octets");
    return ok();
}

bool all_zero(View octets) {
    return std::ranges::all_of(octets, [](std::uint8_t b) { return b == 0; });
}

/// One slot of an AlgoParameter, filled in place.
Status fill_slot(der::Reader& in, Tag tag, SecretBytes& package, const Secret<16>& value) {
    TRY(const auto slot, in.read(tag));
    const View content = slot.content.rest();
    if (content.size() != 16) return fail(Errc::bad_length, "akaParameter", "no place for a key of 16 octets");
    if (!all_zero(content)) return fail(Errc::conflict, "akaParameter", "a key stands there already");
    std::ranges::copy(expose(value),
                      expose_mutable(package).begin() + static_cast<std::ptrdiff_t>(slot.content.offset()));
    return ok();
}

}  // namespace

Result<Secret<8>> pin_from_digits(std::string_view digits) {
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    if (digits.size() < 4 || digits.size() > 8 || !std::ranges::all_of(digits, is_digit))
        return fail(Errc::bad_value, "PIN", "4 to 8 digits");
    Secret<8> out;
    const auto octets = expose_mutable(out);
    std::ranges::fill(octets, std::uint8_t{0xFF});
    std::ranges::copy(digits, octets.begin());
    return out;
}

Result<Variables> blank_variables(Iccid iccid, Imsi imsi) {
    Variables v{std::move(iccid), std::move(imsi), 2, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}};
    for (auto* code : {&v.pin1, &v.pin2}) {
        TRY(*code, pin_from_digits("0000"));
    }
    for (auto* code : {&v.puk1, &v.puk2, &v.adm1}) {
        TRY(*code, pin_from_digits("00000000"));
    }
    return v;
}

Result<ProfilePackage> personalise(const ProfileTemplate& t, const Variables& v) {
    const Secret<16> none;
    return personalise(t, v, none, none);
}

Result<ProfilePackage> personalise(const ProfileTemplate& t, const Variables& v, const Secret<16>& k,
                                   const Secret<16>& opc) {
    CHECKED(check(t, v));
    Assembly a(v);
    add_header(a, t);
    add_mf(a);
    add_codes(a);
    add_telecom(a, t.phonebook_entries);
    add_usim(a, t);
    add_optional_usim(a);
    add_local_pin(a);
    add_keys(a, k, opc);
    add_5gs(a);
    add_security_domain(a);
    End end;
    end.header = a.next_header();
    a.add(std::move(end));
    auto templates = a.templates();
    ProfilePackage package = std::move(a).take();
    std::get<ProfileHeader>(package.elements.front().body).mandatory_gfste_list = std::move(templates);
    return package;
}

Result<SecretBytes> insert_keys(View der, const Secret<16>& k, const Secret<16>& opc) {
    SecretBytes package = SecretBytes::copy_of(der);
    std::size_t filled = 0;
    der::Reader in(der);
    while (!in.empty()) {
        TRY(auto element, in.read());
        if (element.tag != Tag{0xA4}) continue;
        der::Reader aka = element.content;
        TRY([[maybe_unused]] const auto header, aka.read(Tag{0xA0}));
        TRY(auto choice, aka.read(Tag{0xA1}));
        if (choice.content.peek() != Tag{0xA1}) continue;  // keys of another application
        TRY(auto algorithm, choice.content.read());
        TRY([[maybe_unused]] const auto id, algorithm.content.read(Tag{0x80}));
        TRY([[maybe_unused]] const auto options, algorithm.content.read(Tag{0x81}));
        CHECKED(fill_slot(algorithm.content, Tag{0x82}, package, k));
        CHECKED(fill_slot(algorithm.content, Tag{0x83}, package, opc));
        ++filled;
    }
    if (filled == 0) return fail(Errc::not_found, "akaParameter", "the package has no place for keys");
    return package;
}

Result<ProfileTemplate> padded(ProfileTemplate t, const Variables& v, std::size_t octets_min) {
    t.phonebook_entries = 0;
    TRY(const ProfilePackage bare, personalise(t, v));
    const std::size_t size = encode(bare).size();
    if (size >= octets_min) return t;
    constexpr std::size_t encoded_octets = entry_octets + 2;  // tag and length
    const std::size_t entries = (octets_min - size + encoded_octets - 1) / encoded_octets;
    t.phonebook_entries = static_cast<std::uint8_t>(std::min(entries, entries_max));
    return t;
}

}  // namespace mcim::saip
