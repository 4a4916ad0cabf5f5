#include "mcim/nvm/pack.h"

namespace mcim::nvm {
namespace {

constexpr std::uint8_t pack_version = 1;

/// Counts when it has nowhere to write.
class Sink {
public:
    Sink() = default;
    explicit Sink(std::span<std::uint8_t> out) : out_(out) {}
    void octet(std::uint8_t value) {
        if (!out_.empty()) out_[size_] = value;
        ++size_;
    }
    void number(std::size_t value) {
        for (unsigned shift = 32; shift != 0; shift -= 8)
            octet(static_cast<std::uint8_t>(value >> (shift - 8) & 0xFFU));
    }
    void block(View octets) {
        number(octets.size());
        if (!out_.empty()) std::copy(octets.begin(), octets.end(), out_.begin() + static_cast<std::ptrdiff_t>(size_));
        size_ += octets.size();
    }
    [[nodiscard]] std::size_t size() const { return size_; }

private:
    std::span<std::uint8_t> out_;
    std::size_t size_ = 0;
};

template <class Write>
SecretBytes exactly(const Write& write) {
    Sink counting;
    write(counting);
    SecretBytes out(counting.size());
    Sink sink(expose_mutable(out));
    write(sink);
    return out;
}

class Source {
public:
    explicit Source(View in) : in_(in) {}
    [[nodiscard]] Result<std::uint8_t> octet() {
        if (in_.empty()) return truncated();
        const auto value = in_.front();
        in_ = in_.subspan(1);
        return value;
    }
    [[nodiscard]] Result<std::size_t> number() {
        if (in_.size() < 4) return truncated();
        std::size_t value = 0;
        for (std::size_t i = 0; i < 4; ++i) value = value << 8U | in_[i];
        in_ = in_.subspan(4);
        return value;
    }
    [[nodiscard]] Result<View> block() {
        TRY(const std::size_t size, number());
        if (in_.size() < size) return truncated();
        const View out = in_.first(size);
        in_ = in_.subspan(size);
        return out;
    }
    [[nodiscard]] bool empty() const { return in_.empty(); }

private:
    static Error truncated() { return fail(Errc::truncated, "", "packed entries end early"); }
    View in_;
};

}  // namespace

SecretBytes pack(const uicc::Changes& changes) {
    return exactly([&](Sink& out) {
        out.octet(pack_version);
        out.number(changes.erased_prefixes.size());
        for (const auto& prefix : changes.erased_prefixes) out.block(as_view(prefix));
        out.number(changes.entries.size());
        for (const auto& [key, value] : changes.entries) {
            out.block(as_view(key));
            out.octet(value ? 1 : 0);
            if (value) out.block(expose(*value));
        }
    });
}

SecretBytes pack(const uicc::Entries& entries) {
    return exactly([&](Sink& out) {
        out.octet(pack_version);
        out.number(0);
        out.number(entries.size());
        for (const auto& [key, value] : entries) {
            out.block(as_view(key));
            out.octet(1);
            out.block(expose(value));
        }
    });
}

Result<uicc::Changes> unpack(View octets) {
    Source in(octets);
    uicc::Changes out;
    TRY(const auto found, in.octet());
    if (found != pack_version)
        return fail(Errc::bad_value, "", "format version " + std::to_string(found) + ", written by a newer program");
    TRY(const std::size_t prefixes, in.number());
    for (std::size_t i = 0; i < prefixes; ++i) {
        TRY(const View prefix, in.block());
        out.erased_prefixes.insert(as_text(prefix));
    }
    TRY(const std::size_t entries, in.number());
    for (std::size_t i = 0; i < entries; ++i) {
        TRY(const View key, in.block());
        TRY(const auto present, in.octet());
        if (present == 0) {
            out.erase(as_text(key));
            continue;
        }
        TRY(const View value, in.block());
        out.put(as_text(key), SecretBytes::copy_of(value));
    }
    if (!in.empty()) return fail(Errc::trailing_data, "", "octets behind the packed entries");
    return out;
}

}  // namespace mcim::nvm
