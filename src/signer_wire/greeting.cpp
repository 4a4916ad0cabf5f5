#include "mcim/signer_wire/greeting.h"

#include "mcim/der/leaf.h"

namespace mcim::signer_wire {
namespace {

constexpr std::size_t keys_max = 256;

struct NamedKey {
    der::Utf8String<1, 64> name;
    der::AnySequence spki;
    static constexpr auto asn1 = der::sequence("NamedKey", der::field<&NamedKey::name>("name", der::Tag{0x80}),
                                               der::field<&NamedKey::spki>("subjectPublicKeyInfo"));
};
struct GreetingMessage {
    int protocol = 0;
    der::Utf8String<0, 64> program;
    std::vector<NamedKey> keys;
    static constexpr auto asn1 =
        der::sequence("Greeting", der::field<&GreetingMessage::protocol>("protocol", der::Tag{0x80}),
                      der::field<&GreetingMessage::program>("program", der::Tag{0x81}),
                      der::field<&GreetingMessage::keys>("keys", der::Tag{0xA2}));
};

/// It stands first, so that it is known before the rest, which another protocol may have changed.
Result<int> protocol_of(View octets) {
    der::Reader all(octets);
    TRY(auto whole, all.read(der::Tag{0x30}));
    TRY(const auto number, whole.content.read(der::Tag{0x80}));
    return der::Codec<int>::read(number.content);
}

}  // namespace

Bytes encode_greeting(const Greeting& greeting) {
    GreetingMessage out{protocol, {greeting.program}, {}};
    for (const auto& [name, key] : greeting.keys.by_name) out.keys.push_back({{name.text}, {key.spki()}});
    return der::encode(out);
}

Result<Greeting> decode_greeting(View octets) {
    TRY(const int spoken, protocol_of(octets));
    if (spoken != protocol)
        return fail(Errc::refused, "Greeting.protocol",
                    "the signer speaks protocol " + std::to_string(spoken) + ", and this program " +
                        std::to_string(protocol) + ": both are wanted of one release");
    TRY(const auto message, der::decode<GreetingMessage>(octets));
    if (message.keys.size() > keys_max) return fail(Errc::too_large, "Greeting.keys");
    Greeting out{message.program.text, {}};
    for (const auto& key : message.keys) {
        const std::string place = "Greeting.keys." + key.name.text;
        auto read = crypto::PublicKey::from_spki(key.spki);
        if (!read) return std::move(read).error().within(place);
        if (!equal(read->spki(), key.spki)) return fail(Errc::bad_value, place, "written in another form");
        const signer::KeyName name{key.name.text};
        if (!out.keys.by_name.empty() && !(out.keys.by_name.rbegin()->first < name))
            return fail(Errc::bad_value, place, "stands twice or out of its order");
        out.keys.by_name.emplace(name, *std::move(read));
    }
    return out;
}

}  // namespace mcim::signer_wire
