// A profile from its stored entries. The storage has authenticated them; what does not decode is a broken or newer
// store, and is said so.
#include <algorithm>

#include "mcim/aka/sqn.h"
#include "mcim/uicc/entries.h"
#include "mcim/uicc/stored.h"

namespace mcim::uicc {
namespace {

class Loader {
public:
    Loader(std::string_view prefix, const Entries& entries) : prefix_(prefix), entries_(entries) {}

    Result<saip::Image> image();
    Result<SequenceNumbers> sequence(std::size_t i);

private:
    Status load_facts();
    Status load_nodes();
    Status load_pins();
    Status load_aka();
    Status load_stored();

    const SecretBytes* find(const std::string& key) const {
        const auto at = entries_.find(prefix_ + key);
        return at == entries_.end() ? nullptr : &at->second;
    }
    Error missing(const std::string& key) const { return fail(Errc::not_found, prefix_ + key, "entry is missing"); }
    template <class T>
    Result<T> decoded(const std::string& key, View value) const {
        auto out = der::decode<T>(value);
        if (!out) return std::move(out).error().within(prefix_ + key);
        if (out->version != stored_version)
            return fail(Errc::bad_value, prefix_ + key,
                        "format version " + std::to_string(out->version) + "; this card knows version 1");
        return out;
    }
    template <class T>
    Result<T> entry(const std::string& key) const {
        const auto* value = find(key);
        if (value == nullptr) return missing(key);
        return decoded<T>(key, expose(*value));
    }
    template <std::size_t N>
    Result<Secret<N>> secret(const std::string& key) const {
        const auto* value = find(key);
        if (value == nullptr) return missing(key);
        return Secret<N>::copy_of(expose(*value));
    }

    std::string prefix_;
    const Entries& entries_;
    saip::Image out_;
};

Result<FilePath> path_of(View octets) {
    if (octets.size() % 2 != 0) return fail(Errc::bad_length, "path", "odd number of octets");
    FilePath out;
    for (std::size_t i = 0; i < octets.size(); i += 2)
        out.push_back(static_cast<FileId>(octets[i] << 8U | octets[i + 1]));
    return out;
}
Result<std::optional<FilePath>> path_of(const std::optional<OctetString<>>& octets) {
    if (!octets) return std::optional<FilePath>{};
    TRY(FilePath path, path_of(View(*octets)));
    return std::optional(std::move(path));
}

Result<std::array<std::uint64_t, 32>> numbers(const std::vector<std::int64_t>& in) {
    std::array<std::uint64_t, 32> out{};
    if (in.size() != out.size()) return fail(Errc::bad_length, "seq", "32 sequence numbers wanted");
    if (std::ranges::any_of(in,
                            [](std::int64_t n) { return n < 0 || static_cast<std::uint64_t>(n) > aka::Sqn::seq_max; }))
        return fail(Errc::bad_value, "seq", "a sequence number out of range");
    std::ranges::transform(in, out.begin(), [](std::int64_t n) { return static_cast<std::uint64_t>(n); });
    return out;
}

Result<saip::Image> Loader::image() {
    CHECKED(load_facts());
    CHECKED(load_nodes());
    CHECKED(load_pins());
    CHECKED(load_aka());
    CHECKED(load_stored());
    return std::move(out_);
}

Status Loader::load_facts() {
    TRY(const StoredFacts s, entry<StoredFacts>("facts"));
    auto& f = out_.facts;
    f.major_version = s.major_version;
    f.minor_version = s.minor_version;
    f.profile_type = s.profile_type.text;
    f.iccid = s.iccid.bytes;
    for (const auto& t : s.mandatory_services) f.mandatory_services.push_back(t.text);
    for (const auto& t : s.templates) f.templates.push_back(t.text);
    f.connectivity_parameters = s.connectivity_parameters.bytes;
    return ok();
}

Result<saip::Node> node_of(const StoredNode& s) {
    saip::Node n;
    TRY(n.path, path_of(View(s.path)));
    if (s.kind > static_cast<std::uint8_t>(saip::NodeKind::ber_tlv)) return fail(Errc::bad_value, "kind");
    n.kind = static_cast<saip::NodeKind>(s.kind);
    n.fid = s.fid;
    n.descriptor = s.descriptor;
    n.aid = s.aid.bytes;
    n.pin_status_template = s.pin_status_template.bytes;
    n.life_cycle = s.life_cycle;
    n.security = {s.arr, s.arr_record};
    n.short_id = s.short_id;
    n.special_information = s.special_information;
    n.size = s.size;
    n.record_length = s.record_length;
    n.record_count = s.record_count;
    n.maximum_size = s.maximum_size;
    n.file_details = s.file_details;
    TRY(n.link, path_of(s.link));
    n.profile_element = s.profile_element;
    return n;
}

Status Loader::load_nodes() {
    std::vector<StoredNode> stored;
    const std::string below = prefix_ + "node/";
    for (auto at = entries_.lower_bound(below); at != entries_.end() && at->first.starts_with(below); ++at) {
        TRY(StoredNode node, decoded<StoredNode>(at->first.substr(prefix_.size()), expose(at->second)));
        stored.push_back(std::move(node));
    }
    std::ranges::sort(stored, {}, &StoredNode::order);
    for (const auto& s : stored) {
        TRY(saip::Node node, node_of(s));
        if (!saip::is_directory(node.kind) && !node.link) {
            const std::string key = "file/" + path_text(node.path);
            const auto* content = find(key);
            if (content == nullptr) return missing(key);
            node.content = to_bytes(expose(*content));
        }
        out_.nodes.push_back(std::move(node));
    }
    return ok();
}

Status Loader::load_pins() {
    TRY(const StoredPins s, entry<StoredPins>("pins"));
    for (const auto& c : s.contexts) {
        saip::PinContext context;
        TRY(context.directory, path_of(View(c.directory)));
        TRY(context.shared_with, path_of(c.shared_with));
        for (const auto& p : c.pins) {
            TRY(auto value, secret<8>(pin_key("", context.directory, p.reference)));
            context.pins.push_back({p.reference, std::move(value), p.puk, p.enabled, p.may_change, p.may_disable,
                                    p.attempts_max, p.attempts_left});
        }
        out_.pins.push_back(std::move(context));
    }
    for (const auto& p : s.puks) {
        TRY(auto value, secret<8>(puk_key("", p.reference)));
        out_.puks.push_back({p.reference, std::move(value), p.attempts_max, p.attempts_left});
    }
    return ok();
}

Status Loader::load_aka() {
    for (std::size_t i = 0;; ++i) {
        const std::string key = "aka/" + std::to_string(i);
        if (find(key) == nullptr) return ok();
        TRY(const StoredAka s, entry<StoredAka>(key));
        const auto* k = find(key + "/k");
        const auto* opc = find(key + "/opc");
        if (k == nullptr || opc == nullptr) return missing(key + "/k or /opc");
        if (s.algorithm < 1 || s.algorithm > 3) return fail(Errc::bad_value, prefix_ + key, "unknown algorithm");
        saip::Aka a;
        TRY(a.adf, path_of(View(s.adf)));
        a.algorithm = static_cast<saip::Algorithm>(s.algorithm);
        a.algorithm_options = s.algorithm_options;
        a.k = k->copy();
        a.opc = opc->copy();
        TRY(a.rotation, to_array<5>(s.rotation));
        for (std::size_t c = 0; c < 5; ++c) {
            TRY(a.xoring[c], to_array<16>(View(s.xoring).subspan(16 * c, 16)));
        }
        a.keccak_iterations = s.keccak_iterations;
        a.authentications_max = s.authentications_max;
        a.sqn_options = s.sqn_options;
        a.sqn_delta = static_cast<std::uint64_t>(s.sqn_delta);
        a.sqn_age_limit = static_cast<std::uint64_t>(s.sqn_age_limit);
        TRY(a.sqn_init, numbers(s.sqn_init));
        TRY(a.shares_sqn_with, path_of(s.shares_sqn_with));
        out_.aka.push_back(std::move(a));
    }
}

Status Loader::load_stored() {
    for (std::size_t i = 0;; ++i) {
        const std::string key = "stored/" + std::to_string(i);
        if (find(key) == nullptr) return ok();
        TRY(const StoredElementHead s, entry<StoredElementHead>(key));
        const auto* element = find(key + "/der");
        if (element == nullptr) return missing(key + "/der");
        out_.stored.push_back({s.name.text, s.identification, element->copy()});
    }
}

Result<SequenceNumbers> Loader::sequence(std::size_t i) {
    TRY(const StoredSequence s, entry<StoredSequence>("sqn/" + std::to_string(i)));
    SequenceNumbers out;
    TRY(out.seq, numbers(s.seq));
    out.authentications = s.authentications;
    return out;
}

}  // namespace

Result<Profile> Profile::load(std::string_view prefix, const Entries& entries) {
    Loader loader(prefix, entries);
    TRY(saip::Image image, loader.image());
    TRY(Profile out, assemble(std::move(image)));
    for (std::size_t i = 0; i < out.authenticators_.size(); ++i) {
        TRY(out.authenticators_[i].sequence, loader.sequence(i));
    }
    return out;
}

}  // namespace mcim::uicc
