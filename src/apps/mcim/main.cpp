#include <iostream>

#include "mcim/apps/mcim/commands.h"
#include "mcim/crypto/freed_memory.h"
#include "mcim/tpm/tpm.h"

int main(int argc, char** argv) {
    mcim::crypto::wipe_freed_memory();
    mcim::tpm::silence_library();
    return mcim::apps::run_mcim(argc, argv, std::cout, std::cerr);
}
