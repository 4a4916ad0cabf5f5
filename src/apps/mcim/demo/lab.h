// The demonstration's world: one folder, the programs that run in it, and the commands that a person would type.
#pragma once
#include <filesystem>
#include <map>
#include <memory>

#include "child.h"
#include "mcim/base/ids.h"
#include "mcim/der/tlv.h"
#include "mcim/jose/json.h"
#include "peers.h"
#include "transcript.h"

namespace mcim::demo {

namespace fs = std::filesystem;

/// A platform: one mcimd in a folder of its own.
struct Platform {
    std::string name;
    fs::path folder;
    fs::path pki;
    std::string address;  ///< host:port of ES9+ and of the verifier, where it has them
    std::optional<Child> process;
    [[nodiscard]] fs::path admin() const { return folder / "admin.sock"; }
    [[nodiscard]] fs::path auc() const { return folder / "auc.sock"; }
    [[nodiscard]] fs::path database() const { return folder / "mcimd.sqlite"; }
};

/// A device: host with TPM, card, agent.
struct Device {
    std::string name;
    fs::path folder;
    std::string eid;
    std::optional<SoftTpm> tpm;
    std::optional<Child> tre;
    [[nodiscard]] fs::path state() const { return folder / "card"; }
    [[nodiscard]] fs::path socket() const { return folder / "card.sock"; }
    [[nodiscard]] fs::path certificate() const { return folder / "euicc.der"; }
    /// Outside of its folder, as a backup of the card would be without it.
    [[nodiscard]] fs::path passphrase() const { return folder.string() + ".passphrase"; }
    /// How the card's state is opened: by the TPM, or, on a host without one, under a passphrase.
    [[nodiscard]] std::string seal() const {
        return tpm ? "tpm:" + tpm->tcti : "passphrase-file:" + passphrase().string();
    }
    [[nodiscard]] fs::path messages() const { return folder / "messages"; }
};

/// Mode 0600 or less.
[[nodiscard]] bool only_its_owner_opens(const fs::path& file);

/// What a command answered: its exit status, and what it said.
struct Answer {
    int status = 0;
    std::string text;  ///< standard output, or the complaint where it failed
    std::optional<jose::Object> json;
    [[nodiscard]] bool good() const { return status == 0; }
    /// A member of the JSON answer; empty where it is not there.
    [[nodiscard]] std::string member(std::string_view name) const;
};

class Lab {
public:
    Lab(fs::path folder, fs::path programs, Transcript& transcript)
        : folder_(std::move(folder)), programs_(std::move(programs)), transcript_(transcript) {}

    [[nodiscard]] const fs::path& folder() const { return folder_; }
    [[nodiscard]] Transcript& say() { return transcript_; }

    /// `mcim ARGUMENTS --json`
    [[nodiscard]] Answer mcim(std::vector<std::string> arguments);
    /// The same for people, whose output is shown.
    [[nodiscard]] Answer mcim_text(std::vector<std::string> arguments);
    /// `mcim-agent` for this device, trusting the CI of `platform`; the last JSON line is the answer.
    [[nodiscard]] Answer agent(const Device&, const Platform& platform, std::vector<std::string> arguments);
    /// The same, but it dies when it is about to give the card this request (power_cut.h).
    [[nodiscard]] Status agent_cut_off_at(der::Tag request, const Device&, const Platform&,
                                          std::vector<std::string> arguments);

    [[nodiscard]] Result<Platform> make_platform(const std::string& name, const fs::path& pki, std::uint16_t port);
    /// An authentication centre and nothing else: it has no PKI, and listens on no port.
    [[nodiscard]] Result<Platform> make_centre(const std::string& name);
    [[nodiscard]] Status start(Platform&);
    void stop(Platform&);

    /// TPM, card with certificate from `pki`, running.
    [[nodiscard]] Result<Device> make_device(const std::string& name, const fs::path& pki,
                                             const std::string& card_class = "production");
    enum class Reader { none, vpcd };
    [[nodiscard]] Status start_card(Device&, Reader = Reader::none);

private:
    [[nodiscard]] std::vector<std::string> agent_line(const Device&, const Platform&,
                                                      std::vector<std::string> arguments) const;
    [[nodiscard]] std::string program(std::string_view name) const { return (programs_ / name).string(); }
    fs::path folder_;
    fs::path programs_;
    Transcript& transcript_;
};

}  // namespace mcim::demo
