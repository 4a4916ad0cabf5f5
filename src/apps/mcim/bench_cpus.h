// How a bench shares out the CPUs that it may use: the first is the server's, the others are its clients'. Two CPUs of
// one machine slow each other down (power, caches, threads of one core): what is compared is measured on the same CPU,
// with the others at work. Where there is one CPU only, all stays as it is.
#pragma once
#include <sched.h>

#include <functional>
#include <thread>

namespace mcim::apps {

class CpuShares {
public:
    CpuShares();
    /// This thread, and what it starts from now on.
    void take_servers() const;
    void take_clients() const;
    [[nodiscard]] bool apart() const { return CPU_COUNT(&clients_) != 0; }

private:
    cpu_set_t server_{};
    cpu_set_t clients_{};
};

/// On the server's CPU for the length of a scope, on the clients' after it.
class OnServersCpu {
public:
    explicit OnServersCpu(const CpuShares& cpus) : cpus_(cpus) { cpus_.take_servers(); }
    OnServersCpu(const OnServersCpu&) = delete;
    OnServersCpu& operator=(const OnServersCpu&) = delete;
    ~OnServersCpu() { cpus_.take_clients(); }

private:
    const CpuShares& cpus_;
};

/// Keeps the clients' CPU at work, again and again, for the length of a scope.
class ClientsAtWork {
public:
    ClientsAtWork(const CpuShares&, std::function<void()> work);

private:
    std::jthread thread_;
};

}  // namespace mcim::apps
