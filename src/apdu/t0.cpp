#include "mcim/apdu/t0.h"

#include <algorithm>

namespace mcim::apdu {

Bytes T0::transmit(View octets, const Core& core) {
    const auto command = parse_command(octets);
    return encode(command ? transmit(*command, core) : Response{sw::wrong_length});
}

Response T0::transmit(const Command& command, const Core& core) {
    const auto cla = decode_class(command.cla);
    if (!cla) return sw::class_not_supported;
    if (cla->secure_messaging == SecureMessaging::requested) return sw::secure_messaging_not_supported;
    if (command.instruction() == Ins::get_response) return get_response(*cla, command);

    waiting_[cla->channel].reset();
    if (auto kept = std::exchange(kept_, std::nullopt)) {
        Command same = kept->command;
        same.le = command.le;
        if (same == command) return answer(*cla, command, {to_bytes(expose(kept->data)), kept->sw});
    }
    return answer(*cla, command, core(*cla, command));
}

void T0::reset() {
    for (auto& w : waiting_) w.reset();
    kept_.reset();
}
void T0::forget(std::uint8_t channel) {
    if (channel < waiting_.size()) waiting_[channel].reset();
}

Response T0::answer(const Class& cla, const Command& command, Response response) {
    if (response.data.empty()) return response;
    const std::size_t size = response.data.size();
    if (!command.data.empty() || !command.le) {
        hold(cla.channel, std::move(response));
        return more_data(size);
    }
    if (*command.le == size) return response;
    if (size <= short_le_max) {
        kept_ = Kept{command, SecretBytes(std::move(response.data)), response.sw};
        return exact_length(size);
    }
    hold(cla.channel, std::move(response));
    return next_piece(*waiting_[cla.channel], *command.le);
}

Response T0::get_response(const Class& cla, const Command& command) {
    kept_.reset();
    auto& waiting = waiting_[cla.channel];
    if (!waiting) return sw::conditions_not_satisfied;
    if (command.p1 != 0 || command.p2 != 0) return sw::wrong_p1_p2;
    if (!command.data.empty()) return sw::wrong_length;
    const std::size_t rest = waiting->data.size() - waiting->taken;
    const std::size_t le = command.le.value_or(short_le_max);
    if (le > rest) return exact_length(rest);
    Response out = next_piece(*waiting, le);
    if (waiting->taken == waiting->data.size()) waiting.reset();
    return out;
}

Response T0::next_piece(Waiting& w, std::size_t octets) {
    const View piece = expose(w.data).subspan(w.taken, std::min(octets, w.data.size() - w.taken));
    w.taken += piece.size();
    const std::size_t rest = w.data.size() - w.taken;
    return {to_bytes(piece), rest == 0 ? w.sw : more_data(rest)};
}

void T0::hold(std::uint8_t channel, Response&& response) {
    waiting_[channel] = Waiting{SecretBytes(std::move(response.data)), 0, response.sw};
}

}  // namespace mcim::apdu
