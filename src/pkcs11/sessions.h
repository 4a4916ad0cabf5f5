// A bounded pool of sessions with one token, and what makes them anew when the token or somebody else ended them.
#pragma once
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <vector>

#include "mcim/pkcs11/token.h"
#include "module.h"

namespace mcim::pkcs11 {

/// One that somebody has for the moment. Handles of keys are remembered as long as it is open.
struct Session {
    CK_FUNCTION_LIST* functions = nullptr;
    CK_SESSION_HANDLE handle = CK_INVALID_HANDLE;
    bool open = false;
    CK_SESSION_HANDLE former = CK_INVALID_HANDLE;  ///< to be closed when the next one is open, which keeps the login
    std::uint64_t life = 0;                        ///< of the module's lives, the one that it belongs to
    std::optional<std::chrono::steady_clock::time_point> leased = {};  ///< since when somebody has it
    std::map<std::pair<CK_OBJECT_CLASS, std::string>, CK_OBJECT_HANDLE> keys = {};
};

enum class Runs : std::uint8_t { again, once };

class Sessions {
public:
    /// Nothing is opened before it is needed.
    Sessions(Module module, Place place);
    ~Sessions();
    Sessions(const Sessions&) = delete;
    Sessions& operator=(const Sessions&) = delete;

    /// Waits for a free session; opens it and logs in where that is to be done; does it. What may pass is tried again:
    /// in a new session, and then with the module started anew. An operation may thus run three times, but once where
    /// it makes something: it may have been made although the token said otherwise.
    template <class Operation>
    [[nodiscard]] Status use(Operation operation, Runs runs = Runs::again) {
        const Lease lease(*this);
        Said said;
        for (int attempt = 1; attempt <= attempts_max; ++attempt) {
            if (attempt == attempts_max) restart(lease.session().life, said.value);
            const std::shared_lock running(running_);
            said = prepare(lease.session());
            const bool prepared = said.good();
            if (prepared) said = operation(lease.session());
            if (said.good()) return ok();
            if (said.why) return *said.why;
            if (!may_pass(said.value)) break;
            abandon(lease.session(), said);
            if (prepared && runs == Runs::once) break;
        }
        return error_of(said);
    }
    [[nodiscard]] std::chrono::steady_clock::duration busy_for() const;
    /// Of the token, as it says itself. Opens nothing.
    [[nodiscard]] std::string name() const;

private:
    static constexpr int attempts_max = 3;

    class Lease {
    public:
        explicit Lease(Sessions& of);
        ~Lease();
        Lease(const Lease&) = delete;
        Lease& operator=(const Lease&) = delete;
        [[nodiscard]] Session& session() const { return *session_; }

    private:
        Sessions& of_;
        Session* session_;
    };

    [[nodiscard]] Said prepare(Session&);
    [[nodiscard]] Said find_slot(CK_SLOT_ID&) const;
    [[nodiscard]] Said log_in(Session&, CK_SLOT_ID);
    void abandon(Session&, const Said&);
    void close_former(Session&) const;
    void restart(std::uint64_t life, CK_RV because);
    [[nodiscard]] Error error_of(const Said&) const;
    void note(const std::string& sentence) const {
        if (place_.note) place_.note(name() + ": " + sentence);
    }

    const Module module_;
    const Place place_;
    mutable std::mutex waiting_;
    std::condition_variable returned_;
    std::vector<Session> all_;
    std::vector<Session*> free_;
    /// Held by who is in the module; alone, by who starts it anew.
    std::shared_mutex running_;
    std::uint64_t life_ = 0;     ///< 0: not initialised
    bool started_here_ = false;  ///< else somebody else in this process uses it too, and ends it
    std::chrono::steady_clock::time_point started_{};
    std::mutex logging_in_;
    std::optional<Error> pin_refused_;  ///< for good: the next wrong one may lock the token
};

}  // namespace mcim::pkcs11
