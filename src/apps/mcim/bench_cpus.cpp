#include "mcim/apps/mcim/bench_cpus.h"

namespace mcim::apps {

CpuShares::CpuShares() {
    cpu_set_t all;
    if (sched_getaffinity(0, sizeof all, &all) != 0 || CPU_COUNT(&all) < 2) return;
    int first = 0;
    while (!CPU_ISSET(first, &all)) ++first;
    CPU_SET(first, &server_);
    clients_ = all;
    CPU_CLR(first, &clients_);
}

void CpuShares::take_servers() const {
    if (apart()) sched_setaffinity(0, sizeof server_, &server_);
}
void CpuShares::take_clients() const {
    if (apart()) sched_setaffinity(0, sizeof clients_, &clients_);
}

ClientsAtWork::ClientsAtWork(const CpuShares& cpus, std::function<void()> work) {
    if (!cpus.apart()) return;
    thread_ = std::jthread([&cpus, work = std::move(work)](const std::stop_token& enough) {
        cpus.take_clients();
        while (!enough.stop_requested()) work();
    });
}

}  // namespace mcim::apps
