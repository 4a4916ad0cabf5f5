// A name server that does not answer: the lookup ends when it likes, the exchange when its time is up.
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <netdb.h>
#include <unistd.h>

#include <array>
#include <string_view>
#include <thread>

#include "mcim/http/client.h"
#include "mcim/http/server.h"
#include "support/pki.h"

namespace {

constexpr std::string_view silent_name = "silent.example.com";
std::array<int, 2> name_server{-1, -1};  ///< lookups of the silent name wait until this pipe is closed

}  // namespace

/// In the place of the C library's, which is asked for every other name.
extern "C" int getaddrinfo(const char* name, const char* service, const addrinfo* hints, addrinfo** found) {
    if (name != nullptr && name == silent_name) {
        char unused = 0;
        (void)!read(name_server[0], &unused, 1);
        return EAI_AGAIN;
    }
    using Lookup = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
    return reinterpret_cast<Lookup>(dlsym(RTLD_NEXT, "getaddrinfo"))(name, service, hints, found);
}

namespace mcim::http {
namespace {

using namespace std::chrono_literals;

TEST(Lookup, OneThatNeverEndsCostsItsTimeAndHarmsNoLaterExchange) {
    ASSERT_EQ(pipe(name_server.data()), 0);
    test::Pki pki;
    auto profile = pki.dp_profile(x509::Role::dp_tls);
    profile.validity = {system_now() - 24h, system_now() + 24h};
    const auto draft = draft_server(profile, pki.dp_tls.key.public_key(), pki.ci.certificate, pki.random);
    Loop loop;
    const auto server = Server::listen_tls(loop, {}, {{sign(draft, pki.ci.key)}, pki.dp_tls.key.to_pkcs8()}, {},
                                           [](const Request&, const Reply& reply) {
                                               reply({200, {}, "here"});
                                           });
    ASSERT_TRUE(server) << to_string(server.error());
    std::thread running([&] { loop.run(); });

    ClientConfig config{{pki.ci.der()}, {{{"smdpp.example.com", 443}, {"127.0.0.1", (*server)->port()}}}};
    config.time_max = 2s;
    {
        Client client(config);
        const auto none = client.send({std::string(silent_name)}, {});
        ASSERT_FALSE(none);
        EXPECT_EQ(none.error().code, Errc::io);
        EXPECT_NE(none.error().detail.find("took longer than 2000 ms"), std::string::npos) << none.error().detail;
        close(name_server[1]);  // the lookup ends now, and its exchange is long over
        for (int i = 0; i < 3; ++i) {
            const auto answer = client.send({"smdpp.example.com"}, {});
            ASSERT_TRUE(answer) << to_string(answer.error());
            EXPECT_EQ(answer->body, "here");
        }
    }
    loop.stop();
    running.join();
    close(name_server[0]);
}

}  // namespace
}  // namespace mcim::http
