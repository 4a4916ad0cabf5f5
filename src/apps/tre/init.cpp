#include <cstdio>

#include "commands.h"
#include "mcim/apps/common/certificates.h"
#include "mcim/apps/common/key_files.h"
#include "mcim/euicc/manufacture.h"
#include "state_folder.h"

namespace mcim::tre {
namespace {

Result<euicc::CardClass> parse_class(const std::string& text) {
    if (text == "production") return euicc::CardClass::production;
    if (text == "lab") return euicc::CardClass::lab;
    return fail(Errc::bad_value, "--class", "production or lab, not \"" + text + '"');
}

/// The EID of the certificate, which is the one that counts; what the command line says must be the same.
Result<Eid> eid_of(const InitOptions& options, const x509::Certificate& certificate) {
    auto eid = certificate.eid();
    if (!eid) return std::move(eid).error().within(options.certificate);
    if (options.eid.empty()) return eid;
    auto wanted = Eid::parse_unchecked(options.eid);
    if (!wanted) return std::move(wanted).error().within("--eid");
    if (*wanted != *eid)
        return fail(Errc::conflict, "--eid", wanted->text() + ", but the certificate is for " + eid->text());
    return eid;
}

Result<crypto::PrivateKey> read_key(const std::string& path) {
    return path.starts_with("/proc/self/fd/") ? apps::read_inherited_private_key(path) : apps::read_private_key(path);
}

Result<euicc::Birth> read_birth(const InitOptions& options) {
    TRY(const euicc::CardClass card_class, parse_class(options.card_class));
    TRY(auto certificate, apps::read_certificate("--cert", options.certificate, x509::Role::euicc));
    TRY(auto eum_certificate, apps::read_certificate("--eum-cert", options.eum_certificate, x509::Role::eum));
    TRY(crypto::PrivateKey key, read_key(options.key));
    TRY(const Eid eid, eid_of(options, certificate));
    euicc::Birth birth{.eid = eid,
                       .card_class = card_class,
                       .credentials = {{std::move(key), std::move(certificate.der), std::move(eum_certificate.der)}},
                       .ci_certificates = {},
                       .rules = euicc::rules_for_every_operator(),
                       .root_ds_address = options.root_ds,
                       .default_dp_address = options.default_dp,
                       .memory_octets = options.memory_kib * 1024};
    if (options.only_version2_0_fields) birth.info_fields = euicc::InfoFields::version2_0;
    for (const auto& path : options.ci_certificates) {
        TRY(auto ci, apps::read_certificate("--ci", path, x509::Role::ci));
        birth.ci_certificates.push_back(std::move(ci.der));
    }
    return birth;
}

}  // namespace

Status init(const InitOptions& options) {
    TRY(const euicc::Birth birth, read_birth(options));
    TRY(const uicc::Changes state, euicc::manufacture(birth));
    TRY(const Seal seal, parse_seal(options.seal));
    SystemRandom random;
    TRY(StateFolder folder, StateFolder::create(options.state, seal, random));
    CHECKED(folder.storage().commit(state));
    std::printf("mcim-tre: card %s of class %s is in %s\nmcim-tre: its state key is %s\n", birth.eid.text().c_str(),
                std::string(to_string(birth.card_class)).c_str(), options.state.c_str(),
                std::string(to_string(folder.assurance())).c_str());
    return ok();
}

}  // namespace mcim::tre
