// One target for all messages: MCIM_FUZZ_MESSAGE names the type; MCIM_FUZZ_LIST=1 prints all names and ends.
#include <cstdio>
#include <cstdlib>

#include "mcim/msg/exercise.h"

namespace {
const mcim::msg::MessageType* chosen = nullptr;
}

extern "C" int LLVMFuzzerInitialize(int*, char***) {
    const char* list = std::getenv("MCIM_FUZZ_LIST");
    const char* name = std::getenv("MCIM_FUZZ_MESSAGE");
    for (const auto& type : mcim::msg::message_types()) {
        if (list != nullptr) std::puts(std::string(type.name).c_str());
        if (name != nullptr && type.name == name) chosen = &type;
    }
    if (list != nullptr) std::exit(0);
    if (chosen == nullptr) {
        std::fputs("fuzz_message: set MCIM_FUZZ_MESSAGE to one of the names that MCIM_FUZZ_LIST=1 prints\n", stderr);
        std::exit(2);
    }
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    chosen->exercise({data, size});
    return 0;
}
