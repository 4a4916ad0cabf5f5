#include "mcim/apps/mcim/bench_customers.h"

#include "mcim/x509/issue.h"

namespace mcim::apps {
namespace {

constexpr std::string_view ein = "89049032";

}  // namespace

Result<Customer> make_customer(BenchServer& server, std::uint64_t number, std::size_t package_octets_min,
                               Random& random) {
    TRY(const Eid eid, x509::make_eid(ein, number));
    TRY(const auto identity, make_card_identity(server.pki(), eid, system_now(), random));
    TRY(auto card, SoftCard::make(identity));
    TRY(auto order, server.order(number, package_octets_min, random));
    return Customer{std::move(card), std::move(order)};
}

Result<std::vector<Customer>> make_customers(BenchServer& server, std::size_t customers, std::size_t package_octets_min,
                                             Random& random) {
    std::vector<Customer> out;
    for (std::size_t i = 1; i <= customers; ++i) {
        TRY(auto customer, make_customer(server, i, package_octets_min, random));
        out.push_back(std::move(customer));
    }
    return out;
}

agent::Order order_of(const Customer& customer) {
    msg::DeviceInfo device;
    device.tac.bytes = {0x35, 0x29, 0x06, 0x11};
    return {.code = customer.order.code, .device_info = std::move(device), .confirmation_code = {}};
}

std::shared_ptr<BenchDownload> download_of(Customer& customer, http::Loop& loop, const http::ClientConfig& client,
                                           BenchDownload::Finished finished) {
    return std::make_shared<BenchDownload>(loop, client, std::move(customer.card), order_of(customer),
                                           std::move(finished));
}

std::filesystem::path beside_this_program(std::string_view name) {
    return std::filesystem::read_symlink("/proc/self/exe").parent_path() / name;
}

}  // namespace mcim::apps
