// Arbitrary values of every message type: all optional parts present, all absent, and some in between.
#include <set>

#include "mcim/msg/all.h"
#include "seeds.h"
#include "support/random.h"

namespace mcim::fuzz {
namespace {

constexpr std::size_t seed_octets_max = 1500;

/// What der::arbitrary makes of a source of ones and of zeros, and of four random ones; equal results once.
template <class T>
void write_arbitrary(const Corpus& corpus, test::SeededRandom& random) {
    std::set<Bytes> encodings{der::encode(der::arbitrary<T>({})), der::encode(der::arbitrary<T>(Bytes(4000, 1)))};
    for (int i = 0; i < 4; ++i) encodings.insert(der::encode(der::arbitrary<T>(random.bytes(400))));
    int number = 0;
    for (const Bytes& encoding : encodings) {
        if (encoding.size() <= seed_octets_max)
            corpus.add_message(der::type_of<T>.name, "arbitrary" + std::to_string(++number), encoding);
    }
}

template <class... T>
void write_all(const Corpus& corpus, std::tuple<T...>*) {
    test::SeededRandom random(2);
    (write_arbitrary<T>(corpus, random), ...);
}

}  // namespace

void write_message_seeds(const Corpus& corpus) { write_all(corpus, static_cast<msg::AllMessages*>(nullptr)); }

}  // namespace mcim::fuzz
