#include "demo.h"

#include <cstdio>
#include <cstdlib>

#include "namespaces.h"
#include "story.h"

namespace mcim::demo {
namespace {

/// A folder whose path fits into a socket address, removed at the end unless the user named it.
class Folder {
public:
    explicit Folder(const fs::path& keep) : temporary_(keep.empty()) {
        if (!temporary_) {
            fs::create_directories(keep);
            path_ = fs::canonical(keep);
            return;
        }
        std::string name = (fs::temp_directory_path() / "mcim-XXXXXX").string();
        if (mkdtemp(name.data()) != nullptr) path_ = name;
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() {
        std::error_code ignored;
        if (temporary_ && !path_.empty()) fs::remove_all(path_, ignored);
    }
    [[nodiscard]] const fs::path& path() const { return path_; }

private:
    bool temporary_;
    fs::path path_;
};

Status tell(Story& s) {
    CHECKED(make_pki(s));
    CHECKED(start_platform(s));
    CHECKED(make_subscription(s));
    CHECKED(manufacture(s));
    CHECKED(no_trust_no_subscription(s));
    CHECKED(provision(s));
    CHECKED(log_in_with_it(s));
    CHECKED(no_consent_no_move(s));
    return refusals(s);
}

/// In namespaces of its own.
int tell_it(const Options& options, const std::optional<GivenPackage>& given, const fs::path& folder) {
    Transcript transcript;
    std::printf(
        "mcim: a factory-fresh device is verified, provisioned over the air, logs in, and moves only with "
        "consent.\nEverything runs here, in a network of its own. Files: %s%s\n",
        folder.c_str(), options.keep.empty() ? " (removed at the end; keep them with --keep DIR)" : "");
    const fs::path programs = fs::read_symlink("/proc/self/exe").parent_path();
    Lab lab(folder, programs, transcript);
    {
        Story story{.lab = lab, .given = given};
        if (const Status told = tell(story); !told)
            transcript.check(false, "the story goes on", to_string(told.error()));
    }
    if (!options.keep.empty())
        transcript.note("\nMessages (DER and JSON): " + (folder / "*" / "messages").string() +
                        "\nDatabases: " + (folder / "*" / "mcimd.sqlite").string() +
                        "\nLogs of hostapd, eapol_test, pcscd: " + (folder / "peers").string());
    return transcript.finish();
}

}  // namespace

int run_demo(const Options& options) {
    if (!options.keep.empty() && fs::exists(options.keep) && !fs::is_empty(options.keep)) {
        std::fprintf(stderr, "mcim demo: %s is not empty; name a new folder\n", options.keep.c_str());
        return 2;
    }
    std::optional<GivenPackage> given;
    if (!options.profile.empty()) {
        auto package = read_given_package(options.profile);
        if (!package) {
            std::fprintf(stderr, "mcim demo: %s\n", to_string(package.error()).c_str());
            return 2;
        }
        given = *std::move(package);
    }
    const Folder folder(options.keep);
    if (folder.path().empty() || folder.path().string().size() > 60) {
        std::fprintf(stderr,
                     "mcim demo: the folder cannot be made, or its path is too long for sockets (60 characters)\n");
        return 2;
    }
    // the folder is this process's: it is removed however the story ends
    const auto status = run_contained([&] { return tell_it(options, given, folder.path()); });
    if (!status) {
        std::fprintf(stderr, "mcim demo: %s\n", to_string(status.error()).c_str());
        return 2;
    }
    return *status;
}

}  // namespace mcim::demo
