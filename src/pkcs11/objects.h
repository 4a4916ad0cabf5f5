// Finding, reading and making the objects of a token, within a session.
#pragma once
#include <span>
#include <vector>

#include "mcim/base/secret.h"
#include "sessions.h"

namespace mcim::pkcs11 {

/// Attributes with the memory that they point to, in the order in which they were added.
class Template {
public:
    Template& number(CK_ATTRIBUTE_TYPE, CK_ULONG);
    Template& flag(CK_ATTRIBUTE_TYPE, CK_BBOOL);
    Template& octets(CK_ATTRIBUTE_TYPE, View);
    Template& text(CK_ATTRIBUTE_TYPE type, std::string_view value) { return octets(type, as_view(value)); }
    [[nodiscard]] std::span<CK_ATTRIBUTE> attributes();

private:
    struct Held {
        CK_ATTRIBUTE_TYPE type;
        SecretBytes value;
    };
    std::vector<Held> held_;
    std::vector<CK_ATTRIBUTE> attributes_;
};

/// All that match. Private objects that cannot be seen are CKR_USER_NOT_LOGGED_IN, not absent.
[[nodiscard]] Said find_all(Session&, Template&, std::vector<CK_OBJECT_HANDLE>& found);
/// The one EC private key or AES secret key of this label that is the token's and private (what anybody could put there
/// without the PIN is neither), remembered by the session. Errc::not_found or conflict where there is not one; refused
/// where the token does not keep it from being read, and for a secret key, where it was not made inside.
[[nodiscard]] Said find_key(Session&, CK_OBJECT_CLASS, const std::string& label, CK_OBJECT_HANDLE& found);
[[nodiscard]] Said read_attribute(Session&, CK_OBJECT_HANDLE, CK_ATTRIBUTE_TYPE, Bytes& value);
[[nodiscard]] Said create(Session&, Template&);

}  // namespace mcim::pkcs11
