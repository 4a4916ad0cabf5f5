#include "mcim/agent/es10.h"

#include <algorithm>

#include "mcim/apdu/command.h"

namespace mcim::agent {

std::vector<Bytes> store_data_blocks(std::uint8_t channel, View request) {
    const std::size_t count =
        std::max<std::size_t>(1, (request.size() + store_data_block_octets - 1) / store_data_block_octets);
    if (count > 256) std::abort();
    const apdu::Class cla{apdu::ClassSpace::proprietary, channel, apdu::SecureMessaging::none, apdu::Chain::last};
    std::vector<Bytes> blocks;
    for (std::size_t i = 0; i < count; ++i) {
        const View block =
            request.subspan(i * store_data_block_octets,
                            std::min(store_data_block_octets, request.size() - i * store_data_block_octets));
        const std::uint8_t p1 = i + 1 == count ? 0x91 : 0x11;
        blocks.push_back(
            apdu::encode(apdu::Command{apdu::encode_class(cla), static_cast<std::uint8_t>(apdu::Ins::store_data), p1,
                                       static_cast<std::uint8_t>(i), to_bytes(block), std::nullopt}));
    }
    return blocks;
}

}  // namespace mcim::agent
