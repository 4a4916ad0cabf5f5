// The cards that come to a bench's server, each with the code of an order of its own.
#pragma once
#include "mcim/apps/mcim/bench_card.h"
#include "mcim/apps/mcim/bench_server.h"

namespace mcim::apps {

struct Customer {
    std::shared_ptr<SoftCard> card;
    BenchServer::Ordered order;
};
/// The `number`th, with an order whose bound package is at least so large.
[[nodiscard]] Result<Customer> make_customer(BenchServer&, std::uint64_t number, std::size_t package_octets_min,
                                             Random&);
[[nodiscard]] Result<std::vector<Customer>> make_customers(BenchServer&, std::size_t customers,
                                                           std::size_t package_octets_min, Random&);
[[nodiscard]] agent::Order order_of(const Customer&);

/// To be started; the card goes with it.
[[nodiscard]] std::shared_ptr<BenchDownload> download_of(Customer&, http::Loop&, const http::ClientConfig&,
                                                         BenchDownload::Finished);

/// That stands in the folder of this one.
[[nodiscard]] std::filesystem::path beside_this_program(std::string_view name);

}  // namespace mcim::apps
