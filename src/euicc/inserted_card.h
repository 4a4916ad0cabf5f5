// A card with its storage, as a reader meets it: T=0, and the rule that nothing is said before it is durable.
#pragma once
#include "mcim/apdu/t0.h"
#include "mcim/euicc/card.h"

namespace mcim::euicc {

/// T=0 only, offering SELECT by full and partial name, logical channels assigned by the card, at most 20 of them
/// (ISO 7816-3 8.2, 7816-4 12.1.1; TS 102 221 6.3).
[[nodiscard]] Bytes answer_to_reset();

class InsertedCard {
public:
    /// The storage must outlive the card.
    [[nodiscard]] static Result<InsertedCard> insert(uicc::Storage&);

    /// One command of the reader, one answer of at most 258 octets. An Error means that the storage failed and could
    /// not be read either: the card is dead until it is inserted again.
    [[nodiscard]] Result<Bytes> transmit(View command, Env&);
    /// Warm or cold reset; the answer is answer_to_reset().
    void reset();

    [[nodiscard]] const Card& card() const { return card_; }

private:
    InsertedCard(uicc::Storage& storage, Card card) : storage_(&storage), card_(std::move(card)) {}
    [[nodiscard]] Result<apdu::Response> run(const apdu::Class&, const apdu::Command&, Env&);

    uicc::Storage* storage_;
    Card card_;
    apdu::T0 t0_;
};

}  // namespace mcim::euicc
