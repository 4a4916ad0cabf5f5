#include "mcim/x509/certificate.h"

namespace mcim::x509 {
namespace {

std::string key_usage_text(const Certificate& c) {
    std::string out;
    for (const auto use : c.key_uses()) out.append(out.empty() ? "" : ", ").append(to_string(use));
    return out;
}

std::string purpose_name(std::string_view id) {
    if (id == oid::server_auth) return "TLS server";
    if (id == oid::client_auth) return "TLS client";
    return std::string(id);
}

std::string ca_text(const BasicConstraints& bc) {
    if (!bc.ca) return "no";
    return bc.path_length ? "yes, path length " + std::to_string(*bc.path_length) : "yes";
}

void line(std::string& out, std::string_view label, std::string_view value) {
    out.append(label).append(label.size() < 18 ? 18 - label.size() : 1, ' ').append(value).append("\n");
}

}  // namespace

std::string_view to_string(KeyUse use) {
    switch (use) {
        using enum KeyUse;
        case digital_signature: return "digitalSignature";
        case content_commitment: return "contentCommitment";
        case key_encipherment: return "keyEncipherment";
        case data_encipherment: return "dataEncipherment";
        case key_agreement: return "keyAgreement";
        case key_cert_sign: return "keyCertSign";
        case crl_sign: return "cRLSign";
        case encipher_only: return "encipherOnly";
        case decipher_only: return "decipherOnly";
    }
    return "unknown use";
}

std::string print(const Certificate& c) {
    std::string out;
    const auto role = c.role();
    line(out, "role", role ? std::string(to_string(*role)) + " (" + oid_of(*role) + ")" : "none of SGP.22");
    line(out, "subject", to_string(c.subject));
    line(out, "issuer", to_string(c.issuer));
    line(out, "serial number", hex(c.serial));
    line(out, "valid from", to_rfc3339(c.validity.not_before));
    line(out, "valid until", to_rfc3339(c.validity.not_after));
    line(out, "key", c.key ? crypto::to_string(c.key->curve) : "not on a curve of SGP.22");
    if (c.key) line(out, "public point", hex(c.key->point));
    if (c.subject_key_id) line(out, "key identifier", hex(*c.subject_key_id));
    if (c.authority_key_id) line(out, "signed by key", hex(*c.authority_key_id));
    if (c.key_usage) line(out, "key usage", key_usage_text(c));
    for (const auto& purpose : c.extended_key_usage) line(out, "purpose", purpose_name(purpose));
    if (c.basic_constraints) line(out, "may issue", ca_text(*c.basic_constraints));
    for (const auto& id : c.registered_ids) line(out, "OID", id);
    for (const auto& name : c.dns_names) line(out, "host name", name);
    if (c.name_constraints)
        for (const auto& name : c.name_constraints->permitted) line(out, "may name", to_string(name));
    for (const auto& uri : c.crl_uris) line(out, "revocation list", uri);
    for (const auto& e : c.other_extensions)
        line(out, "other extension", e.id.text() + (e.critical.value_or(false) ? ", critical" : ""));
    return out;
}

}  // namespace mcim::x509
