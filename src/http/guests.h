// Private to the module: who is connected to a listener, how many of them from one place, and who goes when it is full.
#pragma once
#include <boost/asio/ip/address.hpp>
#include <list>
#include <map>

#include "mcim/http/message.h"

namespace mcim::http {

[[nodiscard]] Place place_of(const boost::asio::ip::address&);

/// A connection, as its listener sees it.
class Guest {
public:
    Guest() = default;
    Guest(const Guest&) = delete;
    Guest& operator=(const Guest&) = delete;
    virtual ~Guest() = default;
    virtual void close_when_idle() = 0;
    /// It waits for its client: no more of that. It leaves soon, not within this call.
    virtual void end() = 0;
};

class Guests {
public:
    Guests(std::size_t max, std::size_t of_one_place_max) : max_(max), of_one_place_max_(of_one_place_max) {}

    [[nodiscard]] bool full() const { return all_.size() >= max_; }
    [[nodiscard]] bool admits(const Place&) const;
    void enter(Guest&, const std::optional<Place>&);
    void leave(Guest&);
    void waits(Guest&);  ///< for its client, from now on
    void works(Guest&);  ///< it has what it waited for
    /// Ends who has waited for its client longest; false: nobody waits.
    bool shed_one();
    void close_when_idle();
    [[nodiscard]] std::size_t size() const { return all_.size(); }

private:
    struct Entry {
        std::optional<Place> place;
        std::optional<std::list<Guest*>::iterator> turn;  ///< in waiting_
    };
    std::size_t max_;
    std::size_t of_one_place_max_;
    std::map<Guest*, Entry> all_;
    std::map<Place, std::size_t> of_place_;
    std::list<Guest*> waiting_;  ///< longest first
};

}  // namespace mcim::http
