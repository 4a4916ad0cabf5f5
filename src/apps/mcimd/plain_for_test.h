// Plain HTTP over TCP, as a scraper speaks it to the program.
#pragma once
#include <netinet/in.h>

#include "mcim/apps/mcimd/mcimd_for_test.h"

namespace mcim::apps::mcimd {

/// One request in plain HTTP; all that comes back.
inline std::string ask_plain(std::uint16_t port, std::string_view target, std::string_view method = "GET") {
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    std::string out;
    if (connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0) {
        const std::string request =
            std::string(method) + " " + std::string(target) + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
        EXPECT_EQ(send(fd, request.data(), request.size(), 0), static_cast<ssize_t>(request.size()));
        std::array<char, 4096> part{};
        for (ssize_t n = 0; (n = recv(fd, part.data(), part.size(), 0)) > 0;)
            out.append(part.data(), static_cast<std::size_t>(n));
    }
    close(fd);
    return out;
}
inline std::string body_of_answer(const std::string& answer) { return answer.substr(answer.find("\r\n\r\n") + 4); }

}  // namespace mcim::apps::mcimd
