// Serves one card: to programs on this machine over a UNIX socket, and, where asked, to pcscd through vpcd, which lets
// any program see it as a card in a reader. One loop, no threads: commands of all of them reach the card one by one.
#pragma once
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

class Reader {
public:
    /// `stop` becomes readable when the reader shall end.
    Reader(CardPort& card, posix::Descriptor listener, int stop);
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
    enum class Peer : std::uint8_t { local, vpcd };
    struct Connection {
        posix::Descriptor socket;
        Peer peer = Peer::local;
        OpenChannels::Client number = 0;
        FrameBuffer frames = {};
        bool gone = false;
    };
    [[nodiscard]] Status wait_and_serve();
    void add(posix::Descriptor, Peer);
    void connect_vpcd();
    void accept_local();
    [[nodiscard]] Status serve_connection(Connection&);
    /// The answer to a payload; empty: none.
    [[nodiscard]] Result<Bytes> answer(Connection&, View payload);
    void reset_card();
    [[nodiscard]] Status remove_those_gone();

    CardPort& card_;
    posix::Descriptor listener_;
    int stop_;
    std::optional<TcpAddress> vpcd_address_;
    News vpcd_news_;
    std::optional<bool> vpcd_there_;  ///< as it was told
    std::list<Connection> connections_;
    OpenChannels channels_;
    OpenChannels::Client newest_ = 0;
    bool stopped_ = false;
};

}  // namespace mcim::card
