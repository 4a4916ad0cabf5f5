#include "mcim/apps/common/pki_choice.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "mcim/base/text.h"
#include "mcim/x509/issue.h"

namespace mcim::apps {

namespace {

constexpr std::chrono::days renewed_life{398};
constexpr std::chrono::hours renewed_backdated{1};  // clocks of devices run behind

std::string on_curve(const FoundCertificate& ci) { return " on " + std::string(to_string(ci.certificate.key->curve)); }

/// As clients dial it, and as it stands in a configuration.
bool is_plain_host(std::string_view name) {
    return !name.empty() && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
    });
}

class Chooser {
public:
    Chooser(const Finds& finds, const ImportPlan& plan, Time now, Random& random, Imported& report)
        : finds_(finds), plan_(plan), now_(now), random_(random), report_(report) {}

    Result<std::vector<PkiBranch>> choose() {
        find_cis();
        verify_servers();
        CHECKED(choose_oid());
        std::vector<PkiBranch> out;
        for (const auto* ci : cis_)
            if (auto branch = branch_under(*ci)) out.push_back(std::move(*branch));
        CHECKED(add_tls(out));
        for (const auto& branch : out) report_.curves.push_back(branch.ci.found->certificate.key->curve);
        say_what_is_left();
        return out;
    }

private:
    /// Of an SM-DP+, verified.
    struct Server {
        const FoundCertificate* found;
        x509::VerifiedServer verified;
        const FoundKey* key;
        [[nodiscard]] CertificateAndKey pair() const { return {found, key}; }
        [[nodiscard]] Time until() const { return found->certificate.validity.not_after; }
    };
    /// TLS certificates that a branch could show.
    struct Shown {
        PkiBranch* branch;
        const Server* tls;
    };
    using ShownByCurve = std::map<crypto::Curve, std::vector<Shown>>;

    /// Of a root that was issued again with its key, one certificate.
    void find_cis() {
        std::vector<const FoundCertificate*> sound;
        for (const auto& c : finds_.certificates) {
            if (!c.is(x509::Role::ci)) continue;
            x509::TrustAnchors alone;
            if (const auto added = alone.add(c.certificate); added)
                sound.push_back(&c);
            else
                leave_out(c, to_string(added.refused()));
        }
        for (const auto* c : sound) {
            const auto* best = longest_of_its_key(sound, *c);
            if (c != best) {
                leave_out(*c, "the CI of " + file_name_of(best->at) + ", whose certificate holds longer");
                continue;
            }
            (void)anchors_.add(c->certificate);  // it was alone
            cis_.push_back(c);
        }
        std::ranges::stable_sort(cis_, {}, [](const auto* c) { return c->certificate.key->curve; });
    }
    [[nodiscard]] const FoundCertificate* longest_of_its_key(const std::vector<const FoundCertificate*>& cis,
                                                             const FoundCertificate& one) const {
        const auto merit = [&](const FoundCertificate* c) {
            const auto& validity = c->certificate.validity;
            return std::tuple(c->certificate.subject_key_id == one.certificate.subject_key_id,
                              validity.not_before <= now_, validity.not_after);
        };
        return *std::ranges::max_element(cis, {}, merit);
    }

    void verify_servers() {
        for (const auto& c : finds_.certificates) {
            const auto role = c.certificate.role();
            if (role != x509::Role::dp_auth && role != x509::Role::dp_pb && role != x509::Role::dp_tls) continue;
            // of one that is issued anew the dates do not count
            const bool renewed = role == x509::Role::dp_tls && plan_.tls == ImportPlan::Tls::renewed;
            auto verified = x509::verify_server(*role, c.certificate.der, anchors_,
                                                renewed ? x509::Now(c.certificate.validity.not_before) : now_);
            const auto* key = finds_.key_of(c.certificate);
            if (!verified)
                leave_out(c, to_string(verified.refused()) + if_expired(*role, verified.refused()));
            else if (key == nullptr)
                leave_out(c, "its private key is not here");
            else if (role == x509::Role::dp_tls && std::ranges::none_of(c.certificate.dns_names, is_plain_host))
                leave_out(c, "it names no host that a client could dial");
            else
                servers_.push_back({&c, *std::move(verified), key});
        }
    }
    static std::string if_expired(x509::Role role, const x509::Refused& why) {
        const bool ended = role == x509::Role::dp_tls && why.reason == x509::Refusal::expired;
        return ended ? "; --renew-tls issues it anew" : "";
    }

    template <class Wanted>
    [[nodiscard]] const Server* longest(const Wanted& wanted) const {
        const Server* best = nullptr;
        for (const auto& s : servers_)
            if (wanted(s) && (best == nullptr || s.until() > best->until())) best = &s;
        return best;
    }
    [[nodiscard]] const Server* pb_of(const Server& auth) const {
        return longest([&](const Server& s) {
            return s.verified.role == x509::Role::dp_pb &&
                   x509::verify_dp_pb(s.found->certificate.der, auth.verified, anchors_, now_);
        });
    }

    /// The one named, or the one under most CIs among those that have TLS.
    Status choose_oid() {
        report_.dp_oid = plan_.dp_oid;
        struct Merit {
            bool tls = false;
            std::set<Bytes> cis;
        };
        std::map<std::string, Merit> merits;
        for (const auto& s : servers_) {
            if (s.verified.role == x509::Role::dp_tls) merits[s.verified.oid].tls = true;
            if (s.verified.role == x509::Role::dp_auth && pb_of(s) != nullptr)
                merits[s.verified.oid].cis.insert(s.verified.ci_key_id);
        }
        std::erase_if(merits, [](const auto& m) { return m.second.cis.empty(); });
        if (merits.empty())
            return fail(Errc::not_found, plan_.from.string(),
                        "no SM-DP+ has CERT.DPauth and CERT.DPpb with their private keys under a CI of this folder");
        if (report_.dp_oid.empty())
            report_.dp_oid = std::ranges::max_element(merits, {}, [](const auto& m) {
                                 return std::pair(m.second.tls, m.second.cis.size());
                             })->first;
        if (merits.contains(report_.dp_oid)) return ok();
        std::string known;
        for (const auto& [oid, merit] : merits) known += (known.empty() ? "" : ", ") + oid;
        return fail(Errc::not_found, "--dp-oid", "certificates with keys are here of " + known);
    }

    [[nodiscard]] bool is_ours(const Server& s, x509::Role role, const x509::Certificate& ci) const {
        return s.verified.role == role && s.verified.oid == report_.dp_oid &&
               s.verified.ci_key_id == *ci.subject_key_id;
    }

    std::optional<PkiBranch> branch_under(const FoundCertificate& ci) {
        const auto* auth = longest(
            [&](const Server& s) { return is_ours(s, x509::Role::dp_auth, ci.certificate) && pb_of(s) != nullptr; });
        if (auth == nullptr) {
            leave_out(ci, "SM-DP+ " + report_.dp_oid + " has no CERT.DPauth with CERT.DPpb and their keys under it");
            return std::nullopt;
        }
        PkiBranch out{{&ci, finds_.key_of(ci.certificate)}, eum_under(ci), auth->pair(), pb_of(*auth)->pair(), {}};
        const std::string curve = on_curve(ci);
        take(out.ci, "CI" + curve);
        take_issuer_key(out.ci, "key of the CI" + curve);
        take(out.eum, "EUM" + curve);
        take_issuer_key(out.eum, "key of the EUM" + curve);
        for (const auto& [pair, what] : {std::pair(out.auth, "CERT.DPauth"), std::pair(out.pb, "CERT.DPpb")}) {
            take(pair, what + curve);
            take_key(pair, std::string("key of ") + what + curve);
        }
        return out;
    }

    /// Only a factory needs it; with its key where there is one.
    [[nodiscard]] CertificateAndKey eum_under(const FoundCertificate& ci) const {
        CertificateAndKey out;
        const auto merit = [](const CertificateAndKey& one) {
            return std::pair(one.key != nullptr, one.found->certificate.validity.not_after);
        };
        for (const auto& c : finds_.certificates) {
            if (!c.is(x509::Role::eum)) continue;
            const auto verified = x509::verify_eum(c.certificate.der, anchors_, now_);
            if (!verified || verified->ci_key_id != *ci.certificate.subject_key_id) continue;
            const CertificateAndKey one{&c, finds_.key_of(c.certificate)};
            if (!out || merit(one) > merit(out)) out = one;
        }
        return out;
    }

    // ------------------------------------------------------------ TLS: one certificate for each curve, one host

    Status add_tls(std::vector<PkiBranch>& branches) {
        ShownByCurve shown;
        for (auto& branch : branches)
            for (const auto& s : servers_)
                if (is_ours(s, x509::Role::dp_tls, branch.ci.found->certificate))
                    shown[branch.ci.found->certificate.key->curve].push_back({&branch, &s});
        if (shown.empty()) return fail(Errc::not_found, plan_.from.string(), why_no_tls());
        report_.host = host_of_most(shown);
        for (const auto& [curve, candidates] : shown)
            if (const auto best = longest_for(report_.host, candidates)) CHECKED(show(*best));
        for (const auto& branch : branches) {
            const auto curve = branch.ci.found->certificate.key->curve;
            const auto has_tls = [&](const PkiBranch& b) {
                return b.tls && b.ci.found->certificate.key->curve == curve;
            };
            if (std::ranges::none_of(branches, has_tls) &&
                std::ranges::find(report_.without_tls, curve) == report_.without_tls.end())
                report_.without_tls.push_back(curve);
        }
        return ok();
    }
    static std::optional<Shown> longest_for(const std::string& host, const std::vector<Shown>& candidates) {
        std::optional<Shown> best;
        for (const auto& one : candidates)
            if (x509::names_host(one.tls->found->certificate, host) && (!best || one.tls->until() > best->tls->until()))
                best = one;
        return best;
    }
    /// A client dials one name, whatever its curve: that of the activation codes, where a certificate has it; else the
    /// one that is there on most curves, and of such the one that holds longest.
    [[nodiscard]] std::string host_of_most(const ShownByCurve& shown) const {
        const std::string wanted = plan_.address.substr(0, plan_.address.find(':'));
        const auto merit = [&](const std::string& host) {
            std::size_t curves = 0;
            Time until = Time::max();
            for (const auto& [curve, candidates] : shown)
                if (const auto best = longest_for(host, candidates)) {
                    ++curves;
                    until = std::min(until, best->tls->until());
                }
            return std::tuple(host == wanted, curves, until);
        };
        std::string best;
        for (const auto& [curve, candidates] : shown)
            for (const auto& one : candidates)
                for (const auto& host : one.tls->found->certificate.dns_names)
                    if (is_plain_host(host) && (best.empty() || merit(host) > merit(best))) best = host;
        return best;
    }
    Status show(const Shown& chosen) {
        auto& branch = *chosen.branch;
        TRY(auto certificate, as_served(*chosen.tls, branch.ci));
        const Time until = certificate.validity.not_after;
        if (report_.tls_until == Time{} || until < report_.tls_until) report_.tls_until = until;
        branch.tls = ChosenTls{chosen.tls->pair(), std::move(certificate)};
        const std::string curve = on_curve(*branch.ci.found);
        const bool renewed = plan_.tls == ImportPlan::Tls::renewed;
        take(branch.tls->pair, "TLS" + curve + (renewed ? ", issued anew" : ""));
        take_key(branch.tls->pair, "key of TLS" + curve);
        return ok();
    }
    Result<x509::Certificate> as_served(const Server& tls, const CertificateAndKey& ci) {
        const auto& old = tls.found->certificate;
        if (plan_.tls == ImportPlan::Tls::as_it_is) return old;
        if (ci.key == nullptr)
            return fail(Errc::not_found, "--renew-tls",
                        "the private key of " + file_name_of(ci.found->at) + " is not in " + plan_.from.string() +
                            ", and only it can issue " + file_name_of(tls.found->at) + " anew");
        const Time from = std::chrono::floor<std::chrono::seconds>(now_ - renewed_backdated);
        const x509::Validity validity{from,
                                      std::min<Time>(from + renewed_life, ci.found->certificate.validity.not_after)};
        TRY(const Bytes der, x509::renew(old, validity, ci.key->key, random_));
        const auto verified = x509::verify_server(x509::Role::dp_tls, der, anchors_, now_);
        if (!verified) return fail(Errc::refused, file_name_of(tls.found->at), to_string(verified.refused()));
        return verified->certificate;
    }
    [[nodiscard]] std::string why_no_tls() const {
        std::string out = "SM-DP+ " + report_.dp_oid + " has no TLS certificate with its key that holds now";
        for (const auto& line : report_.left_out)
            for (const auto& c : finds_.certificates)
                if (c.at == line.at && c.is(x509::Role::dp_tls) && is_of_ours(c.certificate))
                    out += "; " + file_name_of(c.at) + ": " + printable(line.what, 200);
        return out;
    }

    // ------------------------------------------------------------ every certificate and every key has a line

    void take(const CertificateAndKey& pair, const std::string& what) {
        if (!pair) return;
        report_.taken.push_back({pair.found->at, what});
        done_.insert(pair.found);
    }
    void take_key(const CertificateAndKey& pair, const std::string& what) {
        if (!pair || pair.key == nullptr) return;
        report_.taken.push_back({pair.key->at, what});
        done_.insert(pair.key);
    }
    /// What issues certificates is in danger beside what everybody may reach.
    void take_issuer_key(const CertificateAndKey& pair, const std::string& what) {
        if (plan_.issuer_keys == ImportPlan::IssuerKeys::taken) return take_key(pair, what);
        if (!pair || pair.key == nullptr) return;
        report_.left_out.push_back({pair.key->at, what + ": no server needs it; --with-issuer-keys takes it too"});
        done_.insert(pair.key);
    }
    void leave_out(const FoundCertificate& c, const std::string& why) {
        report_.left_out.push_back({c.at, why});
        done_.insert(&c);
    }
    void say_what_is_left() {
        for (const auto& c : finds_.certificates)
            if (!done_.contains(&c)) leave_out(c, why_not_taken(c.certificate));
        for (const auto& k : finds_.keys)
            if (!done_.contains(&k)) report_.left_out.push_back({k.at, why_not_taken(k)});
        report_.left_out.insert(report_.left_out.end(), finds_.left_out.begin(), finds_.left_out.end());
        std::ranges::stable_sort(report_.left_out, {}, &Imported::Line::at);
    }
    [[nodiscard]] bool is_of_ours(const x509::Certificate& c) const {
        return std::ranges::find(c.registered_ids, report_.dp_oid) != c.registered_ids.end();
    }
    [[nodiscard]] std::string why_not_taken(const x509::Certificate& c) const {
        const auto role = c.role();
        if (!role) return "it names no role of SGP.22";
        if (*role == x509::Role::euicc) return "a card's: it belongs into the card, not to a server";
        if (*role == x509::Role::ds_auth || *role == x509::Role::ds_tls) return "of an SM-DS";
        if (*role == x509::Role::eum) {
            const auto verified = x509::verify_eum(c.der, anchors_, now_);
            return verified ? "another EUM of its CI was taken, or its CI was left out" : to_string(verified.refused());
        }
        if (!is_of_ours(c))
            return "of SM-DP+ " + (c.registered_ids.empty() ? "" : c.registered_ids.front()) + ", not of " +
                   report_.dp_oid;
        if (*role != x509::Role::dp_tls) return "another one of this SM-DP+ was taken, which holds longer";
        if (x509::names_host(c, report_.host)) return "another one on its curve was taken";
        const bool only = std::ranges::find(report_.without_tls, c.key->curve) != report_.without_tls.end();
        return "for another host than " + report_.host +
               (only ? ", and no host is named by certificates of every curve" : "");
    }
    [[nodiscard]] std::string why_not_taken(const FoundKey& k) const {
        for (const auto& c : finds_.certificates)
            if (const auto of = c.certificate.public_key(); of && *of == k.key.public_key())
                return "the key of " + file_name_of(c.at) + ", which was left out";
        return "a private key of no certificate that is here";
    }

    const Finds& finds_;
    const ImportPlan& plan_;
    Time now_;
    Random& random_;
    Imported& report_;
    x509::TrustAnchors anchors_;
    std::vector<const FoundCertificate*> cis_;
    std::vector<Server> servers_;
    std::set<const void*> done_;
};

}  // namespace

Result<std::vector<PkiBranch>> choose_branches(const Finds& finds, const ImportPlan& plan, Time now, Random& random,
                                               Imported& report) {
    return Chooser(finds, plan, now, random, report).choose();
}

}  // namespace mcim::apps
