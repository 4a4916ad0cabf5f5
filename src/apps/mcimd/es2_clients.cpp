#include "mcim/apps/mcimd/es2_clients.h"

#include <algorithm>

#include "mcim/jose/json.h"

namespace mcim::apps::mcimd {

bool Es2Client::may(smdp::Es2Function function) const { return std::ranges::find(rights, function) != rights.end(); }

std::string fingerprint_of(View certificate) { return hex(crypto::sha256(certificate)); }

Bytes encode(const Es2Client& client) {
    std::vector<std::string> rights;
    for (const auto right : client.rights) rights.emplace_back(to_string(right));
    const std::string text = jose::ObjectWriter()
                                 .text("operator", client.operator_id)
                                 .texts("rights", rights)
                                 .text("policy", to_string(client.policy))
                                 .octets("certificate", client.certificate)
                                 .time("added_at", client.added_at)
                                 .finish();
    return to_bytes(as_view(text));
}

Result<Es2Client> decode_es2_client(View body) {
    TRY(const auto in, jose::Object::parse(as_text(body)));
    Es2Client out;
    TRY(out.operator_id, in.text("operator"));
    TRY(const auto rights, in.texts("rights"));
    for (const auto& name : rights) {
        const auto right = smdp::find_es2_function(name);
        if (!right) return fail(Errc::bad_value, "rights", "\"" + name + "\" is no function of ES2+");
        out.rights.push_back(*right);
    }
    TRY(const auto policy, in.text("policy"));
    TRY(out.policy, smdp::parse_gate_policy(policy));
    TRY(out.certificate, in.octets("certificate"));
    TRY(out.added_at, in.time("added_at"));
    return out;
}

Result<std::optional<Es2Client>> find_es2_client(store::Store& store, View certificate) {
    TRY(const auto row, store.find_row(es2_client_kind, fingerprint_of(certificate)));
    if (!row) return std::optional<Es2Client>{};
    TRY(auto client, decode_es2_client(row->body));
    return std::optional(std::move(client));
}

}  // namespace mcim::apps::mcimd
