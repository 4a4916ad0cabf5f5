#include "mcim/http/client_certificate.h"

#include <openssl/x509_vfy.h>

#include <memory>

#include "mcim/http/tls.h"

namespace mcim::http {
namespace {

struct FreeX509 {
    void operator()(X509* c) const { X509_free(c); }
    void operator()(X509_STORE_CTX* c) const { X509_STORE_CTX_free(c); }
    void operator()(STACK_OF(X509) * s) const { sk_X509_free(s); }  // what is in it is somebody else's
};
template <class T>
using Owned = std::unique_ptr<T, FreeX509>;

/// Security level 2: 112 bits.
constexpr int auth_level = 2;

/// Nobody else vouches for it: it is its own anchor.
bool holds_by_itself(X509_STORE_CTX* chain, X509* shown, Time now) {
    const Owned<STACK_OF(X509)> trusted(sk_X509_new_null());
    if (!trusted || sk_X509_push(trusted.get(), shown) == 0) return false;
    X509_STORE_CTX_set0_trusted_stack(chain, trusted.get());
    X509_VERIFY_PARAM* const rules = X509_STORE_CTX_get0_param(chain);
    X509_VERIFY_PARAM_set_flags(rules, X509_V_FLAG_PARTIAL_CHAIN);
    X509_VERIFY_PARAM_set_time(rules, std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count());
    const bool holds = X509_verify_cert(chain) == 1;
    X509_STORE_CTX_set0_trusted_stack(chain, nullptr);
    return holds;
}

}  // namespace

int on_client_certificate(X509_STORE_CTX* chain, void* rules) {
    const auto& wanted = *static_cast<const ClientRules*>(rules);
    X509* const shown = X509_STORE_CTX_get0_cert(chain);
    if (shown == nullptr || !wanted.knows(der_of(shown))) {
        X509_STORE_CTX_set_error(chain, X509_V_ERR_CERT_UNTRUSTED);
        return 0;
    }
    return holds_by_itself(chain, shown, wanted.now()) ? 1 : 0;
}

Status check_client_certificate(View der, Time now) {
    const std::uint8_t* at = der.data();
    const Owned<X509> shown(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
    if (!shown || at != der.data() + der.size()) return fail(Errc::bad_value, "certificate", "this is none, in DER");
    const Owned<X509_STORE_CTX> chain(X509_STORE_CTX_new());
    if (!chain || X509_STORE_CTX_init(chain.get(), nullptr, shown.get(), nullptr) != 1 ||
        X509_STORE_CTX_set_default(chain.get(), "ssl_client") != 1)
        return fail(Errc::io, "certificate", "no memory is left to look at it");
    X509_VERIFY_PARAM_set_auth_level(X509_STORE_CTX_get0_param(chain.get()), auth_level);
    if (holds_by_itself(chain.get(), shown.get(), now)) return ok();
    return fail(Errc::refused, "certificate",
                std::string("a TLS client cannot use it: ") +
                    X509_verify_cert_error_string(X509_STORE_CTX_get_error(chain.get())));
}

}  // namespace mcim::http
