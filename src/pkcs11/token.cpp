#include "mcim/pkcs11/token.h"

#include <algorithm>

#include "objects.h"
#include "sessions.h"

namespace mcim::pkcs11 {
namespace {

using crypto::Curve;

constexpr std::size_t nonce_octets = 12;
constexpr std::size_t tag_octets = 16;

// ecParameters as the name of a curve (PKCS#11 current mechanisms v2.40, 2.3.3): RFC 5480 2.1.1.1, RFC 5639 4.1.
constexpr std::array<std::uint8_t, 10> p256{0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07};
constexpr std::array<std::uint8_t, 11> brainpool_p256r1{0x06, 0x09, 0x2B, 0x24, 0x03, 0x03,
                                                        0x02, 0x08, 0x01, 0x01, 0x07};
/// CKA_EC_POINT is an OCTET STRING of DER; some tokens leave its header away.
constexpr std::array<std::uint8_t, 2> point_head{0x04, 0x41};
constexpr std::size_t point_octets = 65;

View parameters_of(Curve curve) { return curve == Curve::p256 ? View(p256) : View(brainpool_p256r1); }

Result<crypto::PublicKey> key_of(View parameters, View point) {
    if (point.size() == point_head.size() + point_octets && std::ranges::equal(point.first(2), point_head))
        point = point.subspan(point_head.size());
    for (const Curve curve : {Curve::p256, Curve::brainpool_p256r1})
        if (std::ranges::equal(parameters, parameters_of(curve))) return crypto::PublicKey::from_point(curve, point);
    return fail(Errc::not_found, "CKA_EC_PARAMS", "this curve is none of ours");
}

/// What the mechanism points to: it lives as long as the operation.
struct Gcm {
    Gcm(View nonce, View associated) : associated_(to_bytes(associated)) {
        std::ranges::copy(nonce, nonce_.begin());
        parameters_.iv_ptr = nonce_.data();
        parameters_.iv_len = nonce_octets;
        parameters_.iv_bits = nonce_octets * 8;
        parameters_.aad_ptr = associated_.data();
        parameters_.aad_len = static_cast<CK_ULONG>(associated_.size());
        parameters_.tag_bits = tag_octets * 8;
    }
    Gcm(const Gcm&) = delete;
    Gcm& operator=(const Gcm&) = delete;
    [[nodiscard]] CK_MECHANISM mechanism() { return {CKM_AES_GCM, &parameters_, sizeof parameters_}; }
    [[nodiscard]] View nonce() const { return nonce_; }

private:
    std::array<std::uint8_t, nonce_octets> nonce_{};
    Bytes associated_;
    CK_GCM_PARAMS parameters_{};
};

/// Whether anything of this label may sign; what it is worth is asked when it is to.
Said is_private_key_here(Session& session, const std::string& label, bool& is) {
    Template wanted;
    wanted.number(CKA_CLASS, CKO_PRIVATE_KEY).number(CKA_KEY_TYPE, CKK_EC).text(CKA_LABEL, label);
    wanted.flag(CKA_TOKEN, CK_TRUE).flag(CKA_PRIVATE, CK_TRUE);
    std::vector<CK_OBJECT_HANDLE> found;
    Said said = find_all(session, wanted, found);
    is = !found.empty();
    return said;
}

std::uint8_t* unchanged(View octets) { return const_cast<std::uint8_t*>(octets.data()); }
CK_ULONG length_of(View octets) { return static_cast<CK_ULONG>(octets.size()); }

}  // namespace

Token::Token(std::unique_ptr<Sessions> sessions) : sessions_(std::move(sessions)) {}
Token::~Token() = default;
std::chrono::steady_clock::duration Token::busy_for() const { return sessions_->busy_for(); }

Result<std::unique_ptr<Token>> Token::open(Place place) {
    TRY(const Module module, Module::load(place.module));
    std::unique_ptr<Token> token(new Token(std::make_unique<Sessions>(module, std::move(place))));
    CHECKED(token->sessions_->use([](Session&) { return Said{}; }));
    return token;
}

Result<std::map<std::string, crypto::PublicKey>> Token::public_keys(const IsOurs& is_ours) {
    std::map<std::string, crypto::PublicKey> keys;
    CHECKED(sessions_->use([&](Session& session) -> Said {
        keys.clear();
        Template wanted;
        wanted.number(CKA_CLASS, CKO_PUBLIC_KEY).number(CKA_KEY_TYPE, CKK_EC).flag(CKA_TOKEN, CK_TRUE);
        std::vector<CK_OBJECT_HANDLE> found;
        if (Said said = find_all(session, wanted, found); !said.good()) return said;
        for (const CK_OBJECT_HANDLE object : found) {
            Bytes label;
            Bytes parameters;
            Bytes point;
            if (Said said = read_attribute(session, object, CKA_LABEL, label); said.value == CKR_ATTRIBUTE_TYPE_INVALID)
                continue;
            else if (!said.good())
                return said;
            const std::string name(as_text(label));
            if (!is_ours(name)) continue;
            bool has_private_half = false;
            if (Said said = is_private_key_here(session, name, has_private_half); !said.good()) return said;
            if (!has_private_half) continue;
            if (Said said = read_attribute(session, object, CKA_EC_PARAMS, parameters); !said.good()) return said;
            if (Said said = read_attribute(session, object, CKA_EC_POINT, point); !said.good()) return said;
            auto key = key_of(parameters, point);
            if (!key && key.error().code == Errc::not_found) continue;
            if (!key) return {"C_GetAttributeValue", CKR_OK, std::move(key).error().within(name)};
            if (!keys.emplace(name, *std::move(key)).second)
                return {"C_FindObjects", CKR_OK,
                        fail(Errc::conflict, "public key " + name, "the token has several of this label; leave one")};
        }
        return {};
    }));
    return keys;
}

Result<std::array<std::uint8_t, 64>> Token::sign(const std::string& key, std::span<const std::uint8_t, 32> digest) {
    std::array<std::uint8_t, 64> signature{};
    CHECKED(sessions_->use([&](Session& session) -> Said {
        CK_OBJECT_HANDLE object = CK_INVALID_HANDLE;
        if (Said said = find_key(session, CKO_PRIVATE_KEY, key, object); !said.good()) return said;
        CK_MECHANISM mechanism{CKM_ECDSA, nullptr, 0};
        if (const CK_RV v = session.functions->C_SignInit(session.handle, &mechanism, object); v != CKR_OK)
            return {"C_SignInit", v};
        CK_ULONG octets = signature.size();
        const CK_RV v =
            session.functions->C_Sign(session.handle, unchanged(digest), digest.size(), signature.data(), &octets);
        if (v == CKR_OK && octets != signature.size())
            return {"C_Sign", CKR_OK, fail(Errc::io, key, "the token signed with another size than the curve's")};
        return {"C_Sign", v};
    }));
    return signature;
}

Result<SecretBytes> Token::gcm_open(const std::string& key, View sealed, View associated) {
    if (sealed.size() < nonce_octets + tag_octets) return fail(Errc::truncated, key, "nothing can have been sealed");
    Gcm gcm(sealed.first(nonce_octets), associated);
    const View body = sealed.subspan(nonce_octets);
    SecretBytes plain;
    CHECKED(sessions_->use([&](Session& session) -> Said {
        CK_OBJECT_HANDLE object = CK_INVALID_HANDLE;
        if (Said said = find_key(session, CKO_SECRET_KEY, key, object); !said.good()) return said;
        CK_MECHANISM mechanism = gcm.mechanism();
        if (const CK_RV v = session.functions->C_DecryptInit(session.handle, &mechanism, object); v != CKR_OK)
            return {"C_DecryptInit", v};
        SecretBytes buffer(body.size());  // a token may want room for more than comes
        CK_ULONG octets = length_of(body);
        const CK_RV v = session.functions->C_Decrypt(session.handle, unchanged(body), length_of(body),
                                                     expose_mutable(buffer).data(), &octets);
        // SoftHSM has a word for everything where a tag does not hold
        if (v == CKR_ENCRYPTED_DATA_INVALID || v == CKR_ENCRYPTED_DATA_LEN_RANGE || v == CKR_GENERAL_ERROR)
            return {"C_Decrypt", CKR_OK, fail(Errc::bad_crypto, key, "what it is to open was changed")};
        if (v == CKR_OK) plain = SecretBytes::copy_of(expose(buffer).first(std::min<std::size_t>(octets, body.size())));
        return {"C_Decrypt", v};
    }));
    return plain;
}

Result<std::map<std::string, Bytes>> Token::data(const std::string& application) {
    std::map<std::string, Bytes> values;
    CHECKED(sessions_->use([&](Session& session) -> Said {
        values.clear();
        Template wanted;
        wanted.number(CKA_CLASS, CKO_DATA).text(CKA_APPLICATION, application);
        wanted.flag(CKA_TOKEN, CK_TRUE).flag(CKA_PRIVATE, CK_TRUE);  // not what anybody may put there without the PIN
        std::vector<CK_OBJECT_HANDLE> found;
        if (Said said = find_all(session, wanted, found); !said.good()) return said;
        for (const CK_OBJECT_HANDLE object : found) {
            Bytes label;
            Bytes value;
            if (Said said = read_attribute(session, object, CKA_LABEL, label); !said.good()) return said;
            if (Said said = read_attribute(session, object, CKA_VALUE, value); !said.good()) return said;
            const std::string name(as_text(label));
            if (!values.emplace(name, std::move(value)).second)
                return {"C_FindObjects", CKR_OK,
                        fail(Errc::conflict, name, "the token has several data objects of this label; leave one")};
        }
        return {};
    }));
    return values;
}

namespace {

Result<bool> has_key(Sessions& sessions, CK_OBJECT_CLASS object_class, const std::string& label) {
    const Status found = sessions.use([&](Session& session) -> Said {
        CK_OBJECT_HANDLE object = CK_INVALID_HANDLE;
        return find_key(session, object_class, label, object);
    });
    if (!found && found.error().code != Errc::not_found) return found.error();
    return found.has_value();
}

Status create_in(Sessions& sessions, Template& object) {
    return sessions.use([&](Session& session) { return create(session, object); }, Runs::once);
}

}  // namespace

Result<bool> Token::has_private_key(const std::string& label) { return has_key(*sessions_, CKO_PRIVATE_KEY, label); }
Result<bool> Token::has_secret_key(const std::string& label) { return has_key(*sessions_, CKO_SECRET_KEY, label); }

Status Token::add_private_key(const std::string& label, Curve curve, const Secret<32>& scalar) {
    Template object;
    object.number(CKA_CLASS, CKO_PRIVATE_KEY).number(CKA_KEY_TYPE, CKK_EC).flag(CKA_TOKEN, CK_TRUE);
    object.flag(CKA_PRIVATE, CK_TRUE).flag(CKA_SENSITIVE, CK_TRUE).flag(CKA_EXTRACTABLE, CK_FALSE);
    object.flag(CKA_SIGN, CK_TRUE).flag(CKA_SIGN_RECOVER, CK_FALSE).flag(CKA_DECRYPT, CK_FALSE);
    object.flag(CKA_UNWRAP, CK_FALSE).flag(CKA_DERIVE, CK_FALSE);
    object.flag(CKA_MODIFIABLE, CK_FALSE).flag(CKA_COPYABLE, CK_FALSE).text(CKA_LABEL, label).text(CKA_ID, label);
    object.octets(CKA_EC_PARAMS, parameters_of(curve)).octets(CKA_VALUE, expose(scalar));
    return create_in(*sessions_, object);
}

Status Token::add_public_key(const std::string& label, const crypto::PublicKey& key) {
    Template object;
    object.number(CKA_CLASS, CKO_PUBLIC_KEY).number(CKA_KEY_TYPE, CKK_EC).flag(CKA_TOKEN, CK_TRUE);
    object.flag(CKA_VERIFY, CK_TRUE).flag(CKA_VERIFY_RECOVER, CK_FALSE).flag(CKA_ENCRYPT, CK_FALSE);
    object.flag(CKA_WRAP, CK_FALSE).flag(CKA_DERIVE, CK_FALSE);
    object.flag(CKA_MODIFIABLE, CK_FALSE).flag(CKA_COPYABLE, CK_FALSE).text(CKA_LABEL, label).text(CKA_ID, label);
    object.octets(CKA_EC_PARAMS, parameters_of(key.curve())).octets(CKA_EC_POINT, concat({point_head, key.point()}));
    return create_in(*sessions_, object);
}

Status Token::generate_secret_key(const std::string& label) {
    Template object;
    object.number(CKA_CLASS, CKO_SECRET_KEY).number(CKA_KEY_TYPE, CKK_AES).flag(CKA_TOKEN, CK_TRUE);
    object.flag(CKA_PRIVATE, CK_TRUE).flag(CKA_SENSITIVE, CK_TRUE).flag(CKA_EXTRACTABLE, CK_FALSE);
    object.flag(CKA_ENCRYPT, CK_TRUE).flag(CKA_DECRYPT, CK_TRUE).flag(CKA_WRAP, CK_FALSE).flag(CKA_UNWRAP, CK_FALSE);
    object.flag(CKA_SIGN, CK_FALSE).flag(CKA_VERIFY, CK_FALSE).flag(CKA_DERIVE, CK_FALSE);
    object.flag(CKA_MODIFIABLE, CK_FALSE).flag(CKA_COPYABLE, CK_FALSE).number(CKA_VALUE_LEN, 32);
    object.text(CKA_LABEL, label);
    const auto generate = [&](Session& session) -> Said {
        CK_MECHANISM mechanism{CKM_AES_KEY_GEN, nullptr, 0};
        const auto attributes = object.attributes();
        CK_OBJECT_HANDLE made = CK_INVALID_HANDLE;
        return {"C_GenerateKey", session.functions->C_GenerateKey(session.handle, &mechanism, attributes.data(),
                                                                  static_cast<CK_ULONG>(attributes.size()), &made)};
    };
    return sessions_->use(generate, Runs::once);
}

Result<Bytes> Token::gcm_seal(const std::string& key, View plain, View associated, Random& random) {
    Bytes sealed;
    CHECKED(sessions_->use([&](Session& session) -> Said {
        CK_OBJECT_HANDLE object = CK_INVALID_HANDLE;
        if (Said said = find_key(session, CKO_SECRET_KEY, key, object); !said.good()) return said;
        Gcm gcm(random.bytes(nonce_octets), associated);
        CK_MECHANISM mechanism = gcm.mechanism();
        if (const CK_RV v = session.functions->C_EncryptInit(session.handle, &mechanism, object); v != CKR_OK)
            return {"C_EncryptInit", v};
        Bytes body(plain.size() + tag_octets);
        CK_ULONG octets = length_of(body);
        const CK_RV v =
            session.functions->C_Encrypt(session.handle, unchanged(plain), length_of(plain), body.data(), &octets);
        if (v == CKR_OK && octets != body.size())
            return {"C_Encrypt", CKR_OK, fail(Errc::io, key, "the token encrypted to another size than was wanted")};
        if (v == CKR_OK) sealed = concat({gcm.nonce(), body});
        return {"C_Encrypt", v};
    }));
    return sealed;
}

Status Token::add_data(const std::string& application, const std::string& label, View value) {
    Template object;
    object.number(CKA_CLASS, CKO_DATA).flag(CKA_TOKEN, CK_TRUE).flag(CKA_PRIVATE, CK_TRUE);
    object.flag(CKA_MODIFIABLE, CK_FALSE).flag(CKA_COPYABLE, CK_FALSE);
    object.text(CKA_APPLICATION, application).text(CKA_LABEL, label).octets(CKA_VALUE, value);
    return create_in(*sessions_, object);
}

}  // namespace mcim::pkcs11
