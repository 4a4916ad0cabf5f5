#include "mcim/apps/mcimd/throttle.h"

#include <algorithm>
#include <cstring>

#include "mcim/crypto/hash.h"

namespace mcim::apps::mcimd {
using namespace std::chrono_literals;
namespace {

constexpr std::size_t sets_of_many = 4096;  ///< 786 KB
constexpr std::size_t sets_of_few = 128;

}  // namespace

http::Response too_often(const HeldBack& held, std::string_view who) {
    const std::string wait = std::to_string(held.wait.count());
    auto out = http::problem(429, "Too many requests of " + std::string(who) + ": come again in " + wait + " seconds.");
    out.headers.push_back({"Retry-After", wait});
    return out;
}

Throttle::Throttle(std::uint32_t most, Clock::duration time, std::size_t sets, Random& random) : bucket_time_(time) {
    if (most == 0) return;
    one_more_ = time / most;
    spread_.resize(sizeof(Key) * 256);
    const Bytes octets = random.bytes(spread_.size() * sizeof(std::uint32_t));
    std::memcpy(spread_.data(), octets.data(), octets.size());
    sets_.resize(sets);
}

std::optional<HeldBack> Throttle::take(const Key& key, Clock::time_point now) {
    if (sets_.empty()) return std::nullopt;
    Bucket& bucket = bucket_of(key);
    const auto full_at = std::max(bucket.full_at, now) + one_more_;
    const auto over = full_at - now - bucket_time_;
    if (over > Clock::duration::zero()) return HeldBack{std::chrono::ceil<std::chrono::seconds>(over)};
    bucket = {key, full_at};
    return std::nullopt;
}

/// Tabulation hashing (Zobrist; Patrascu and Thorup 2012): keys spread over the sets as if by chance, whoever chose
/// them.
std::size_t Throttle::set_of(const Key& key) const {
    std::uint32_t hash = 0;
    for (std::size_t i = 0; i < key.size(); ++i) hash ^= spread_[i * 256 + key.at(i)];
    return hash % sets_.size();
}

/// Its own, or the one whose place it takes.
Throttle::Bucket& Throttle::bucket_of(const Key& key) {
    auto& set = sets_.at(set_of(key));
    const auto own = std::ranges::find(set, key, &Bucket::key);
    if (own != set.end()) return *own;
    Bucket& least_used = *std::ranges::min_element(set, {}, &Bucket::full_at);
    least_used = {key, {}};
    return least_used;
}

Throttle::Key key_of(View octets_16) {
    Throttle::Key out{};
    std::ranges::copy_n(octets_16.begin(), static_cast<std::ptrdiff_t>(std::min(octets_16.size(), out.size())),
                        out.begin());
    return out;
}

Throttle::Key key_of(std::string_view id) {
    const auto digest = crypto::sha256(as_view(id));
    return key_of(View(digest));
}

Throttles::Throttles(const Rates& rates, Random& random)
    : addresses(rates.address_requests, 1min, sets_of_many, random),
      eids(rates.eid_authentications, 1min, sets_of_many, random),
      operators(rates.operator_orders, 1min, sets_of_few, random),
      orders(rates.order_downloads, 1h, sets_of_many, random) {}

}  // namespace mcim::apps::mcimd
