#include "support/vectors.h"

#include <gtest/gtest.h>

#include <fstream>

namespace mcim::test {
namespace {

std::string_view trimmed(std::string_view s) {
    const auto first = s.find_first_not_of(" \t\r");
    if (first == std::string_view::npos) return {};
    return s.substr(first, s.find_last_not_of(" \t\r") - first + 1);
}

}  // namespace

void Vector::complain(std::string_view name, std::string_view why) const {
    ADD_FAILURE() << where_ << ": " << name << ": " << why;
}

const std::string* Vector::find(std::string_view name) {
    const auto at = attributes_.find(name);
    if (at == attributes_.end()) {
        complain(name, "no such attribute");
        return nullptr;
    }
    read_.insert(at->first);
    return &at->second;
}

Bytes Vector::bytes(std::string_view name) {
    const std::string* value = find(name);
    if (value == nullptr) return {};
    auto out = from_hex(*value);
    if (!out) complain(name, to_string(out.error()));
    return out ? *std::move(out) : Bytes{};
}

std::string Vector::text(std::string_view name) {
    const std::string* value = find(name);
    if (value == nullptr) return {};
    if (value->size() < 2 || value->front() != '"' || value->back() != '"') {
        complain(name, "a text stands between quotation marks");
        return {};
    }
    return value->substr(1, value->size() - 2);
}

std::uint64_t Vector::number(std::string_view name) {
    const Bytes octets = bytes(name);
    if (octets.size() > 8) complain(name, "a number has at most 8 octets");
    std::uint64_t out = 0;
    for (const auto octet : octets) out = out << 8U | octet;
    return out;
}

void for_each_vector(std::string_view file, const std::function<void(Vector&)>& check) {
    const std::string path = std::string(MCIM_SOURCE_DIR "/") + std::string(file);
    std::ifstream in(path);
    ASSERT_TRUE(in) << path << " cannot be opened";
    std::string line;
    ASSERT_TRUE(std::getline(in, line) && line.starts_with("# ") && line.size() > 10)
        << path << " does not begin with its source";

    std::size_t number = 1;
    std::size_t count = 0;
    Vector vector;
    const auto finish = [&] {
        if (vector.attributes_.empty()) return;
        const testing::ScopedTrace trace(path.c_str(), static_cast<int>(number), "the vector before this line");
        check(vector);
        for (const auto& [name, value] : vector.attributes_)
            if (!vector.read_.contains(name)) vector.complain(name, "nothing checked this attribute");
        vector = {};
        ++count;
    };
    while (std::getline(in, line)) {
        ++number;
        const std::string_view content = trimmed(line);
        if (content.empty()) {
            finish();
            continue;
        }
        if (content.front() == '#') continue;
        const auto equals = content.find('=');
        ASSERT_NE(equals, std::string_view::npos) << path << ':' << number << ": neither comment nor name = value";
        if (vector.attributes_.empty()) vector.where_ = path + ':' + std::to_string(number);
        const bool fresh =
            vector.attributes_.emplace(trimmed(content.substr(0, equals)), trimmed(content.substr(equals + 1))).second;
        ASSERT_TRUE(fresh) << path << ':' << number << ": the attribute stands twice in this vector";
    }
    finish();
    EXPECT_GT(count, 0U) << path << " holds no vector";
}

}  // namespace mcim::test
