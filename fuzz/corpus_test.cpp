// What the fuzzers found worth keeping runs as a plain test: corpus/<target>/ and corpus/message/<type>/.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "mcim/msg/exercise.h"
#include "targets.inc"

#include "support/reference.h"

namespace {

namespace fs = std::filesystem;

template <class Visit>
int for_each_file(const fs::path& folder, Visit visit) {
    int count = 0;
    if (!fs::exists(folder)) return 0;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        if (!entry.is_regular_file()) continue;
        std::ifstream in(entry.path(), std::ios::binary);
        const mcim::Bytes octets{std::istreambuf_iterator<char>(in), {}};
        visit(octets);
        ++count;
    }
    return count;
}
const fs::path corpus = mcim::test::project_folder() / "fuzz" / "corpus";

TEST(Corpus, EveryTargetHasOneAndSurvivesIt) {
    for (const auto& target : targets) {
        const int files = for_each_file(corpus / target.name, [&](mcim::View octets) { target.exercise(octets); });
        EXPECT_GT(files, 0) << "no corpus for " << target.name;
    }
}

/// A seed that a check refuses proves nothing about what lies behind that check.
TEST(Corpus, Es9BodySeedsGetPastEveryCheck) {
    for (const auto& [name, body] : mcim::fuzz::es9_bodies())
        EXPECT_EQ(mcim::fuzz::answer_es9_body(mcim::as_view(body)), 1) << name;
    for (const auto& [name, made] : mcim::fuzz::es9_bodies()) {
        std::ifstream in(corpus / "es9_body" / name, std::ios::binary);
        const mcim::Bytes stored{std::istreambuf_iterator<char>(in), {}};
        EXPECT_EQ(mcim::fuzz::answer_es9_body(stored), 1) << name << ": write the seeds again (fuzz_seeds fuzz/corpus)";
    }
}

/// Every type reads every message of the corpus: most are refused, none may do harm.
TEST(Corpus, EveryMessageTypeSurvivesEveryMessage) {
    int decoded = 0;
    const int files = for_each_file(corpus / "message", [&](mcim::View octets) {
        for (const auto& type : mcim::msg::message_types()) decoded += type.exercise(octets) ? 1 : 0;
    });
    EXPECT_GT(files, 0);
    EXPECT_GE(decoded, files / 2);
}

}  // namespace
