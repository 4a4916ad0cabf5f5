// What the benches share: a list of figures, and how the time of an operation is taken.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "mcim/base/result.h"

namespace mcim::apps {

/// What a bench found, in order: lines for people with remarks after them, or one JSON object of the figures.
class Figures {
public:
    void add(std::string name, std::uint64_t value, std::string meaning);
    /// With so many decimals.
    void add(std::string name, double value, int decimals, std::string meaning);
    void remark(std::string sentence);
    [[nodiscard]] std::string text() const;
    [[nodiscard]] std::string json() const;

private:
    struct Figure {
        std::string name;
        std::string value;
        std::string meaning;
    };
    std::vector<Figure> figures_;
    std::vector<std::string> remarks_;
};

/// CPU time of this thread: what other programs take meanwhile is not in it.
[[nodiscard]] std::chrono::nanoseconds thread_cpu_time();
[[nodiscard]] double microseconds(std::chrono::nanoseconds);

/// CPU time of one call in microseconds: the mean of enough calls in a row to take `at_least` together.
[[nodiscard]] double microseconds_per_call(const std::function<void()>& call,
                                           std::chrono::milliseconds at_least = std::chrono::milliseconds(400));

[[nodiscard]] Result<Figures> bench_der();
[[nodiscard]] Result<Figures> bench_aka();

}  // namespace mcim::apps
