// A signer's answers that end on the wire, kept in a file: ECDSA and one-time keys are random, a byte-exact session
// needs the same ones every time. For tests that link module signer.
//
//   RecordingSigner recorder(custody);  ... run the session ...   recorder.recording().save(path);
//   ReplayingSigner signer(*Recording::load(path));               // the same session, octet for octet
#pragma once
#include <filesystem>
#include <fstream>
#include <map>

#include "mcim/crypto/hash.h"
#include "mcim/signer/signer.h"

namespace mcim::test {

/// What a request asks for, without what differs from run to run (the nonces of wrapped octets). Absent: requests of
/// this kind are not recorded, because their answers do not end on the wire or follow from the request.
inline std::optional<std::string> recorded_name(const signer::Request& request) {
    const auto digest = [&](std::initializer_list<View> parts) {
        Bytes all;
        for (const View part : parts) {
            append(all, as_view(std::to_string(part.size()) + ":"));
            append(all, part);
        }
        return signer::describe(request) + " " + hex(View(crypto::sha256(all)).first(8));
    };
    if (const auto* r = std::get_if<signer::SignMessage>(&request)) return digest({as_view(r->key.text), r->message});
    if (const auto* r = std::get_if<signer::SealProfile>(&request)) {
        const std::string iccid = std::visit(
            [](const auto& source) {
                if constexpr (requires { source.variables; })
                    return source.variables.iccid.text();
                else
                    return source.iccid.text();
            },
            r->source);
        const std::array<std::uint8_t, 1> protection{static_cast<std::uint8_t>(r->protection)};
        return digest({as_view(iccid), r->euicc_otpk, r->transaction_id, r->host_id, r->configure_isdp,
                       r->store_metadata, protection});
    }
    return std::nullopt;
}

/// Requests and the octets of their responses. Equal requests have their answers in the order they were given.
struct Recording {
    std::vector<std::pair<std::string, Bytes>> answers;

    void save(const std::filesystem::path& path) const {
        std::ofstream out(path);
        for (const auto& [name, octets] : answers) out << name << " = " << hex(octets) << '\n';
    }
    [[nodiscard]] static Result<Recording> load(const std::filesystem::path& path) {
        Recording out;
        std::ifstream in(path);
        if (!in) return fail(Errc::not_found, path.string(), "no such recording");
        for (std::string line; std::getline(in, line);) {
            constexpr std::string_view between = " = ";
            const auto at = line.rfind(between);
            if (at == std::string::npos) return fail(Errc::bad_value, path.string(), "no answer in: " + line);
            TRY(Bytes octets, from_hex(std::string_view(line).substr(at + between.size())));
            out.answers.emplace_back(line.substr(0, at), std::move(octets));
        }
        return out;
    }
};

class RecordingSigner final : public signer::Signer {
public:
    explicit RecordingSigner(signer::Signer& inner) : inner_(inner) {}
    [[nodiscard]] std::vector<Result<signer::Response>> execute(std::span<const signer::Request> requests) override {
        auto responses = inner_.execute(requests);
        for (std::size_t i = 0; i < requests.size() && i < responses.size(); ++i)
            if (const auto name = recorded_name(requests[i]); name && responses[i]) keep(*name, *responses[i]);
        return responses;
    }
    [[nodiscard]] const Recording& recording() const { return recording_; }

private:
    void keep(const std::string& name, const signer::Response& response) {
        if (const auto* signature = std::get_if<signer::Signature>(&response))
            recording_.answers.emplace_back(name, to_bytes(*signature));
        if (const auto* sealed = std::get_if<signer::SealedProfile>(&response))
            recording_.answers.emplace_back(name, sealed->bound_profile_package);
    }
    signer::Signer& inner_;
    Recording recording_;
};

/// Answers recorded requests from the recording, once each. Others go to `inner`, if there is one. A request that is
/// not in the recording is Errc::not_found: the session has changed.
class ReplayingSigner final : public signer::Signer {
public:
    explicit ReplayingSigner(Recording recording, signer::Signer* inner = nullptr) : inner_(inner) {
        for (auto& [name, octets] : recording.answers) left_.emplace(name, std::move(octets));
    }
    [[nodiscard]] std::vector<Result<signer::Response>> execute(std::span<const signer::Request> requests) override {
        std::vector<Result<signer::Response>> out;
        for (const auto& request : requests) out.push_back(answer(request));
        return out;
    }
    /// Answers that nobody asked for: a session that ended early.
    [[nodiscard]] std::size_t left() const { return left_.size(); }

private:
    Result<signer::Response> answer(const signer::Request& request) {
        const auto name = recorded_name(request);
        if (!name && inner_ != nullptr) return inner_->execute_one(request);
        const auto at = name ? left_.lower_bound(*name) : left_.end();
        if (at == left_.end() || at->first != *name)
            return fail(Errc::not_found, signer::describe(request), "the recording has no answer to this request");
        Bytes octets = std::move(at->second);
        left_.erase(at);
        if (std::holds_alternative<signer::SealProfile>(request))
            return signer::Response(signer::SealedProfile{std::move(octets)});
        TRY(const auto signature, to_array<64>(octets));
        return signer::Response(signer::Signature{signature});
    }
    signer::Signer* inner_;
    std::multimap<std::string, Bytes> left_;
};

}  // namespace mcim::test
