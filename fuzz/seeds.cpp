// fuzz_seeds FOLDER: writes the seeds of all targets below FOLDER, which is fuzz/corpus in the source tree.
#include "seeds.h"

#include <cstdio>
#include <fstream>
#include <stdexcept>

#include "mcim/msg/exercise.h"

namespace mcim::fuzz {

void Corpus::add(std::string_view target, std::string_view name, View octets) const {
    const auto folder = folder_ / target;
    std::filesystem::create_directories(folder);
    std::ofstream out(folder / name, std::ios::binary);
    for (const auto octet : octets) out.put(static_cast<char>(octet));
    if (!out.flush()) throw std::runtime_error("cannot write " + (folder / name).string());
}

void Corpus::add_message(std::string_view type, std::string_view name, View der) const {
    for (const auto& known : msg::message_types()) {
        if (known.name != type) continue;
        if (!known.exercise(der)) throw std::runtime_error(std::string(name) + " is no " + std::string(type));
        return add("message/" + std::string(type), name, der);
    }
    throw std::runtime_error("no message type " + std::string(type));
}

void write_datagram_seeds(const Corpus& corpus) {
    corpus.add("auc_datagram", "vector", "AKA-REQ-AUTH 001010123456789");
    corpus.add("auc_datagram", "out_of_step",
               "AKA-AUTS 001010123456789 000102030405060708090a0b0c0d aabbccddeeff00112233445566778899");
    corpus.add("auc_datagram", "triplets", "SIM-REQ-AUTH 001010123456789 3");
    corpus.add("auc_datagram", "failure", "AKA-RESP-AUTH 001010123456789 FAILURE");
    corpus.add("auc_datagram", "short_imsi", "AKA-REQ-AUTH 001010");
}

}  // namespace mcim::fuzz

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fputs("fuzz_seeds: one argument wanted, the folder to write to\n", stderr);
        return 2;
    }
    const mcim::fuzz::Corpus corpus(argv[1]);
    mcim::fuzz::write_message_seeds(corpus);
    mcim::fuzz::write_download_seeds(corpus);
    mcim::fuzz::write_card_seeds(corpus);
    mcim::fuzz::write_profile_seeds(corpus);
    mcim::fuzz::write_datagram_seeds(corpus);
    mcim::fuzz::write_signer_seeds(corpus);
    return 0;
}
