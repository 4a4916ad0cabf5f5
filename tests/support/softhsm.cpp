#include "support/softhsm.h"

#include <dlfcn.h>
#include <p11-kit/pkcs11.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>

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

/// With `initialised` CKF_TOKEN_INITIALIZED the first that has a token; 0: in which one may be made, of which SoftHSM
/// has always one.
CK_RV find_slot(CK_FUNCTION_LIST& p, CK_FLAGS initialised, CK_SLOT_ID& found) {
    std::array<CK_SLOT_ID, 64> slots{};
    CK_ULONG count = 0;
    if (const CK_RV v = p.C_GetSlotList(CK_FALSE, nullptr, &count); v != CKR_OK)
        return v;  // it looks for new ones here
    count = slots.size();
    if (const CK_RV v = p.C_GetSlotList(CK_FALSE, slots.data(), &count); v != CKR_OK) return v;
    for (std::size_t i = 0; i < count; ++i) {
        CK_TOKEN_INFO info{};
        if (p.C_GetTokenInfo(slots[i], &info) != CKR_OK) continue;
        if ((info.flags & CKF_TOKEN_INITIALIZED) != initialised) continue;
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
    if (const CK_RV v = find_slot(p, 0, slot); v != CKR_OK) return v;
    if (const CK_RV v = p.C_InitToken(slot, octets(officer), officer.size(), padded.data()); v != CKR_OK) return v;
    CK_SESSION_HANDLE session = CK_INVALID_HANDLE;
    CK_RV value = p.C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, nullptr, nullptr, &session);
    if (value == CKR_OK) value = p.C_Login(session, CKU_SO, octets(officer), officer.size());
    if (value == CKR_OK) value = p.C_InitPIN(session, octets(pin), pin.size());
    p.C_CloseAllSessions(slot);
    return value;
}

template <class T>
CK_ATTRIBUTE attribute(CK_ATTRIBUTE_TYPE type, T& value) {
    return {type, &value, sizeof value};
}

CK_RV add_readable(CK_FUNCTION_LIST& p, const std::string& pin, const std::string& label) {
    CK_SLOT_ID slot = 0;
    if (const CK_RV v = find_slot(p, CKF_TOKEN_INITIALIZED, slot); v != CKR_OK) return v;
    CK_SESSION_HANDLE session = CK_INVALID_HANDLE;
    if (const CK_RV v = p.C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, nullptr, nullptr, &session);
        v != CKR_OK)
        return v;
    CK_RV value = p.C_Login(session, CKU_USER, octets(pin), pin.size());
    if (value == CKR_OK || value == CKR_USER_ALREADY_LOGGED_IN) {
        CK_OBJECT_CLASS object_class = CKO_PRIVATE_KEY;
        CK_KEY_TYPE type = CKK_EC;
        CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
        std::array<unsigned char, 10> p256{0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07};
        std::array<unsigned char, 32> scalar{};
        scalar.fill(0x11);
        std::array<CK_ATTRIBUTE, 10> key{
            attribute(CKA_CLASS, object_class), attribute(CKA_KEY_TYPE, type),
            attribute(CKA_TOKEN, yes),          attribute(CKA_PRIVATE, yes),
            attribute(CKA_SIGN, yes),           attribute(CKA_SENSITIVE, no),
            attribute(CKA_EXTRACTABLE, yes),    attribute(CKA_EC_PARAMS, p256),
            attribute(CKA_VALUE, scalar),       CK_ATTRIBUTE{CKA_LABEL, octets(label), label.size()}};
        CK_OBJECT_HANDLE made = CK_INVALID_HANDLE;
        value = p.C_CreateObject(session, key.data(), key.size(), &made);
    }
    p.C_CloseSession(session);
    return value;
}

Status with_module(const std::function<CK_RV(CK_FUNCTION_LIST&)>& operation) {
    CK_FUNCTION_LIST* p = functions();
    if (p == nullptr) return fail(Errc::not_found, SoftHsm::module());
    CK_C_INITIALIZE_ARGS arguments{};
    arguments.flags = CKF_OS_LOCKING_OK;
    const CK_RV begun = p->C_Initialize(&arguments);
    const bool in_use = begun == CKR_CRYPTOKI_ALREADY_INITIALIZED;
    const CK_RV value = begun == CKR_OK || in_use ? operation(*p) : begun;
    if (begun == CKR_OK) p->C_Finalize(nullptr);
    if (value == CKR_OK) return ok();
    return fail(Errc::io, SoftHsm::module(), "it makes nothing: " + std::to_string(value));
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
    return with_module([&](CK_FUNCTION_LIST& p) { return make(p, label, pin); });
}
Status SoftHsm::add_readable_key(const std::string& pin, const std::string& label) const {
    return with_module([&](CK_FUNCTION_LIST& p) { return add_readable(p, pin, label); });
}

}  // namespace mcim::test
