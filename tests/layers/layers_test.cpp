// The dependency graph is what the CMake files declare, and the #include lines keep to it.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <sstream>

#include "support/reference.h"

namespace {

namespace fs = std::filesystem;

struct Module {
    int layer = 0;
    std::set<std::string> deps;
};

/// One line a module, "name layer dep dep ...", written by the configure step.
std::map<std::string, Module> declared_modules() {
    std::map<std::string, Module> modules;
    std::ifstream in(MCIM_MODULES_FILE);
    for (std::string line; std::getline(in, line);) {
        std::istringstream words(line);
        std::string name;
        Module module;
        words >> name >> module.layer;
        for (std::string dep; words >> dep;) module.deps.insert(dep);
        modules[name] = module;
    }
    return modules;
}

/// The modules that `file` includes: the X of "mcim/X/...".
std::set<std::string> included_modules(const fs::path& file) {
    std::set<std::string> found;
    std::ifstream in(file);
    static constexpr std::string_view start = "#include \"mcim/";
    for (std::string line; std::getline(in, line);)
        if (line.starts_with(start))
            found.insert(line.substr(start.size(), line.find('/', start.size()) - start.size()));
    return found;
}

bool includes(const fs::path& file, std::string_view what) {
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);)
        if (line.starts_with("#include <" + std::string(what))) return true;
    return false;
}

template <class Visit>
void for_each_source(const fs::path& folder, Visit visit) {
    for (const auto& entry : fs::recursive_directory_iterator(folder))
        if (const auto ext = entry.path().extension(); ext == ".h" || ext == ".cpp") visit(entry.path());
}

const fs::path source = mcim::test::project_folder() / "src";

TEST(Layers, EveryDependencyPointsDown) {
    const auto modules = declared_modules();
    ASSERT_GT(modules.size(), 5U);
    for (const auto& [name, module] : modules)
        for (const auto& dep : module.deps) EXPECT_LT(modules.at(dep).layer, module.layer) << name << " -> " << dep;
}

TEST(Layers, EveryIncludeIsDeclared) {
    for (const auto& declared : declared_modules())
        for_each_source(source / declared.first, [&](const fs::path& file) {
            if (file.string().ends_with("_test.cpp")) return;
            for (const auto& used : included_modules(file))
                EXPECT_TRUE(used == declared.first || declared.second.deps.contains(used))
                    << file << " includes " << used;
        });
}

/// What is made for tests, data above all, is in no library that a program links.
TEST(Layers, NoProductSourceIncludesWhatIsForTests) {
    std::ifstream in(MCIM_PRODUCT_SOURCES_FILE);
    int files = 0;
    for (std::string name; std::getline(in, name); ++files) {
        std::ifstream content(source / name);
        for (std::string line; std::getline(content, line);)
            if (line.starts_with("#include \"")) {
                EXPECT_EQ(line.find("_for_test.h"), line.npos) << name << ": " << line;
                EXPECT_EQ(line.find("\"support/"), line.npos) << name << ": " << line;
            }
    }
    EXPECT_GT(files, 150);
}

/// Cryptography is crypto's; http speaks TLS.
TEST(Layers, OpenSslIsCryptosAndHttps) {
    for_each_source(source, [](const fs::path& file) {
        const bool crypto = file.string().starts_with((source / "crypto").string());
        const bool http = file.string().starts_with((source / "http").string());
        EXPECT_TRUE(crypto || http || !includes(file, "openssl/")) << file;
    });
}

/// The files of the cores (ADR 0004), those for tests aside. base has the ports themselves; crypto's last words before
/// it aborts go to standard error; posix and pkcs11 are what adapters share, on a layer where no core can reach it.
template <class Visit>
void for_each_core_source(Visit visit) {
    const std::set<fs::path> excepted{source / "base" / "ports.h", source / "base" / "ports.cpp",
                                      source / "crypto" / "openssl.h"};
    const std::set<std::string> shared_by_adapters{"posix", "pkcs11"};
    for (const auto& [name, module] : declared_modules()) {
        if (module.layer > 5 || shared_by_adapters.contains(name)) continue;
        for_each_source(source / name, [&](const fs::path& file) {
            const std::string text = file.string();
            if (text.ends_with("_test.cpp") || text.ends_with("_for_test.h") || excepted.contains(file)) return;
            visit(file);
        });
    }
}

TEST(Layers, CoresDoNoInputOrOutput) {
    int files = 0;
    for_each_core_source([&](const fs::path& file) {
        ++files;
        for (const std::string_view header : {"atomic",  "boost/asio", "condition_variable",
                                              "csignal", "cstdio",     "dirent.h",
                                              "fcntl.h", "filesystem", "fstream",
                                              "future",  "iostream",   "mutex",
                                              "net",     "poll.h",     "signal.h",
                                              "spawn.h", "sqlite3.h",  "stdio.h",
                                              "sys/",    "thread",     "unistd.h"})
            EXPECT_FALSE(includes(file, header)) << file << " includes " << header;
    });
    EXPECT_GT(files, 150);
}

TEST(Layers, CoresAskNoClockAndDrawNoRandomNumber) {
    for_each_core_source([](const fs::path& file) {
        std::ifstream in(file);
        const std::string content{std::istreambuf_iterator<char>(in), {}};
        for (const std::string_view word : {"system_now(", "SystemRandom", "::now()", "random_device", "this_thread",
                                            "getenv", "std::time(", "std::rand("})
            EXPECT_EQ(content.find(word), std::string::npos) << file << " has " << word;
    });
}

}  // namespace
