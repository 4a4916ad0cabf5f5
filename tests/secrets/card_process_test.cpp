// The card's process keeps its own user out of its memory: whoever gets at another program of that user, or at that
// user's shell, does not get the keys of the card (requirements T8, OB1).
#include <grp.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include <csignal>

#include "mcim/posix/descriptor.h"
#include "place.h"

namespace mcim::secrets {
namespace {

std::string line_of(pid_t pid, std::string_view file, std::string_view start) {
    std::ifstream in("/proc/" + std::to_string(pid) + "/" + std::string(file));
    for (std::string line; std::getline(in, line);)
        if (line.starts_with(start)) return line;
    return {};
}

/// A program of the card's user that does nothing about its memory: what can be done to it is what can be done at all.
demo::Child start_neighbour(Place& place) {
    auto neighbour = place.start_as_card_user({"sleep", "600"}, Place::open_program("/bin/sleep"));
    EXPECT_TRUE(demo::poll_until([&] { return !line_of(neighbour.pid(), "cmdline", "/proc/self/fd/").empty(); }, 20s));
    return neighbour;
}

enum Reach : int { nothing = 0, reads_memory = 1, copies_memory = 2, traces = 4, is_somebody_else = 8 };

/// What one process of the card's user can do to another one of his.
int reach_into(pid_t pid) {
    const pid_t intruder = fork();
    if (intruder == 0) {
        if (is_root() && (setgroups(0, nullptr) != 0 || setresgid(nobody, nobody, nobody) != 0 ||
                          setresuid(nobody, nobody, nobody) != 0))
            _exit(is_somebody_else);
        int reach = nothing;
        if (memory_of(pid)) reach |= reads_memory;
        // nothing is mapped at 0: who may look is told so (EFAULT), who may not is refused before (EPERM)
        char octet = 0;
        const iovec here{&octet, 1};
        const iovec there{nullptr, 1};
        if (process_vm_readv(pid, &here, 1, &there, 1, 0) == 1 || errno == EFAULT) reach |= copies_memory;
        if (ptrace(PTRACE_SEIZE, pid, nullptr, nullptr) == 0) reach |= traces;
        _exit(reach);
    }
    int status = 0;
    EXPECT_EQ(waitpid(intruder, &status, 0), intruder);
    return WIFEXITED(status) ? WEXITSTATUS(status) : int{is_somebody_else};
}

/// With a signal whose default is a dump. The one who started it collects it afterwards.
bool leaves_dump(const demo::Child& program) {
    ::kill(program.pid(), SIGABRT);
    siginfo_t end{};
    EXPECT_EQ(::waitid(P_PID, static_cast<id_t>(program.pid()), &end, WEXITED | WNOWAIT), 0);
    EXPECT_EQ(end.si_status, SIGABRT);
    return end.si_code == CLD_DUMPED;
}

TEST(CardsProcess, KeepsItsOwnUserOutOfItsMemory) {
    Place place;
    ASSERT_NO_FATAL_FAILURE(place.make_all_and_use_it());

    const auto neighbour = start_neighbour(place);
    if ((reach_into(neighbour.pid()) & reads_memory) == 0)
        GTEST_SKIP() << "on this machine no process looks into another one of its user";
    EXPECT_EQ(reach_into(neighbour.pid()), reads_memory | copies_memory | traces);

    const pid_t card = place.tre->pid();
    EXPECT_EQ(reach_into(card), nothing);
    const std::string id = std::to_string(is_root() ? nobody : geteuid());
    EXPECT_EQ(line_of(card, "status", "Uid:"), "Uid:\t" + id + "\t" + id + "\t" + id + "\t" + id);
    struct stat mem {};
    ASSERT_EQ(::stat(("/proc/" + std::to_string(card) + "/mem").c_str(), &mem), 0);
    EXPECT_EQ(mem.st_uid, 0U) << "the files of a process that is not dumpable are root's";
    if (!is_root()) return;
    // there is something to be kept from them: nobody keeps root out
    const auto memory = memory_of(card);
    ASSERT_TRUE(memory);
    EXPECT_TRUE(holds(*memory, place.secrets.at("K")));
    EXPECT_TRUE(holds(*memory, place.secrets.at("card's key")));
}

/// The factory's command, run by the card's user; its key comes through a pipe, so that it waits for it.
class CardInTheMaking {
public:
    explicit CardInTheMaking(Place& place) {
        place.make_pki();
        const auto card =
            *apps::make_card_identity({place.temp / "pki"}, *Eid::with_check_digits("890490320000000000000000000001"),
                                      system_now(), place.random);
        key_ = card.key.to_pkcs8();
        EXPECT_TRUE(custody::write_private_file(place.card_home() / "passphrase", as_view(passphrase)));
        Place::give_to_card_user(place.card_home());
        Place::give_to_card_user(place.card_home() / "passphrase");
        std::array<int, 2> ends{};
        EXPECT_EQ(::pipe(ends.data()), 0);
        taking_ = posix::Descriptor(ends[0]);
        giving_ = posix::Descriptor(ends[1]);
        EXPECT_EQ(::fcntl(giving_.get(), F_SETFD, FD_CLOEXEC), 0);
        if (is_root()) {
            EXPECT_EQ(::fchown(taking_.get(), nobody, nobody), 0);
        }
        const auto certificate = *apps::InheritedFile::make("euicc", card.certificate);
        const auto eum = *apps::InheritedFile::make("eum", card.eum_certificate);
        const auto ci = *apps::InheritedFile::make("ci", card.ci_certificate);
        process.emplace(place.start_as_card_user(
            {"mcim-tre", "init", "--state", place.at("tre/card"), "--cert", certificate.path(), "--eum-cert",
             eum.path(), "--ci", ci.path(), "--key", "/proc/self/fd/" + std::to_string(taking_.get()), "--seal",
             "passphrase-file:" + place.at("tre/passphrase")},
            Place::open_program(Place::program("mcim-tre"))));
    }
    /// It has taken the first octets, and waits for the others.
    [[nodiscard]] bool takes_the_key() {
        give(View(expose(key_)).first(8));
        int waiting = 0;
        return demo::poll_until(
                   [&] {
                       return (::ioctl(taking_.get(), FIONREAD, &waiting) == 0 && waiting == 0) || !process->running();
                   },
                   20s) &&
               process->running();
    }
    [[nodiscard]] bool is_made() {
        give(View(expose(key_)).subspan(8));
        giving_ = posix::Descriptor();
        const auto ended = process->wait(60s);
        return ended && *ended == 0;
    }
    std::optional<demo::Child> process;

private:
    void give(View octets) const {
        EXPECT_EQ(::write(giving_.get(), octets.data(), octets.size()), static_cast<ssize_t>(octets.size()));
    }
    SecretBytes key_;
    posix::Descriptor taking_;
    posix::Descriptor giving_;
};

TEST(CardsProcess, ProtectsItsMemoryBeforeItTakesTheKeyOfANewCard) {
    Place place;
    CardInTheMaking card(place);
    ASSERT_TRUE(card.takes_the_key()) << as_text(read(place.temp / "logs" / "mcim-tre"));
    const auto neighbour = start_neighbour(place);
    if ((reach_into(neighbour.pid()) & reads_memory) == 0)
        GTEST_SKIP() << "on this machine no process looks into another one of its user";
    EXPECT_EQ(reach_into(card.process->pid()), nothing);
    const std::string limit = line_of(card.process->pid(), "limits", "Max core file size");
    EXPECT_EQ(limit.substr(18, 24).find_first_not_of(" 0"), limit.npos) << limit;
    EXPECT_TRUE(card.is_made()) << as_text(read(place.temp / "logs" / "mcim-tre"));
}

TEST(CardsProcess, LeavesNoDumpHoweverItEnds) {
    Place place;
    place.make_pki();
    ASSERT_NO_FATAL_FAILURE(place.make_card());
    const std::string limit = line_of(place.tre->pid(), "limits", "Max core file size");
    EXPECT_EQ(limit.substr(18, 24).find_first_not_of(" 0"), limit.npos) << limit;

    const auto neighbour = start_neighbour(place);
    if (!leaves_dump(neighbour)) GTEST_SKIP() << "on this machine no process leaves a dump";
    EXPECT_FALSE(leaves_dump(*place.tre));
}

}  // namespace
}  // namespace mcim::secrets
