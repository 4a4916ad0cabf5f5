// ES10b.LoadBoundProfilePackage (SGP.22 5.7.6, 5.5): takes the pieces of one bound package, and at the end installs the
// profile, or not. Until the very last piece nothing of it is durable and no memory is taken; then everything is, in
// one batch: record, files, notification, counters.
#pragma once
#include "mcim/bpp/opener.h"
#include "mcim/bpp/secure_channel.h"
#include "mcim/euicc/call.h"
#include "mcim/saip/response.h"

namespace mcim::euicc {

/// What the end of a session tells the server.
struct SessionFacts {
    msg::TransactionId transaction_id;
    std::string server_address;
    std::string server_oid;
    std::size_t identity = 0;  ///< signing key of the session
};

struct InstallationRefusal {
    msg::BppCommandId command{};
    msg::ErrorReason reason{};
    std::string detail;  ///< for the card's own log
    std::optional<saip::EuiccResponse> sima_response = {};
};

/// The largest package that is taken into memory, in octets of profile elements.
inline constexpr std::size_t package_octets_max = 512 * 1024;
/// dpProprietaryData with its tag and length (SGP.22 5.5.2).
inline constexpr std::size_t dp_proprietary_octets_max = 128;

class Installation {
public:
    /// The first piece: signature of the server, session keys.
    [[nodiscard]] static std::variant<Installation, InstallationRefusal> open(SessionFacts, View opening_piece,
                                                                              const bpp::ChannelExpectation&);
    struct MoreToCome {};
    /// A result ends the installation.
    [[nodiscard]] std::variant<MoreToCome, msg::ProfileInstallationResult> take(View piece, Call&);

    [[nodiscard]] const SessionFacts& facts() const { return facts_; }
    /// otPK.EUICC.ECKA that the package is bound to
    [[nodiscard]] View one_time_point() const { return one_time_point_; }

private:
    Installation(SessionFacts facts, bpp::Opener opener, Bytes one_time_point)
        : facts_(std::move(facts)), opener_(std::move(opener)), one_time_point_(std::move(one_time_point)) {}
    using Refused = std::optional<InstallationRefusal>;
    Refused accept(bpp::Opened, Call&);
    Refused accept_configuration(View request, Call&);
    Refused accept_metadata(View request, Call&);
    [[nodiscard]] std::variant<msg::ProfileInstallationResult, InstallationRefusal> install(Call&);

    SessionFacts facts_;
    bpp::Opener opener_;
    Bytes one_time_point_;
    std::optional<msg::DpProprietaryData> dp_proprietary_data_;
    std::optional<msg::StoreMetadataRequest> metadata_;
    std::vector<SecretBytes> elements_;
    std::size_t elements_octets_ = 0;
};

/// A recorded package opens with the one-time key that it was bound to: the card keeps it no longer than a server may
/// send that package again.
void forget_one_time_key(View public_point, Call&);

/// The signed result of a failed installation, kept among the pending notifications.
[[nodiscard]] msg::ProfileInstallationResult refused_installation(const SessionFacts&, const InstallationRefusal&,
                                                                  const std::optional<msg::IccidOctets>&, Call&);

}  // namespace mcim::euicc
