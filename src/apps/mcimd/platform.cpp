#include "mcim/apps/mcimd/platform.h"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace mcim::apps::mcimd {

void Committer::commit(store::Batch batch, Done done) {
    if (waiting_.empty()) {
        const auto wait =
            std::chrono::ceil<std::chrono::milliseconds>(last_ + interval - std::chrono::steady_clock::now());
        if (wait > std::chrono::milliseconds::zero())
            loop_.after(wait, [this] { flush(); });
        else
            loop_.post([this] { flush(); });
    }
    waiting_.push_back(std::move(batch));
    callbacks_.push_back(std::move(done));
    subjects_.push_back(log_subject());
}

void Committer::flush() {
    const auto batches = std::exchange(waiting_, {});
    const auto callbacks = std::exchange(callbacks_, {});
    const auto subjects = std::exchange(subjects_, {});
    ++groups_;
    batches_ += batches.size();
    auto results = store_.commit(batches);
    last_ = std::chrono::steady_clock::now();
    failure_.reset();
    if (const Status& first = results.front(); !first && first.error().code == Errc::io) failure_ = first.error();
    for (std::size_t i = 0; i < callbacks.size(); ++i) {
        const LogScope about(subjects[i]);
        callbacks[i](std::move(results[i]));
    }
}

Result<std::optional<crypto::PublicKey>> Platform::operator_key(std::string_view id) {
    TRY(const auto found, store.find_operator(id));
    if (!found) return std::optional<crypto::PublicKey>{};
    TRY(auto key, crypto::PublicKey::from_spki(found->key_spki));
    return std::optional(std::move(key));
}

Error unknown_operator(std::string_view id) {
    return fail(Errc::not_found, "operator",
                "\"" + std::string(id) + "\" is not known here; make the operator known with \"mcim operator add\"");
}

std::string masked(std::string_view identifier) {
    if (identifier.size() <= 8) return "...";
    return std::string(identifier.substr(0, 4)) + "..." + std::string(identifier.substr(identifier.size() - 4));
}

std::string masked(const http::Place& place) {
    static constexpr http::Place v4{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};  // ::ffff:0:0
    if (std::equal(v4.begin(), v4.begin() + 12, place.begin()))
        return spdlog::fmt_lib::format("{}.{}.{}.0/24", place[12], place[13], place[14]);
    const auto group = [&](std::size_t i) { return place.at(i) << 8U | place.at(i + 1); };
    return spdlog::fmt_lib::format("{:x}:{:x}:{:x}::/48", group(0), group(2), group(4));
}

}  // namespace mcim::apps::mcimd
