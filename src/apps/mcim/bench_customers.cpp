#include "mcim/apps/mcim/bench_customers.h"

#include "mcim/x509/issue.h"

namespace mcim::apps {
namespace {

constexpr std::string_view ein = "89049032";

}  // namespace

Result<std::vector<Customer>> make_customers(BenchServer& server, std::size_t customers, std::size_t package_octets_min,
                                             Random& random) {
    std::vector<Customer> out;
    for (std::size_t i = 1; i <= customers; ++i) {
        TRY(const Eid eid, x509::make_eid(ein, i));
        TRY(const auto identity, make_card_identity(server.pki(), eid, system_now(), random));
        TRY(auto card, SoftCard::make(identity));
        TRY(auto code, server.order(i, package_octets_min, random));
        out.push_back({std::move(card), std::move(code)});
    }
    return out;
}

std::shared_ptr<BenchDownload> download_of(Customer& customer, http::Loop& loop, const http::ClientConfig& client,
                                           BenchDownload::Finished finished) {
    msg::DeviceInfo device;
    device.tac.bytes = {0x35, 0x29, 0x06, 0x11};
    agent::Order order{.code = customer.code, .device_info = std::move(device), .confirmation_code = {}};
    return std::make_shared<BenchDownload>(loop, client, std::move(customer.card), std::move(order),
                                           std::move(finished));
}

std::filesystem::path beside_this_program(std::string_view name) {
    return std::filesystem::read_symlink("/proc/self/exe").parent_path() / name;
}

}  // namespace mcim::apps
