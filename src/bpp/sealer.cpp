#include "mcim/bpp/sealer.h"

#include "mcim/bpp/scp03t.h"
#include "mcim/bpp/segments.h"

namespace mcim::bpp {
namespace {

/// The four parts after BF23, each the concatenation of its segments.
struct Parts {
    Bytes first_87;
    Bytes all_88;
    Bytes second_87;  ///< empty: there is none
    Bytes all_86;
};

Bytes assemble(const msg::InitialiseSecureChannelRequest& request, const Parts& parts) {
    const Bytes opening = der::encode(request);
    const std::array<std::pair<der::Tag, const Bytes*>, 4> sequences{{{tag_first_sequence_of_87, &parts.first_87},
                                                                      {tag_sequence_of_88, &parts.all_88},
                                                                      {tag_second_sequence_of_87, &parts.second_87},
                                                                      {tag_sequence_of_86, &parts.all_86}}};
    std::size_t length = opening.size();
    for (const auto& [tag, part] : sequences)
        if (!part->empty()) length += der::header(tag, part->size()).size() + part->size();

    Bytes out = der::header(tag_bound_profile_package, length);
    out.reserve(out.size() + length);
    append(out, opening);
    for (const auto& [tag, part] : sequences) {
        if (part->empty()) continue;
        append(out, der::header(tag, part->size()));
        append(out, *part);
    }
    return out;
}

/// A profile package of n octets needs about n + n/64 octets of segments; one allocation takes them.
void append_elements(SegmentWriter& writer, View profile_package, Bytes& out) {
    out.reserve(profile_package.size() + profile_package.size() / 32 + segment_octets_max);
    writer.encrypt_and_mac(tag_86, profile_package, out);
}

Parts seal_head(SegmentWriter& writer, const Contents& contents) {
    Parts parts;
    writer.encrypt_and_mac(tag_87, contents.configure_isdp, parts.first_87);
    writer.mac_only(tag_88, contents.store_metadata, parts.all_88);
    return parts;
}

}  // namespace

Bytes seal(const msg::InitialiseSecureChannelRequest& signed_request, const SessionKeys& session,
           const Contents& contents) {
    SegmentWriter writer(session);
    Parts parts = seal_head(writer, contents);
    append_elements(writer, contents.profile_package, parts.all_86);
    return assemble(signed_request, parts);
}

Bytes seal(const msg::InitialiseSecureChannelRequest& signed_request, const SessionKeys& session,
           const SessionKeys& profile_protection, const Contents& contents) {
    SegmentWriter writer(session);
    Parts parts = seal_head(writer, contents);
    writer.encrypt_and_mac(tag_87, expose(encode_replace_session_keys(profile_protection)), parts.second_87);
    SegmentWriter profile_writer(profile_protection);
    append_elements(profile_writer, contents.profile_package, parts.all_86);
    return assemble(signed_request, parts);
}

View last_mac(View bound_package) { return bound_package.last(mac_octets); }

}  // namespace mcim::bpp
