// The administration of a running mcimd, as the commands call it: JSON over HTTP on its UNIX socket. Whoever may open
// the socket may do all of it; docs/mcimd.md lists the calls.
#pragma once
#include <filesystem>

#include "mcim/http/client.h"
#include "mcim/jose/json.h"

namespace CLI {
class App;
}

namespace mcim::apps {

/// --admin SOCKET, or MCIM_ADMIN in the environment.
void add_admin_option(CLI::App&, std::string& socket);
/// " --admin SOCKET" for a command that is shown as the next one; nothing where MCIM_ADMIN says it.
[[nodiscard]] std::string admin_words(std::string_view socket = "SOCKET");
/// A member of an answer to show; empty where it is absent.
[[nodiscard]] std::string text_or(const jose::Object&, std::string_view name);

/// A JSON object with members more, which it has not.
[[nodiscard]] std::string with_members(std::string object, const jose::ObjectWriter&);

/// Evidence that the device's own TPM signed and that was refused, of a device's verdicts or an order; nothing where
/// there is none.
void print_refused_evidence(const jose::Object& answer, std::ostream&);

/// A key in a request. Its digits are wiped once they were sent.
struct SecretMember {
    std::string_view name;
    View octets;
};

class Admin {
public:
    struct Answer {
        std::string body;  ///< as it came, for --json
        jose::Object json;
    };
    explicit Admin(std::filesystem::path socket);
    /// Errors: the platform's refusals in its own words; io where nobody answers at the socket.
    [[nodiscard]] Result<Answer> read(const std::string& path);
    [[nodiscard]] Result<Answer> change(const std::string& path, const jose::ObjectWriter&,
                                        const std::vector<SecretMember>& = {});

private:
    [[nodiscard]] Result<Answer> exchange(http::Request);
    std::filesystem::path socket_;
    http::Client client_;
};

/// An identifier as one part of a path: letters, digits and "-_." only, so that nobody leaves the path with it.
[[nodiscard]] Result<std::string> path_part(std::string_view option, const std::string& identifier);

/// The Error that a problem's "detail" was written from (base to_string).
[[nodiscard]] Error error_of(std::string_view detail);

}  // namespace mcim::apps
