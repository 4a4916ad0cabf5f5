// Serves one card: to programs on this machine over a UNIX socket, and, where asked, to pcscd through vpcd, which lets
// any program see it as a card in a reader. One loop, no threads: commands of all of them reach the card one by one.
#pragma once
#include <chrono>
#include <functional>
#include <list>

#include "mcim/card/frame.h"
#include "mcim/card/open_channels.h"
#include "mcim/card/socket.h"

namespace mcim::card {

/// The card as the reader drives it.
class CardPort {
public:
    CardPort() = default;
    CardPort(const CardPort&) = delete;
    CardPort& operator=(const CardPort&) = delete;
    virtual ~CardPort() = default;
    [[nodiscard]] virtual Bytes answer_to_reset() = 0;
    virtual void reset() = 0;
    /// An Error ends serve(): the card can say nothing any more.
    [[nodiscard]] virtual Result<Bytes> transmit(View command) = 0;
};

/// What one client may cost the others.
struct ReaderLimits {
    std::size_t clients_max = 16;                    ///< on this machine; vpcd has its place besides
    std::chrono::milliseconds frame_time_max{5000};  ///< from a frame's first octet to its last
    std::chrono::milliseconds write_time_max = card::write_time_max;
};

class Reader {
public:
    /// `stop` becomes readable when the reader shall end.
    Reader(CardPort& card, posix::Descriptor listener, int stop, ReaderLimits limits = {});
    /// Told in a sentence why the reader closed a peer's connection.
    using Told = std::function<void(const std::string&)>;
    void tell_of_closed(Told closed) { closed_ = std::move(closed); }
    /// Told whether vpcd is there when it is first tried, and when that changes.
    using News = std::function<void(const Status&)>;
    /// Keeps a connection to vpcd: connects again each second while there is none.
    void keep_connected(TcpAddress vpcd, News news) {
        vpcd_address_ = std::move(vpcd);
        vpcd_news_ = std::move(news);
    }
    /// Until `stop` (ok), or an Error of the card or of the listening socket.
    [[nodiscard]] Status serve();

private:
    using Time = std::chrono::steady_clock::time_point;
    enum class Peer : std::uint8_t { local, vpcd };
    struct Connection {
        posix::Descriptor socket;
        Peer peer = Peer::local;
        OpenChannels::Client number = 0;
        Time last_frame;  ///< when it was whole; of none: when the connection came
        FrameBuffer frames = {};
        std::optional<Time> begun = {};  ///< since when a frame waits for its rest
        bool gone = false;
    };
    [[nodiscard]] Status wait_and_serve();
    [[nodiscard]] int poll_ms() const;
    void add(posix::Descriptor, Peer);
    void connect_vpcd();
    [[nodiscard]] Status accept_local();
    void make_room();
    void close_those_too_slow();
    void close(Connection&, const std::string& why);
    [[nodiscard]] Status serve_connection(Connection&);
    [[nodiscard]] Status answer_frames(Connection&);
    /// The answer to a payload; empty: none.
    [[nodiscard]] Result<Bytes> answer(Connection&, View payload);
    void reset_card();
    [[nodiscard]] Status remove_those_gone();

    CardPort& card_;
    posix::Descriptor listener_;
    int stop_;
    ReaderLimits limits_;
    Told closed_;
    Time now_;  ///< when the last wait ended
    std::optional<TcpAddress> vpcd_address_;
    News vpcd_news_;
    std::optional<bool> vpcd_there_;  ///< as it was told
    std::list<Connection> connections_;
    OpenChannels channels_;
    OpenChannels::Client newest_ = 0;
    bool stopped_ = false;
};

}  // namespace mcim::card
