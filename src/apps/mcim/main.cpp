#include <iostream>

#include "mcim/apps/mcim/commands.h"
#include "mcim/tpm/tpm.h"

int main(int argc, char** argv) {
    mcim::tpm::silence_library();
    return mcim::apps::run_mcim(argc, argv, std::cout, std::cerr);
}
