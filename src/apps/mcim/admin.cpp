#include "mcim/apps/mcim/admin.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <ostream>

#include "mcim/apps/mcim/text.h"

namespace mcim::apps {

namespace {

/// Lists grow with the fleet.
constexpr jose::JsonLimits answer_limits{std::size_t{64} * 1024 * 1024, 16};

constexpr std::array errcs{
    Errc::truncated, Errc::bad_length, Errc::bad_tag,   Errc::missing_field,    Errc::trailing_data,
    Errc::bad_value, Errc::too_large,  Errc::not_found, Errc::unexpected_event, Errc::conflict,
    Errc::refused,   Errc::bad_crypto, Errc::io};

/// In an error's text, before where in the input it was.
constexpr std::string_view octet_mark = " (octet ";

http::ClientConfig local_client() {
    http::ClientConfig config;
    config.body_octets_max = answer_limits.octets_max;
    return config;
}

/// In one allocation, which the client wipes: a string that grows leaves what it held behind.
std::string with_secrets(std::string object, const std::vector<SecretMember>& secrets) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::size_t size = object.size();
    for (const auto& [name, octets] : secrets) size += name.size() + 2 * octets.size() + std::strlen(R"(,"":"")");
    object.reserve(size);
    object.pop_back();  // the brace
    for (const auto& [name, octets] : secrets) {
        object.append(object.size() == 1 ? "\"" : ",\"").append(name).append("\":\"");
        for (const std::uint8_t octet : octets) object.append({digits[octet >> 4U], digits[octet & 0x0FU]});
        object += '"';
    }
    object += '}';
    return object;
}

}  // namespace

void add_admin_option(CLI::App& command, std::string& socket) {
    command.add_option("--admin", socket, "Socket of the running mcimd: admin_socket of its configuration")
        ->envname("MCIM_ADMIN")
        ->required();
}

std::string admin_words(std::string_view socket) {
    const char* said = std::getenv("MCIM_ADMIN");
    const bool known = said != nullptr && *said != '\0' && (socket == "SOCKET" || socket == said);
    return known ? std::string() : " --admin " + std::string(socket);
}

Result<std::string> path_part(std::string_view option, const std::string& identifier) {
    if (identifier.empty() || !std::ranges::all_of(identifier, is_plain))
        return fail(Errc::bad_value, std::string(option),
                    "\"" + identifier + "\" is no identifier: letters, digits, '-', '_' and '.' are allowed");
    return identifier;
}

Error error_of(std::string_view detail) {
    for (const Errc code : errcs) {
        const std::string_view name = to_string(code);
        if (!detail.starts_with(name)) continue;
        std::string_view rest = detail.substr(name.size());
        Error out{code, 0, {}, {}};
        if (rest.starts_with(" at ")) {
            const auto end = std::min({rest.find(": "), rest.find(octet_mark), rest.size()});
            out.path = rest.substr(4, end - 4);
            rest.remove_prefix(end);
        }
        if (rest.starts_with(octet_mark)) {
            const auto [after, error] =
                std::from_chars(rest.data() + octet_mark.size(), rest.data() + rest.size(), out.offset);
            rest.remove_prefix(static_cast<std::size_t>(after - rest.data()));
            if (rest.starts_with(')')) rest.remove_prefix(1);
        }
        if (rest.starts_with(": ")) out.detail = rest.substr(2);
        return out;
    }
    return fail(Errc::refused, "", std::string(detail));
}

Admin::Admin(std::filesystem::path socket) : socket_(std::move(socket)), client_(local_client()) {}

Result<Admin::Answer> Admin::read(const std::string& path) { return exchange({"GET", path}); }

Result<Admin::Answer> Admin::change(const std::string& path, const jose::ObjectWriter& body,
                                    const std::vector<SecretMember>& secrets) {
    return exchange({"POST", path, {{"Content-Type", "application/json"}}, with_secrets(body.finish(), secrets)});
}

Result<Admin::Answer> Admin::exchange(http::Request request) {
    auto response = client_.send_unix(socket_, std::move(request));
    if (!response && ::access(socket_.c_str(), W_OK) != 0 && errno == EACCES)
        return fail(Errc::refused, socket_.string(),
                    "this user may not open it: it is for the owner of mcimd alone. Be that user, or root");
    if (!response)
        return fail(response.error().code, socket_.string(),
                    "mcimd does not answer here (" + response.error().detail +
                        "); start it with \"mcimd --config mcimd.toml\", or name its socket with --admin");
    auto json = jose::Object::parse(response->body, answer_limits);
    if (!json) return std::move(json).error().within("answer of " + socket_.string());
    if (response->status >= 200 && response->status < 300) return Answer{std::move(response->body), *std::move(json)};
    const auto detail = json->text("detail");
    return error_of(detail ? *detail : "refused with HTTP status " + std::to_string(response->status));
}

std::string text_or(const jose::Object& json, std::string_view name) {
    const auto text = json.text(name);
    return text ? *text : "";
}

std::string with_members(std::string object, const jose::ObjectWriter& more) {
    object.resize(object.rfind('}'));
    return object + "," + more.finish().substr(1);
}

void print_refused_evidence(const jose::Object& answer, std::ostream& out) {
    const auto refused = answer.object("refused_evidence");
    if (!refused) return;
    const auto at = refused->time("at");
    const std::string session = text_or(*refused, "session");
    out << "The device's latest evidence was refused" << (at ? " at " + to_rfc3339(*at) : "")
        << (session.empty() ? "" : ", in transaction " + session) << ":\n  " << text_or(*refused, "sentence") << " ["
        << text_or(*refused, "reason") << "]\n";
}

}  // namespace mcim::apps
