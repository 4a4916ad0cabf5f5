#include "mcim/apps/mcimd/operation.h"

#include <algorithm>
#include <map>

namespace mcim::apps::mcimd {
namespace {

constexpr std::chrono::seconds patience{1};

/// One that is at work is not asked as well: this would wait behind what it works on, and all others with it.
std::optional<std::string> signer_unready_because(Platform& p) {
    if (const auto waited = p.desk.waited()) {
        if (*waited < patience) return std::nullopt;
        return "The signer does not answer: what it was asked more than a second ago is still under way.";
    }
    if (const auto answers = p.signer_answers(); !answers)
        return "The signer does not answer: " + to_string(answers.error());
    return std::nullopt;
}

http::Response plain(unsigned status, std::string sentence) {
    return {status, {{"Content-Type", "text/plain; charset=utf-8"}}, std::move(sentence) + "\n"};
}

using Part = CertificateInUse::Part;

/// Of several TLS identities, or credentials, one that is whole serves its clients: nothing, then.
std::optional<std::string> none_valid_because(const Platform& p, Part::Of of) {
    std::map<std::size_t, std::optional<std::string>> invalid;  // by the number of each
    for (const auto& certificate : p.certificates) {
        if (!certificate.part || certificate.part->of != of) continue;
        auto& why = invalid[certificate.part->number];
        if (!why) why = invalid_because(certificate, p.now());
    }
    if (invalid.empty() || !std::ranges::all_of(invalid, [](const auto& i) { return i.second.has_value(); }))
        return std::nullopt;
    return invalid.begin()->second;
}

http::Response readiness(Platform& p) {
    if (auto why = unready_because(p)) return plain(503, *std::move(why));
    return plain(200, "ready");
}

}  // namespace

std::optional<std::string> invalid_because(const CertificateInUse& certificate, Time now) {
    const auto& [from, to] = certificate.validity;
    const bool list = certificate.key == "dp.revocation_lists";
    const std::string name = (list ? "A list of " : "The certificate of ") + certificate.key;
    if (certificate.revoked) return name + " was revoked by its issuer.";
    if (now < from) return name + " is not valid before " + to_rfc3339(from) + ".";
    if (std::chrono::floor<std::chrono::seconds>(now) > to) return name + " expired at " + to_rfc3339(to) + ".";
    return std::nullopt;
}

std::optional<std::string> unready_because(Platform& p) {
    if (const auto answered = p.store.find_operator(""); !answered)
        return "The database does not answer: " + to_string(answered.error());
    if (const auto& failure = p.committer.failure())
        return "The database did not take what was last written: " + to_string(*failure);
    if (auto why = signer_unready_because(p)) return why;
    if (auto why = none_valid_because(p, Part::Of::tls)) return why;
    return none_valid_because(p, Part::Of::dp);
}

void serve_operation(Platform& p, const Listeners& listeners, const http::Request& request, const http::Reply& reply) {
    const auto path = request.path();
    const bool known = path == "/metrics" || path == "/healthz" || path == "/readyz";
    if (!known) return reply(http::problem(404, "/metrics, /healthz and /readyz are served here."));
    if (request.method != "GET") return reply(http::problem(405, "They are read by GET."));
    if (path == "/healthz") return reply(plain(200, "alive"));
    if (path == "/readyz") return reply(readiness(p));
    reply({200, {{"Content-Type", std::string(metrics_media_type)}}, metrics_text(p, listeners)});
}

}  // namespace mcim::apps::mcimd
