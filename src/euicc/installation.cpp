#include "mcim/euicc/installation.h"

#include <algorithm>

#include "mcim/bpp/segments.h"
#include "mcim/euicc/fit.h"
#include "mcim/euicc/info.h"
#include "mcim/euicc/interruption.h"
#include "mcim/euicc/notifications.h"
#include "mcim/euicc/rules.h"
#include "mcim/uicc/profile.h"

namespace mcim::euicc {
namespace {

using msg::BppCommandId;
using msg::ErrorReason;
using msg::ProfileInstallationResult;

InstallationRefusal refusal(BppCommandId command, ErrorReason reason, std::string detail) {
    return {command, reason, std::move(detail)};
}
InstallationRefusal refusal(const bpp::Refusal& r) { return {r.command, r.reason, r.detail}; }

saip::EuiccResponse aborted(saip::PeStatusCode code) {
    saip::EuiccResponse response;
    response.pe_status = {{code, {}, {}, {}, {}}};
    response.profile_installation_aborted.emplace();
    return response;
}

InstallationRefusal element_refusal(ErrorReason reason, saip::EuiccResponse response, std::string detail) {
    return {BppCommandId::load_profile_elements, reason, std::move(detail), std::move(response)};
}

/// An aborted installation for want of memory has an ErrorReason of its own (SGP.22 2.5.6).
ErrorReason reason_of(const saip::EuiccResponse& response) {
    const bool memory = std::ranges::any_of(response.pe_status, [](const saip::PeStatus& s) {
        return s.status == saip::PeStatusCode::not_enough_memory || s.status == saip::PeStatusCode::memory_failure;
    });
    return memory ? ErrorReason::install_failed_due_to_insufficient_memory_for_profile
                  : ErrorReason::install_failed_due_to_pe_processing_error;
}

SecretBytes joined(const std::vector<SecretBytes>& parts, std::size_t octets) {
    SecretBytes whole(octets);
    auto at = expose_mutable(whole).begin();
    for (const SecretBytes& part : parts) at = std::ranges::copy(expose(part), at).out;
    return whole;
}

/// The result of an installation for the server that made the package (SGP.22 2.5.6), signed, and kept.
ProfileInstallationResult signed_result(const SessionFacts& facts, const std::optional<msg::IccidOctets>& iccid,
                                        msg::FinalResult final_result, Call& call) {
    ProfileInstallationResult result;
    result.data.transaction_id = facts.transaction_id;
    result.data.notification_metadata = {
        next_sequence_number(call), msg::event(msg::NotificationEventBit::install), {facts.server_address}, iccid, {}};
    result.data.smdp_oid = *der::Oid::parse(facts.server_oid);  // it came out of a certificate
    result.data.final_result = std::move(final_result);
    result.euicc_sign_pir.bytes = call.sign(facts.identity, der::encode(result.data));
    keep(call, {result});
    return result;
}

}  // namespace

void forget_one_time_key(View point, Call& call) {
    std::erase_if(call.state.one_time_keys, [&](const auto& one) {
        const bool used = equal(one.second.key.public_key().point(), point);
        if (used) erase_one_time_key(call.changes, one.first);
        return used;
    });
}

ProfileInstallationResult refused_installation(const SessionFacts& facts, const InstallationRefusal& refused,
                                               const std::optional<msg::IccidOctets>& iccid, Call& call) {
    msg::ErrorResult error{refused.command, refused.reason, {}, {}};
    if (refused.sima_response) error.sima_response = msg::OctetString{der::encode(*refused.sima_response)};
    return signed_result(facts, iccid, {std::move(error)}, call);
}

std::variant<Installation, InstallationRefusal> Installation::open(SessionFacts facts, View opening_piece,
                                                                   const bpp::ChannelExpectation& expectation) {
    constexpr auto command = BppCommandId::initialise_secure_channel;
    const auto piece = bpp::parse_opening_piece(opening_piece);
    if (!piece) return refusal(command, ErrorReason::incorrect_input_values, to_string(piece.error()));
    const auto request = der::decode<msg::InitialiseSecureChannelRequest>(piece->initialise_secure_channel);
    if (!request) return refusal(command, ErrorReason::incorrect_input_values, to_string(request.error()));
    const auto keys = bpp::accept_secure_channel(*request, expectation);
    if (const auto* refused = std::get_if<bpp::Refusal>(&keys)) return refusal(*refused);
    return Installation(std::move(facts), bpp::Opener(std::get<bpp::SessionKeys>(keys), piece->octets_to_follow),
                        expectation.one_time_key.public_key().point());
}

std::variant<Installation::MoreToCome, ProfileInstallationResult> Installation::take(View piece, Call& call) {
    const auto refuse = [&](const InstallationRefusal& refused) {
        forget_one_time_key(one_time_point_, call);
        return refused_installation(facts_, refused, metadata_ ? std::optional(metadata_->iccid) : std::nullopt, call);
    };
    if (const Refused refused = accept(opener_.take(piece), call)) {
        note_end(call);
        return refuse(*refused);
    }
    if (!opener_.complete()) return MoreToCome{};
    note_end(call);
    auto outcome = install(call);
    if (const auto* refused = std::get_if<InstallationRefusal>(&outcome)) return refuse(*refused);
    return std::get<ProfileInstallationResult>(std::move(outcome));
}

Installation::Refused Installation::accept(bpp::Opened opened, Call& call) {
    if (const auto* refused = std::get_if<bpp::Refusal>(&opened)) return refusal(*refused);
    if (const auto* configure = std::get_if<bpp::ConfigureIsdp>(&opened))
        return accept_configuration(configure->request, call);
    if (const auto* metadata = std::get_if<bpp::StoreMetadata>(&opened))
        return accept_metadata(metadata->request, call);
    if (auto* elements = std::get_if<bpp::ProfileElements>(&opened)) {
        elements_octets_ += elements->octets.size();
        elements_.push_back(std::move(elements->octets));
        if (elements_octets_ > package_octets_max)
            return element_refusal(ErrorReason::install_failed_due_to_insufficient_memory_for_profile,
                                   aborted(saip::PeStatusCode::not_enough_memory), "the package is too large");
    }
    return std::nullopt;
}

/// ES8+.ConfigureISDP (SGP.22 5.5.2). dpOid lies in the tree of the SM-DP+ (comment in its ASN.1).
Installation::Refused Installation::accept_configuration(View request, Call& call) {
    constexpr auto command = BppCommandId::configure_isdp;
    auto decoded = der::decode<msg::ConfigureISDPRequest>(request);
    if (!decoded) return refusal(command, ErrorReason::incorrect_input_values, to_string(decoded.error()));
    if (const auto& data = decoded->dp_proprietary_data) {
        if (der::encode(*data).size() > dp_proprietary_octets_max)
            return refusal(command, ErrorReason::incorrect_input_values, "dpProprietaryData is too long");
        const std::string& oid = data->dp_oid.text();
        if (oid != facts_.server_oid && !oid.starts_with(facts_.server_oid + "."))
            return refusal(command, ErrorReason::incorrect_input_values, "dpOid " + oid + " is not of this SM-DP+");
    }
    dp_proprietary_data_ = std::move(decoded->dp_proprietary_data);
    note_progress(call, BppCommandId::store_metadata, std::nullopt);
    return std::nullopt;
}

/// ES8+.StoreMetadata (SGP.22 5.5.3)
Installation::Refused Installation::accept_metadata(View request, Call& call) {
    constexpr auto command = BppCommandId::store_metadata;
    auto decoded = der::decode<msg::StoreMetadataRequest>(request);
    if (!decoded) return refusal(command, ErrorReason::incorrect_input_values, to_string(decoded.error()));
    metadata_ = *std::move(decoded);
    if (metadata_->icon && !metadata_->icon_type)
        return refusal(command, ErrorReason::incorrect_input_values, "an icon without its type");
    if (const auto& told = metadata_->notification_configuration_info;
        told && told->size() > notification_addresses_max)
        return refusal(command, ErrorReason::incorrect_input_values, "too many addresses want notifications");
    if (call.state.find_profile(metadata_->iccid) != nullptr)
        return refusal(command, ErrorReason::install_failed_due_to_iccid_already_exists_on_euicc,
                       "this ICCID is installed");
    if (metadata_->class_or_default() == msg::ProfileClass::test && call.state.card_class() != CardClass::lab)
        return refusal(command, ErrorReason::unsupported_profile_class, "test profiles need a card of class lab");
    if (metadata_->class_or_default() > msg::ProfileClass::operational)
        return refusal(command, ErrorReason::unsupported_profile_class, "a class that no version defines");
    if (metadata_->profile_owner && has_wildcards(*metadata_->profile_owner))
        return refusal(command, ErrorReason::incorrect_input_values, "a profile owner is one operator, without 'E'");
    if (!rules_allowed(call.state, *metadata_))
        return refusal(command, ErrorReason::ppr_not_allowed, "the policy rules are not authorised for this owner");
    note_progress(call, BppCommandId::load_profile_elements, metadata_->iccid);
    return std::nullopt;
}

/// ES8+.LoadProfileElements (SGP.22 5.5.5), all at once: a profile is never there by halves.
std::variant<ProfileInstallationResult, InstallationRefusal> Installation::install(Call& call) {
    saip::Resolution resolved =
        saip::resolve(expose(joined(elements_, elements_octets_)), capabilities_of(call.state.card_class()));
    elements_.clear();
    if (!resolved.image)
        return element_refusal(reason_of(resolved.response), resolved.response, "the profile elements are refused");
    if (auto misfit = find_misfit(*resolved.image, *metadata_))
        return element_refusal(misfit->reason, std::move(resolved.response), std::move(misfit->detail));
    const std::size_t footprint = resolved.image->footprint();
    if (footprint > call.state.free_memory() || call.state.counters.next_slot >= slots_max)
        return element_refusal(ErrorReason::install_failed_due_to_insufficient_memory_for_profile,
                               aborted(saip::PeStatusCode::not_enough_memory),
                               std::to_string(footprint) + " octets wanted");
    const auto profile = uicc::Profile::install(*std::move(resolved.image));
    if (!profile)
        return element_refusal(ErrorReason::install_failed_due_to_pe_processing_error,
                               aborted(saip::PeStatusCode::bad_values), to_string(profile.error()));

    InstalledProfile record;
    record.slot = call.state.counters.next_slot++;
    record.footprint = static_cast<std::uint32_t>(footprint);
    record.identity = static_cast<std::uint8_t>(facts_.identity);
    record.metadata = *std::move(metadata_);
    record.metadata.service_specific_data_not_stored_in_euicc.reset();  // that is what its name says
    record.dp_proprietary_data = std::move(dp_proprietary_data_);
    uicc::Changes files = profile->entries(record.uicc_prefix());
    uicc::apply(call.dormant, files);
    call.changes.merge(std::move(files));
    put_profile(call.changes, record);
    forget_one_time_key(one_time_point_, call);

    msg::SuccessResult success{{record.isdp_aid()}, {der::encode(resolved.response)}, {}};
    auto result = signed_result(facts_, record.iccid(), {std::move(success)}, call);
    notify(call, record, msg::NotificationEventBit::install, facts_.server_address);
    call.state.profiles.emplace(record.slot, std::move(record));
    return result;
}

}  // namespace mcim::euicc
