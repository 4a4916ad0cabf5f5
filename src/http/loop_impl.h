// Private to the module: the loop as Asio has it.
#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <map>
#include <vector>

#include "mcim/http/loop.h"
#include "mcim/http/tls.h"

namespace mcim::http {

struct Loop::Impl {
    boost::asio::io_context context{1};
    boost::asio::signal_set signals{context};
    boost::asio::signal_set hangups{context};
    std::function<void()> at_hangup{};
    void await_hangup() {
        hangups.async_wait([this](boost::system::error_code error, int) {
            if (error) return;
            at_hangup();
            await_hangup();
        });
    }
    std::map<std::vector<Bytes>, ClientTrust> trusts{};  ///< by the roots
};

}  // namespace mcim::http
