#include "mcim/http/tls.h"

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

Bytes der_of(X509* certificate) {
    Bytes out(static_cast<std::size_t>(std::max(0, i2d_X509(certificate, nullptr))));
    if (std::uint8_t* at = out.data(); !out.empty()) i2d_X509(certificate, &at);
    return out;
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

}  // namespace

Result<std::shared_ptr<ssl::context>> server_context(const TlsIdentity& identity) {
    auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
    CHECKED(set_versions(context->native_handle()));
    SSL_CTX_set_num_tickets(context->native_handle(), 0);
    std::string chain;
    for (const Bytes& certificate : identity.chain) chain += to_pem("CERTIFICATE", certificate);
    boost::system::error_code error;
    context->use_certificate_chain(buffer_of(chain), error);
    if (error) return refused("certificate", error);
    // as it is: PEM would leave copies behind in strings
    const View key = expose(identity.key_pkcs8);
    if (SSL_CTX_use_PrivateKey_ASN1(EVP_PKEY_EC, context->native_handle(), key.data(), static_cast<long>(key.size())) !=
        1)
        return fail(Errc::bad_value, "private key", "TLS does not take it: an EC key in PKCS#8 is wanted");
    if (SSL_CTX_check_private_key(context->native_handle()) != 1)
        return fail(Errc::bad_crypto, "private key", "it is not the key of the TLS certificate");
    return context;
}

Result<std::shared_ptr<ssl::context>> client_context(const std::vector<Bytes>& roots) {
    auto context = std::make_shared<ssl::context>(ssl::context::tls_client);
    CHECKED(set_versions(context->native_handle()));
    context->set_verify_mode(ssl::verify_peer | ssl::verify_fail_if_no_peer_cert);
    for (const Bytes& root : roots) {
        boost::system::error_code error;
        const std::string pem = to_pem("CERTIFICATE", root);
        context->add_certificate_authority(buffer_of(pem), error);
        if (error) return refused("CI root", error);
    }
    return context;
}

Result<ServerRules> ServerRules::under(const std::vector<Bytes>& roots) {
    ServerRules out;
    for (const Bytes& root : roots)
        if (const auto added = out.anchors_.add(root); !added)
            return fail(Errc::bad_value, "CI root", to_string(added.refused()));
    return out;
}

Result<ClientTrust> ClientTrust::in(const std::vector<Bytes>& roots) {
    TRY(auto tls, client_context(roots));
    TRY(auto rules, ServerRules::under(roots));
    return ClientTrust{std::move(tls), std::move(rules)};
}

bool ServerRules::accept(bool accepted_by_openssl, ssl::verify_context& context, const std::string& host) {
    X509_STORE_CTX* store = context.native_handle();
    if (!accepted_by_openssl) {
        complaint_ = X509_verify_cert_error_string(X509_STORE_CTX_get_error(store));
        return false;
    }
    if (X509_STORE_CTX_get_error_depth(store) != 0) return true;
    const auto verdict =
        x509::verify_server(x509::Role::dp_tls, der_of(X509_STORE_CTX_get_current_cert(store)), anchors_, system_now());
    if (!verdict)
        complaint_ = to_string(verdict.refused());
    else if (!names_host(verdict->certificate, host))
        complaint_ = "it is for another host: its dNSName is not " + host;
    else
        return true;
    X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION);
    return false;
}

}  // namespace mcim::http
