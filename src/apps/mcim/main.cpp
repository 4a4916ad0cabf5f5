#include <iostream>

#include "mcim/apps/mcim/commands.h"

int main(int argc, char** argv) { return mcim::apps::run_mcim(argc, argv, std::cout, std::cerr); }
