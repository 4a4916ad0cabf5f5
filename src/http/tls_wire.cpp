#include "mcim/http/tls_wire.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace mcim::http {
namespace {

TlsWire& wire_of(BIO* bio) { return *static_cast<TlsWire*>(BIO_get_data(bio)); }

int read_wire(BIO* bio, char* out, int size) {
    TlsWire& wire = wire_of(bio);
    BIO_clear_retry_flags(bio);
    const std::size_t n = std::min(wire.end - wire.at, static_cast<std::size_t>(std::max(size, 0)));
    if (n == 0) {
        BIO_set_retry_read(bio);
        return -1;
    }
    std::memcpy(out, wire.in.data() + wire.at, n);
    wire.at += n;
    return static_cast<int>(n);
}

int write_wire(BIO* bio, const char* octets, int size) {
    const TlsWire& wire = wire_of(bio);
    BIO_clear_retry_flags(bio);
    const auto sent = ::send(wire.socket, octets, static_cast<std::size_t>(std::max(size, 0)),
                             MSG_NOSIGNAL | (wire.more_follows ? MSG_MORE : 0));
    if (sent < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_write(bio);
    return static_cast<int>(sent);
}

long control_wire(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

/// Made once, for the life of the process.
const BIO_METHOD* wire_method() {
    static BIO_METHOD* const method = [] {
        BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "loop");
        if (made == nullptr || BIO_meth_set_read(made, read_wire) != 1 || BIO_meth_set_write(made, write_wire) != 1 ||
            BIO_meth_set_ctrl(made, control_wire) != 1)
            return static_cast<BIO_METHOD*>(nullptr);
        return made;
    }();
    return method;
}

}  // namespace

BIO* new_bio(TlsWire& wire) {
    const BIO_METHOD* method = wire_method();
    BIO* bio = method == nullptr ? nullptr : BIO_new(method);
    if (bio == nullptr) return nullptr;
    BIO_set_data(bio, &wire);
    BIO_set_init(bio, 1);
    return bio;
}

}  // namespace mcim::http
