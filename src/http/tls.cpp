#include "mcim/http/tls.h"

#include <algorithm>
#include <set>

namespace mcim::http {
namespace {

namespace ssl = boost::asio::ssl;

/// RFC 7468.
std::string to_pem(std::string_view label, View der) {
    const std::string text = base64(der);
    std::string out = "-----BEGIN " + std::string(label) + "-----\n";
    for (std::size_t i = 0; i < text.size(); i += 64) out += text.substr(i, 64) + "\n";
    return out + "-----END " + std::string(label) + "-----\n";
}

boost::asio::const_buffer buffer_of(const std::string& text) { return {text.data(), text.size()}; }

Error refused(std::string_view what, const boost::system::error_code& error) {
    return fail(Errc::bad_value, std::string(what), "TLS does not take it: " + error.message());
}

/// For TLS 1.2, forward secret and for the EC certificates of SGP.22: AEAD, and the one suite with CBC that
/// SGP.22 2.6.6 names, for clients that have no other. TLS 1.3 has none but AEAD.
constexpr const char* suites =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:"
    "ECDHE-ECDSA-AES128-SHA256";

/// No renegotiation, no compression, nothing that outlives a connection.
Status set_versions(SSL_CTX* context) {
    if (SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1 || SSL_CTX_set_cipher_list(context, suites) != 1)
        return fail(Errc::io, "tls", "cannot demand TLS 1.2 and its suites");
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    return ok();
}

// ---------------------------------------------------------------- two curves (SGP.22 2.6.7)

/// TLS's numbers of named groups (RFC 8422 5.1.1, RFC 7027 2).
constexpr std::uint16_t group_p256 = 23;
constexpr std::uint16_t group_brainpool_p256r1 = 26;

/// OpenSSL leaves Brainpool out of what it offers and takes, unless it is named.
constexpr const char* groups_of_both = "X25519:P-256:P-384:P-521:brainpoolP256r1";
constexpr const char* groups_of_brainpool = "X25519:brainpoolP256r1";

constexpr std::uint16_t group_of(crypto::Curve curve) {
    return curve == crypto::Curve::p256 ? group_p256 : group_brainpool_p256r1;
}

Status set_groups(SSL_CTX* context, const char* groups) {
    if (SSL_CTX_set1_groups_list(context, groups) == 1) return ok();
    return fail(Errc::io, "tls", "this library does not know the groups " + std::string(groups));
}

/// The numbers of an extension of the ClientHello that is a list of them behind its length, which takes `head` octets.
std::vector<std::uint16_t> numbers_of(SSL* connection, unsigned extension, std::size_t head) {
    const unsigned char* at = nullptr;
    std::size_t size = 0;
    std::vector<std::uint16_t> out;
    if (SSL_client_hello_get0_ext(connection, extension, &at, &size) != 1) return out;
    for (std::size_t i = head; i + 1 < size; i += 2) out.push_back(static_cast<std::uint16_t>(at[i] << 8U | at[i + 1]));
    return out;
}

/// What a server with several certificates, or one on Brainpool, decides by the ClientHello.
struct Faces {
    struct Face {
        std::uint16_t group;
        std::shared_ptr<ssl::context> context;
    };
    ssl::context main{ssl::context::tls_server};
    std::vector<Face> faces;

    [[nodiscard]] const Face& choose(SSL* connection) const {
        const auto versions = numbers_of(connection, TLSEXT_TYPE_supported_versions, 1);
        const bool takes_1_2 = versions.empty() || std::ranges::find(versions, TLS1_2_VERSION) != versions.end();
        for (const auto group : numbers_of(connection, TLSEXT_TYPE_supported_groups, 2))
            for (const Face& face : faces)
                if (face.group == group && (takes_1_2 || group != group_brainpool_p256r1)) return face;
        return faces.front();
    }
    static int on_client_hello(SSL* connection, int*, void* faces) {
        const Face& face = static_cast<const Faces*>(faces)->choose(connection);
        SSL_set_SSL_CTX(connection, face.context->native_handle());
        if (face.group == group_brainpool_p256r1) SSL_set_max_proto_version(connection, TLS1_2_VERSION);
        return SSL_CLIENT_HELLO_SUCCESS;
    }
};

/// What `roots` say of the certificates below them: a chain is on one curve (2.6.7.2).
Status name_groups(SSL_CTX* context, const std::vector<Bytes>& roots) {
    std::set<crypto::Curve> curves;
    for (const Bytes& root : roots)
        if (const auto parsed = x509::parse_certificate(root); parsed && parsed->key) curves.insert(parsed->key->curve);
    if (!curves.contains(crypto::Curve::brainpool_p256r1)) return ok();
    if (curves.size() > 1) return set_groups(context, groups_of_both);
    SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
    return set_groups(context, groups_of_brainpool);
}

/// As it is: PEM would leave copies of the key behind in strings.
Status use_key(SSL_CTX* context, View pkcs8) {
    if (SSL_CTX_use_PrivateKey_ASN1(EVP_PKEY_EC, context, pkcs8.data(), static_cast<long>(pkcs8.size())) != 1)
        return fail(Errc::bad_value, "private key", "TLS does not take it: an EC key in PKCS#8 is wanted");
    if (SSL_CTX_check_private_key(context) != 1)
        return fail(Errc::bad_crypto, "private key", "it is not the key of the TLS certificate");
    return ok();
}

Status use_identity(ssl::context& context, const TlsIdentity& identity) {
    std::string chain;
    for (const Bytes& certificate : identity.chain) chain += to_pem("CERTIFICATE", certificate);
    boost::system::error_code error;
    context.use_certificate_chain(buffer_of(chain), error);
    if (error) return refused("certificate", error);
    return use_key(context.native_handle(), expose(identity.key_pkcs8));
}

void demand_certificate(SSL_CTX* context, const ClientRules* clients) {
    if (clients == nullptr) return;
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    SSL_CTX_set_cert_verify_callback(context, on_client_certificate, const_cast<ClientRules*>(clients));  // only read
}

}  // namespace

Bytes der_of(X509* certificate) {
    Bytes out(static_cast<std::size_t>(std::max(0, i2d_X509(certificate, nullptr))));
    if (std::uint8_t* at = out.data(); !out.empty()) i2d_X509(certificate, &at);
    return out;
}

Result<std::shared_ptr<ssl::context>> server_context(std::span<const TlsIdentity> identities,
                                                     const ClientRules* clients) {
    auto out = std::make_shared<Faces>();
    for (const TlsIdentity& identity : identities) {
        TRY(auto context, server_context(identity, clients));
        TRY(const auto leaf, x509::parse_certificate(identity.chain.front()));
        TRY(const auto key, leaf.public_key());
        out->faces.push_back({group_of(key.curve()), std::move(context)});
    }
    if (out->faces.empty()) return fail(Errc::missing_field, "certificate", "a server of TLS has at least one");
    if (out->faces.size() == 1 && out->faces.front().group == group_p256) return out->faces.front().context;
    SSL_CTX* main = out->main.native_handle();
    CHECKED(set_versions(main));
    SSL_CTX_set_num_tickets(main, 0);
    CHECKED(set_groups(main, groups_of_both));
    demand_certificate(main, clients);
    SSL_CTX_set_client_hello_cb(main, Faces::on_client_hello, out.get());
    return std::shared_ptr<ssl::context>(out, &out->main);
}

Result<std::shared_ptr<ssl::context>> server_context(const TlsIdentity& identity, const ClientRules* clients) {
    auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
    CHECKED(set_versions(context->native_handle()));
    SSL_CTX_set_num_tickets(context->native_handle(), 0);
    demand_certificate(context->native_handle(), clients);
    CHECKED(use_identity(*context, identity));
    return context;
}

Result<std::shared_ptr<ssl::context>> client_context(const std::vector<Bytes>& roots, const TlsIdentity* identity) {
    auto context = std::make_shared<ssl::context>(ssl::context::tls_client);
    CHECKED(set_versions(context->native_handle()));
    context->set_verify_mode(ssl::verify_peer | ssl::verify_fail_if_no_peer_cert);
    CHECKED(name_groups(context->native_handle(), roots));
    for (const Bytes& root : roots) {
        boost::system::error_code error;
        const std::string pem = to_pem("CERTIFICATE", root);
        context->add_certificate_authority(buffer_of(pem), error);
        if (error) return refused("CI root", error);
    }
    if (identity != nullptr) CHECKED(use_identity(*context, *identity));
    return context;
}

Result<ServerRules> ServerRules::under(const std::vector<Bytes>& roots) {
    x509::TrustAnchors anchors;
    for (const Bytes& root : roots)
        if (const auto added = anchors.add(root); !added)
            return fail(Errc::bad_value, "CI root", to_string(added.refused()));
    ServerRules out(ServerIs::an_smdp);
    out.anchors_ = std::move(anchors);
    return out;
}
ServerRules ServerRules::of_an_smds(std::function<bool(const x509::Certificate&)> is_revoked) {
    ServerRules out(ServerIs::an_smds);
    out.is_revoked_ = std::move(is_revoked);
    return out;
}
ServerRules ServerRules::of_the_web() { return ServerRules(ServerIs::named_by_its_host); }

Result<ClientTrust> ClientTrust::of(const ClientConfig& config) {
    TRY(auto tls, client_context(config.roots, config.identity.get()));
    if (config.server == ServerIs::an_smdp) {
        TRY(auto rules, ServerRules::under(config.roots));
        return ClientTrust{std::move(tls), std::move(rules)};
    }
    // whoever issued the server's certificate vouches for it, though he be no root
    X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(tls->native_handle()), X509_V_FLAG_PARTIAL_CHAIN);
    const bool smds = config.server == ServerIs::an_smds;
    return ClientTrust{std::move(tls), smds ? ServerRules::of_an_smds(config.is_revoked) : ServerRules::of_the_web()};
}

bool ServerRules::accept(bool accepted_by_openssl, ssl::verify_context& context, const std::string& host) {
    X509_STORE_CTX* store = context.native_handle();
    if (!accepted_by_openssl) {
        complaint_ = X509_verify_cert_error_string(X509_STORE_CTX_get_error(store));
        return false;
    }
    X509* const shown = X509_STORE_CTX_get_current_cert(store);
    const bool own = X509_STORE_CTX_get_error_depth(store) == 0;
    if ((!is_revoked_ || is_in_force(der_of(shown))) && (own ? is_wanted(shown, host) : may_issue(shown))) return true;
    X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION);
    return false;
}

bool ServerRules::is_wanted(X509* certificate, const std::string& host) {
    switch (server_) {
        case ServerIs::an_smdp: return is_smdp(der_of(certificate), host);
        case ServerIs::an_smds: return is_smds(der_of(certificate), host);
        case ServerIs::named_by_its_host: return is_web_server(certificate, host);
    }
    return false;
}

bool ServerRules::may_issue(X509* certificate) {
    if (server_ != ServerIs::an_smds) return true;
    const auto parsed = x509::parse_certificate(der_of(certificate));
    if (!parsed)
        complaint_ = to_string(parsed.error());
    else if (std::ranges::find(parsed->policies, x509::oid_of(x509::Role::eum)) != parsed->policies.end())
        complaint_ = "an EUM issued it, whose certificates are for its cards alone";
    else
        return true;
    return false;
}

bool ServerRules::is_in_force(View certificate) {
    const auto parsed = x509::parse_certificate(certificate);
    if (!parsed)
        complaint_ = "whether it is revoked cannot be seen: " + to_string(parsed.error());
    else if (is_revoked_(*parsed))
        complaint_ = "its issuer has revoked it, by serial number " + hex(parsed->serial);
    else
        return true;
    return false;
}

bool ServerRules::is_smdp(View certificate, const std::string& host) {
    const auto verdict = x509::verify_server(x509::Role::dp_tls, certificate, anchors_, system_now());
    if (!verdict)
        complaint_ = to_string(verdict.refused());
    else if (!names_host(verdict->certificate, host))
        complaint_ = "it is for another host: its dNSName is not " + host;
    else
        return true;
    return false;
}

bool ServerRules::is_smds(View certificate, const std::string& host) {
    const auto parsed = x509::parse_certificate(certificate);
    if (!parsed)
        complaint_ = to_string(parsed.error());
    else if (parsed->role() != x509::Role::ds_tls)
        complaint_ = "its policies do not name the role " + x509::oid_of(x509::Role::ds_tls) + " of an SM-DS";
    else if (!names_host(*parsed, host))
        complaint_ = "it is for another host: its dNSName is not " + host;
    else
        return true;
    return false;
}

bool ServerRules::is_web_server(X509* certificate, const std::string& host) {
    if (X509_check_host(certificate, host.data(), host.size(), 0, nullptr) == 1 ||
        X509_check_ip_asc(certificate, host.c_str(), 0) == 1)
        return true;
    complaint_ = "it is for another host than " + host;
    return false;
}

}  // namespace mcim::http
