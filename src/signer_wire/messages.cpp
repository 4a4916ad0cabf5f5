#include "mcim/signer_wire/messages.h"

#include <functional>

#include "tables.h"

namespace mcim::signer_wire {
namespace {

constexpr der::Tag requests_tag{0x30};
constexpr der::Tag results_tag{0xA0};
constexpr der::Tag refused_tag{0xA1};

/// SEQUENCE OF, from where the elements are.
template <class T>
void write_list(der::Writer& w, der::Tag tag, std::span<const T> list) {
    const auto before = w.size();
    for (auto it = list.rbegin(); it != list.rend(); ++it) der::write_tlv(der::untagged, der::type_of<T>, w, &*it);
    w.header(tag, w.size() - before);
}

/// Counted before a value is made of each: an element of few octets is large in memory.
template <class T>
Result<std::vector<T>> read_list(der::Reader in, const std::function<T()>& blank_one) {
    std::vector<T> out;
    while (!in.empty()) {
        if (out.size() == requests_max) return in.error(Errc::too_large, "more than a message may have");
        const std::string place = std::to_string(out.size());
        if (auto e = der::read_tlv(der::untagged, der::type_of<T>, in, &out.emplace_back(blank_one())))
            return std::move(*e).within(place);
    }
    return out;
}

Status check_size(View octets) {
    if (octets.size() > message_octets_max) return fail(Errc::too_large, "", std::to_string(octets.size()) + " octets");
    return ok();
}

/// The only TLV there is.
Result<der::Reader::Tlv> sole(View octets) {
    der::Reader all(octets);
    TRY(auto tlv, all.read());
    if (!all.empty()) return all.error(Errc::trailing_data);
    return tlv;
}

Result<std::vector<signer::Request>> read_requests(View octets) {
    CHECKED(check_size(octets));
    TRY(const auto tlv, sole(octets));
    if (tlv.tag != requests_tag) return fail(Errc::bad_tag, "", "not " + to_string(tlv.tag) + " here");
    return read_list<signer::Request>(tlv.content, [] { return signer::Request(); });
}

Result<Answer> read_answer(View octets) {
    CHECKED(check_size(octets));
    TRY(const auto tlv, sole(octets));
    if (tlv.tag == results_tag) {
        TRY(auto results, read_list<Result<signer::Response>>(tlv.content, [] { return Result(signer::Response()); }));
        return Answer(std::move(results));
    }
    if (tlv.tag != refused_tag) return fail(Errc::bad_tag, "", "not " + to_string(tlv.tag) + " here");
    Error refused;
    const auto& type = der::type_of<Error>;
    if (auto e = type.read(type, tlv.content, &refused)) return *std::move(e);
    return Answer(std::move(refused));
}

}  // namespace

SecretBytes encode_requests(std::span<const signer::Request> requests) {
    der::Writer w;
    write_list(w, requests_tag, requests);
    return SecretBytes(std::move(w).finish());
}

Result<std::vector<signer::Request>> decode_requests(View octets) {
    auto requests = read_requests(octets);
    if (!requests) return std::move(requests).error().within("requests");
    return requests;
}

SecretBytes encode_answer(const Answer& answer) {
    der::Writer w;
    if (const auto* results = std::get_if<Results>(&answer))
        write_list(w, results_tag, std::span<const Result<signer::Response>>(*results));
    else
        der::write_tlv(refused_tag, der::type_of<Error>, w, &std::get<Error>(answer));
    return SecretBytes(std::move(w).finish());
}

Result<Answer> decode_answer(View octets) {
    auto answer = read_answer(octets);
    if (!answer) return std::move(answer).error().within("answer");
    return answer;
}

}  // namespace mcim::signer_wire
