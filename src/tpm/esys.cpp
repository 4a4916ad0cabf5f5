#include "mcim/tpm/esys.h"

#include <tss2/tss2_rc.h>
#include <tss2/tss2_tctildr.h>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace mcim::tpm {
namespace {

constexpr TSS2_RC layer_mask = 0xFFFF0000;

/// The library takes the name of any shared object, and with "cmd:" starts a program. A name comes from a command line
/// or a service file, but it is to reach a TPM and nothing else.
Status check_transport(std::string_view tcti) {
    constexpr std::array<std::string_view, 4> known{"device", "swtpm", "mssim", "tabrmd"};
    if (std::ranges::find(known, tcti.substr(0, tcti.find(':'))) != known.end()) return ok();
    if (tcti.starts_with("pcap:swtpm:")) return ok();  // the library's recorder, before a simulator
    return fail(Errc::bad_value, "TCTI",
                "\"" + std::string(tcti.substr(0, 64)) +
                    "\" does not begin with device:, swtpm:, mssim: or tabrmd:, e.g. device:/dev/tpmrm0");
}

}  // namespace

void silence_library() { ::setenv("TSS2_LOG", "all+none", 0); }

bool is_integrity_failure(TSS2_RC rc) {
    // Format-one codes carry a parameter or handle number in bits 6 and 8 to 11 (Part 2, 6.6.3).
    return (rc & layer_mask) == TSS2_TPM_RC_LAYER && (rc & (TPM2_RC_FMT1 | 0x3FU)) == TPM2_RC_INTEGRITY;
}

Status check(TSS2_RC rc, std::string_view command) {
    if (rc == TSS2_RC_SUCCESS) return ok();
    const TSS2_RC layer = rc & layer_mask;
    const std::string words = Tss2_RC_Decode(rc);
    if (layer == TSS2_TPM_RC_LAYER) return fail(Errc::refused, std::string(command), "the TPM says: " + words);
    if (layer == TSS2_TCTI_RC_LAYER) return fail(Errc::io, std::string(command), "the TPM cannot be reached: " + words);
    return fail(Errc::io, std::string(command), words);
}

Tpm::Impl::~Impl() {
    Esys_Finalize(&esys);
    Tss2_TctiLdr_Finalize(&tcti);
}

Result<PrimaryKey> Tpm::Impl::create_primary(ESYS_TR hierarchy, const TPM2B_PUBLIC& public_template) {
    const TPM2B_SENSITIVE_CREATE sensitive{};
    const TPM2B_DATA outside{};
    const TPML_PCR_SELECTION pcrs{};
    PrimaryKey out{Loaded(esys), nullptr};
    TPM2B_PUBLIC* area = nullptr;
    CHECKED(
        check(Esys_CreatePrimary(esys, hierarchy, ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE, &sensitive,
                                 &public_template, &outside, &pcrs, out.object.out(), &area, nullptr, nullptr, nullptr),
              "TPM2_CreatePrimary"));
    out.public_area.reset(area);
    return out;
}

Tpm::Tpm(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Tpm::Tpm(Tpm&&) noexcept = default;
Tpm& Tpm::operator=(Tpm&&) noexcept = default;
Tpm::~Tpm() = default;

Result<Tpm> Tpm::open(const std::string& tcti) {
    CHECKED(check_transport(tcti));
    auto impl = std::make_unique<Impl>();
    if (const TSS2_RC rc = Tss2_TctiLdr_Initialize(tcti.c_str(), &impl->tcti); rc != TSS2_RC_SUCCESS)
        return fail(Errc::io, tcti,
                    std::string("no TPM answers there (") + Tss2_RC_Decode(rc) +
                        "): is it on, with no other program at it, and may this user open it?");
    if (auto started = check(Esys_Initialize(&impl->esys, impl->tcti, nullptr), "initialise"); !started)
        return std::move(started).error().within(tcti);
    return Tpm(std::move(impl));
}

}  // namespace mcim::tpm
