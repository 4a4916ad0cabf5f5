#include "mcim/apps/mcimd/metrics_text.h"

#include <charconv>
#include <map>

namespace mcim::apps::mcimd {
namespace {

struct MetricLabel {
    std::string_view name;
    std::string_view value;  ///< a word of this program's: nothing in it is escaped
};
using MetricLabels = std::initializer_list<MetricLabel>;

std::string shortest(double value) {
    std::array<char, 64> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed).ptr;
    return {text.data(), end};
}
double seconds_of(std::chrono::duration<double> d) { return d.count(); }

class Exposition {
public:
    void family(std::string_view name, std::string_view type, std::string_view help) {
        name_ = name;
        line("# HELP ").append(name).append(" ").append(help);
        line("# TYPE ").append(name).append(" ").append(type);
    }
    void sample(MetricLabels labels, std::uint64_t value, std::string_view suffix = "") {
        write(suffix, labels, std::to_string(value));
    }
    void sample(MetricLabels labels, double value, std::string_view suffix = "") {
        write(suffix, labels, shortest(value));
    }
    /// A family of one.
    template <class Value>
    void one(std::string_view name, std::string_view type, std::string_view help, Value value) {
        family(name, type, help);
        sample({}, value);
    }
    [[nodiscard]] std::string take() && { return std::move(out_) + "\n"; }

private:
    std::string& line(std::string_view begin) { return out_.append(out_.empty() ? "" : "\n").append(begin); }
    void write(std::string_view suffix, MetricLabels labels, const std::string& value) {
        line(name_).append(suffix);
        char before = '{';
        for (const auto& label : labels) {
            out_ += std::exchange(before, ',');
            out_.append(label.name).append("=\"").append(label.value).append("\"");
        }
        if (before == ',') out_ += '}';
        out_.append(" ").append(value);
    }
    std::string out_;
    std::string_view name_;
};

constexpr std::string_view counter_type = "counter";
constexpr std::string_view gauge_type = "gauge";

std::string_view name_of(std::size_t function) { return to_string(static_cast<smdp::Es9Function>(function)); }

/// Refusals that have the same code are one outcome: a client cannot tell them apart either.
std::map<std::string, std::uint64_t> by_code(const auto& status_codes, const auto& metrics) {
    std::map<std::string, std::uint64_t> out;
    for (const auto& code : status_codes)
        out[code_of(code.refusal)] += metrics.refused.at(static_cast<std::size_t>(code.refusal));
    return out;
}

void write_es9(Exposition& out, const Metrics& metrics) {
    out.family("mcimd_es9_requests_total", counter_type,
               "Calls of ES9+ that were answered, by function and outcome: done, or subject and reason code.");
    for (std::size_t i = 0; i < metrics.es9.size(); ++i) {
        out.sample({{"function", name_of(i)}, {"outcome", "done"}}, metrics.es9.at(i).done);
        for (const auto& [code, count] : by_code(smdp::status_codes(), metrics.es9.at(i)))
            out.sample({{"function", name_of(i)}, {"outcome", code}}, count);
    }
    out.one("mcimd_es9_unreadable_total", counter_type,
            "Requests under a path of ES9+ that no function could be read from (HTTP 400, 404, 405, 415).",
            metrics.es9_unreadable);
    out.family("mcimd_es9_request_duration_seconds", "histogram", "From the whole request to its answer, by function.");
    for (std::size_t i = 0; i < metrics.es9.size(); ++i) {
        const MetricLabel function{"function", name_of(i)};
        const Durations& took = metrics.es9.at(i).took;
        for (std::size_t n = 0; n < Durations::bounds.size(); ++n)
            out.sample({function, {"le", shortest(seconds_of(Durations::bounds.at(n)))}}, took.up_to(n), "_bucket");
        out.sample({function, {"le", "+Inf"}}, took.up_to(Durations::bounds.size()), "_bucket");
        out.sample({function}, seconds_of(took.sum()), "_sum");
        out.sample({function}, took.up_to(Durations::bounds.size()), "_count");
    }
    out.one("mcimd_sessions_begun_total", counter_type,
            "Sessions in which a card proved itself and had its profile offered.", metrics.sessions_begun);
}

void write_es2(Exposition& out, const Metrics& metrics) {
    out.family("mcimd_es2_requests_total", counter_type,
               "Calls of ES2+ that were answered, by function and outcome: done, or subject and reason code.");
    for (std::size_t i = 0; i < metrics.es2.size(); ++i) {
        const auto name = to_string(static_cast<smdp::Es2Function>(i));
        out.sample({{"function", name}, {"outcome", "done"}}, metrics.es2.at(i).done);
        for (const auto& [code, count] : by_code(smdp::es2_status_codes(), metrics.es2.at(i)))
            out.sample({{"function", name}, {"outcome", code}}, count);
    }
    out.one("mcimd_es2_handshakes_refused_total", counter_type,
            "TLS handshakes of ES2+ that failed: no certificate, one that is not known or not valid, or no TLS.",
            metrics.es2_handshakes_refused);
}

/// A sample for each value of the enumeration, named as elsewhere.
template <class Enum, Enum last>
void write_each(Exposition& out, std::string_view label, const CountOf<Enum, last>& counts) {
    for (std::size_t i = 0; i < counts.size; ++i) {
        const auto value = static_cast<Enum>(i);
        out.sample({{label, to_string(value)}}, counts.of(value));
    }
}

void write_others(Exposition& out, const Metrics& metrics) {
    out.family("mcimd_auc_requests_total", counter_type,
               "What the authentication centre was asked, by what came of it: vectors, resynchronisations, alarms.");
    write_each(out, "outcome", metrics.auc);
    out.sample({{"outcome", "failed"}}, metrics.auc_failed);
    out.family("mcimd_gate_answers_total", counter_type,
               "Orders that demand an attested device, by the standing of its verdict when the gate was asked.");
    write_each(out, "standing", metrics.gate);
    out.family("mcimd_verifier_verdicts_total", counter_type, "Verdicts that the verifier gave, by result.");
    write_each(out, "result", metrics.verdicts);
    out.one("mcimd_verifier_refusals_total", counter_type, "Evidence and challenges that the verifier refused.",
            metrics.evidence_refused);
    out.family("mcimd_throttled_total", counter_type, "Requests that were answered with 429, by limit.");
    write_each(out, "limit", metrics.throttled);
}

void write_commits(Exposition& out, const Committer& committer) {
    out.one("mcimd_commit_groups_total", counter_type,
            "Transactions of the database, each for sessions that came together.", committer.groups());
    out.one("mcimd_commits_total", counter_type, "What sessions had written to the database.", committer.batches());
}

void write_signing(Exposition& out, const SigningDesk& desk) {
    out.one(
        "mcimd_signer_messages_total", counter_type,
        "Messages to the signer, each of sessions that came together; where the keys are here, one for each request.",
        desk.messages());
    out.one("mcimd_signer_requests_total", counter_type, "What sessions had the signer do.", desk.requests());
}

void write_connections(Exposition& out, const Listeners& listeners) {
    out.family("mcimd_open_connections", gauge_type, "Clients that are connected.");
    if (listeners.tls != nullptr) out.sample({{"listener", "server"}}, std::uint64_t{listeners.tls->connections()});
    if (listeners.admin != nullptr) out.sample({{"listener", "admin"}}, std::uint64_t{listeners.admin->connections()});
    if (listeners.es2 != nullptr) out.sample({{"listener", "es2"}}, std::uint64_t{listeners.es2->connections()});
    if (listeners.tls == nullptr) return;
    out.one("mcimd_connections_turned_away_total", counter_type,
            "Connections beyond server.connections_per_address_max.", listeners.tls->turned_away());
    out.one("mcimd_connections_shed_total", counter_type,
            "Connections that kept the server waiting and made room, at server.connections_max.",
            listeners.tls->shed());
}

void write_certificates(Exposition& out, const Platform& p) {
    out.family("mcimd_certificate_expires_in_seconds", gauge_type,
               "Time that each certificate has left, by the key that names its file; negative where it has expired.");
    for (const auto& certificate : p.certificates)
        out.sample({{"key", certificate.key}, {"position", std::to_string(certificate.position)}},
                   seconds_of(certificate.validity.not_after - p.now()));
}

}  // namespace

std::string metrics_text(const Platform& p, const Listeners& listeners) {
    Exposition out;
    out.one("process_start_time_seconds", gauge_type, "When the program started, in seconds since 1970.",
            seconds_of(p.started_at.time_since_epoch()));
    write_es9(out, p.metrics);
    write_es2(out, p.metrics);
    write_others(out, p.metrics);
    write_commits(out, p.committer);
    write_signing(out, p.desk);
    write_connections(out, listeners);
    write_certificates(out, p);
    return std::move(out).take();
}

}  // namespace mcim::apps::mcimd
