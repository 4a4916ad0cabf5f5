// AUTHENTICATE of a USIM or ISIM (TS 31.102 7.1, TS 31.103 7.1).
#include <algorithm>

#include "mcim/aka/authentication.h"
#include "mcim/uicc/commands.h"
#include "mcim/uicc/entries.h"

namespace mcim::uicc {
namespace {

namespace sw = apdu::sw;

constexpr std::uint8_t gsm_context = 0x80;
constexpr std::uint8_t umts_context = 0x81;  ///< IMS AKA in an ISIM

constexpr std::array<std::uint8_t, 7> usim_name{0xA0, 0x00, 0x00, 0x00, 0x87, 0x10, 0x02};
bool is_usim(const saip::Node& adf) {
    return adf.aid.size() >= usim_name.size() && std::ranges::equal(View(adf.aid).first(usim_name.size()), usim_name);
}

/// EF_UST services (TS 31.102 4.2.8).
constexpr unsigned gsm_access = 27;            ///< Kc follows a success in UMTS context
constexpr unsigned gsm_security_context = 38;  ///< the GSM context is offered
bool has_service(const Profile& profile, FileIndex adf, unsigned service) {
    constexpr FileId ef_ust = 0x6F38;
    const auto ust = profile.find_child(adf, ef_ust);
    if (!ust) return false;
    const Bytes& table = profile.content(*ust);
    const std::size_t at = (service - 1) / 8;
    return at < table.size() && (table[at] >> ((service - 1) % 8) & 1U) != 0;
}

aka::Algorithm algorithm_of(const saip::Aka& a) {
    const auto k = *Secret<16>::copy_of(expose(a.k));  // the length was checked when the profile was built
    if (a.algorithm == saip::Algorithm::usim_test) {
        // TCA 8.5 codes the length of RES alike for TUAK and the test algorithm: 0, 1, 2 are 32, 64, 128 bits
        const std::array<std::size_t, 3> res_octets{4, 8, 16};
        return aka::TestAlgorithm(k, res_octets[std::min<std::size_t>(a.algorithm_options & 0x07U, 2)]);
    }
    return aka::Milenage(k, *Secret<16>::copy_of(expose(a.opc)), {a.rotation, a.xoring});
}

/// The profile format says that the limits do not apply to the test algorithm.
aka::SqnLimits limits_of(const saip::Aka& a) {
    if (a.algorithm == saip::Algorithm::usim_test) return {};
    return aka::SqnLimits::from_profile(a.sqn_options, a.sqn_delta, a.sqn_age_limit);
}

/// The challenge: length and value of RAND, then of AUTN where the context has one; nothing else.
struct Challenge {
    aka::Rand rand{};
    aka::Autn autn{};
};
std::optional<Challenge> parse_challenge(View data, std::uint8_t context) {
    const std::size_t parts = context == umts_context ? 2 : 1;
    if (data.size() != parts * 17) return std::nullopt;
    Challenge out;
    for (std::size_t i = 0; i < parts; ++i) {
        if (data[i * 17] != 16) return std::nullopt;
        std::ranges::copy(data.subspan(i * 17 + 1, 16), i == 0 ? out.rand.begin() : out.autn.begin());
    }
    return out;
}

void append_field(Bytes& to, View value) {
    to.push_back(static_cast<std::uint8_t>(value.size()));
    append(to, value);
}

}  // namespace

Reply Commands::authenticate() {
    const std::uint8_t context = command.p2;
    if (command.p1 != 0) return sw::wrong_p1_p2;
    if (!channel.application) return sw::conditions_not_satisfied;
    const FileIndex adf = *channel.application;
    const auto at = profile().find_authenticator(node(adf).path);
    if (!at) return sw::conditions_not_satisfied;
    const bool usim = is_usim(node(adf));
    const bool gsm = context == gsm_context && usim && has_service(profile(), adf, gsm_security_context);
    if (context != umts_context && !gsm)
        return (context & 0xF8U) == 0x80 ? sw::security_context_not_supported : sw::wrong_p1_p2;
    if (!application_pin_is_satisfied(adf)) return sw::security_status_not_satisfied;
    const auto challenge = parse_challenge(command.data, context);
    if (!challenge) return sw::wrong_data;

    if (const auto limit = profile().authenticators()[*at].parameters.authentications_max) {
        const std::size_t counters = counters_of(*at);
        SequenceNumbers& sequence = profile().authenticators()[counters].sequence;
        if (sequence.authentications >= *limit) return sw::conditions_not_satisfied;
        ++sequence.authentications;
        put_sequence(changes, card.prefix_, profile(), counters);
    }
    return gsm ? in_gsm_context(*at, challenge->rand) : in_umts_context(*at, challenge->rand, challenge->autn);
}

/// 7.1.1.1: only after the PIN of the application was verified, or while it is disabled: the first global PIN that its
/// status template names.
bool Commands::application_pin_is_satisfied(FileIndex adf) const {
    const Bytes& references = node(adf).pin_status_template;
    const auto global = std::ranges::find_if(references, [](auto r) { return r >= 0x01 && r <= 0x08; });
    return global == references.end() || is_satisfied(*global);
}

/// Whose counters an application with the keys of another goes by: the keys wear out together.
std::size_t Commands::counters_of(std::size_t at) {
    const auto& shared = profile().authenticators()[at].parameters.shares_sqn_with;
    return shared ? *profile().find_authenticator(*shared) : at;
}

Reply Commands::in_gsm_context(std::size_t at, const std::array<std::uint8_t, 16>& rand) {
    const auto answer = aka::authenticate_gsm(algorithm_of(profile().authenticators()[at].parameters), rand);
    Bytes data;
    append_field(data, answer.sres);
    append_field(data, expose(answer.kc));
    return apdu::Response{std::move(data)};
}

Reply Commands::in_umts_context(std::size_t at, const std::array<std::uint8_t, 16>& rand,
                                const std::array<std::uint8_t, 16>& autn) {
    const saip::Aka& p = profile().authenticators()[at].parameters;
    const std::size_t counters = counters_of(at);
    SequenceNumbers& sequence = profile().authenticators()[counters].sequence;
    const aka::Subscription subscription{algorithm_of(p), limits_of(p)};
    const auto step = aka::authenticate(subscription, {sequence.seq}, rand, autn);

    if (std::holds_alternative<aka::MacFailure>(step.outcome)) return sw::authentication_mac_failure;
    Bytes data;
    if (const auto* behind = std::get_if<aka::SyncFailure>(&step.outcome)) {
        data.push_back(0xDC);
        append_field(data, behind->auts);
        return apdu::Response{std::move(data)};
    }
    sequence.seq = step.next.seq;
    put_sequence(changes, card.prefix_, profile(), counters);
    const auto& success = std::get<aka::Success>(step.outcome);
    data.push_back(0xDB);
    append_field(data, success.res);
    append_field(data, expose(success.ck));
    append_field(data, expose(success.ik));
    if (is_usim(node(*channel.application)) && has_service(profile(), *channel.application, gsm_access))
        append_field(data, expose(aka::kc_from(success.ck, success.ik)));
    return apdu::Response{std::move(data)};
}

}  // namespace mcim::uicc
