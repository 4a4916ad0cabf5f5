// Commands against a platform that runs, for tests: the folder that `mcim platform init` made, served by mcimd's own
// Program in a thread of the test, on a UNIX socket and a free port of loopback.
#pragma once
#include <gtest/gtest.h>

#include <thread>

#include "mcim/apps/mcim/run_for_test.h"
#include "mcim/apps/mcimd/program.h"
#include "mcim/http/loop.h"
#include "mcim/jose/json.h"
#include "support/temp_folder.h"

namespace mcim::apps {

using test::mcim;
using test::Ran;

/// Fresh, of no published set.
inline constexpr const char* k_of_north = "9F1C4A7730E2B85D06CB91D44F3E68A2";
inline constexpr const char* other_k = "5E80F3176C2AD94BB10E7748C5932DA6";
inline constexpr const char* opc_of_north = "27D8035B9EFA61C2447B8810D5AC3F96";

class RunningPlatform {
public:
    explicit RunningPlatform(const std::filesystem::path& config) {
        auto loaded = mcimd::load_config(config);
        if (const auto* mistakes = std::get_if<mcimd::Mistakes>(&loaded)) {
            for (const auto& line : mistakes->lines) ADD_FAILURE() << line;
            return;
        }
        auto program = mcimd::Program::start(std::get<mcimd::Config>(loaded), loop_);
        if (!program) {
            ADD_FAILURE() << to_string(program.error());
            return;
        }
        program_ = *std::move(program);
        thread_ = std::jthread([this] { loop_.run(); });
    }
    RunningPlatform(const RunningPlatform&) = delete;
    RunningPlatform& operator=(const RunningPlatform&) = delete;
    ~RunningPlatform() {
        if (!program_) return;
        loop_.post([this] {
            program_->stop();
            loop_.stop();
        });
        thread_.join();
    }

private:
    http::Loop loop_;
    std::unique_ptr<mcimd::Program> program_;
    std::jthread thread_;
};

class WithPlatform : public testing::Test {
protected:
    static constexpr const char* eid = "89049032000000000000000000000163";
    static constexpr const char* iccid = "8988211000000000011";
    static constexpr const char* imsi = "001010000000001";

    void SetUp() override {
        ASSERT_EQ(mcim({"pki", "init", "--dir", at("pki")}).code, 0);
        const auto made = mcim({"platform", "init", "--dir", at("platform"), "--pki", at("pki"), "--dp-address",
                                "localhost:8443", "--listen", "127.0.0.1:0", "--lab"});
        ASSERT_EQ(made.code, 0) << made.err;
        platform_.emplace(folder_ / "platform" / "mcimd.toml");
        add_operator("north");
    }
    [[nodiscard]] std::string at(const std::string& name) const { return (folder_ / name).string(); }
    /// The command with --admin behind it.
    [[nodiscard]] Ran run(std::vector<std::string> args) const {
        args.insert(args.end(), {"--admin", at("platform/admin.sock")});
        return mcim(args);
    }
    /// As JSON; fails the test where the command does.
    [[nodiscard]] jose::Object json(std::vector<std::string> args) const {
        args.emplace_back("--json");
        const auto ran = run(std::move(args));
        EXPECT_EQ(ran.code, 0) << ran.err;
        auto object = jose::Object::parse(ran.out);
        EXPECT_TRUE(object) << ran.out;
        return object ? *std::move(object) : *jose::Object::parse("{}");
    }
    void add_operator(const std::string& id) const {
        ASSERT_EQ(mcim({"operator", "key", "--out", at(id + ".pem")}).code, 0);
        const auto added = run({"operator", "add", "--id", id, "--name", id + " Mobile", "--key", at(id + ".pem.pub")});
        ASSERT_EQ(added.code, 0) << added.err;
    }
    void add_line() const {
        const auto added = run({"subscription", "add", "--operator", "north", "--iccid", iccid, "--imsi", imsi});
        ASSERT_EQ(added.code, 0) << added.err;
    }
    test::TempFolder folder_;
    std::optional<RunningPlatform> platform_;
};

}  // namespace mcim::apps
