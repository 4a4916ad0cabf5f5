// The card's process keeps its own user out of its memory: whoever gets at another program of that user, or at that
// user's shell, does not get the keys of the card (requirements T8, OB1).
#include <grp.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include <csignal>

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
