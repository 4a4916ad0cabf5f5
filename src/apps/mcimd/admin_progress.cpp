// Where operators are told about their orders.
#include "mcim/apps/mcimd/admin_calls.h"
#include "mcim/apps/mcimd/progress.h"
#include "mcim/x509/certificate.h"

namespace mcim::apps::mcimd {
namespace {

/// "https://bss.example.com:8443": the rest of the path is the specification's.
Result<http::HostPort> server_of(std::string_view url) {
    static constexpr std::string_view scheme = "https://";
    if (url.ends_with('/')) url.remove_suffix(1);
    auto server = http::parse_host_port(url.starts_with(scheme) ? url.substr(scheme.size()) : "");
    if (!server)
        return fail(Errc::bad_value, "url",
                    "https://, a host and perhaps a port are wanted, not \"" + std::string(url) + '"');
    return server;
}

Result<std::vector<Bytes>> roots_in(const jose::Object& in) {
    TRY(const auto texts, in.texts("ca"));
    std::vector<Bytes> out;
    for (const auto& text : texts) {
        auto der = from_base64url(text);
        if (!der || der->empty() || der->front() != 0x30)
            return fail(Errc::bad_value, "ca", "a list of certificates is wanted, DER in base64url");
        out.push_back(*std::move(der));
    }
    if (out.empty()) return fail(Errc::missing_field, "ca", "the certificate of who issued the server's is wanted");
    return out;
}

}  // namespace

Result<Json> set_progress(Platform& p, std::string_view operator_id, const jose::Object& in) {
    TRY(const auto known, p.store.find_operator(operator_id));
    if (!known) return unknown_operator(operator_id);
    TRY(const auto row, p.store.find_row(progress_address_kind, operator_id));
    TRY(const auto url, in.optional_member(&jose::Object::text, "url"));
    const std::string id(operator_id), kind(progress_address_kind);
    if (!url) {
        if (row) CHECKED(p.store.commit_one({store::DropRow{kind, id}}));
        p.told_operators.erase(id);
        return Json().text("operator", id);
    }
    ProgressAddress address{id, {}, {}};
    TRY(address.server, server_of(*url));
    TRY(address.roots, roots_in(in));
    CHECKED(p.store.commit_one({store::PutRow{{kind, id, encode(address), row ? row->version : 0}}}));
    p.told_operators.insert(id);
    p.look_for_progress();
    return Json()
        .text("operator", id)
        .text("url", "https://" + address.server.host + ":" + std::to_string(address.server.port));
}

}  // namespace mcim::apps::mcimd
