#include "mcim/euicc/inserted_card.h"

#include <numeric>

namespace mcim::euicc {

Bytes answer_to_reset() {
    Bytes atr{
        0x3B, 0x9E,              // direct convention; TA1 and TD1 follow, 14 historical octets
        0x96,                    // TA1: F=512, D=32
        0x80,                    // TD1: T=0, TD2 follows
        0x1F,                    // TD2: T=15, TA3 follows
        0xC3,                    // TA3: clock stop allowed, classes A and B (TS 102 221 6.3.2)
        0x80,                    // historical octets: category indicator, compact TLVs
        0x31, 0xE0,              // card service data: selection by full and partial DF name, EF_DIR
        0x73, 0xFE, 0x21, 0x1F,  // card capabilities: DF selection, short EF identifiers, 20 channels, assigned by the
                                 // card
        0x66, 'm', 'c', 'i', 'm', 0x00, 0x01,  // pre-issuing data
    };
    atr.push_back(std::accumulate(atr.begin() + 1, atr.end(), std::uint8_t{0},
                                  [](std::uint8_t sum, std::uint8_t b) { return static_cast<std::uint8_t>(sum ^ b); }));
    return atr;
}

Result<InsertedCard> InsertedCard::insert(uicc::Storage& storage) {
    TRY(uicc::Entries entries, storage.load());
    TRY(Card card, Card::load(std::move(entries)));
    return InsertedCard(storage, std::move(card));
}

Result<Bytes> InsertedCard::transmit(View command, Env& env) {
    std::optional<Error> failed;
    Bytes answer = t0_.transmit(command, [&](const apdu::Class& cla, const apdu::Command& c) -> apdu::Response {
        auto response = run(cla, c, env);
        if (!response) {
            failed = std::move(response).error();
            return apdu::sw::memory_problem;
        }
        for (std::uint8_t channel = 0; channel < apdu::channels_max; ++channel)
            if (!card_.is_open(channel)) t0_.forget(channel);
        return *std::move(response);
    });
    if (!failed) return answer;
    // What the card in memory believes is no longer what the storage holds: begin again from there.
    t0_.reset();
    TRY(uicc::Entries entries, storage_->load());
    TRY(card_, Card::load(std::move(entries)));
    return answer;
}

void InsertedCard::reset() {
    t0_.reset();
    card_.reset();
}

Result<apdu::Response> InsertedCard::run(const apdu::Class& cla, const apdu::Command& command, Env& env) {
    auto outcome = card_.execute(cla, command, env);
    for (;; outcome = card_.resume()) {
        if (!outcome) return std::move(outcome).error();
        if (!outcome->changes.empty()) CHECKED(storage_->commit(outcome->changes));
        if (outcome->response) return *std::move(outcome->response);
    }
}

}  // namespace mcim::euicc
