#include "support/softhsm.h"

#include <dlfcn.h>
#include <p11-kit/pkcs11.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <fstream>

namespace mcim::test {
namespace {

namespace fs = std::filesystem;

unsigned char* octets(const std::string& text) {
    return const_cast<unsigned char*>(reinterpret_cast<const unsigned char*>(text.data()));
}

CK_FUNCTION_LIST* functions() {
    void* library = ::dlopen(SoftHsm::module().c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (library == nullptr) return nullptr;
    CK_FUNCTION_LIST* list = nullptr;
    reinterpret_cast<CK_C_GetFunctionList>(::dlsym(library, "C_GetFunctionList"))(&list);
    return list;
}

/// The slot in which a token may be made: SoftHSM has always one.
CK_RV free_slot(CK_FUNCTION_LIST& p, CK_SLOT_ID& found) {
    std::array<CK_SLOT_ID, 64> slots{};
    CK_ULONG count = 0;
    if (const CK_RV v = p.C_GetSlotList(CK_FALSE, nullptr, &count); v != CKR_OK)
        return v;  // it looks for new ones here
    count = slots.size();
    if (const CK_RV v = p.C_GetSlotList(CK_FALSE, slots.data(), &count); v != CKR_OK) return v;
    for (std::size_t i = 0; i < count; ++i) {
        CK_TOKEN_INFO info{};
        if (p.C_GetTokenInfo(slots[i], &info) != CKR_OK || (info.flags & CKF_TOKEN_INITIALIZED) != 0) continue;
        found = slots[i];
        return CKR_OK;
    }
    return CKR_SLOT_ID_INVALID;
}

CK_RV make(CK_FUNCTION_LIST& p, const std::string& label, const std::string& pin) {
    const std::string officer = "87654321";
    std::array<unsigned char, 32> padded{};
    padded.fill(' ');
    std::memcpy(padded.data(), label.data(), std::min(label.size(), padded.size()));
    CK_SLOT_ID slot = 0;
    if (const CK_RV v = free_slot(p, slot); v != CKR_OK) return v;
    if (const CK_RV v = p.C_InitToken(slot, octets(officer), officer.size(), padded.data()); v != CKR_OK) return v;
    CK_SESSION_HANDLE session = CK_INVALID_HANDLE;
    CK_RV value = p.C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, nullptr, nullptr, &session);
    if (value == CKR_OK) value = p.C_Login(session, CKU_SO, octets(officer), officer.size());
    if (value == CKR_OK) value = p.C_InitPIN(session, octets(pin), pin.size());
    p.C_CloseAllSessions(slot);
    return value;
}

}  // namespace

fs::path SoftHsm::module() { return "/usr/lib/softhsm/libsofthsm2.so"; }
bool SoftHsm::installed() { return ::access(module().c_str(), R_OK) == 0; }

SoftHsm::SoftHsm(const fs::path& folder) : folder_(folder) {
    fs::create_directories(folder_ / "tokens");
    fs::permissions(folder_, fs::perms::owner_all);
    std::ofstream(folder_ / "softhsm2.conf") << "directories.tokendir = " << (folder_ / "tokens").string()
                                             << "\nobjectstore.backend = file\nlog.level = ERROR\n";
    ::setenv("SOFTHSM2_CONF", (folder_ / "softhsm2.conf").c_str(), 1);
}

Status SoftHsm::make_token(const std::string& label, const std::string& pin) const {
    CK_FUNCTION_LIST* p = functions();
    if (p == nullptr) return fail(Errc::not_found, module());
    CK_C_INITIALIZE_ARGS arguments{};
    arguments.flags = CKF_OS_LOCKING_OK;
    const CK_RV begun = p->C_Initialize(&arguments);
    const bool in_use = begun == CKR_CRYPTOKI_ALREADY_INITIALIZED;
    const CK_RV value = begun == CKR_OK || in_use ? make(*p, label, pin) : begun;
    if (begun == CKR_OK) p->C_Finalize(nullptr);
    if (value == CKR_OK) return ok();
    return fail(Errc::io, module(), "it makes no token: " + std::to_string(value));
}

}  // namespace mcim::test
