#include "objects.h"

namespace mcim::pkcs11 {
namespace {

View octets_of(const CK_ULONG& number) { return {reinterpret_cast<const std::uint8_t*>(&number), sizeof number}; }

std::string_view kind_of(CK_OBJECT_CLASS object_class) {
    switch (object_class) {
        case CKO_PRIVATE_KEY: return "private key";
        case CKO_SECRET_KEY: return "secret key";
        default: return "object";
    }
}

/// Flags that say that a key is read by nobody. A signing key was outside before it was imported.
Said check_guarded(Session& session, CK_OBJECT_CLASS object_class, CK_OBJECT_HANDLE object, const std::string& label) {
    struct Flag {
        CK_ATTRIBUTE_TYPE type;
        CK_BBOOL is;
        std::string_view name;
    };
    std::vector<Flag> wanted{{CKA_SENSITIVE, CK_TRUE, "CKA_SENSITIVE"}, {CKA_EXTRACTABLE, CK_FALSE, "CKA_EXTRACTABLE"}};
    if (object_class == CKO_SECRET_KEY) {
        wanted.push_back({CKA_LOCAL, CK_TRUE, "CKA_LOCAL"});
        wanted.push_back({CKA_ALWAYS_SENSITIVE, CK_TRUE, "CKA_ALWAYS_SENSITIVE"});
        wanted.push_back({CKA_NEVER_EXTRACTABLE, CK_TRUE, "CKA_NEVER_EXTRACTABLE"});
    }
    for (const Flag& flag : wanted) {
        Bytes value;
        if (Said said = read_attribute(session, object, flag.type, value); !said.good()) return said;
        if (value != Bytes{flag.is})
            return {"C_GetAttributeValue", CKR_OK,
                    fail(Errc::refused, label,
                         "the " + std::string(kind_of(object_class)) + " of this label in the token: " +
                             std::string(flag.name) + (flag.is == CK_TRUE ? " is not set" : " is set") +
                             "; others may have read it, or made it")};
    }
    return {};
}

Said is_logged_in(Session& session) {
    CK_SESSION_INFO state{};
    if (const CK_RV v = session.functions->C_GetSessionInfo(session.handle, &state); v != CKR_OK)
        return {"C_GetSessionInfo", v};
    const bool user = state.state == CKS_RO_USER_FUNCTIONS || state.state == CKS_RW_USER_FUNCTIONS;
    return {"C_FindObjects", user ? CKR_OK : CKR_USER_NOT_LOGGED_IN};
}

}  // namespace

Template& Template::number(CK_ATTRIBUTE_TYPE type, CK_ULONG value) { return octets(type, octets_of(value)); }
Template& Template::flag(CK_ATTRIBUTE_TYPE type, CK_BBOOL value) { return octets(type, {&value, 1}); }
Template& Template::octets(CK_ATTRIBUTE_TYPE type, View value) {
    held_.push_back({type, SecretBytes::copy_of(value)});
    return *this;
}
std::span<CK_ATTRIBUTE> Template::attributes() {
    attributes_.clear();
    for (Held& held : held_) {
        const auto value = expose_mutable(held.value);
        attributes_.push_back({held.type, value.data(), static_cast<CK_ULONG>(value.size())});
    }
    return attributes_;
}

Said find_all(Session& session, Template& wanted, std::vector<CK_OBJECT_HANDLE>& found) {
    CK_FUNCTION_LIST& p = *session.functions;
    found.clear();
    const auto attributes = wanted.attributes();
    if (const CK_RV v =
            p.C_FindObjectsInit(session.handle, attributes.data(), static_cast<CK_ULONG>(attributes.size()));
        v != CKR_OK)
        return {"C_FindObjectsInit", v};
    CK_RV value = CKR_OK;
    CK_ULONG count = 0;
    do {
        std::array<CK_OBJECT_HANDLE, 16> some{};
        value = p.C_FindObjects(session.handle, some.data(), some.size(), &count);
        if (value == CKR_OK) found.insert(found.end(), some.begin(), some.begin() + static_cast<std::ptrdiff_t>(count));
    } while (value == CKR_OK && count != 0);
    const CK_RV ended = p.C_FindObjectsFinal(session.handle);
    if (value != CKR_OK) return {"C_FindObjects", value};
    if (ended != CKR_OK) return {"C_FindObjectsFinal", ended};
    return is_logged_in(session);
}

Said find_key(Session& session, CK_OBJECT_CLASS object_class, const std::string& label, CK_OBJECT_HANDLE& found) {
    const std::pair<CK_OBJECT_CLASS, std::string> which(object_class, label);
    if (const auto at = session.keys.find(which); at != session.keys.end()) {
        found = at->second;
        return {};
    }
    Template wanted;
    wanted.number(CKA_CLASS, object_class).text(CKA_LABEL, label);
    wanted.number(CKA_KEY_TYPE, object_class == CKO_SECRET_KEY ? CKK_AES : CKK_EC);
    wanted.flag(CKA_TOKEN, CK_TRUE).flag(CKA_PRIVATE, CK_TRUE);
    std::vector<CK_OBJECT_HANDLE> all;
    if (Said said = find_all(session, wanted, all); !said.good()) return said;
    if (all.empty())
        return {
            "C_FindObjects", CKR_OK,
            fail(Errc::not_found, label, "the token has no " + std::string(kind_of(object_class)) + " of this label")};
    if (all.size() > 1)
        return {"C_FindObjects", CKR_OK,
                fail(Errc::conflict, label,
                     "the token has several objects of this label that are a " + std::string(kind_of(object_class)) +
                         "; leave one")};
    if (Said said = check_guarded(session, object_class, all.front(), label); !said.good()) return said;
    found = session.keys[which] = all.front();
    return {};
}

Said read_attribute(Session& session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type, Bytes& value) {
    CK_FUNCTION_LIST& p = *session.functions;
    CK_ATTRIBUTE attribute{type, nullptr, 0};
    if (const CK_RV v = p.C_GetAttributeValue(session.handle, object, &attribute, 1); v != CKR_OK)
        return {"C_GetAttributeValue", v};
    value.resize(attribute.ulValueLen);
    attribute.pValue = value.data();
    if (const CK_RV v = p.C_GetAttributeValue(session.handle, object, &attribute, 1); v != CKR_OK)
        return {"C_GetAttributeValue", v};
    value.resize(attribute.ulValueLen);
    return {};
}

Said create(Session& session, Template& object) {
    const auto attributes = object.attributes();
    CK_OBJECT_HANDLE made = CK_INVALID_HANDLE;
    return {"C_CreateObject", session.functions->C_CreateObject(session.handle, attributes.data(),
                                                                static_cast<CK_ULONG>(attributes.size()), &made)};
}

}  // namespace mcim::pkcs11
