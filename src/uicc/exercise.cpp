#include "mcim/uicc/exercise.h"

#include <algorithm>
#include <cstdlib>

#include "mcim/apdu/t0.h"
#include "mcim/uicc/profile_for_test.h"
#include "mcim/uicc/uicc.h"

namespace mcim::uicc {
namespace {

class CountingRandom final : public Random {
public:
    void fill(std::span<std::uint8_t> out) override {
        std::ranges::generate(out, [this] { return next_++; });
    }

private:
    std::uint8_t next_ = 0;
};

void require(bool holds) {
    if (!holds) std::abort();
}

const Entries& installed() {
    static const Entries entries = [] {
        Entries out;
        uicc::apply(out, Profile::install(for_test::image())->entries("p/"));
        return out;
    }();
    return entries;
}

}  // namespace

void exercise_apdu(View input) {
    MemoryStorage storage;
    Changes all;
    for (const auto& [key, value] : installed()) all.put(key, value.copy());
    require(storage.commit(all).has_value());
    Uicc card(*Profile::load("p/", installed()), "p/");
    CountingRandom random;
    Env env{random};
    apdu::T0 t0;
    while (!input.empty()) {
        const std::size_t octets = std::min<std::size_t>(input.front(), input.size() - 1);
        const View command = input.subspan(1, octets);
        input = input.subspan(1 + octets);
        const Bytes answer = t0.transmit(command, [&](const apdu::Class& cla, const apdu::Command& c) {
            return *transact(card, storage, cla, c, env);
        });
        require(answer.size() >= 2 && answer.size() <= 258);
    }
    const auto again = Profile::load("p/", *storage.load());
    require(again.has_value());
    for (FileIndex i = 0; i < again->files().size(); ++i)
        require(again->content(i) == std::as_const(card).profile().content(i));
}

}  // namespace mcim::uicc
