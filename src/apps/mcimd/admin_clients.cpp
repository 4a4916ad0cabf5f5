// The clients of ES2+.
#include "mcim/apps/mcimd/admin_calls.h"
#include "mcim/apps/mcimd/es2_clients.h"
#include "mcim/http/client_certificate.h"
#include "mcim/x509/certificate.h"

namespace mcim::apps::mcimd {
namespace {

Json json_of(const Es2Client& client) {
    std::vector<std::string> rights;
    for (const auto right : client.rights) rights.emplace_back(to_string(right));
    Json out;
    out.text("fingerprint", fingerprint_of(client.certificate)).text("operator", client.operator_id);
    out.texts("rights", rights).text("policy", to_string(client.policy));
    if (const auto parsed = x509::parse_certificate(client.certificate); parsed)
        out.time("not_after", parsed->validity.not_after);
    return out.time("added_at", client.added_at);
}

/// All of them where none is named.
Result<std::vector<smdp::Es2Function>> rights_in(const jose::Object& in) {
    std::vector<smdp::Es2Function> out;
    TRY(const auto names, in.optional_member(&jose::Object::texts, "rights"));
    if (!names) {
        for (std::size_t i = 0; i < smdp::es2_function_count; ++i) out.push_back(static_cast<smdp::Es2Function>(i));
        return out;
    }
    for (const auto& name : *names) {
        const auto right = smdp::find_es2_function(name);
        if (!right)
            return fail(Errc::bad_value, "rights",
                        "\"" + name +
                            "\" is no function of ES2+; known are downloadOrder, confirmOrder, cancelOrder, "
                            "releaseProfile");
        out.push_back(*right);
    }
    return out;
}

}  // namespace

Result<Json> add_client(Platform& p, const jose::Object& in) {
    Es2Client client;
    TRY(client.operator_id, in.text("operator"));
    TRY(const auto known, p.store.find_operator(client.operator_id));
    if (!known) return unknown_operator(client.operator_id);
    TRY(client.certificate, in.octets("certificate"));
    CHECKED(http::check_client_certificate(client.certificate, p.now()));
    TRY(client.rights, rights_in(in));
    TRY(const auto policy, in.optional_member(&jose::Object::text, "policy"));
    if (policy) {
        TRY(client.policy, smdp::parse_gate_policy(*policy));
    }
    client.added_at = p.now();
    TRY(const auto other, find_es2_client(p.store, client.certificate));
    if (other)
        return fail(Errc::conflict, "certificate",
                    "it is a client's of " + other->operator_id + " already: remove that one first");
    const std::string key = fingerprint_of(client.certificate);
    CHECKED(p.store.commit_one({store::PutRow{{std::string(es2_client_kind), key, encode(client)}}}));
    return json_of(client);
}

Result<Json> list_clients(Platform& p) {
    TRY(const auto rows, p.store.list_rows(es2_client_kind));
    std::vector<Json> out;
    for (const auto& row : rows) {
        TRY(const auto client, decode_es2_client(row.body));
        out.push_back(json_of(client));
    }
    return Json().objects("clients", out);
}

Result<Json> remove_client(Platform& p, std::string_view fingerprint) {
    const auto octets = from_hex(fingerprint);
    const std::string key = octets ? hex(*octets) : std::string(fingerprint);
    TRY(const auto row, p.store.find_row(es2_client_kind, key));
    if (!row)
        return fail(Errc::not_found, "fingerprint",
                    "no client has " + key + "; \"mcim operator client list\" shows those that are here");
    TRY(const auto client, decode_es2_client(row->body));
    CHECKED(p.store.commit_one({store::DropRow{std::string(es2_client_kind), key}}));
    return json_of(client);
}

}  // namespace mcim::apps::mcimd
