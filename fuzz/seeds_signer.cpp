// Messages between a server and its signer: arbitrary ones of every request and every answer, and a greeting.
#include "mcim/signer_wire/exercise.h"
#include "mcim/signer_wire/greeting.h"
#include "seeds.h"
#include "support/random.h"

namespace mcim::fuzz {

void write_signer_seeds(const Corpus& corpus) {
    test::SeededRandom random(51);
    for (int i = 1; i <= 12; ++i) {
        corpus.add("signer_message", "requests_" + std::to_string(i),
                   signer_wire::arbitrary_requests(random.bytes(300)));
        corpus.add("signer_message", "answer_" + std::to_string(i), signer_wire::arbitrary_answer(random.bytes(300)));
    }
    signer_wire::Greeting greeting{"mcim-signer", {}};
    for (const auto curve : {crypto::Curve::p256, crypto::Curve::brainpool_p256r1})
        greeting.keys.by_name.emplace(signer::KeyName{std::string(to_string(curve))},
                                      crypto::PrivateKey::generate(curve, random).public_key());
    corpus.add("signer_message", "greeting", signer_wire::encode_greeting(greeting));
}

}  // namespace mcim::fuzz
