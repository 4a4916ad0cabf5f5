#include "mcim/http/guests.h"

#include <algorithm>
#include <utility>

namespace mcim::http {

Place place_of(const boost::asio::ip::address& address) {
    namespace ip = boost::asio::ip;
    Place out{};
    if (address.is_v4() || address.to_v6().is_v4_mapped()) {
        const auto v4 = address.is_v4() ? address.to_v4() : ip::make_address_v4(ip::v4_mapped, address.to_v6());
        std::ranges::copy(ip::make_address_v6(ip::v4_mapped, v4).to_bytes(), out.begin());
    } else {
        std::ranges::copy_n(address.to_v6().to_bytes().begin(), 8, out.begin());
    }
    return out;
}

bool Guests::admits(const Place& place) const {
    const auto found = of_place_.find(place);
    return found == of_place_.end() || found->second < of_one_place_max_;
}

void Guests::enter(Guest& guest, const std::optional<Place>& place) {
    all_.emplace(&guest, Entry{place, {}});
    if (place) ++of_place_[*place];
    waits(guest);
}

void Guests::leave(Guest& guest) {
    works(guest);
    const auto found = all_.find(&guest);
    if (const auto& place = found->second.place)
        if (const auto count = of_place_.find(*place); --count->second == 0) of_place_.erase(count);
    all_.erase(found);
}

void Guests::waits(Guest& guest) {
    works(guest);
    all_.at(&guest).turn = waiting_.insert(waiting_.end(), &guest);
}

void Guests::works(Guest& guest) {
    if (const auto turn = std::exchange(all_.at(&guest).turn, std::nullopt)) waiting_.erase(*turn);
}

bool Guests::shed_one() {
    if (waiting_.empty()) return false;
    Guest& longest = *waiting_.front();
    works(longest);
    longest.end();
    return true;
}

void Guests::close_when_idle() {
    for (const auto& [guest, entry] : all_) guest->close_when_idle();
}

}  // namespace mcim::http
