// What other servers are told or asked: written with what it is about, in the same transaction, and sent until it is
// answered; to each of them one after the other, in the order of their keys. One that is sent twice was not lost.
#pragma once
#include <deque>

#include "mcim/apps/mcimd/platform.h"
#include "mcim/http/client.h"

namespace mcim::apps::mcimd {

/// One message on its way.
struct Letter {
    http::ClientConfig client;
    http::HostPort server;
    http::Request request;
    /// What its row says from when a connection is there and nothing has left yet; nullopt: what it does.
    std::optional<Bytes> row_once_sent{};
};
/// The message is taken: its row goes, and in the same transaction this happens.
struct LetterTaken {
    store::Batch with_it{};
};
struct LetterNotTaken {
    std::string why;
};
/// Nothing that passes by itself is in its way, and nothing is wrong with the others: its line is left alone for
/// wait_longest. In the same transaction its row says this, and this happens.
struct LetterHeld {
    Bytes row;
    store::Batch with_it{};
};
using LetterVerdict = std::variant<LetterTaken, LetterNotTaken, LetterHeld>;

/// One kind of messages.
struct Mail {
    std::string_view kind;       ///< of their rows; a key is the recipient, '/', and what orders them
    std::string_view recipient;  ///< for the log: "operator"
    /// How a row is sent, as things are now; nullopt: not at present, it is kept.
    std::function<Result<std::optional<Letter>>(const std::string& recipient, const store::Row&)> write;
    /// By the row as it was when it was written.
    std::function<LetterVerdict(const store::Row&, const http::Response&)> judge;
    /// Rows of one line are sent in their order. One that is answered and not taken lets other lines go first.
    std::function<std::string(const store::Row&)> line_of;
};
/// A call as SGP.22 6.5 has it, of version 2.5.
[[nodiscard]] http::Request json_call(std::string path, std::string body);

class Outbox : public std::enable_shared_from_this<Outbox> {
public:
    Outbox(Platform&, Mail);
    /// There may be something to send.
    void look();
    /// The same, to everybody and at once: what was in the way may have been mended.
    void look_without_waiting();
    /// Sends nothing more, and leaves nothing on the loop but what is under way.
    void stop();

    static constexpr std::chrono::milliseconds wait_first{1'000};
    static constexpr std::chrono::milliseconds wait_longest{300'000};

private:
    using Clock = std::chrono::steady_clock;
    /// Of one recipient, one after the other.
    struct Recipient {
        std::deque<store::Row> waiting{};
        store::Row written{};                             ///< the first of them, before it said that it is sent
        std::map<std::string, Clock::time_point> held{};  ///< lines, until when
        std::chrono::milliseconds wait = wait_first;      ///< after the next failure
        Clock::time_point not_before{};
        bool busy = false;  ///< the first of them is under way
    };
    void read_and_send();
    void send_to_all();
    void send_next(const std::string& recipient);
    void send(const std::string& recipient, Letter);
    void mark_and_ask(const std::string& recipient, Bytes row_once_sent, http::Connection, http::Request);
    void ask(const std::string& recipient, http::Connection, http::Request);
    void on_answer(const std::string& recipient, const Result<http::Response>&);
    void take(const std::string& recipient, store::Batch with_it);
    void hold(const std::string& recipient, LetterHeld);
    void let_others_go_first(std::deque<store::Row>& waiting) const;
    [[nodiscard]] bool is_held(const Recipient&, const store::Row&) const;
    /// The first that can be sent is in front; false: there is none. What another node has sent is not sent again,
    /// which might undo what came after it.
    [[nodiscard]] Result<bool> bring_next(Recipient&);
    void fail(const std::string& recipient, const std::string& why);
    void look_now_and_then();

    Platform& platform_;
    Mail mail_;
    std::map<std::string, Recipient> recipients_;
    std::unique_ptr<http::Timer> again_{};  ///< since the first failure
    bool planned_ = false;                  ///< to read
    bool stopped_ = false;
};

}  // namespace mcim::apps::mcimd
