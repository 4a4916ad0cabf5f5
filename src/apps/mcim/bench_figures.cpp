#include <ctime>

#include <algorithm>
#include <array>
#include <cstdio>

#include "mcim/apps/mcim/bench.h"

namespace mcim::apps {

using std::chrono::nanoseconds;

void Figures::add(std::string name, std::uint64_t value, std::string meaning) {
    figures_.push_back({std::move(name), std::to_string(value), std::move(meaning)});
}

void Figures::add(std::string name, double value, int decimals, std::string meaning) {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
    figures_.push_back({std::move(name), text.data(), std::move(meaning)});
}

void Figures::remark(std::string sentence) { remarks_.push_back(std::move(sentence)); }

std::string Figures::text() const {
    std::size_t name_width = 0;
    std::size_t value_width = 0;
    for (const auto& f : figures_) {
        name_width = std::max(name_width, f.name.size());
        value_width = std::max(value_width, f.value.size());
    }
    std::string out;
    for (const auto& f : figures_) {
        out += "  " + f.name + std::string(name_width - f.name.size() + 2, ' ');
        out += std::string(value_width - f.value.size(), ' ') + f.value + "  " + f.meaning + "\n";
    }
    for (const auto& sentence : remarks_) out += sentence + "\n";
    return out;
}

std::string Figures::json() const {
    std::string out;
    for (const auto& f : figures_) out += (out.empty() ? "\"" : ",\"") + f.name + "\":" + f.value;
    return "{" + out + "}";
}

nanoseconds thread_cpu_time() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return std::chrono::seconds(now.tv_sec) + nanoseconds(now.tv_nsec);
}

double microseconds(nanoseconds time) { return std::chrono::duration<double, std::micro>(time).count(); }

double microseconds_per_call(const std::function<void()>& call, std::chrono::milliseconds at_least) {
    for (std::size_t calls = 1;; calls *= 2) {
        const auto from = thread_cpu_time();
        for (std::size_t i = 0; i < calls; ++i) call();
        const auto time = thread_cpu_time() - from;
        if (time >= at_least) return microseconds(time) / static_cast<double>(calls);
    }
}

}  // namespace mcim::apps
