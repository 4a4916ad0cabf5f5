#include "mcim/apps/mcimd/throttle.h"

#include <algorithm>
#include <cstring>

#include "mcim/crypto/hash.h"

namespace mcim::apps::mcimd {
namespace {

constexpr Throttle::Clock::duration bucket_time = std::chrono::minutes(1);  ///< from empty to full
constexpr std::size_t sets_of_many = 4096;                                  ///< 786 KB
constexpr std::size_t sets_of_few = 128;

}  // namespace

http::Response too_often(const HeldBack& held, std::string_view who) {
    const std::string wait = std::to_string(held.wait.count());
    auto out = http::problem(429, "Too many requests of " + std::string(who) + ": come again in " + wait + " seconds.");
    out.headers.push_back({"Retry-After", wait});
    return out;
}

Throttle::Throttle(std::uint32_t per_minute, std::size_t sets, Random& random) {
    if (per_minute == 0) return;
    one_more_ = bucket_time / per_minute;
    const auto seed = random.array<sizeof seed_>();
    std::memcpy(seed_.data(), seed.data(), sizeof seed_);
    sets_.resize(sets);
}

std::optional<HeldBack> Throttle::take(const Key& key, Clock::time_point now) {
    if (sets_.empty()) return std::nullopt;
    Bucket& bucket = bucket_of(key);
    const auto full_at = std::max(bucket.full_at, now) + one_more_;
    const auto over = full_at - now - bucket_time;
    if (over > Clock::duration::zero()) return HeldBack{std::chrono::ceil<std::chrono::seconds>(over)};
    bucket = {key, full_at};
    return std::nullopt;
}

/// Its own, or the one whose place it takes. Who chooses his addresses does not choose with whom he shares a set.
Throttle::Bucket& Throttle::bucket_of(const Key& key) {
    std::array<std::uint64_t, 2> words{};
    std::memcpy(words.data(), key.data(), sizeof words);
    std::uint64_t hash = (words[0] ^ seed_[0]) * 0x9E3779B97F4A7C15U;
    hash = ((hash ^ (hash >> 32U)) ^ words[1] ^ seed_[1]) * 0xD6E8FEB86659FD93U;
    auto& set = sets_[(hash >> 32U) % sets_.size()];
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
    : addresses(rates.address_requests, sets_of_many, random),
      eids(rates.eid_authentications, sets_of_many, random),
      operators(rates.operator_orders, sets_of_few, random) {}

}  // namespace mcim::apps::mcimd
