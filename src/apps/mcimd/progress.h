// What operators are told of their orders (ES2+.HandleDownloadProgressInfo): written with what it is about, in the same
// transaction, and sent until it is taken, in its order. One that is told twice was not lost.
#pragma once
#include <deque>

#include "mcim/apps/mcimd/platform.h"
#include "mcim/http/client.h"

namespace mcim::apps::mcimd {

/// Where an operator is told, and by which roots his server is known.
struct ProgressAddress {
    std::string operator_id;
    http::HostPort server;
    std::vector<Bytes> roots;  ///< DER
};
inline constexpr std::string_view progress_address_kind = "es2-progress-to";  ///< rows of the store, by operator
[[nodiscard]] Bytes encode(const ProgressAddress&);
[[nodiscard]] Result<ProgressAddress> decode_progress_address(View body);
[[nodiscard]] Result<std::optional<ProgressAddress>> find_progress_address(store::Store&, std::string_view operator_id);

/// What the change of an order tells its operator; nothing where he is told nothing.
[[nodiscard]] Status tell_operator(Platform&, const smdp::Order& changed, store::Batch& out);

class ProgressSender : public std::enable_shared_from_this<ProgressSender> {
public:
    /// `identity` is shown to the operators' servers.
    ProgressSender(Platform&, std::shared_ptr<const http::TlsIdentity> identity);
    /// There may be something to send.
    void look();
    /// Sends nothing more, and leaves nothing on the loop but what is under way.
    void stop();

    static constexpr std::chrono::milliseconds wait_first{1'000};
    static constexpr std::chrono::milliseconds wait_longest{300'000};

private:
    using Clock = std::chrono::steady_clock;
    /// Of one operator, one after the other.
    struct Recipient {
        std::deque<store::Row> waiting{};
        std::chrono::milliseconds wait = wait_first;  ///< after the next failure
        Clock::time_point not_before{};
        bool busy = false;  ///< one is under way
    };
    void read_and_send();
    void send_to_all();
    void send_next(const std::string& operator_id);
    void on_answer(const std::string& operator_id, const Result<http::Response>&);
    void fail(const std::string& operator_id, const std::string& why);

    Platform& platform_;
    std::shared_ptr<const http::TlsIdentity> identity_;
    std::map<std::string, Recipient> recipients_;
    std::unique_ptr<http::Timer> again_{};  ///< since the first failure
    bool planned_ = false;                  ///< to read
    bool stopped_ = false;
};

}  // namespace mcim::apps::mcimd
