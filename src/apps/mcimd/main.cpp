#include "mcim/apps/mcimd/program.h"

int main(int argc, char** argv) { return mcim::apps::mcimd::run(argc, argv); }
