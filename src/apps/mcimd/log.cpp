#include "mcim/apps/mcimd/log.h"

#include <spdlog/pattern_formatter.h>

#include "mcim/base/text.h"

namespace mcim::apps::mcimd {
namespace {

constexpr std::size_t line_characters_max = 600;

class Careful final : public spdlog::formatter {
public:
    void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
        const std::string text = with_numbers_masked(
            printable(std::string_view(message.payload.data(), message.payload.size()), line_characters_max));
        spdlog::details::log_msg careful = message;
        careful.payload = text;
        layout_.format(careful, out);
    }
    [[nodiscard]] std::unique_ptr<formatter> clone() const override { return std::make_unique<Careful>(); }

private:
    spdlog::pattern_formatter layout_{"%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc};
};

}  // namespace

void log_to(spdlog::sink_ptr sink, const std::string& level) {
    auto logger = std::make_shared<spdlog::logger>("mcimd", std::move(sink));
    logger->set_formatter(std::make_unique<Careful>());
    logger->set_level(spdlog::level::from_str(level));
    logger->flush_on(spdlog::level::info);
    spdlog::set_default_logger(std::move(logger));
}

}  // namespace mcim::apps::mcimd
