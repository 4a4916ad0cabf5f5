#include "mcim/apps/mcimd/progress.h"

#include <spdlog/spdlog.h>

#include "mcim/jose/json.h"
#include "mcim/smdp/es2_progress.h"

namespace mcim::apps::mcimd {
namespace {

constexpr std::string_view progress_kind = "es2-progress";
constexpr std::chrono::milliseconds progress_time{10'000};
constexpr std::chrono::milliseconds look_again{500};
constexpr std::chrono::milliseconds gathered_for{200};  ///< what is written meanwhile is read at once

/// A row's key: the operator's part first, so that they lie together; then their order in time.
std::string progress_key(const std::string& operator_id, const std::string& call) { return operator_id + "/" + call; }
std::string operator_of(const store::Row& row) { return row.key.substr(0, row.key.rfind('/')); }

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

ProgressSender::ProgressSender(Platform& platform, std::shared_ptr<const http::TlsIdentity> identity)
    : platform_(platform), identity_(std::move(identity)) {}

void ProgressSender::look() {
    if (stopped_ || std::exchange(planned_, true)) return;
    platform_.loop.after(gathered_for, [weak = weak_from_this()] {
        if (const auto self = weak.lock()) self->read_and_send();
    });
}

void ProgressSender::read_and_send() {
    planned_ = false;
    if (stopped_) return;
    auto rows = platform_.store.list_rows(progress_kind);
    if (!rows) return spdlog::error("what operators are to be told cannot be read: {}", to_string(rows.error()));
    for (auto& [id, recipient] : recipients_)
        if (!recipient.busy) recipient.waiting.clear();
    for (auto& row : *rows) {
        const std::string id = operator_of(row);
        auto& recipient = recipients_[id];
        const bool known = !recipient.waiting.empty() && row.key <= recipient.waiting.back().key;
        if (!known) recipient.waiting.push_back(std::move(row));
    }
    send_to_all();
}

void ProgressSender::stop() {
    stopped_ = true;
    again_.reset();
}

void ProgressSender::send_to_all() {
    for (auto& [id, recipient] : recipients_)
        if (!recipient.busy && Clock::now() >= recipient.not_before) send_next(id);
}

void ProgressSender::send_next(const std::string& operator_id) {
    auto& recipient = recipients_[operator_id];
    recipient.busy = false;
    if (stopped_ || recipient.waiting.empty()) return;
    const auto address = find_progress_address(platform_.store, operator_id);
    if (!address || !*address) return;  // he is told nothing any more; what waits is kept for when he is again
    recipient.busy = true;
    http::ClientConfig config{(*address)->roots, {}};
    config.time_max = progress_time;
    config.server = http::ServerIs::named_by_its_host;
    config.identity = identity_;
    const View body = recipient.waiting.front().body;
    http::Request request{"POST",
                          std::string(smdp::progress_path),
                          {{"Content-Type", "application/json"}, {"X-Admin-Protocol", "gsma/rsp/v2.5.0"}},
                          as_text(body)};
    http::Connection::open(
        platform_.loop, config, (*address)->server,
        [weak = weak_from_this(), operator_id, request = std::move(request)](Result<http::Connection> opened) {
            const auto self = weak.lock();
            if (!self) return;
            if (!opened) return self->on_answer(operator_id, opened.error());
            opened->send(request, [weak, operator_id, kept = *opened](const Result<http::Response>& answer) {
                if (const auto sender = weak.lock()) sender->on_answer(operator_id, answer);
            });
        });
}

void ProgressSender::on_answer(const std::string& operator_id, const Result<http::Response>& answer) {
    if (!answer) return fail(operator_id, to_string(answer.error()));
    if (answer->status / 100 != 2) return fail(operator_id, "HTTP " + std::to_string(answer->status));
    auto& recipient = recipients_[operator_id];
    recipient.wait = wait_first;
    recipient.not_before = {};
    const std::string key = recipient.waiting.front().key;
    platform_.committer.commit({store::DropRow{std::string(progress_kind), key}},
                               [weak = weak_from_this(), operator_id](const Status& done) {
                                   const auto self = weak.lock();
                                   if (!self) return;
                                   const bool by_another_node = !done && done.error().code == Errc::not_found;
                                   if (!done && !by_another_node)
                                       return self->fail(operator_id, to_string(done.error()));
                                   self->recipients_[operator_id].waiting.pop_front();
                                   self->send_next(operator_id);
                               });
}

void ProgressSender::fail(const std::string& operator_id, const std::string& why) {
    auto& recipient = recipients_[operator_id];
    if (recipient.wait == wait_first)
        spdlog::warn("operator {} does not take what is told about its orders: {}; it is told again", operator_id, why);
    recipient.busy = false;
    recipient.not_before = Clock::now() + recipient.wait;
    recipient.wait = std::min(recipient.wait * 2, wait_longest);
    if (!again_ && !stopped_) again_ = http::Timer::every(platform_.loop, look_again, [this] { send_to_all(); });
}

}  // namespace mcim::apps::mcimd
