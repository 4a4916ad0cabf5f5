// What the demonstration prints: numbered steps, each with the time it took, and the proof of what was claimed.
#pragma once
#include <chrono>
#include <string>
#include <string_view>

namespace mcim::demo {

class Transcript {
public:
    /// A new numbered step. The time of the one before is printed with its end.
    void step(std::string_view title);
    /// A fact under the current step.
    void note(std::string_view text);
    /// Something that must hold: "ok" or "FAILED" with it. False where it does not.
    bool check(bool held, std::string_view claim, std::string_view otherwise = {});
    /// Ends the last step and prints the result. The process's exit status.
    [[nodiscard]] int finish();
    [[nodiscard]] bool failed() const { return failures_ > 0; }

private:
    void end_step();
    using Clock = std::chrono::steady_clock;
    Clock::time_point begun_ = Clock::now();
    Clock::time_point step_begun_{};
    int steps_ = 0;
    int checks_ = 0;
    int failures_ = 0;
};

}  // namespace mcim::demo
