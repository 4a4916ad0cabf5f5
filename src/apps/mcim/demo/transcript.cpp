#include "transcript.h"

#include <cstdio>

namespace mcim::demo {
namespace {

double seconds(std::chrono::steady_clock::duration d) { return std::chrono::duration<double>(d).count(); }

}  // namespace

void Transcript::step(std::string_view title) {
    end_step();
    step_begun_ = Clock::now();
    std::printf("\n[%7.3f s] %d. %.*s\n", seconds(step_begun_ - begun_), ++steps_, static_cast<int>(title.size()),
                title.data());
    std::fflush(stdout);
}

void Transcript::note(std::string_view text) {
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        std::printf("             %.*s\n", static_cast<int>(end), text.data());
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    std::fflush(stdout);
}

bool Transcript::check(bool held, std::string_view claim, std::string_view otherwise) {
    ++checks_;
    if (!held) ++failures_;
    std::printf("      %s %.*s\n", held ? "    ok" : "FAILED", static_cast<int>(claim.size()), claim.data());
    if (!held && !otherwise.empty()) note(otherwise);
    std::fflush(stdout);
    return held;
}

void Transcript::end_step() {
    if (steps_ > 0) std::printf("             (%.0f ms)\n", 1000 * seconds(Clock::now() - step_begun_));
}

int Transcript::finish() {
    end_step();
    std::printf("\n%s: %d checks in %d steps, %d failed, %.1f s.\n",
                failures_ == 0 ? "Everything held" : "NOT everything held", checks_, steps_, failures_,
                seconds(Clock::now() - begun_));
    return failures_ == 0 ? 0 : 1;
}

}  // namespace mcim::demo
