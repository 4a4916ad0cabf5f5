#include "sessions.h"

#include <algorithm>

namespace mcim::pkcs11 {
namespace {

/// A field of characters filled up with blanks (PKCS#11 3.2).
template <std::size_t N>
std::string_view text_of(const CK_UTF8CHAR (&field)[N]) {
    const std::string_view all(reinterpret_cast<const char*>(field), N);
    const auto end = all.find_last_not_of(std::string_view(" \0", 2));
    return end == std::string_view::npos ? "" : all.substr(0, end + 1);
}

}  // namespace

Sessions::Sessions(Module module, Place place) : module_(module), place_(std::move(place)) {
    all_.resize(std::max<std::size_t>(place_.sessions, 1));
    for (Session& session : all_) {
        session.functions = &module_.functions();
        free_.push_back(&session);
    }
}

Sessions::~Sessions() {
    if (started_here_) module_.functions().C_Finalize(nullptr);  // and with it every session
}

Sessions::Lease::Lease(Sessions& of) : of_(of) {
    std::unique_lock lock(of_.waiting_);
    of_.returned_.wait(lock, [&] { return !of_.free_.empty(); });
    session_ = of_.free_.back();
    of_.free_.pop_back();
    session_->leased = std::chrono::steady_clock::now();
}
Sessions::Lease::~Lease() {
    {
        const std::scoped_lock lock(of_.waiting_);
        session_->leased.reset();
        of_.free_.push_back(session_);
    }
    of_.returned_.notify_one();
}

std::chrono::steady_clock::duration Sessions::busy_for() const {
    const auto now = std::chrono::steady_clock::now();
    std::chrono::steady_clock::duration longest{};
    const std::scoped_lock lock(waiting_);
    for (const Session& session : all_)
        if (session.leased) longest = std::max(longest, now - *session.leased);
    return longest;
}

std::string Sessions::name() const { return "token \"" + place_.token + '"'; }

Error Sessions::error_of(const Said& said) const {
    std::string next = "see the messages of its module";
    if (said.value == CKR_SESSION_COUNT)
        next = "others have all sessions that it gives: name fewer of them (--sessions), or end theirs";
    else if (said.value == CKR_MECHANISM_INVALID || said.value == CKR_FUNCTION_NOT_SUPPORTED)
        next = "it cannot do what is wanted; docs/mcim-signer.md lists what a token has to know";
    else if (may_pass(said.value))
        next = "what makes nothing was tried again in a new session; see that the token is in reach, and ask again";
    return fail(Errc::io, name(), std::string(said.function) + " said " + name_of(said.value) + "; " + next);
}

Said Sessions::find_slot(CK_SLOT_ID& found) const {
    CK_FUNCTION_LIST& p = module_.functions();
    CK_ULONG count = 0;
    if (const CK_RV v = p.C_GetSlotList(CK_TRUE, nullptr, &count); v != CKR_OK) return {"C_GetSlotList", v};
    std::vector<CK_SLOT_ID> slots(count);
    if (const CK_RV v = p.C_GetSlotList(CK_TRUE, slots.data(), &count); v != CKR_OK) return {"C_GetSlotList", v};
    slots.resize(std::min<std::size_t>(count, slots.size()));
    int matching = 0;
    CK_ULONG sessions_max = CK_EFFECTIVELY_INFINITE;
    for (const CK_SLOT_ID slot : slots) {
        CK_TOKEN_INFO info{};
        if (p.C_GetTokenInfo(slot, &info) != CKR_OK || (info.flags & CKF_TOKEN_INITIALIZED) == 0) continue;
        if (text_of(info.label) != place_.token && text_of(info.serialNumber) != place_.token) continue;
        found = slot;
        sessions_max = info.ulMaxSessionCount;
        ++matching;
    }
    if (matching > 1)
        return {"C_GetTokenInfo", CKR_OK,
                fail(Errc::conflict, name(), "there are several of this label; name the one by its serial number")};
    if (matching == 0) return {"C_GetTokenInfo", CKR_TOKEN_NOT_PRESENT};
    if (sessions_max != CK_EFFECTIVELY_INFINITE && sessions_max != CK_UNAVAILABLE_INFORMATION &&
        sessions_max < all_.size())
        return {"C_GetTokenInfo", CKR_OK,
                fail(Errc::refused, name(),
                     "it gives at most " + std::to_string(sessions_max) + " sessions, not " +
                         std::to_string(all_.size()) + ": name fewer (--sessions)")};
    return {};
}

/// Holds running_, with others: a module that nobody initialised is so by the first of them.
Said Sessions::prepare(Session& session) {
    if (session.open && session.life == life_) return {};
    const std::scoped_lock one_by_one(logging_in_);
    if (pin_refused_) return {"C_Login", CKR_OK, pin_refused_};
    if (life_ == 0) {
        if (Said said = module_.initialise(started_here_); !said.good()) return said;
        life_ = 1;
        started_ = std::chrono::steady_clock::now();
    }
    if (session.life != life_) session.former = CK_INVALID_HANDLE;  // nobody's, and its number perhaps another's
    session.open = false;
    session.keys.clear();
    session.life = life_;
    CK_SLOT_ID slot = 0;
    if (Said said = find_slot(slot); !said.good()) return said;
    const CK_FLAGS flags = CKF_SERIAL_SESSION | (place_.access == Access::writing ? CKF_RW_SESSION : 0UL);
    const CK_RV value = module_.functions().C_OpenSession(slot, flags, nullptr, nullptr, &session.handle);
    if (value != CKR_OK) return {"C_OpenSession", value};
    session.open = true;
    Said said = log_in(session, slot);
    close_former(session);
    return said;
}

/// Once for all sessions: a login is the process's, with this token.
Said Sessions::log_in(Session& session, CK_SLOT_ID slot) {
    CK_FUNCTION_LIST& p = module_.functions();
    CK_SESSION_INFO state{};
    if (const CK_RV v = p.C_GetSessionInfo(session.handle, &state); v != CKR_OK) return {"C_GetSessionInfo", v};
    if (state.state == CKS_RO_USER_FUNCTIONS || state.state == CKS_RW_USER_FUNCTIONS) return {};
    CK_TOKEN_INFO info{};
    if (const CK_RV v = p.C_GetTokenInfo(slot, &info); v != CKR_OK) return {"C_GetTokenInfo", v};
    if ((info.flags & (CKF_USER_PIN_FINAL_TRY | CKF_USER_PIN_LOCKED)) != 0)
        return {"C_Login", CKR_OK,
                fail(Errc::refused, name(),
                     (info.flags & CKF_USER_PIN_LOCKED) != 0
                         ? "its PIN is locked; set a new one as its security officer"
                         : "one more wrong PIN locks it, so none is tried: log in by hand with the right one, which "
                           "starts the count anew")};
    const View pin = expose(place_.pin);
    const CK_RV value =
        p.C_Login(session.handle, CKU_USER, const_cast<CK_UTF8CHAR*>(pin.data()), static_cast<CK_ULONG>(pin.size()));
    if (value == CKR_OK || value == CKR_USER_ALREADY_LOGGED_IN) return {};
    if (!refuses_pin(value)) return {"C_Login", value};
    pin_refused_ = fail(Errc::refused, name(),
                        "it does not take the PIN (" + name_of(value) +
                            "), which is not tried again: put the right one into the file and start anew");
    return {"C_Login", CKR_OK, pin_refused_};
}

void Sessions::abandon(Session& session, const Said& said) {
    note(std::string(said.function) + " said " + name_of(said.value) + "; the session is made anew");
    const std::scoped_lock one_by_one(logging_in_);
    close_former(session);
    const bool has_ended = said.value == CKR_SESSION_HANDLE_INVALID || said.value == CKR_SESSION_CLOSED;
    if (session.open && !has_ended) session.former = session.handle;
    session.open = false;
    session.keys.clear();
}

/// The last session that a process closes ends its login; and who logs in again and again wears the token out: SoftHSM
/// writes its file each time. The token may have ended it by itself, and given its number to another one. Under
/// logging_in_.
void Sessions::close_former(Session& session) const {
    const bool is_anothers = std::ranges::any_of(
        all_, [&](const Session& s) { return s.open && s.life == life_ && s.handle == session.former; });
    if (session.former != CK_INVALID_HANDLE && !is_anothers) module_.functions().C_CloseSession(session.former);
    session.former = CK_INVALID_HANDLE;
}

/// Some modules find a device that was away only so; but it ends the sessions of everybody in the process, and where
/// others have them all it gives nobody more. Whoever comes second finds it done; and one restart follows
/// another after a while only, or a device that is away would have everybody wait for it without end.
void Sessions::restart(std::uint64_t life, CK_RV because) {
    if (because == CKR_SESSION_COUNT) return;
    const std::unique_lock alone(running_);
    const auto now = std::chrono::steady_clock::now();
    if (life_ != life || life_ == 0 || now - started_ < place_.restart_pause) return;
    note("its module is started anew");
    module_.functions().C_Finalize(nullptr);
    if (module_.initialise(started_here_).good()) started_ = now;
    ++life_;
}

}  // namespace mcim::pkcs11
