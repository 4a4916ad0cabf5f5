// The C interface of tpm2-tss with owners for what it allocates and loads. Only this module includes it.
#pragma once
#include <tss2/tss2_esys.h>
#include <tss2/tss2_mu.h>

#include <memory>

#include "mcim/tpm/tpm.h"

namespace mcim::tpm {

struct EsysFree {
    void operator()(void* p) const { Esys_Free(p); }
};
/// What an Esys call returned: out(pointer) takes it over.
template <class T>
using Owned = std::unique_ptr<T, EsysFree>;

/// An object or session inside the TPM; flushed at the end of its scope.
class Loaded {
public:
    explicit Loaded(ESYS_CONTEXT* context) : context_(context) {}
    Loaded(Loaded&& other) noexcept : context_(other.context_), handle_(std::exchange(other.handle_, ESYS_TR_NONE)) {}
    Loaded(const Loaded&) = delete;
    Loaded& operator=(const Loaded&) = delete;
    Loaded& operator=(Loaded&&) = delete;
    ~Loaded() {
        if (handle_ != ESYS_TR_NONE) Esys_FlushContext(context_, handle_);
    }
    [[nodiscard]] ESYS_TR handle() const { return handle_; }
    [[nodiscard]] ESYS_TR* out() { return &handle_; }

private:
    ESYS_CONTEXT* context_;
    ESYS_TR handle_ = ESYS_TR_NONE;
};

struct PrimaryKey {
    Loaded object;
    Owned<TPM2B_PUBLIC> public_area;
};

struct Tpm::Impl {
    TSS2_TCTI_CONTEXT* tcti = nullptr;
    ESYS_CONTEXT* esys = nullptr;

    Impl() = default;
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;
    ~Impl();

    Result<PrimaryKey> create_primary(ESYS_TR hierarchy, const TPM2B_PUBLIC& public_template);
};

/// ok(), or an Error that names the command and says what the TPM or the way to it reported.
[[nodiscard]] Status check(TSS2_RC, std::string_view command);
/// Whether the TPM found that a blob is not its own (TPM_RC_INTEGRITY), whatever parameter it names.
[[nodiscard]] bool is_integrity_failure(TSS2_RC);

/// A sized buffer of the library from octets that are known to fit.
template <class Buffer>
[[nodiscard]] Result<Buffer> to_buffer(View octets, std::string_view what) {
    Buffer out{};
    auto room = std::span(reinterpret_cast<std::uint8_t*>(&out) + sizeof(out.size), sizeof(out) - sizeof(out.size));
    if (octets.size() > room.size())
        return fail(Errc::too_large, std::string(what), "at most " + std::to_string(room.size()) + " octets fit");
    out.size = static_cast<UINT16>(octets.size());
    std::copy(octets.begin(), octets.end(), room.begin());
    return out;
}

}  // namespace mcim::tpm
