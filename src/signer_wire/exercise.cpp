#include "mcim/signer_wire/exercise.h"

#include <cstdlib>

#include "mcim/signer_wire/greeting.h"
#include "mcim/signer_wire/messages.h"
#include "tables.h"

namespace mcim::signer_wire {
namespace {

/// 1 where it decoded.
template <class M>
int comes_back(View input, const Result<M>& decoded, const auto& encode) {
    if (!decoded) return 0;
    if (!equal(expose(encode(*decoded)), input)) std::abort();
    return 1;
}

template <class T>
T arbitrary_value(der::Source& source, T into) {
    der::type_of<T>.arbitrary(der::type_of<T>, source, &into);
    return into;
}

Bytes checked(const SecretBytes& message) {
    if (exercise_message(expose(message)) == 0) std::abort();
    return to_bytes(expose(message));
}

}  // namespace

int exercise_message(View input) {
    return comes_back(input, decode_requests(input), [](const auto& m) { return encode_requests(m); }) +
           comes_back(input, decode_answer(input), [](const auto& m) { return encode_answer(m); }) +
           comes_back(input, decode_greeting(input), [](const auto& m) { return SecretBytes(encode_greeting(m)); });
}

Bytes arbitrary_requests(View seed) {
    der::Source source(seed);
    std::vector<signer::Request> out;
    for (auto n = source.below(5); n != 0; --n) out.push_back(arbitrary_value(source, signer::Request()));
    return checked(encode_requests(out));
}

Bytes arbitrary_answer(View seed) {
    der::Source source(seed);
    if (source.below(4) == 3) return checked(encode_answer(arbitrary_value(source, Error())));
    Results out;
    for (auto n = source.below(5); n != 0; --n)
        out.push_back(arbitrary_value(source, Result<signer::Response>(signer::Response())));
    return checked(encode_answer(std::move(out)));
}

}  // namespace mcim::signer_wire
