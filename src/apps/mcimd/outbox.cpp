#include "mcim/apps/mcimd/outbox.h"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace mcim::apps::mcimd {
namespace {

constexpr std::chrono::milliseconds look_again{500};
constexpr std::chrono::milliseconds gathered_for{200};  ///< what is written meanwhile is read at once

std::string recipient_of(const store::Row& row) { return row.key.substr(0, row.key.rfind('/')); }

}  // namespace

http::Request json_call(std::string path, std::string body) {
    return {"POST",
            std::move(path),
            {{"Content-Type", "application/json"}, {"X-Admin-Protocol", "gsma/rsp/v2.5.0"}},
            std::move(body)};
}

Outbox::Outbox(Platform& platform, Mail mail) : platform_(platform), mail_(std::move(mail)) {}

void Outbox::look() {
    if (stopped_ || std::exchange(planned_, true)) return;
    platform_.loop.after(gathered_for, [weak = weak_from_this()] {
        if (const auto self = weak.lock()) self->read_and_send();
    });
}

void Outbox::look_without_waiting() {
    for (auto& [id, recipient] : recipients_) {
        recipient.wait = wait_first;
        recipient.not_before = {};
        recipient.held.clear();
    }
    look();
}

void Outbox::read_and_send() {
    planned_ = false;
    if (stopped_) return;
    auto rows = platform_.store.list_rows(mail_.kind);
    if (!rows)
        return spdlog::error("what each {} is to be told cannot be read: {}", mail_.recipient, to_string(rows.error()));
    for (auto& [id, recipient] : recipients_) {
        auto& waiting = recipient.waiting;
        waiting.erase(waiting.begin() + (recipient.busy ? 1 : 0), waiting.end());
    }
    for (auto& row : *rows) {
        auto& recipient = recipients_[recipient_of(row)];
        const bool under_way = recipient.busy && row.key == recipient.waiting.front().key;
        if (!under_way) recipient.waiting.push_back(std::move(row));
    }
    send_to_all();
}

void Outbox::stop() {
    stopped_ = true;
    again_.reset();
}

void Outbox::send_to_all() {
    for (auto& [id, recipient] : recipients_)
        if (!recipient.busy && Clock::now() >= recipient.not_before) send_next(id);
}

void Outbox::send_next(const std::string& id) {
    auto& recipient = recipients_[id];
    recipient.busy = false;
    if (stopped_) return;
    const auto next = bring_next(recipient);
    if (!next) return fail(id, to_string(next.error()));
    if (!*next) return;
    auto letter = mail_.write(id, recipient.waiting.front());
    if (!letter) return fail(id, to_string(letter.error()));
    if (!*letter) return;  // what waits is kept for when it can be sent
    recipient.busy = true;
    recipient.written = recipient.waiting.front();
    send(id, **std::move(letter));
}

bool Outbox::is_held(const Recipient& recipient, const store::Row& row) const {
    return !recipient.held.empty() && recipient.held.contains(mail_.line_of(row));
}

Result<bool> Outbox::bring_next(Recipient& recipient) {
    auto& waiting = recipient.waiting;
    std::erase_if(recipient.held, [now = Clock::now()](const auto& line) { return line.second <= now; });
    if (!recipient.held.empty())
        std::ranges::stable_partition(waiting, [&](const store::Row& row) { return !is_held(recipient, row); });
    while (!waiting.empty() && !is_held(recipient, waiting.front())) {
        if (!platform_.shares_database) return true;
        TRY(const auto row, platform_.store.find_row(mail_.kind, waiting.front().key));
        if (row) return true;
        waiting.pop_front();
    }
    return false;
}

void Outbox::let_others_go_first(std::deque<store::Row>& waiting) const {
    const std::string line = mail_.line_of(waiting.front());
    std::ranges::stable_partition(waiting, [&](const store::Row& row) { return mail_.line_of(row) != line; });
}

void Outbox::send(const std::string& id, Letter letter) {
    http::Connection::open(platform_.loop, letter.client, letter.server,
                           [weak = weak_from_this(), id, request = std::move(letter.request),
                            row = std::move(letter.row_once_sent)](Result<http::Connection> opened) {
                               const auto self = weak.lock();
                               if (!self || self->stopped_) return;
                               if (!opened) return self->on_answer(id, opened.error());
                               if (row) return self->mark_and_ask(id, *row, *opened, request);
                               self->ask(id, *opened, request);
                           });
}

void Outbox::mark_and_ask(const std::string& id, Bytes row_once_sent, http::Connection connection,
                          http::Request request) {
    store::Row row = recipients_[id].written;
    row.body = std::move(row_once_sent);
    store::Batch batch{store::PutRow{row}};
    ++row.version;
    platform_.committer.commit(std::move(batch),
                               [weak = weak_from_this(), id, row = std::move(row), connection = std::move(connection),
                                request = std::move(request)](const Status& done) {
                                   const auto self = weak.lock();
                                   if (!self || self->stopped_) return;
                                   auto& recipient = self->recipients_[id];
                                   if (done) {
                                       recipient.waiting.front() = row;
                                       return self->ask(id, connection, request);
                                   }
                                   if (done.error().code != Errc::conflict)
                                       return self->fail(id, to_string(done.error()));
                                   recipient.busy = false;  // another node is at it
                                   self->look();
                               });
}

void Outbox::ask(const std::string& id, http::Connection connection, http::Request request) {
    connection.send(std::move(request),
                    [weak = weak_from_this(), id, connection](const Result<http::Response>& answer) {
                        if (const auto self = weak.lock()) self->on_answer(id, answer);
                    });
}

void Outbox::on_answer(const std::string& id, const Result<http::Response>& answer) {
    if (!answer) return fail(id, to_string(answer.error()));
    auto& recipient = recipients_[id];
    auto verdict = mail_.judge(recipient.written, *answer);
    if (const auto* not_taken = std::get_if<LetterNotTaken>(&verdict)) {
        let_others_go_first(recipient.waiting);
        return fail(id, not_taken->why);
    }
    if (auto* held = std::get_if<LetterHeld>(&verdict)) return hold(id, std::move(*held));
    take(id, std::move(std::get<LetterTaken>(verdict).with_it));
}

void Outbox::take(const std::string& id, store::Batch batch) {
    const auto& row = recipients_[id].waiting.front();
    batch.insert(batch.begin(), store::DropRow{row.kind, row.key});
    platform_.committer.commit(std::move(batch), [weak = weak_from_this(), id](const Status& done) {
        const auto self = weak.lock();
        if (!self) return;
        const bool by_another_node = !done && done.error().code == Errc::not_found;
        if (!done && !by_another_node) return self->fail(id, to_string(done.error()));
        auto& served = self->recipients_[id];
        served.wait = wait_first;
        served.not_before = {};
        served.waiting.pop_front();
        self->send_next(id);
    });
}

void Outbox::hold(const std::string& id, LetterHeld held) {
    auto& recipient = recipients_[id];
    store::Row row = recipient.waiting.front();
    row.body = std::move(held.row);
    recipient.held[mail_.line_of(row)] = Clock::now() + wait_longest;
    held.with_it.emplace_back(store::PutRow{std::move(row)});
    platform_.committer.commit(std::move(held.with_it), [weak = weak_from_this(), id](const Status& done) {
        const auto self = weak.lock();
        if (!self) return;
        const bool by_another_node = !done && done.error().code == Errc::conflict;
        if (!done && !by_another_node) return self->fail(id, to_string(done.error()));
        self->recipients_[id].busy = false;
        self->look_now_and_then();
        self->look();  // for the row as it is now
    });
}

void Outbox::fail(const std::string& id, const std::string& why) {
    auto& recipient = recipients_[id];
    if (recipient.wait == wait_first)
        spdlog::warn("{} {} does not take what is told about orders: {}; it is told again", mail_.recipient, id, why);
    recipient.busy = false;
    recipient.not_before = Clock::now() + recipient.wait;
    recipient.wait = std::min(recipient.wait * 2, wait_longest);
    look_now_and_then();
}

void Outbox::look_now_and_then() {
    if (!again_ && !stopped_) again_ = http::Timer::every(platform_.loop, look_again, [this] { send_to_all(); });
}

}  // namespace mcim::apps::mcimd
