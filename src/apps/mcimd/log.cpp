#include "mcim/apps/mcimd/log.h"

#include <spdlog/pattern_formatter.h>

#include "mcim/apps/mcimd/log_subject.h"
#include "mcim/base/text.h"
#include "mcim/jose/json.h"

namespace mcim::apps::mcimd {
namespace {

constexpr std::size_t line_characters_max = 600;

constexpr const char* time_pattern = "%Y-%m-%dT%H:%M:%S.%eZ";

std::string careful(const spdlog::details::log_msg& message) {
    return with_numbers_masked(
        printable(std::string_view(message.payload.data(), message.payload.size()), line_characters_max));
}

class TextLines final : public spdlog::formatter {
public:
    void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
        const std::string text = careful(message);
        spdlog::details::log_msg line = message;
        line.payload = text;
        layout_.format(line, out);
    }
    [[nodiscard]] std::unique_ptr<formatter> clone() const override { return std::make_unique<TextLines>(); }

private:
    spdlog::pattern_formatter layout_{std::string(time_pattern) + " %l %v", spdlog::pattern_time_type::utc};
};

/// An object a line, with what it is about.
class JsonLines final : public spdlog::formatter {
public:
    void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
        spdlog::memory_buf_t time;
        time_.format(message, time);
        const auto level = spdlog::level::to_string_view(message.level);
        jose::ObjectWriter line;
        line.text("at", {time.data(), time.size()}).text("level", {level.data(), level.size()});
        const LogSubject& about = log_subject();
        if (about.request != 0) line.integer("request", static_cast<std::int64_t>(about.request));
        if (about.session_octets != 0) line.hex_octets("session", about.session());
        line.text("message", careful(message));
        const std::string text = line.finish() + "\n";
        out.append(text.data(), text.data() + text.size());
    }
    [[nodiscard]] std::unique_ptr<formatter> clone() const override { return std::make_unique<JsonLines>(); }

private:
    spdlog::pattern_formatter time_{time_pattern, spdlog::pattern_time_type::utc, ""};
};

std::unique_ptr<spdlog::formatter> formatter_of(LogFormat format) {
    if (format == LogFormat::json) return std::make_unique<JsonLines>();
    return std::make_unique<TextLines>();
}

}  // namespace

void log_to(spdlog::sink_ptr sink, const std::string& level, LogFormat format) {
    auto logger = std::make_shared<spdlog::logger>("mcimd", std::move(sink));
    logger->set_formatter(formatter_of(format));
    logger->set_level(spdlog::level::from_str(level));
    logger->flush_on(spdlog::level::info);
    spdlog::set_default_logger(std::move(logger));
}

}  // namespace mcim::apps::mcimd
