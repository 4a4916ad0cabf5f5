// VERIFY, CHANGE, DISABLE, ENABLE and UNBLOCK PIN (TS 102 221 11.1.9 to 11.1.13).
//
// Each has two halves. The first checks everything that needs no secret and takes one attempt off the counter; the
// shell commits that. Only then the second compares, so that cutting the power between comparison and write, or timing
// it, wins nothing.
#include "mcim/crypto/hash.h"
#include "mcim/uicc/commands.h"
#include "mcim/uicc/entries.h"

namespace mcim::uicc {
namespace {

namespace sw = apdu::sw;
using apdu::Ins;

constexpr std::size_t pin_octets = 8;

std::size_t data_octets(Ins ins) {
    return ins == Ins::change_pin || ins == Ins::unblock_pin ? 2 * pin_octets : pin_octets;
}

/// Whether the state of the PIN lets this command be tried at all.
apdu::StatusWord admissible(Ins ins, const saip::Pin& pin) {
    const bool enabling = ins == Ins::enable_pin;
    if (ins == Ins::change_pin && !pin.may_change) return sw::conditions_not_satisfied;
    if ((ins == Ins::disable_pin || enabling) && !pin.may_disable) return sw::conditions_not_satisfied;
    if (pin.enabled == enabling)
        return sw::referenced_data_invalidated;  // table 10.7: PIN disabled, or enabled already
    return is_blocked(pin) ? sw::pin_blocked : sw::ok;
}

template <class T>
void pay(T& key) {
    if (is_counted(key)) --key.attempts_left;
}
template <class T>
apdu::StatusWord refused(const T& key) {
    return apdu::attempts_left(key.attempts_left);
}

}  // namespace

Reply Commands::pin_command() {
    const Ins ins = command.instruction();
    // P1 80 of DISABLE PIN asks for the universal PIN in its place; a package cannot carry one (PINKeyReferenceValue).
    if (ins == Ins::disable_pin && command.p1 == 0x80) return sw::referenced_data_not_found;
    if (command.p1 != 0) return sw::wrong_p1_p2;
    const auto place = place_of(command.p2);
    if (!place) return sw::referenced_data_not_found;
    saip::Pin& pin = pin_at(profile(), *place);
    saip::Puk* puk = pin.puk ? find_puk(profile(), *pin.puk) : nullptr;

    const bool unblocking = ins == Ins::unblock_pin;
    if (unblocking && puk == nullptr) return sw::conditions_not_satisfied;
    if (command.data.empty()) {  // asks for the counter
        if (unblocking) return refused(*puk);
        if (ins == Ins::verify_pin) return refused(pin);
    }
    if (command.data.size() != data_octets(ins)) return sw::wrong_length;
    if (unblocking) {
        if (is_blocked(*puk)) return sw::pin_blocked;
        pay(*puk);
    } else {
        if (const auto word = admissible(ins, pin); word != sw::ok) return word;
        pay(pin);
        card.verified_.erase(*place);
    }
    put_pins(changes, card.prefix_, profile());
    card.attempt_ = Uicc::Attempt{ins, SecretBytes::copy_of(command.data), *place};
    return std::nullopt;
}

Outcome Commands::resume_pin(Uicc& card, Uicc::Attempt attempt) {
    Outcome out;
    saip::Pin& pin = pin_at(card.profile_, attempt.place);
    const View given = expose(attempt.data).first(pin_octets);
    const View replacement = expose(attempt.data).subspan(pin_octets);
    const bool unblocking = attempt.instruction == Ins::unblock_pin;
    saip::Puk* puk = unblocking ? find_puk(card.profile_, *pin.puk) : nullptr;
    const View right = unblocking ? View(expose(puk->value)) : View(expose(pin.value));
    if (!crypto::constant_time_equal(given, right)) {
        out.response = unblocking ? refused(*puk) : refused(pin);
        return out;
    }
    pin.attempts_left = pin.attempts_max;
    switch (attempt.instruction) {
        case Ins::disable_pin: pin.enabled = false; break;
        case Ins::enable_pin: pin.enabled = true; break;
        case Ins::unblock_pin:
            puk->attempts_left = puk->attempts_max;
            pin.enabled = true;
            [[fallthrough]];
        case Ins::change_pin:
            pin.value = *Secret<pin_octets>::copy_of(replacement);
            put_pin_value(out.changes, card.prefix_, card.profile_.pins()[attempt.place.context], pin);
            break;
        default: break;
    }
    card.verified_.insert(attempt.place);
    put_pins(out.changes, card.prefix_, card.profile_);
    out.response = sw::ok;
    return out;
}

}  // namespace mcim::uicc
