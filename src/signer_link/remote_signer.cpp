#include "mcim/signer_link/remote_signer.h"

#include <algorithm>

#include "frame.h"
#include "mcim/posix/unix_stream.h"
#include "mcim/signer_wire/greeting.h"

namespace mcim::signer_link {

using signer_wire::Answer;
using signer_wire::Results;

std::vector<Result<signer::Response>> RemoteSigner::execute(std::span<const signer::Request> requests) {
    const std::lock_guard lock(mutex_);
    Results out;
    out.reserve(requests.size());
    while (!requests.empty()) {
        const auto some = requests.first(std::min(requests.size(), signer_wire::requests_max));
        append_answers(some, out);
        requests = requests.subspan(some.size());
    }
    return out;
}

Result<signer::PublicKeys> RemoteSigner::public_keys() {
    const std::lock_guard lock(mutex_);
    auto expected = std::exchange(expected_, std::nullopt);
    const Status answers = check_locked();  // one that was started anew says them anew
    expected_ = std::move(expected);
    if (!answers) return answers.error();
    return keys_;
}

void RemoteSigner::expect(signer::PublicKeys keys) {
    const std::lock_guard lock(mutex_);
    expected_ = std::move(keys);
}

Status RemoteSigner::check() {
    const std::lock_guard lock(mutex_);
    return check_locked();
}

Status RemoteSigner::check_locked() {
    TRY(const Answer answer, converse(signer_wire::encode_requests({})));
    if (const auto* refused = std::get_if<Error>(&answer)) return *refused;
    return ok();
}

void RemoteSigner::append_answers(std::span<const signer::Request> requests, Results& out) {
    const auto each = [&](const Error& error) {
        for (std::size_t i = 0; i < requests.size(); ++i) out.emplace_back(error);
    };
    const SecretBytes message = signer_wire::encode_requests(requests);
    auto answer = message.size() <= signer_wire::message_octets_max
                      ? converse(message)
                      : Answer(fail(Errc::too_large, "request", "longer than a message to the signer"));
    if (!answer) return each(answer.error());
    if (auto* results = std::get_if<Results>(&*answer)) {
        if (results->size() != requests.size())
            return each(fail(Errc::unexpected_event, "", "the signer gave another number of answers"));
        return static_cast<void>(std::ranges::move(*results, std::back_inserter(out)));
    }
    // a request that cannot be read, or answers too long for one message: that stops none of the others
    if (requests.size() == 1) return each(std::get<Error>(*answer));
    for (const auto& request : requests) append_answers(std::span(&request, 1), out);
}

Result<Answer> RemoteSigner::converse(const SecretBytes& message) {
    if (Clock::now() < silent_until_) return gone(fail(Errc::io, "", "it let the time pass a moment ago"));
    const auto until = Clock::now() + place_.time_max;
    const bool kept = connection_.valid();
    auto answer = exchange(message, until);
    const auto is_lost = [&] { return !answer && answer.error().code == Errc::io; };
    if (is_lost() && kept && Clock::now() < until) answer = exchange(message, until);
    if (answer) return answer;
    if (Clock::now() >= until) silent_until_ = Clock::now() + place_.time_max;
    return gone(answer.error());
}

Result<Answer> RemoteSigner::exchange(const SecretBytes& message, TimePoint until) {
    if (!connection_.valid()) CHECKED(connect(until));
    posix::Descriptor connection(connection_.release());  // kept only where all went well
    if (expected_ && keys_ != *expected_)
        return fail(Errc::refused, "", "it has other signing keys than those that the certificates in use are for");
    CHECKED(send_message(connection, expose(message), until));
    TRY(const SecretBytes octets, receive_message(connection, signer_wire::message_octets_max, until));
    TRY(Answer answer, signer_wire::decode_answer(expose(octets)));
    connection_ = std::move(connection);
    return answer;
}

Status RemoteSigner::connect(TimePoint until) {
    TRY(posix::Descriptor connection, posix::connect_unix_stream(place_.socket));
    TRY(const uid_t user, posix::peer_user(connection));
    if (user != place_.user)
        return fail(Errc::refused, place_.socket,
                    "a process of user " + std::to_string(user) + " listens there, and " + std::to_string(place_.user) +
                        " is wanted: it is not given anything");
    TRY(const SecretBytes octets, receive_message(connection, signer_wire::greeting_octets_max, until));
    TRY(auto greeting, signer_wire::decode_greeting(expose(octets)));
    keys_ = std::move(greeting.keys);
    connection_ = std::move(connection);
    return ok();
}

Error RemoteSigner::gone(const Error& why) const {
    return fail(Errc::io, place_.socket,
                "mcim-signer does not answer (" + why.detail +
                    "): start it, or see what its log says; nothing was changed, and it is asked again next time");
}

}  // namespace mcim::signer_link
