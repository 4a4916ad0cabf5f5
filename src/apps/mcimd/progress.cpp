#include "mcim/apps/mcimd/progress.h"

#include "mcim/jose/json.h"
#include "mcim/smdp/es2_progress.h"

namespace mcim::apps::mcimd {
namespace {

constexpr std::string_view progress_kind = "es2-progress";
constexpr std::chrono::milliseconds progress_time{10'000};

/// A row's key: the operator's part first, so that they lie together; then their order in time.
std::string progress_key(const std::string& operator_id, const std::string& call) { return operator_id + "/" + call; }

}  // namespace

Bytes encode(const ProgressAddress& address) {
    std::vector<std::string> roots;
    for (const Bytes& root : address.roots) roots.push_back(base64url(root));
    const std::string text = jose::ObjectWriter()
                                 .text("host", address.server.host)
                                 .integer("port", address.server.port)
                                 .texts("roots", roots)
                                 .finish();
    return to_bytes(as_view(text));
}

Result<ProgressAddress> decode_progress_address(View body) {
    TRY(const auto in, jose::Object::parse(as_text(body)));
    ProgressAddress out;
    TRY(out.server.host, in.text("host"));
    TRY(const auto port, in.integer("port"));
    out.server.port = static_cast<std::uint16_t>(port);
    TRY(const auto roots, in.texts("roots"));
    for (const auto& text : roots) {
        TRY(Bytes root, from_base64url(text));
        out.roots.push_back(std::move(root));
    }
    return out;
}

Result<std::optional<ProgressAddress>> find_progress_address(store::Store& store, std::string_view operator_id) {
    TRY(const auto row, store.find_row(progress_address_kind, operator_id));
    if (!row) return std::optional<ProgressAddress>{};
    TRY(auto address, decode_progress_address(row->body));
    address.operator_id = operator_id;
    return std::optional(std::move(address));
}

namespace {

/// Another node may have been told where to, or that it is over.
Result<bool> is_told(Platform& p, const std::string& operator_id) {
    if (p.shares_database) {
        TRY(const auto row, p.store.find_row(progress_address_kind, operator_id));
        if (row)
            p.told_operators.insert(operator_id);
        else
            p.told_operators.erase(operator_id);
    }
    return p.told_operators.contains(operator_id);
}

}  // namespace

Status tell_operator(Platform& p, const smdp::Order& changed, store::Batch& out) {
    TRY(const bool told, is_told(p, changed.operator_id));
    if (!told) return ok();
    TRY(const auto before, p.store.find_order(changed.id));
    const auto progress = before ? smdp::progress_of(*before, changed) : std::nullopt;
    if (!progress) return ok();
    TRY(const auto line, p.store.find_subscription(changed.iccid));
    const std::string call = smdp::fresh_order_id(p.now(), p.random);
    const auto type = line ? line->profile_type : std::nullopt;
    const std::string body = progress_json(*progress, changed, {p.dp->oid.text(), call, p.now(), type.value_or("")});
    out.emplace_back(
        store::PutRow{{std::string(progress_kind), progress_key(changed.operator_id, call), to_bytes(as_view(body))}});
    return ok();
}

Mail progress_mail(Platform& p) {
    return {progress_kind, "operator",
            [&p](const std::string& operator_id, const store::Row& row) -> Result<std::optional<Letter>> {
                TRY(auto address, find_progress_address(p.store, operator_id));
                if (!address) return std::optional<Letter>{};  // he is told nothing any more
                http::ClientConfig config{std::move(address->roots), {}};
                config.time_max = progress_time;
                config.server = http::ServerIs::named_by_its_host;
                config.identity = p.shown_to_servers;
                return std::optional(Letter{std::move(config), std::move(address->server),
                                            json_call(std::string(smdp::progress_path), as_text(row.body))});
            },
            [](const store::Row&, const http::Response& answer) -> LetterVerdict {
                if (answer.status / 100 != 2) return LetterNotTaken{"HTTP " + std::to_string(answer.status)};
                return LetterTaken{};
            },
            [](const store::Row& row) { return row.key.substr(0, row.key.rfind('/')); }};  // all of his in their order
}

}  // namespace mcim::apps::mcimd
