#include "demo.h"

#include <sys/stat.h>

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
    if (!options.keep.empty()) transcript.note(what_is_kept(folder));
    return transcript.finish();
}

/// Names of sockets lie below it, and have room for 107 characters (sun_path).
constexpr std::size_t folder_characters_max = 60;

}  // namespace

std::string what_is_kept(const std::filesystem::path& folder) {
    return "\nMessages (DER and JSON): " + (folder / "*" / "messages").string() +
           "\nDatabases: " + (folder / "*" / "mcimd.sqlite").string() +
           "\nLogs of hostapd, eapol_test, pcscd: " + (folder / "peers").string() +
           "\nLogs of swtpm: " + (folder / "*" / "tpm" / "swtpm.log").string();
}

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
    umask(S_IRWXG | S_IRWXO);  // logs of a login show the keys that it derived, be they of a package that was given
    const Folder folder(options.keep);
    if (folder.path().empty()) {
        std::fprintf(stderr, "mcim demo: no temporary folder can be made\n");
        return 2;
    }
    if (const std::string path = folder.path().string(); path.size() > folder_characters_max) {
        std::fprintf(stderr,
                     "mcim demo: %s has %zu characters, and the sockets that lie below it leave room for %zu: name a "
                     "folder with a shorter path\n",
                     path.c_str(), path.size(), folder_characters_max);
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
